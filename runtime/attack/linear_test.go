package attack_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"jpgreport/runtime/pixel"
)

// linear is a softmax over weighted sums of the samples: a classifier whose loss
// and gradient fit on a page. It counts its backward passes.
type linear struct {
	weights [][]float64 // classes × samples
	passes  int
}

func newLinear(classes, samples int, seed uint64) *linear {
	r := rand.New(rand.NewPCG(seed, 0))
	m := &linear{weights: make([][]float64, classes)}
	for k := range m.weights {
		m.weights[k] = make([]float64, samples)
		for j := range m.weights[k] {
			m.weights[k][j] = r.NormFloat64()
		}
	}
	return m
}

// probabilities returns the softmax for the samples of one image.
func (m *linear) probabilities(x []float32) []float64 {
	p := make([]float64, len(m.weights))
	sum := 0.0
	for k, w := range m.weights {
		z := 0.0
		for j, v := range x {
			z += w[j] * float64(v)
		}
		p[k] = math.Exp(z)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// loss returns the cross-entropy summed over the batch.
func (m *linear) loss(x *pixel.Batch, labels []int) float64 {
	sum := 0.0
	for i, l := range labels {
		sum -= math.Log(m.probabilities(x.Sample(i))[l])
	}
	return sum
}

func (m *linear) Gradient(_ context.Context, x *pixel.Batch, labels []int) ([]float32, error) {
	m.passes++
	g := make([]float32, 0, len(x.Data))
	for i, l := range labels {
		p := m.probabilities(x.Sample(i))
		p[l]--
		for j := range x.Size() {
			d := 0.0
			for k, w := range m.weights {
				d += p[k] * w[j]
			}
			g = append(g, float32(d))
		}
	}
	return g, nil
}

func (m *linear) Digest() string { return fmt.Sprint(m.weights) }

// batch returns n 8-bit images of 3×4×5 that hold every level, labels included.
func batch(n int, seed uint64) (*pixel.Batch, []int) {
	r := rand.New(rand.NewPCG(seed, 1))
	levels := make([]byte, n*60)
	labels := make([]int, n)
	for i := range levels {
		levels[i] = byte(r.UintN(256))
	}
	for i := range labels {
		labels[i] = r.IntN(3)
	}
	return pixel.FromBytes(n, 3, 4, 5, levels), labels
}
