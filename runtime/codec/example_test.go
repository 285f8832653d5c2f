package codec_test

import (
	"context"
	"fmt"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

func ExampleJPEG() {
	// Two images: a white square on black, and its negative.
	x := pixel.New(2, 1, 16, 16)
	for k := range 256 {
		if y, x0 := k/16, k%16; y >= 5 && y < 11 && x0 >= 5 && x0 < 11 {
			x.Sample(0)[k] = 1
		} else {
			x.Sample(1)[k] = 1
		}
	}
	ctx := context.Background()
	fine, err := codec.JPEG(ctx, x, codec.Options{Quality: 90})
	if err != nil {
		fmt.Println(err)
		return
	}
	coarse, err := codec.JPEG(ctx, x, codec.Options{Quality: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(coarse.Images.Shape(), "smaller:", coarse.Bytes[0] < fine.Bytes[0])
	fmt.Println("first luma steps:", fine.Tables[0][:4], coarse.Tables[0][:4])
	_, err = codec.JPEG(ctx, x, codec.Options{})
	fmt.Println(err)
	// Output:
	// 2×1×16×16 smaller: true
	// first luma steps: [3 2 2 3] [80 55 50 80]
	// jpeg: quality 0, want 1..100
}

func ExampleFile() {
	x := pixel.New(1, 3, 24, 24)
	for k := range x.Data {
		x.Data[k] = float32(k%24) / 24
	}
	for _, s := range []codec.Subsampling{codec.Subsampling420, codec.Subsampling444} {
		o := codec.Options{Quality: 75, Subsampling: s}
		file, err := codec.File(x, 0, o)
		if err != nil {
			fmt.Println(err)
			return
		}
		c, err := codec.JPEG(context.Background(), x, o)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: % x … % x, as large as stated: %t\n", s, file[:2], file[len(file)-2:], len(file) == c.Bytes[0])
	}
	// Output:
	// 4:2:0: ff d8 … ff d9, as large as stated: true
	// 4:4:4: ff d8 … ff d9, as large as stated: true
}

func ExampleDecode() {
	x := pixel.New(1, 3, 2, 5)
	for k := range x.Data {
		x.Data[k] = float32(k/10) / 2
	}
	file, err := codec.File(x, 0, codec.Options{Quality: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := codec.Decode(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Width, p.Height, p.Channels, p.Levels[:6])
	_, err = codec.Decode(file[:len(file)-4])
	fmt.Println(err)
	// Output:
	// 5 2 3 [0 128 255 0 128 255]
	// scan at offset 611: cut short in unit 1 of 1
}

func ExampleGradient() {
	x := pixel.New(1, 1, 8, 8)
	for k := range x.Data {
		x.Data[k] = 0.5 + float32(k%8)/50
	}
	ctx, o := context.Background(), codec.Options{Quality: 60}
	back, err := codec.Differentiable(ctx, x, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	// The gradient of the sum of what comes back. A shift of all samples shifts
	// the mean of the block, whose rounding has a slope between 0 and 3/4.
	ones := x.Like()
	for k := range ones.Data {
		ones.Data[k] = 1
	}
	g, err := codec.Gradient(ctx, x, ones, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, slope %.3f\n", back.Shape(), g.Data[0])
	// Output: 1×1×8×8, slope 0.313
}

func ExampleStandardTables() {
	luma, _, err := codec.StandardTables(75)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(luma[:8])
	// Output: [8 6 5 8 12 20 26 31]
}
