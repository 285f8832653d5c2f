package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A convolution without a pool is linear in its images and in its weights as long
// as no bound is reached, so a difference over a wide step is its derivative but
// for rounding. Bounds are wide here, and on one side reached by none.
func TestGradientsAgainstDifferences(t *testing.T) {
	shapes := []ConvShape{
		{H: 6, W: 7, In: 3, Out: 5, Kernel: [2]int{3, 3}, Stride: [2]int{2, 1}, Pad: [4]int{1, 0, 1, 2}},
		{H: 9, W: 8, In: 16, Out: 32, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, Low: -1e6, High: 1e6},
		{H: 8, W: 8, In: 24, Out: 24, Groups: 24, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [4]int{1, 1, 1, 1}},
		{H: 7, W: 5, In: 8, Out: 12, Groups: 4, Kernel: [2]int{2, 3}, Dilation: [2]int{2, 1}, Pad: [4]int{1, 1, 1, 1}},
		{H: 12, W: 13, In: 1, Out: 16, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}},
		{H: 4, W: 4, In: 40, Out: 17, Kernel: [2]int{1, 1}, Bounded: true, Low: -1e6, High: 1e6},
	}
	for _, e := range engines(t) {
		for i, s := range shapes {
			t.Run(fmt.Sprintf("%v/%d", e.Path(), i), func(t *testing.T) { checkDifferences(t, e, s) })
		}
	}
}

func checkDifferences(t *testing.T, e *Engine, s ConvShape) {
	const n, step = 2, 0.5
	r := rand.New(rand.NewPCG(7, 7))
	c, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	x, w, bias := random(r, n*c.Input()), random(r, newPlain(t, s).s.weights()), random(r, s.Out)
	y, dy := make([]float32, n*c.Output()), random(r, n*c.Output())
	dx, dw, db := make([]float32, len(x)), make([]float32, len(w)), make([]float32, s.Out)
	// loss is the sum of the results, each times its own constant.
	loss := func() (sum float64) {
		if err := c.SetWeights(w, bias); err != nil {
			t.Fatal(err)
		}
		if err := c.Forward(y, x, n, true); err != nil {
			t.Fatal(err)
		}
		for i, v := range y {
			sum += float64(v) * float64(dy[i])
		}
		return sum
	}
	size := math.Abs(loss())
	for i, v := range y {
		size += math.Abs(float64(v) * float64(dy[i]))
	}
	if err := c.InputGradient(dx, dy, y, n); err != nil {
		t.Fatal(err)
	}
	if err := c.WeightGradient(dw, db, x, dy, y, n); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		name         string
		at, gradient []float32
	}{{"image", x, dx}, {"weight", w, dw}, {"bias", bias, db}} {
		for range 12 {
			k := r.IntN(len(v.at))
			old := v.at[k]
			v.at[k] = old + step
			up := loss()
			v.at[k] = old - step
			down := loss()
			v.at[k] = old
			// Rounding leaves a few parts in 10⁷ of the terms of the loss.
			if d := (up-down)/(2*step) - float64(v.gradient[k]); !(math.Abs(d) <= 1e-6*size) {
				t.Errorf("%+v: %s %d: gradient %v, difference %v", s, v.name, k, v.gradient[k], (up-down)/(2*step))
			}
		}
	}
}
