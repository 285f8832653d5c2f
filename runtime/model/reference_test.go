package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
)

// tiny has every kind of layer twice over and few enough weights that each can
// be checked.
func tiny() Architecture {
	return Architecture{
		Name: "tiny", Channels: 2, Height: 8, Width: 8, Classes: 3,
		Layers: []Layer{
			{Kind: "normalise", Mean: 0.4, Std: 0.3},
			{Kind: "conv", Out: 3, Size: 3, Pad: 1},
			{Kind: "relu"},
			{Kind: "pool", Size: 2},
			{Kind: "conv", Out: 4, Size: 3, Pad: 1},
			{Kind: "relu"},
			{Kind: "pool", Size: 2},
			{Kind: "flatten"},
			{Kind: "dense", Out: 5},
			{Kind: "relu"},
			{Kind: "dense", Out: 3},
		},
	}
}

// residual has what networks for photographs are made of.
func residual() Architecture {
	return Architecture{
		Name: "residual", Channels: 3, Height: 12, Width: 12, Classes: 4,
		Layers: []Layer{
			{Kind: "normalise", Mean: 0.5, Std: 0.25},
			{Kind: "conv", Out: 8, Size: 3, Pad: 1, Stride: 2},
			{Kind: "relu6"},
			{Kind: "conv", Out: 8, Size: 3, Pad: 1, Groups: 8},
			{Kind: "relu6"},
			{Kind: "conv", Out: 4, Size: 1},
			{Kind: "conv", Out: 24, Size: 1},
			{Kind: "relu6"},
			{Kind: "conv", Out: 24, Size: 3, Pad: 1, Groups: 24},
			{Kind: "relu6"},
			{Kind: "conv", Out: 4, Size: 1},
			{Kind: "add", From: 5},
			{Kind: "conv", Out: 16, Size: 3, Pad: 1},
			{Kind: "relu"},
			{Kind: "conv", Out: 16, Size: 3, Pad: 1},
			{Kind: "add", From: 13},
			{Kind: "conv", Out: 6, Size: 3, Pad: 1, Stride: 2, Groups: 2},
			{Kind: "mean"},
			{Kind: "relu"},
			{Kind: "flatten"},
			{Kind: "dense", Out: 4},
		},
	}
}

// noise returns a batch of uniform samples and labels.
func noise(a Architecture, n int, seed uint64) (*pixel.Batch, []int) {
	r := rand.New(rand.NewPCG(seed, 1))
	x := pixel.New(n, a.Channels, a.Height, a.Width)
	for i := range x.Data {
		x.Data[i] = r.Float32()
	}
	labels := make([]int, n)
	for i := range labels {
		labels[i] = r.IntN(a.Classes)
	}
	return x, labels
}

// random returns a net of random weights, biases included.
func random(t testing.TB, a Architecture, seed uint64) *Net {
	t.Helper()
	w, err := initial(a, seed)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range w {
		w[i] += float32(0.1 * r.NormFloat64() * math.Sqrt(2/float64(1+len(w)/100)))
	}
	return newNet(a, w)
}

// answers returns the logits and the gradient that a net gives for x.
func answers(t testing.TB, net *Net, x *pixel.Batch, labels []int) (logits, gradient []float32) {
	t.Helper()
	p, err := net.Classify(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	if gradient, err = net.Gradient(context.Background(), x, labels); err != nil {
		t.Fatal(err)
	}
	return p.Logits, gradient
}

func digits(t testing.TB) Architecture {
	t.Helper()
	a, err := Named("digits")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// logitsNearReference compares the logits of each image with the reference, relative
// to the image's largest |logit|.
func logitsNearReference(t *testing.T, net *Net, x *pixel.Batch, tolerance float64) {
	t.Helper()
	p, err := net.Classify(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x.N {
		want := net.ReferenceLogits(x, i)
		scale := 0.0
		for _, z := range want {
			scale = max(scale, math.Abs(z))
		}
		for k, z := range want {
			if got := float64(p.row(i)[k]); !(math.Abs(got-z) <= tolerance*scale) {
				t.Errorf("%s: image %d, logit %d: %v, reference %v", net.arch.Name, i, k, got, z)
			}
		}
	}
}

func TestLogitsAgainstReference(t *testing.T) {
	for _, tt := range []struct {
		arch      Architecture
		n         int
		tolerance float64 // of the largest |logit|
	}{
		{tiny(), 1, 2e-6},
		{tiny(), maxImages, 2e-6},
		{tiny(), 2*maxImages + 7, 2e-6},
		{digits(t), 3, 2e-6},
		{residual(), 5, 2e-6},
	} {
		t.Run(fmt.Sprint(tt.arch.Name, tt.n), func(t *testing.T) {
			net := random(t, tt.arch, 3)
			x, _ := noise(tt.arch, tt.n, 4)
			logitsNearReference(t, net, x, tt.tolerance)
		})
	}
}

// The gradient by each weight against central differences of the reference's mean
// loss. Weights at which an image changes its linear piece are left out.
func TestWeightGradient(t *testing.T) {
	for _, tt := range []struct {
		arch Architecture
		n    int
	}{{tiny(), 1}, {tiny(), 29}, {residual(), 3}} {
		t.Run(fmt.Sprint(tt.arch.Name, tt.n), func(t *testing.T) { checkWeightGradient(t, tt.arch, tt.n) })
	}
}

func checkWeightGradient(t *testing.T, a Architecture, n int) {
	const h, tolerance = 1e-4, 2e-5 // tolerance of the largest |gradient|
	x, labels := noise(a, n, 5)
	o, err := TrainOptions{BatchSize: n, Seed: 6}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := newTrainer(a, x, labels, o)
	if err != nil {
		t.Fatal(err)
	}
	copy(tr.weights, random(t, a, 7).weights)
	sum, err := tr.gradient(upTo(n))
	if err != nil {
		t.Fatal(err)
	}
	total := func() (float64, piece) {
		total, p := 0.0, piece{}
		for i, l := range labels {
			total += kernel.CrossEntropy(reference(a, tr.weights, widen(x.Sample(i)), &p), l)
		}
		return total, p
	}
	want, here := total()
	if math.Abs(sum.loss-want) > 1e-5*want {
		t.Errorf("loss %v, reference %v", sum.loss, want)
	}
	gradient := tr.flat()
	largest := 0.0
	for _, g := range gradient {
		largest = max(largest, math.Abs(float64(g)))
	}
	compared := 0
	for i, w := range tr.weights {
		tr.weights[i] = w + h
		up, above := total()
		step := float64(tr.weights[i])
		tr.weights[i] = w - h
		down, below := total()
		step -= float64(tr.weights[i])
		tr.weights[i] = w
		if !slices.Equal(here, above) || !slices.Equal(here, below) {
			continue
		}
		compared++
		if numeric := (up - down) / step; math.Abs(numeric-float64(gradient[i])) > tolerance*largest {
			t.Errorf("gradient by weight %d is %v, numeric %v", i, gradient[i], numeric)
		}
	}
	if compared < len(tr.weights)/2 {
		t.Errorf("only %d of %d weights compared", compared, len(tr.weights))
	}
}

func upTo(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i
	}
	return v
}

// flat returns the gradients in the order of the weights.
func (t *trainer) flat() []float32 {
	var g []float32
	for _, p := range t.params {
		g = append(g, p.gradient...)
	}
	return g
}

// A batch that takes several runs has the gradient of one that takes one.
func TestGradientOfSeveralRuns(t *testing.T) {
	a := tiny()
	x, labels := noise(a, 23, 1)
	gradient := func(limit int) []float32 {
		tr, err := newTrainer(a, x, labels, TrainOptions{Epochs: 1, BatchSize: limit, LearningRate: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := tr.gradient(upTo(23)); err != nil || sum.n != 23 {
			t.Fatal(sum, err)
		}
		return tr.flat()
	}
	one, several := gradient(23), gradient(7)
	for i := range one {
		if d := math.Abs(float64(one[i] - several[i])); d > 1e-5*max(1, math.Abs(float64(one[i]))) {
			t.Errorf("weight %d: gradient %v in one run, %v in four", i, one[i], several[i])
		}
	}
}
