package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// benchShapes are convolutions of the networks that studies are made of.
var benchShapes = []struct {
	name  string
	n     int
	shape ConvShape
}{
	{"digits 1", 100, ConvShape{H: 28, W: 28, In: 1, Out: 32, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: float32(math.Inf(1))}},
	{"digits 2", 100, ConvShape{H: 14, W: 14, In: 32, Out: 64, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: float32(math.Inf(1))}},
	{"first of 224", 4, ConvShape{H: 224, W: 224, In: 3, Out: 32, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, High: 6}},
	{"depthwise 112", 4, ConvShape{H: 112, W: 112, In: 96, Out: 96, Groups: 96, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, High: 6}},
	{"depthwise 14", 16, ConvShape{H: 14, W: 14, In: 384, Out: 384, Groups: 384, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, High: 6}},
	{"expand 112", 4, ConvShape{H: 112, W: 112, In: 16, Out: 96, Kernel: [2]int{1, 1}, Bounded: true, High: 6}},
	{"project 28", 16, ConvShape{H: 28, W: 28, In: 192, Out: 32, Kernel: [2]int{1, 1}}},
	{"expand 7", 16, ConvShape{H: 7, W: 7, In: 160, Out: 960, Kernel: [2]int{1, 1}, Bounded: true, High: 6}},
	{"project 7", 16, ConvShape{H: 7, W: 7, In: 960, Out: 160, Kernel: [2]int{1, 1}}},
	{"resnet 56", 4, ConvShape{H: 56, W: 56, In: 64, Out: 64, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, High: float32(math.Inf(1))}},
}

// BenchmarkConv measures the three passes on each path, in billions of the
// operations that the definition takes, which Winograd's transforms spare.
func BenchmarkConv(b *testing.B) {
	for _, e := range engines(b) {
		if e.Path() == Portable && testing.Short() {
			continue
		}
		for _, s := range benchShapes {
			r := rand.New(rand.NewPCG(1, 1))
			c, err := NewConv(e, s.shape)
			if err != nil {
				b.Fatal(err)
			}
			x, w, bias := random(r, s.n*c.Input()), random(r, c.s.weights()), random(r, s.shape.Out)
			y, dx, dw, db := make([]float32, s.n*c.Output()), make([]float32, len(x)), make([]float32, len(w)), make([]float32, s.shape.Out)
			dy := random(r, len(y))
			if err := c.SetWeights(w, bias); err != nil {
				b.Fatal(err)
			}
			if err := c.Forward(y, x, s.n, true); err != nil {
				b.Fatal(err)
			}
			operations := 2 * float64(s.n*c.oh*c.ow*len(w))
			for _, pass := range []struct {
				name string
				run  func() error
			}{
				{"forward", func() error { return c.Forward(y, x, s.n, true) }},
				{"input gradient", func() error { return c.InputGradient(dx, dy, y, s.n) }},
				{"weight gradient", func() error { return c.WeightGradient(dw, db, x, dy, y, s.n) }},
			} {
				b.Run(fmt.Sprintf("%v/%s/%s", e.Path(), s.name, pass.name), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if err := pass.run(); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(operations*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
				})
			}
		}
	}
}
