package model

import (
	"fmt"
	"slices"
	"strings"
)

// An Architecture is a classifier without its weights: the shape of its images
// and its layers, in order. The last layer's outputs are the logits.
type Architecture struct {
	Name                    string
	Channels, Height, Width int
	Classes                 int
	Layers                  []Layer
}

// A Layer is one step of an [Architecture].
type Layer struct {
	Kind      string  // "normalise", "conv", "relu", "relu6", "pool", "add", "mean", "flatten" or "dense"
	Mean, Std float64 // normalise: (x − Mean)/Std, on samples in [0,1]
	Out       int     // conv: channels out; dense: features out
	Size      int     // conv: edge of the kernel; pool: edge and stride of the window
	Pad       int     // conv: zeros added at each edge, after normalisation; below Size
	Stride    int     `json:",omitempty"` // conv; 0: 1
	Groups    int     `json:",omitempty"` // conv: parts that the channels are cut into; 0: 1
	From      int     `json:",omitempty"` // add: the layer whose result is added; a conv follows it
}

func (l Layer) stride() int { return max(1, l.Stride) }
func (l Layer) groups() int { return max(1, l.Groups) }

// The mean and the standard deviation of all samples of MNIST's 60,000 training
// images are 0.13066 and 0.30811. They are constants of the architecture, not of
// the data it is trained on, so that one description means one function.
const (
	digitsMean = 0.1307
	digitsStd  = 0.3081
)

// architectures returns the known architectures, sorted by name.
func architectures() []Architecture {
	return []Architecture{
		{
			Name: "digits", Channels: 1, Height: 28, Width: 28, Classes: 10,
			Layers: []Layer{
				{Kind: "normalise", Mean: digitsMean, Std: digitsStd},
				{Kind: "conv", Out: 32, Size: 3, Pad: 1},
				{Kind: "relu"},
				{Kind: "pool", Size: 2},
				{Kind: "conv", Out: 64, Size: 3, Pad: 1},
				{Kind: "relu"},
				{Kind: "pool", Size: 2},
				{Kind: "flatten"},
				{Kind: "dense", Out: 128},
				{Kind: "relu"},
				{Kind: "dense", Out: 10},
			},
		},
		MobileNetV2(),
	}
}

// Architectures returns the names that [Train] accepts, sorted.
func Architectures() []string {
	var names []string
	for _, a := range architectures() {
		names = append(names, a.Name)
	}
	return names
}

// Named returns the architecture of that name.
func Named(name string) (Architecture, error) {
	known := architectures()
	i := slices.IndexFunc(known, func(a Architecture) bool { return a.Name == name })
	if i < 0 {
		return Architecture{}, fmt.Errorf("architecture %q, want one of %s", name, strings.Join(Architectures(), ", "))
	}
	return known[i], nil
}

// String returns the full description, which tells any two architectures apart.
func (a Architecture) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %d×%d×%d", a.Name, a.Channels, a.Height, a.Width)
	for _, l := range a.Layers {
		s.WriteString(", ")
		s.WriteString(l.String())
	}
	fmt.Fprintf(&s, "; %d classes", a.Classes)
	return s.String()
}

// String returns the layer as in "conv 32 3×3 padding 1".
func (l Layer) String() string {
	switch l.Kind {
	case "normalise":
		return fmt.Sprintf("normalise mean %v std %v", l.Mean, l.Std)
	case "conv":
		s := fmt.Sprintf("conv %d %d×%d padding %d", l.Out, l.Size, l.Size, l.Pad)
		if l.stride() > 1 {
			s += fmt.Sprintf(" stride %d", l.Stride)
		}
		if l.groups() > 1 {
			s += fmt.Sprintf(" groups %d", l.Groups)
		}
		return s
	case "pool":
		return fmt.Sprintf("max pool %d×%d", l.Size, l.Size)
	case "dense":
		return fmt.Sprintf("dense %d", l.Out)
	case "add":
		return fmt.Sprintf("add layer %d", l.From)
	}
	return l.Kind
}

// A shape is that of one image between two layers, whose elements stand by row,
// column and channel. After flatten h and w are 1.
type shape struct{ c, h, w int }

func (s shape) size() int { return s.c * s.h * s.w }

// A span is where a tensor's elements stand in the network's flat weights.
type span struct{ from, to int }

func (s span) of(flat []float32) []float32 { return flat[s.from:s.to:s.to] }

// A stage is a layer with the shapes around it and its weights' places. Layers
// without weights have empty spans.
type stage struct {
	Layer
	in, out      shape
	weight, bias span
}

// A bound on any dimension of an architecture, so that products of three stay
// far from overflow when a description comes from a damaged file.
const maxDimension = 1 << 16

// stages lays the architecture out and returns how many weights it has.
func (a Architecture) stages() ([]stage, int, error) {
	s := shape{a.Channels, a.Height, a.Width}
	if min(s.c, s.h, s.w) < 1 || max(s.c, s.h, s.w) > maxDimension {
		return nil, 0, fmt.Errorf("architecture %q: images of %d×%d×%d, want dimensions in 1..%d", a.Name, s.c, s.h, s.w, maxDimension)
	}
	var all []stage
	weights := 0
	claim := func(n int) span {
		weights += n
		return span{weights - n, weights}
	}
	for i, l := range a.Layers {
		if l.Out < 0 || l.Out > maxDimension || l.Size < 0 || l.Size > 64 || l.Pad < 0 || l.Pad > 64 ||
			l.Stride < 0 || l.Stride > 64 || l.Groups < 0 || l.Groups > maxDimension || l.From < 0 {
			return nil, 0, fmt.Errorf("architecture %q: layer %d, %s: out of range", a.Name, i, l)
		}
		st := stage{Layer: l, in: s, out: s}
		ok := true
		switch l.Kind {
		case "normalise":
			ok = l.Std > 0
		case "relu", "relu6":
		case "conv":
			st.out = shape{l.Out, (s.h+2*l.Pad-l.Size)/l.stride() + 1, (s.w+2*l.Pad-l.Size)/l.stride() + 1}
			ok = l.Pad < l.Size && s.h+2*l.Pad >= l.Size && s.w+2*l.Pad >= l.Size && s.c%l.groups() == 0 && l.Out%l.groups() == 0
			st.weight, st.bias = claim(l.Size*l.Size*s.c/l.groups()*l.Out), claim(l.Out)
		case "pool":
			ok = l.Size > 0 && s.h%l.Size == 0 && s.w%l.Size == 0
			if ok {
				st.out = shape{s.c, s.h / l.Size, s.w / l.Size}
			}
		case "flatten":
			st.out = shape{s.size(), 1, 1}
		case "mean":
			st.out = shape{s.c, 1, 1}
		case "add":
			ok = l.From < i && all[l.From].out == s
		case "dense":
			st.out = shape{l.Out, 1, 1}
			st.weight, st.bias = claim(s.c*l.Out), claim(l.Out)
			ok = s.h == 1 && s.w == 1
		default:
			ok = false
		}
		if !ok || min(st.out.c, st.out.h, st.out.w) < 1 || weights > 1<<30 {
			return nil, 0, fmt.Errorf("architecture %q: layer %d, %s, does not fit images of %d×%d×%d", a.Name, i, l, s.c, s.h, s.w)
		}
		all, s = append(all, st), st.out
	}
	if s != (shape{a.Classes, 1, 1}) || a.Classes < 2 {
		return nil, 0, fmt.Errorf("architecture %q: the last layer gives %d×%d×%d, want %d classes (at least 2)", a.Name, s.c, s.h, s.w, a.Classes)
	}
	if _, err := blocks(all); err != nil {
		return nil, 0, fmt.Errorf("architecture %q: %w", a.Name, err)
	}
	return all, weights, nil
}
