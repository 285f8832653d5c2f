package kernel

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestNewConvErrors(t *testing.T) {
	e := engines(t)[0]
	good := ConvShape{H: 6, W: 5, In: 4, Out: 6, Kernel: [2]int{3, 3}}
	if _, err := NewConv(e, good); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		change func(s *ConvShape)
		want   string
	}{
		{func(s *ConvShape) { s.H = 0 }, "height 0, want 1..65536"},
		{func(s *ConvShape) { s.W = -1 }, "width -1, want 1..65536"},
		{func(s *ConvShape) { s.W = 65537 }, "width 65537, want 1..65536"},
		{func(s *ConvShape) { s.In = 0 }, "channels in 0, want"},
		{func(s *ConvShape) { s.Out = 0 }, "channels out 0, want"},
		{func(s *ConvShape) { s.Kernel = [2]int{} }, "kernel rows 0, want"},
		{func(s *ConvShape) { s.Kernel[1] = -3 }, "kernel columns -3, want"},
		{func(s *ConvShape) { s.Stride = [2]int{1, -1} }, "stride -1, want"},
		{func(s *ConvShape) { s.Dilation = [2]int{-2, 1} }, "dilation -2, want"},
		{func(s *ConvShape) { s.Pad[3] = -1 }, "padding -1, want 0..65536"},
		{func(s *ConvShape) { s.Groups = -2 }, "groups -2, want"},
		{func(s *ConvShape) { s.Pool = -1 }, "pool -1, want 0..65536"},
		{func(s *ConvShape) { s.Groups = 4 }, "4 groups do not divide 4 and 6 channels"},
		{func(s *ConvShape) { s.Groups = 3 }, "3 groups do not divide 4 and 6 channels"},
		{func(s *ConvShape) { s.Bounded, s.Low, s.High = true, 6, 0 }, "bounds 6..0"},
		{func(s *ConvShape) { s.Bounded = true }, "bounds 0..0"},
		{func(s *ConvShape) { s.Bounded, s.High = true, float32(math.NaN()) }, "bounds 0..NaN"},
		{func(s *ConvShape) { s.Kernel[0] = 7 }, "do not fit 6×5"},
		{func(s *ConvShape) { s.Dilation = [2]int{1, 3} }, "do not fit 6×5"},
		{func(s *ConvShape) { s.Pool = 4 }, "a pool of 4 do not fit 6×5"},
	} {
		s := good
		tt.change(&s)
		_, err := NewConv(e, s)
		if err == nil || !strings.HasPrefix(err.Error(), "convolution: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want one with %q", s, err, tt.want)
		}
		if _, _, other := s.Output(); other == nil {
			t.Errorf("%+v has an output", s)
		}
	}
}

// Memory that is too short, and calls in an order that leaves something out, are
// errors and not wrong numbers.
func TestConvErrors(t *testing.T) {
	e := engines(t)[0]
	s := ConvShape{H: 6, W: 5, In: 2, Out: 3, Kernel: [2]int{3, 3}, Bounded: true, High: 6}
	r := rand.New(rand.NewPCG(1, 1))
	const n = 2
	plain, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Pool = 2
	pooled, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	x, w, b := random(r, n*plain.Input()), random(r, plain.s.weights()), random(r, s.Out)
	y, dx, dw := make([]float32, n*plain.Output()), make([]float32, len(x)), make([]float32, len(w))
	dy := random(r, len(y))
	wants := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.HasPrefix(err.Error(), "convolution: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", what, err, want)
		}
	}
	done := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	wants("no weights yet", plain.Forward(y, x, n, true), "no weights are set")
	wants("weights", plain.SetWeights(w[1:], b), "53 weights and a bias of 3, want 54 and 3")
	wants("bias", plain.SetWeights(w, b[1:]), "54 weights and a bias of 2, want 54 and 3")
	done(plain.SetWeights(w, b))
	done(pooled.SetWeights(w, nil))
	wants("images", plain.Forward(y, x[1:], n, true), "119 and 72 elements for 2 images, want 120 and 72")
	wants("results", plain.Forward(y[1:], x, n, true), "120 and 71 elements for 2 images")
	done(plain.Forward(y, x, n, true))
	wants("gradient", plain.InputGradient(dx, dy[1:], y, n), "a gradient of 71 elements for 2 images, want 72")
	wants("no results", plain.InputGradient(dx, dy, nil, n), "0 elements of the result for 2 images, want 72")
	wants("gradient by input", plain.InputGradient(dx[1:], dy, y, n), "119 elements for the gradient by 2 images, want 120")
	wants("weights' images", plain.WeightGradient(dw, b, x[1:], dy, y, n), "119 elements of 2 images")
	wants("weights", plain.WeightGradient(dw[1:], b, x, dy, y, n), "53 weights")
	wants("bias", plain.WeightGradient(dw, b[1:], x, dy, y, n), "a bias of 2")
	done(plain.WeightGradient(dw, nil, x, dy, y, n))

	done(pooled.Forward(y, x, n, false))
	wants("not traced", pooled.InputGradient(dx, dy, nil, n), "left no trace of 2 images")
	done(pooled.Forward(y, x, 1, true))
	wants("one traced of two", pooled.WeightGradient(dw, b, x, dy, nil, n), "left no trace of 2 images")
	done(pooled.Forward(y, x, n, true))
	done(pooled.InputGradient(dx, dy, nil, n))
	done(pooled.Forward(y, x, n, false))
	wants("traced before, not now", pooled.InputGradient(dx, dy, nil, n), "left no trace of 2 images")
}

// Weights may be set anew, and each pass takes the new ones.
func TestConvTakesNewWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, e := range engines(t) {
		for _, s := range []ConvShape{
			{H: 8, W: 8, In: 16, Out: 16, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}},
			{H: 8, W: 8, In: 16, Out: 16, Groups: 16, Kernel: [2]int{3, 3}},
			{H: 8, W: 8, In: 9, Out: 5, Kernel: [2]int{2, 2}, Stride: [2]int{2, 2}},
			{H: 8, W: 8, In: 2, Out: 5, Kernel: [2]int{2, 2}},
		} {
			c, err := NewConv(e, s)
			if err != nil {
				t.Fatal(err)
			}
			x, dy := random(r, c.Input()), random(r, c.Output())
			y, dx, dw := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, c.s.weights())
			run := func(c *Conv, w, b []float32) outcome {
				for _, err := range []error{c.SetWeights(w, b), c.Forward(y, x, 1, true), c.InputGradient(dx, dy, y, 1), c.WeightGradient(dw, nil, x, dy, y, 1)} {
					if err != nil {
						t.Fatal(err)
					}
				}
				clone := func(v []float32) []float32 { return append([]float32(nil), v...) }
				return outcome{"result": clone(y), "gradient by input": clone(dx), "gradient by weights": clone(dw)}
			}
			w, b := random(r, c.s.weights()), random(r, s.Out)
			run(c, w, b)
			copy(w, random(r, len(w))) // in the same memory, as training does
			fresh, err := NewConv(e, s)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, "new weights, no bias", run(c, w, nil), run(fresh, w, nil))
		}
	}
}
