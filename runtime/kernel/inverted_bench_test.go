package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkInverted measures the blocks of MobileNetV2 for 224×224 pixels, in
// billions of operations.
func BenchmarkInverted(b *testing.B) {
	for _, e := range engines(b) {
		if e.Path() == Portable {
			continue
		}
		for _, s := range []InvertedShape{
			{H: 112, W: 112, In: 32, Mid: 32, Out: 16, Plain: true, High: 6},
			{H: 112, W: 112, In: 16, Mid: 96, Out: 24, Stride: 2, High: 6},
			{H: 56, W: 56, In: 24, Mid: 144, Out: 24, Residual: true, High: 6},
			{H: 28, W: 28, In: 32, Mid: 192, Out: 32, Residual: true, High: 6},
			{H: 14, W: 14, In: 64, Mid: 384, Out: 64, Residual: true, High: 6},
			{H: 14, W: 14, In: 96, Mid: 576, Out: 96, Residual: true, High: 6},
			{H: 7, W: 7, In: 160, Mid: 960, Out: 160, Residual: true, High: 6},
		} {
			const n = 8
			r := rand.New(rand.NewPCG(1, 1))
			v, err := NewInverted(e, s)
			if err != nil {
				b.Fatal(err)
			}
			w := InvertedWeights{Filter: random(r, 9*s.Mid), FilterBias: random(r, s.Mid), Project: random(r, s.Mid*s.Out), ProjectBias: random(r, s.Out)}
			if !s.Plain {
				w.Expand, w.ExpandBias = random(r, s.In*s.Mid), random(r, s.Mid)
			}
			if err := v.SetWeights(w); err != nil {
				b.Fatal(err)
			}
			x, y, dx := random(r, n*v.Input()), make([]float32, n*v.Output()), make([]float32, n*v.Input())
			operations := 2 * float64(n) * float64(s.H*s.W*len(w.Expand)+v.oh*v.ow*(9+s.Out)*s.Mid)
			for _, pass := range []struct {
				name string
				run  func() error
			}{
				{"forward", func() error { return v.Forward(y, x, n, true) }},
				{"input gradient", func() error { return v.InputGradient(dx, y, n) }},
			} {
				b.Run(fmt.Sprintf("%v/%d of %d→%d→%d/%s", e.Path(), s.H, s.In, s.Mid, s.Out, pass.name), func(b *testing.B) {
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
