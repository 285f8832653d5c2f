package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The passes of a convolution share their memory, and batches differ in size: what
// one leaves behind is not taken for data by the next.
func TestNothingLeftBehindIsRead(t *testing.T) {
	count := 60
	if testing.Short() {
		count = 15
	}
	r := rand.New(rand.NewPCG(31, 1))
	for i := range count {
		s := randomShape(r)
		for _, e := range engines(t) {
			used, err := NewConv(e, s)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{5, 1, 7} {
				seed := r.Uint64()
				want, err := NewConv(e, s)
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%v: %d images of %+v, shape %d", e.Path(), n, s, i)
				sameBits(t, what, passes(t, want, n, seed, func() {}), passes(t, used, n, seed, used.spoil))
			}
		}
	}
}

// spoil fills the memory that passes share with what is no number, but for w.turned, of which
// zeros are kept.
func (c *Conv) spoil() {
	for i := range c.workers {
		w := &c.workers[i]
		for _, v := range [][]float32{w.strip, w.other, w.out, w.planes, w.products, w.edge, w.factors} {
			for k := range v[:cap(v)] {
				v[:cap(v)][k] = float32(math.NaN())
			}
		}
	}
}

// passes runs all three with new weights, each after between.
func passes(t *testing.T, c *Conv, n int, seed uint64, between func()) outcome {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 31))
	x, w, bias, dy := random(r, n*c.Input()), random(r, c.s.weights()), random(r, c.s.Out), random(r, n*c.Output())
	untraced, y, dx, dw, db := make([]float32, len(dy)), make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w)), make([]float32, c.s.Out)
	for _, pass := range []func() error{
		func() error { return c.SetWeights(w, bias) },
		func() error { return c.Forward(untraced, x, n, false) },
		func() error { return c.Forward(y, x, n, true) },
		func() error { return c.InputGradient(dx, dy, y, n) },
		func() error { return c.WeightGradient(dw, db, x, dy, y, n) },
	} {
		between()
		if err := pass(); err != nil {
			t.Fatal(err)
		}
	}
	return outcome{"untraced result": untraced, "result": y, "gradient by input": dx, "gradient by weights": dw, "gradient by bias": db}
}
