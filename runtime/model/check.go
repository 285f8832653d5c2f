package model

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// A GradientCheck compares [Net.Gradient] with central differences of
// [Net.ReferenceLoss] at random samples.
type GradientCheck struct {
	// Error is the largest |analytic − numeric|, relative to the largest
	// |gradient| of the same image.
	Error     float64
	Compared  int     // samples compared
	Kinks     int     // samples left out, as the loss bends there
	Step      float64 // h, on samples in [0,1]
	ZeroShare float64 // share of exactly zero gradients, over all samples of x
}

// gradientStep is h of the differences. Their error is of order h², as no kink is
// crossed, and rounding in float64 costs 1e-16/h: at 1e-4 both stay below what
// float32 costs the gradient under test, and few kinks lie within ±h.
const gradientStep = 1e-4

// CheckGradient compares the gradient for x at that many random samples of each
// image, drawn from the seed. The network is made of smooth pieces: ReLU and max
// pooling have kinks, and in a flat part of an image all four values of a pooling
// window are equal, so that it sits on one, where no gradient is right or wrong.
// A sample is compared when the image lies on one and the same piece at −h, 0 and
// +h, and else counted and left out. [attack.Dither] takes images off the kinks.
func (n *Net) CheckGradient(ctx context.Context, x *pixel.Batch, labels []int, pixels int, seed uint64) (*GradientCheck, error) {
	if pixels < 1 || pixels > x.Size() {
		return nil, fmt.Errorf("check gradient: %d pixels an image, want 1..%d", pixels, x.Size())
	}
	key := work.Key{Primitive: "model.CheckGradient"}.With("model", n.digest).With("images", x.Digest()).
		WithInts("labels", labels).With("pixels", pixels).With("seed", seed)
	codec := work.Codec[*GradientCheck]{
		Encode: func(c *GradientCheck) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(c) // not JSON, which has no infinite error
			return b.Bytes(), err
		},
		Decode: func(b []byte) (*GradientCheck, error) {
			c := new(GradientCheck)
			return c, gob.NewDecoder(bytes.NewReader(b)).Decode(c)
		},
	}
	return work.Recalled(ctx, key, codec, func(ctx context.Context) (*GradientCheck, error) {
		return n.checkGradient(ctx, x, labels, pixels, seed)
	})
}

func (n *Net) checkGradient(ctx context.Context, x *pixel.Batch, labels []int, pixels int, seed uint64) (*GradientCheck, error) {
	gradient, err := n.Gradient(ctx, x, labels)
	if err != nil {
		return nil, fmt.Errorf("check gradient: %w", err)
	}
	c := &GradientCheck{Step: gradientStep}
	zero := 0
	for _, g := range gradient {
		if g == 0 {
			zero++
		}
	}
	if len(gradient) > 0 {
		c.ZeroShare = float64(zero) / float64(len(gradient))
	}
	parts := make([]GradientCheck, x.N)
	work.Share(x.N, 1, func() func(i, _ int) {
		return func(i, _ int) {
			if ctx.Err() != nil {
				return
			}
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			g := gradient[i*x.Size() : (i+1)*x.Size()]
			parts[i] = n.checkImage(widen(x.Sample(i)), labels[i], g, r.Perm(x.Size())[:pixels])
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("check gradient: %w", err)
	}
	for _, p := range parts {
		c.Error = max(c.Error, p.Error)
		c.Compared += p.Compared
		c.Kinks += p.Kinks
	}
	return c, nil
}

// checkImage compares one image's gradient at the given samples.
func (n *Net) checkImage(image []float64, label int, gradient []float32, at []int) GradientCheck {
	var c GradientCheck
	largest := 0.0
	for _, g := range gradient {
		largest = max(largest, math.Abs(float64(g)))
	}
	loss := func() (float64, piece) {
		var p piece
		return kernel.CrossEntropy(n.reference(image, &p), label), p
	}
	_, here := loss()
	for _, k := range at {
		v := image[k]
		image[k] = v + gradientStep
		up, above := loss()
		image[k] = v - gradientStep
		down, below := loss()
		image[k] = v
		if !slices.Equal(here, above) || !slices.Equal(here, below) {
			c.Kinks++
			continue
		}
		c.Compared++
		// Not d > 0, which a NaN would pass; max hands a NaN on. The quotient is
		// +Inf where the whole gradient is 0 and ought not to be.
		if d := math.Abs((up-down)/(2*gradientStep) - float64(gradient[k])); d != 0 {
			c.Error = max(c.Error, d/largest)
		}
	}
	return c
}
