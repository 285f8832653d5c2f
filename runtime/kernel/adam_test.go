package kernel

import (
	"math"
	"testing"
)

// One step of Adam from rest moves each weight by the learning rate against the
// sign of its gradient (Kingma and Ba, 2015, section 2.1); a second one with the
// same gradient does so again.
func TestAdam(t *testing.T) {
	for _, e := range engines(t) {
		w, g := make([]float32, 35), make([]float32, 35) // whole vectors and a rest
		for i := range w {
			w[i], g[i] = 1, []float32{1, -40, 0}[i%3]
		}
		a := NewAdam(len(w))
		for step := range 2 {
			e.Adam(a, w, g, 0.01, 0.5)
			for i := range w {
				direction := []float64{-1, 1, 0}[i%3]
				want := 1 + 0.01*direction*float64(step+1)
				if math.Abs(float64(w[i])-want) > 1e-6 {
					t.Errorf("step %d: weight %d is %v, want %v", step+1, i, w[i], want)
				}
			}
		}
	}
}

// Moments of a weight that gets no gradient any more end at 0, not among the subnormal
// numbers, and one that is no number stays none.
func TestMomentsDecayToZero(t *testing.T) {
	for _, e := range engines(t) {
		w, g := make([]float32, 35), make([]float32, 35)
		for i := range g {
			g[i] = 1 - 2*float32(i%2)
		}
		g[3] = float32(math.NaN())
		a := NewAdam(len(w))
		e.Adam(a, w, g, 0.01, 1)
		clear(g)
		for range 800 {
			e.Adam(a, w, g, 0.01, 1)
		}
		for i, m := range a.mean {
			if i == 3 {
				if m == m || w[i] == w[i] {
					t.Errorf("%v: a gradient that is no number left a mean of %v and a weight of %v", e.Path(), m, w[i])
				}
			} else if m != 0 {
				t.Errorf("%v: mean %d is %v, want 0", e.Path(), i, m)
			}
		}
	}
}
