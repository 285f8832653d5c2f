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

func ExampleStandardTables() {
	luma, _, err := codec.StandardTables(75)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(luma[:8])
	// Output: [8 6 5 8 12 20 26 31]
}
