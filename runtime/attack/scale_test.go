package attack

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The search over what is still open finds the very scale of one over all samples.
func TestScaleOfAllSamples(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		n := 1 + r.IntN(300)
		g := gaussian{base: make([]byte, n), draw: make([]float64, n)}
		for k := range g.base {
			if g.draw[k] = r.NormFloat64(); r.IntN(3) > 0 {
				g.base[k] = byte(r.IntN(256))
			}
		}
		want := math.Exp(r.Float64()*9 - 1)
		if got, plain := g.scale(want), plainScale(&g, want); got != plain {
			t.Errorf("%d samples, L2 %v: scale %v, over all samples %v", n, want, got, plain)
		}
	}
}

// plainScale is scale by bisection over all samples.
func plainScale(g *gaussian, want float64) float64 {
	low, high := 0.0, 1.0
	for g.reach(high) < want && high < 1e5 {
		low, high = high, 2*high
	}
	for high-low > precision*high {
		if middle := (low + high) / 2; g.reach(middle) < want {
			low = middle
		} else {
			high = middle
		}
	}
	if want-g.reach(low) <= g.reach(high)-want {
		return low
	}
	return high
}

func BenchmarkScale(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	g := gaussian{base: make([]byte, 784), draw: make([]float64, 784)}
	for k := range g.draw {
		g.draw[k] = r.NormFloat64()
	}
	for b.Loop() {
		g.scale(300)
	}
}
