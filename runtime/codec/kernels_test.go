package codec

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jpgreport/runtime/pixel"
)

// TestKernelsAgree takes images through the portable loops and through those that
// this processor can run: the same bits, whatever the size, the subsampling, the tables
// and the samples, which go beyond the range and hit its ends.
func TestKernelsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	ones := make([][64]int, 2)
	for k := range ones {
		for i := range ones[k] {
			ones[k][i] = 1
		}
	}
	for trial := range 600 {
		x := pixel.New(2, 1+r.IntN(2)*2, 1+r.IntN(40), 1+r.IntN(80))
		amplitude := math.Exp(r.Float64()*8 - 5)
		for i := range x.Data {
			x.Data[i] = float32(0.5 + amplitude*(r.Float64()-0.5))
		}
		x.Data[r.IntN(len(x.Data))] = float32(math.Inf(1 - 2*r.IntN(2)))
		o := Options{Quality: 1 + r.IntN(100), Subsampling: Subsampling(r.IntN(3)), Optimize: trial%5 == 0}
		if trial%7 == 0 {
			o.Quality, o.Steps = 0, ones
		}
		want, err := compress(t.Context(), x, &o, kernels{})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range choices()[1:] {
			got, err := compress(t.Context(), x, &o, k)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Images.Data, want.Images.Data) || !slices.Equal(got.Bytes, want.Bytes) {
				t.Fatalf("trial %d, %s, %+v, %+v: other pixels or sizes than the portable loops give", trial, x.Shape(), o, k)
			}
		}
	}
}

// TestColoursAgree converts all that luma and chroma can be, in rows of all
// lengths up to two vectors.
func TestColoursAgree(t *testing.T) {
	luma, cb, cr := make([]byte, 256), make([]byte, 256), make([]byte, 256)
	want, got := make([]byte, 3*256), make([]byte, 3*256)
	for i := range luma {
		luma[i] = byte(i)
	}
	list := choices()
	k := list[len(list)-1]
	for u := range 256 {
		for v := range 256 {
			for i := range luma {
				cb[i], cr[i] = byte(u), byte(v)
			}
			toLevels(want, luma, cb, cr)
			k.toLevels(got, luma, cb, cr)
			if !bytes.Equal(got, want) {
				t.Fatalf("chroma %d and %d: other colours than the portable loop's", u, v)
			}
		}
	}
	for n := range 33 {
		clear(got)
		k.toLevels(got[:3*n], luma[1:], cb, cr[1:])
		toLevels(want[:3*n], luma[1:], cb, cr[1:])
		if !bytes.Equal(got[:3*n], want[:3*n]) || !bytes.Equal(got[3*n:], make([]byte, len(got)-3*n)) {
			t.Errorf("a row of %d: other colours, or more of them", n)
		}
	}
}

// TestKernelsSeeNaN: wherever in a row a NaN stands.
func TestKernelsSeeNaN(t *testing.T) {
	for _, k := range choices() {
		for _, channels := range []int{1, 3} {
			for at := range channels * 2 * 19 {
				x := pixel.New(1, channels, 2, 19)
				x.Data[at] = float32(math.NaN())
				want := fmt.Sprintf("image 0: sample %d is NaN, want a number", at)
				if _, err := compress(t.Context(), x, &Options{Quality: 50}, k); err == nil || err.Error() != want {
					t.Errorf("%+v: error %v, want %s", k, err, want)
				}
			}
		}
	}
}

// TestNothingAllocated: an image costs no memory once its shape is known.
func TestNothingAllocated(t *testing.T) {
	for _, k := range choices() {
		for _, channels := range []int{1, 3} {
			x := pixel.New(1, channels, 45, 60)
			for i := range x.Data {
				x.Data[i] = float32(i*i%251) / 251
			}
			back := x.Like()
			trip := newTrip(x, &Options{Quality: 95}, k)
			if n := testing.AllocsPerRun(20, func() { trip.image(back.Data, x.Data) }); n != 0 {
				t.Errorf("%+v, %d channels: %v allocations an image", k, channels, n)
			}
		}
	}
}

func BenchmarkKernels(b *testing.B) {
	for _, k := range choices() {
		for _, shape := range [][3]int{{1, 28, 28}, {3, 224, 224}} {
			x := pixel.New(16, shape[0], shape[1], shape[2])
			for i := range x.Data {
				x.Data[i] = float32(0.5 + 0.4*math.Sin(float64(i%shape[2])/9+float64(i/shape[2])/7) + 0.02*math.Sin(float64(i*i)))
			}
			b.Run(fmt.Sprintf("%+v/%dx%dx%d", k, shape[0], shape[1], shape[2]), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := compress(context.Background(), x, &Options{Quality: 75}, k); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*x.N), "µs/image")
			})
		}
	}
}
