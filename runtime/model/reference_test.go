package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

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

func digits(t testing.TB) Architecture {
	t.Helper()
	a, err := Named("digits")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestLogitsAgainstReference(t *testing.T) {
	for _, tt := range []struct {
		arch      Architecture
		n         int
		tolerance float64 // of the largest |logit|
	}{
		{tiny(), 1, 2e-6},
		{tiny(), shardSize, 2e-6},
		{tiny(), 2*shardSize + 7, 2e-6},
		{digits(t), 3, 2e-6},
	} {
		t.Run(fmt.Sprint(tt.arch.Name, tt.n), func(t *testing.T) {
			net := random(t, tt.arch, 3)
			x, _ := noise(tt.arch, tt.n, 4)
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
					if got := float64(p.row(i)[k]); math.Abs(got-z) > tt.tolerance*scale {
						t.Errorf("image %d, logit %d: %v, reference %v", i, k, got, z)
					}
				}
			}
		})
	}
}

// The gradient by each weight, on a full shard and on batches that do not fill
// the last one, against central differences of the reference's mean loss. Weights
// at which an image changes its linear piece are left out.
func TestWeightGradient(t *testing.T) {
	const h, tolerance = 1e-4, 2e-5 // tolerance of the largest |gradient|
	a := tiny()
	for _, n := range []int{1, shardSize, shardSize + 4} {
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
		batch := make([]int, n)
		for i := range batch {
			batch[i] = i
		}
		sum, err := tr.gradient(context.Background(), batch)
		if err != nil {
			t.Fatal(err)
		}
		mean := func() (float64, piece) {
			total, p := 0.0, piece{}
			for i, l := range labels {
				total += crossEntropy(reference(a, tr.weights, widen(x.Sample(i)), &p), l)
			}
			return total / float64(n), p
		}
		want, here := mean()
		if got := sum.loss / float64(n); math.Abs(got-want) > 1e-5*want {
			t.Errorf("%d images: mean loss %v, reference %v", n, got, want)
		}
		gradient := tr.shards[0].gradient
		largest := 0.0
		for _, g := range gradient {
			largest = max(largest, math.Abs(float64(g)))
		}
		compared := 0
		for i, w := range tr.weights {
			tr.weights[i] = w + h
			up, above := mean()
			step := float64(tr.weights[i])
			tr.weights[i] = w - h
			down, below := mean()
			step -= float64(tr.weights[i])
			tr.weights[i] = w
			if !slices.Equal(here, above) || !slices.Equal(here, below) {
				continue
			}
			compared++
			if numeric := (up - down) / step; math.Abs(numeric-float64(gradient[i])) > tolerance*largest {
				t.Errorf("%d images: gradient by weight %d is %v, numeric %v", n, i, gradient[i], numeric)
			}
		}
		if compared < len(tr.weights)/2 {
			t.Errorf("%d images: only %d of %d weights compared", n, compared, len(tr.weights))
		}
	}
}
