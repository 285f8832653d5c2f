package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The one pass over images of one channel gives the bits and the codes of direct sums
// with a pool behind them, also where results are equal, beyond the bounds or no
// numbers.
func TestMonochromeIsDirect(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	infinite := float32(math.Inf(1))
	count := 150
	if testing.Short() {
		count = 30
	}
	shapes := []ConvShape{
		{H: 1, W: 1, Out: 8, Pad: [4]int{1, 1, 2, 2}},
		{H: 1, W: 1, Out: 16, Pad: [4]int{3, 3, 3, 3}}, // windows that see zeros only
		{H: 4, W: 4, Out: 32},
		{H: 28, W: 28, Out: 32, Pad: [4]int{1, 1, 1, 1}},
		{H: 3, W: 300, Out: 48, Pad: [4]int{1, 1, 1, 1}},
		{H: 61, W: 67, Out: 24, Pad: [4]int{1, 0, 2, 1}}, // many units, a row and a column left out
	}
	for range count {
		shapes = append(shapes, ConvShape{H: 1 + r.IntN(20), W: 1 + r.IntN(20), Out: 8 * (1 + r.IntN(9)), Pad: [4]int{r.IntN(4), r.IntN(4), r.IntN(4), r.IntN(4)}})
	}
	for i, s := range shapes {
		s.In, s.Kernel, s.Pool = 1, [2]int{3, 3}, 2
		if i%3 > 0 {
			s.Bounded, s.Low, s.High = true, []float32{0, -1}[r.IntN(2)], []float32{2, infinite}[i%2]
		}
		if s, err := s.resolve(); err != nil {
			continue
		} else if !fitsMonochrome(s) {
			t.Fatalf("%+v is not done in one pass", s)
		}
		for _, e := range engines(t) {
			for _, draw := range []func(n int, sign float32) []float32{
				func(n int, _ float32) []float32 { return random(r, n) },
				func(n int, _ float32) []float32 { return whole(r, n) },
				func(n int, sign float32) []float32 { // sums are zeros of both signs or less
					v := make([]float32, n)
					for i := range v {
						v[i] = sign * float32(r.IntN(2))
					}
					return v
				},
			} {
				sameAsDirect(t, e, s, draw)
			}
		}
	}
}

// whole returns small whole numbers, zeros of both signs, and few that are none or
// infinite.
func whole(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.IntN(4) - 1)
		switch r.IntN(200) {
		case 0:
			v[i] = float32(math.NaN())
		case 1:
			v[i] = float32(math.Inf(1 - 2*r.IntN(2)))
		}
		if v[i] == 0 && r.IntN(2) == 0 {
			v[i] = float32(math.Copysign(0, -1))
		}
	}
	return v
}

func sameAsDirect(t *testing.T, e *Engine, s ConvShape, draw func(n int, sign float32) []float32) {
	t.Helper()
	const n = 3
	var y [2][]float32
	var codes [2][]int32
	for _, traced := range []bool{false, true} {
		var x, w, bias []float32
		for i := range y {
			c, err := NewConv(e, s)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				x, w, bias = draw(n*c.Input(), 1), draw(c.s.weights(), -1), draw(s.Out, -1)
			} else {
				c.forward = c.direct()
			}
			what := fmt.Sprintf("%v: %+v", e.Path(), s)
			var whole func(t testing.TB, what any)
			y[i], whole = fenced(n * c.Output())
			if err := c.SetWeights(w, bias); err != nil {
				t.Fatal(err)
			}
			if err := c.Forward(y[i], x, n, traced); err != nil {
				t.Fatal(err)
			}
			whole(t, what)
			codes[i] = c.codes
		}
		if i := different(y[1], y[0]); i >= 0 {
			t.Fatalf("%v: %+v: element %d is %v, by direct sums %v", e.Path(), s, i, y[0][i], y[1][i])
		}
		if !slices.Equal(codes[0], codes[1]) {
			t.Fatalf("%v: %+v: codes differ from those of direct sums", e.Path(), s)
		}
	}
}
