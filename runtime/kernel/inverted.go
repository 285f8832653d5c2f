package kernel

import (
	"fmt"
	"math"
)

// An InvertedShape says what an inverted residual is (Sandler et al., 2018): a
// 1×1 convolution of In channels to Mid, a 3×3 one of each channel by itself with
// a zero around the image, and a 1×1 one to Out. Results of the first two are
// bounded to 0..High.
type InvertedShape struct {
	H, W, In, Mid, Out int
	Stride             int  // of the 3×3 convolution; 0: 1
	Plain              bool // without the first convolution: Mid is In
	Residual           bool // the input is added to the result; Stride is 1, Out is In
	High               float32
}

// InvertedWeights are those of its convolutions: In×Mid, 3×3×Mid and Mid×Out, with
// a bias each.
type InvertedWeights struct {
	Expand, ExpandBias   []float32
	Filter, FilterBias   []float32
	Project, ProjectBias []float32
}

// An Inverted computes one as a whole, so that the many channels between never
// leave the cache. The gradient keeps one bit for each of their elements. It is
// used by one goroutine at a time.
type Inverted struct {
	s                 InvertedShape
	e                 *Engine
	oh, ow            int
	forward, backward *chain
	weights           InvertedWeights
	marks1, marks2    []uint8
	traced            int // images that the marks are of
	packedB           bool
}

// NewInverted plans an inverted residual on an engine. Numbers that are none are
// an error.
func NewInverted(e *Engine, s InvertedShape) (*Inverted, error) {
	if s.Stride == 0 {
		s.Stride = 1
	}
	for _, d := range []struct {
		name string
		v    int
	}{{"height", s.H}, {"width", s.W}, {"channels in", s.In}, {"channels between", s.Mid}, {"channels out", s.Out}, {"stride", s.Stride}} {
		if d.v < 1 || d.v > maxSide {
			return nil, fmt.Errorf("inverted residual: %s %d, want 1..%d", d.name, d.v, maxSide)
		}
	}
	switch {
	case s.Plain && s.Mid != s.In:
		return nil, fmt.Errorf("inverted residual: %d channels between without an expansion of %d", s.Mid, s.In)
	case s.Residual && (s.Stride != 1 || s.In != s.Out):
		return nil, fmt.Errorf("inverted residual: %d channels are not added to %d at stride %d", s.In, s.Out, s.Stride)
	case s.Stride > 2:
		return nil, fmt.Errorf("inverted residual: stride %d, want 1 or 2", s.Stride)
	case !(s.High > 0):
		return nil, fmt.Errorf("inverted residual: bound %v, want one above 0", s.High)
	}
	v := &Inverted{s: s, e: e, oh: (s.H-1)/s.Stride + 1, ow: (s.W-1)/s.Stride + 1}
	v.forward = &chain{
		e: e, h: s.H, w: s.W, th: v.oh, tw: v.ow, mid: s.Mid, last: newPointwise(e, s.Mid, s.Out),
		up: s.Stride, down: 1, residual: s.Residual, clamp: true, high: s.High,
	}
	if !s.Plain {
		v.forward.first = newPointwise(e, s.In, s.Mid)
	}
	v.forward.plan(false)
	return v, nil
}

// Input returns the number of elements of one image.
func (v *Inverted) Input() int { return v.s.H * v.s.W * v.s.In }

// Output returns the number of elements of one image's result.
func (v *Inverted) Output() int { return v.oh * v.ow * v.s.Out }

// SetWeights takes the weights. It keeps them and has to be called again when they
// have changed.
func (v *Inverted) SetWeights(w InvertedWeights) error {
	s := v.s
	expand, bias := s.In*s.Mid, s.Mid
	if s.Plain {
		expand, bias = 0, 0
	}
	for _, d := range []struct {
		name      string
		got, want int
	}{
		{"expansion", len(w.Expand), expand}, {"expansion's bias", len(w.ExpandBias), bias},
		{"filter", len(w.Filter), 9 * s.Mid}, {"filter's bias", len(w.FilterBias), s.Mid},
		{"projection", len(w.Project), s.Mid * s.Out}, {"projection's bias", len(w.ProjectBias), s.Out},
	} {
		if d.got != d.want {
			return fmt.Errorf("inverted residual: %d elements of the %s, want %d", d.got, d.name, d.want)
		}
	}
	v.weights, v.packedB = w, false
	if !s.Plain {
		v.forward.first.pack(w.Expand, w.ExpandBias)
	}
	v.forward.filters(w.Filter, w.FilterBias)
	v.forward.last.pack(w.Project, w.ProjectBias)
	return nil
}

// Forward sets y, n×height×width×Out, to the results for x, n×H×W×In. When traced,
// it remembers where bounds were reached, as the gradient needs.
func (v *Inverted) Forward(y, x []float32, n int, traced bool) error {
	if len(x) < n*v.Input() || len(y) < n*v.Output() {
		return fmt.Errorf("inverted residual: %d and %d elements for %d images, want %d and %d", len(x), len(y), n, n*v.Input(), n*v.Output())
	}
	if v.weights.Filter == nil {
		return fmt.Errorf("inverted residual: no weights are set")
	}
	v.traced, v.forward.marks1, v.forward.marks2 = 0, nil, nil
	if traced {
		v.traced = n
		if !v.s.Plain {
			v.marks1 = grown(v.marks1, n*v.s.H*markBytes(v.s.W*v.s.Mid))
		}
		v.marks2 = grown(v.marks2, n*v.oh*markBytes(v.ow*v.s.Mid))
		v.forward.marks1, v.forward.marks2 = v.marks1, v.marks2
	}
	v.forward.run(y, x, n)
	return nil
}

// InputGradient sets dx, n×H×W×In, to the gradient by the images of the last
// traced Forward, given that by the results, dy.
func (v *Inverted) InputGradient(dx, dy []float32, n int) error {
	if len(dx) < n*v.Input() || len(dy) < n*v.Output() {
		return fmt.Errorf("inverted residual: gradients of %d and %d elements for %d images, want %d and %d", len(dx), len(dy), n, n*v.Input(), n*v.Output())
	}
	if v.traced < n {
		return fmt.Errorf("inverted residual: the last forward pass left a trace of %d images, want %d", v.traced, n)
	}
	v.planBackward()
	v.backward.marks1, v.backward.marks2 = v.marks2, v.marks1
	v.backward.run(dx, dy, n)
	return nil
}

func (v *Inverted) planBackward() {
	s := v.s
	if v.backward == nil {
		v.backward = &chain{
			e: v.e, h: v.oh, w: v.ow, th: s.H, tw: s.W, mid: s.Mid, first: newPointwise(v.e, s.Out, s.Mid),
			up: 1, down: s.Stride, residual: s.Residual, kept: true, low: float32(math.Inf(-1)), high: float32(math.Inf(1)),
		}
		if !s.Plain {
			v.backward.last = newPointwise(v.e, s.Mid, s.In)
		}
		v.backward.plan(true)
	}
	if v.packedB {
		return
	}
	v.backward.first.packTurned(v.e, v.weights.Project)
	if !s.Plain {
		v.backward.last.packTurned(v.e, v.weights.Expand)
	}
	v.backward.filters(v.weights.Filter, nil)
	v.packedB = true
}
