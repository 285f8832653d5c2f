package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// An inverted residual has the bits of its three convolutions one after another,
// on each path and whatever the number of goroutines.
func TestInvertedAgainstConvolutions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	all := engines(t)
	for i := range 120 {
		one := func(n int) int { return 1 + r.IntN(n) }
		s := InvertedShape{
			H: one(20), W: one(20), In: []int{1, 3, 8, 16, 24, 40}[r.IntN(6)], Mid: []int{2, 8, 12, 16, 24, 48, 72}[r.IntN(7)],
			Out: []int{1, 5, 8, 16, 24, 40}[r.IntN(6)], Stride: one(2), High: 1.5,
		}
		if s.Plain = r.IntN(3) == 0; s.Plain {
			s.In = s.Mid
		}
		if s.Residual = r.IntN(2) == 0; s.Residual {
			s.Stride, s.Out = 1, s.In
		}
		n := one(5)
		for _, e := range all {
			runtime.GOMAXPROCS(one(4))
			t.Run(fmt.Sprintf("%d/%v", i, e.Path()), func(t *testing.T) { againstConvolutions(t, e, s, n, uint64(i)) })
		}
	}
}

func againstConvolutions(t *testing.T, e *Engine, s InvertedShape, n int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 4))
	v, err := NewInverted(e, s)
	if err != nil {
		t.Fatal(err)
	}
	w := InvertedWeights{
		Filter: random(r, 9*s.Mid), FilterBias: random(r, s.Mid), Project: random(r, s.Mid*s.Out), ProjectBias: random(r, s.Out),
	}
	if !s.Plain {
		w.Expand, w.ExpandBias = random(r, s.In*s.Mid), random(r, s.Mid)
	}
	if err := v.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	x, dy := random(r, n*v.Input()), random(r, n*v.Output())
	y, whole := guarded(n * v.Output())
	dx, wholeX := guarded(n * v.Input())
	if err := v.Forward(y, x, n, true); err != nil {
		t.Fatal(err)
	}
	if err := v.InputGradient(dx, dy, n); err != nil {
		t.Fatal(err)
	}

	shapes := []ConvShape{
		{H: s.H, W: s.W, In: s.In, Out: s.Mid, Kernel: [2]int{1, 1}, Bounded: true, High: s.High},
		{H: s.H, W: s.W, In: s.Mid, Out: s.Mid, Groups: s.Mid, Kernel: [2]int{3, 3}, Stride: [2]int{s.Stride, s.Stride}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, High: s.High},
		{H: v.oh, W: v.ow, In: s.Mid, Out: s.Out, Kernel: [2]int{1, 1}},
	}
	weights := [][]float32{w.Expand, w.Filter, w.Project}
	biases := [][]float32{w.ExpandBias, w.FilterBias, w.ProjectBias}
	if s.Plain {
		shapes, weights, biases = shapes[1:], weights[1:], biases[1:]
	}
	convs := make([]*Conv, len(shapes))
	results := [][]float32{x}
	for i := range convs {
		if convs[i], err = NewConv(e, shapes[i]); err != nil {
			t.Fatal(err)
		}
		if err := convs[i].SetWeights(weights[i], biases[i]); err != nil {
			t.Fatal(err)
		}
		z := make([]float32, n*convs[i].Output())
		if err := convs[i].Forward(z, results[i], n, true); err != nil {
			t.Fatal(err)
		}
		results = append(results, z)
	}
	want, g := results[len(convs)], dy
	for i := len(convs) - 1; i >= 0; i-- {
		z := make([]float32, n*convs[i].Input())
		if err := convs[i].InputGradient(z, g, results[i+1], n); err != nil {
			t.Fatal(err)
		}
		g = z
	}
	if s.Residual {
		e.Add(want, want, x)
		e.Add(g, g, dy)
	}
	whole(t, s)
	wholeX(t, s)
	if !slices.Equal(y, want) {
		t.Errorf("%+v: results %v, want %v", s, y[:min(len(y), 8)], want[:min(len(y), 8)])
	}
	if !slices.Equal(dx, g) {
		t.Errorf("%+v: gradient %v, want %v", s, dx[:min(len(dx), 8)], g[:min(len(dx), 8)])
	}
}

func TestInvertedErrors(t *testing.T) {
	e := engines(t)[0]
	good := InvertedShape{H: 4, W: 4, In: 8, Mid: 16, Out: 8, High: 6}
	for _, tt := range []struct {
		change func(s *InvertedShape)
		want   string
	}{
		{func(s *InvertedShape) { s.Mid = 0 }, "inverted residual: channels between 0, want 1..65536"},
		{func(s *InvertedShape) { s.Plain = true }, "inverted residual: 16 channels between without an expansion of 8"},
		{func(s *InvertedShape) { s.Residual, s.Stride = true, 2 }, "inverted residual: 8 channels are not added to 8 at stride 2"},
		{func(s *InvertedShape) { s.Stride = 3 }, "inverted residual: stride 3, want 1 or 2"},
		{func(s *InvertedShape) { s.High = 0 }, "inverted residual: bound 0, want one above 0"},
	} {
		s := good
		tt.change(&s)
		if _, err := NewInverted(e, s); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	v, err := NewInverted(e, good)
	if err != nil {
		t.Fatal(err)
	}
	x, y := make([]float32, v.Input()), make([]float32, v.Output())
	if err := v.Forward(y, x, 1, true); err == nil {
		t.Error("a pass without weights is none")
	}
	w := InvertedWeights{
		Expand: make([]float32, 8*16), ExpandBias: make([]float32, 16), Filter: make([]float32, 9*16), FilterBias: make([]float32, 16),
		Project: make([]float32, 16*8), ProjectBias: make([]float32, 8),
	}
	if err := v.SetWeights(w); err != nil {
		t.Fatal(err)
	}
	if err := v.Forward(y, x, 1, false); err != nil {
		t.Fatal(err)
	}
	if err := v.InputGradient(x, y, 1); err == nil {
		t.Error("a gradient without a trace is none")
	}
}
