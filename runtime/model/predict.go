package model

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Predictions are what a net says of N images.
type Predictions struct {
	Labels     []int     // N: the label of the largest logit, the lowest of equals
	Confidence []float64 // N: the probability of that label, in [0,1]
	Logits     []float32 // N×Classes
	Classes    int
}

// fewPredictions are not worth another core.
const fewPredictions = 512

// newPredictions derives labels and confidences from logits.
func newPredictions(logits []float32, classes int) *Predictions {
	n := len(logits) / classes
	p := &Predictions{Labels: make([]int, n), Confidence: make([]float64, n), Logits: logits, Classes: classes}
	work.Share(n, fewPredictions, func() func(from, to int) {
		return func(from, to int) {
			for i := from; i < to; i++ {
				row := p.row(i)
				p.Labels[i] = best(row)
				p.Confidence[i] = math.Exp(-kernel.CrossEntropy(row, p.Labels[i]))
			}
		}
	})
	return p
}

// row returns the logits of image i.
func (p *Predictions) row(i int) []float32 { return p.Logits[i*p.Classes : (i+1)*p.Classes] }

// Probability returns the softmax probability of a label for image i, computed
// in float64 from the logits.
func (p *Predictions) Probability(i, label int) float64 {
	return math.Exp(-kernel.CrossEntropy(p.row(i), label))
}

// Probabilities returns the probability of each of the labels for image i.
func (p *Predictions) Probabilities(i int, labels []int) []float64 {
	var list []float64
	for _, l := range labels {
		list = append(list, p.Probability(i, l))
	}
	return list
}

// Top returns the k labels of image i with the largest logits, largest first,
// the lower label first among equals. k is at most Classes.
func (p *Predictions) Top(i, k int) []int {
	row := p.row(i)
	labels := make([]int, p.Classes)
	for l := range labels {
		labels[l] = l
	}
	slices.SortStableFunc(labels, func(a, b int) int {
		switch {
		case row[a] > row[b]:
			return -1
		case row[a] < row[b]:
			return 1
		}
		return 0
	})
	return labels[:min(k, p.Classes)]
}

// Classify returns the net's predictions for x, N×C×H×W samples in [0,1]. An
// image's logits do not depend on the others in the batch. The result is kept
// in the context's memory.
func (n *Net) Classify(ctx context.Context, x *pixel.Batch) (*Predictions, error) {
	if err := n.arch.check(x); err != nil {
		return nil, fmt.Errorf("classify: %w", err)
	}
	var key work.Key
	if work.Remembers(ctx) {
		key = work.Key{Primitive: "model.Classify"}.With("model", n.digest).With("images", x.Digest())
	}
	codec := work.Codec[[]float32]{
		Encode: func(v []float32) ([]byte, error) { return floats(v), nil },
		Decode: func(b []byte) ([]float32, error) {
			if want := 4 * x.N * n.arch.Classes; len(b) != want {
				return nil, fmt.Errorf("logits of %d bytes, want %d", len(b), want)
			}
			v := make([]float32, len(b)/4)
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
			return v, nil
		},
	}
	logits, err := work.Recalled(ctx, key, codec, func(ctx context.Context) ([]float32, error) { return n.logits(ctx, x) })
	if err != nil {
		return nil, fmt.Errorf("classify: %w", err)
	}
	return newPredictions(logits, n.arch.Classes), nil
}

// logits returns N×Classes logits.
func (n *Net) logits(ctx context.Context, x *pixel.Batch) ([]float32, error) {
	classes := n.arch.Classes
	logits := make([]float32, x.N*classes)
	err := n.inBatches(ctx, "classify", forward, x, nil, func(m *machine, first int) {
		copy(logits[first*classes:], m.logits[:m.n*classes])
	})
	return logits, err
}

// Loss returns each image's cross-entropy against its label, in nats, computed in
// float64 from the logits, which are kept as those of [Net.Classify].
func (n *Net) Loss(ctx context.Context, x *pixel.Batch, labels []int) ([]float64, error) {
	if err := n.arch.checkLabels(x, labels); err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	p, err := n.Classify(ctx, x)
	if err != nil {
		return nil, err
	}
	loss := make([]float64, x.N)
	for i, l := range labels {
		loss[i] = kernel.CrossEntropy(p.row(i), l)
	}
	return loss, nil
}

// Gradient returns the gradient of the summed cross-entropy by the samples of x,
// N×C×H×W: row i is that of image i's own loss. It goes through normalisation,
// so it is by samples in [0,1]. [attack.Gradient] keeps it in the context's memory.
func (n *Net) Gradient(ctx context.Context, x *pixel.Batch, labels []int) ([]float32, error) {
	if err := n.arch.checkLabels(x, labels); err != nil {
		return nil, fmt.Errorf("gradient: %w", err)
	}
	gradient := make([]float32, len(x.Data))
	size := x.Size()
	err := n.inBatches(ctx, "input gradient", inputGradient, x, labels, func(m *machine, first int) {
		copy(gradient[first*size:], m.dx[:m.n*size])
	})
	if err != nil {
		return nil, fmt.Errorf("gradient: %w", err)
	}
	return gradient, nil
}

// Primitive names the code that computes [Net.Gradient], for the keys under
// which [attack.Gradient] keeps it.
func (n *Net) Primitive() string { return "model.Net.Gradient" }
