package model

import (
	"math"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
)

// The reference is the same function in float64, written to be obvious rather
// than fast: about 10 ms an image. It shares no code with the graph but the
// cross-entropy of a row of logits.

// ReferenceLogits returns the logits of image i of x.
func (n *Net) ReferenceLogits(x *pixel.Batch, i int) []float64 {
	return n.reference(widen(x.Sample(i)), nil)
}

// ReferenceLoss returns the cross-entropy, in nats, of one image of C·H·W samples
// against a label.
func (n *Net) ReferenceLoss(image []float64, label int) float64 {
	return kernel.CrossEntropy(n.reference(image, nil), label)
}

// reference returns the logits of an image and, unless p is nil, appends to it the
// piece that the image lies on.
func (n *Net) reference(image []float64, p *piece) []float64 {
	if n.plan == nil {
		return reference(n.arch, n.weights, image, p)
	}
	values := make([][]float64, len(n.plan.sizes))
	values[0] = image
	for _, s := range n.plan.steps {
		x := make([][]float64, len(s.in))
		for i, v := range s.in {
			x[i] = values[v]
		}
		values[s.out] = s.op.reference(x, p)
	}
	return values[n.plan.output]
}

// widen returns the samples in float64.
func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i := range v {
		w[i] = float64(v[i])
	}
	return w
}

// A piece says on which of its linear pieces a network's layers are: for each
// ReLU between which bounds its input lies, for each pooling window
// which of its inputs it passes on, the first of equals.
type piece []uint16

// reference is that of layers.
func reference(a Architecture, weights []float32, image []float64, p *piece) []float64 {
	stages, _, err := a.stages()
	if err != nil {
		panic(err) // a Net has an architecture that lays out
	}
	h := image
	var results [][]float64
	for _, s := range stages {
		w, b := s.weight.of(weights), s.bias.of(weights)
		switch s.Kind {
		case "normalise":
			h = referenceNormalise(h, s)
		case "conv":
			h = referenceConv(h, w, b, s)
		case "relu":
			h = referenceReLU(h, math.Inf(1), p)
		case "relu6":
			h = referenceReLU(h, 6, p)
		case "pool":
			h = referencePool(h, s, p)
		case "add":
			h = referenceAdd(h, results[s.From])
		case "mean":
			h = referenceMean(h, s)
		case "flatten":
			h = referenceFlatten(h, s)
		case "dense":
			h = referenceDense(h, w, b, s)
		}
		results = append(results, h)
	}
	return h
}

func referenceNormalise(x []float64, s stage) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = (v - s.Mean) / s.Std
	}
	return y
}

// referenceConv goes through a row of results at a time, for the sake of the cache.
func referenceConv(x []float64, w, b []float32, s stage) []float64 {
	y := make([]float64, s.out.size())
	in, out, stride := s.in.c/s.groups(), s.Out/s.groups(), s.stride()
	for o := range s.out.c {
		plane := y[o*s.out.h*s.out.w:][:s.out.h*s.out.w]
		for k := range plane {
			plane[k] = float64(b[o])
		}
		for i := range in {
			from := x[(o/out*in+i)*s.in.h*s.in.w:][:s.in.h*s.in.w]
			for kr := range s.Size {
				for kc := range s.Size {
					weight := float64(w[((kr*s.Size+kc)*in+i)*s.Out+o])
					// Columns of results whose tap lies inside the image.
					first := max(0, (s.Pad-kc+stride-1)/stride)
					last := s.in.w - 1 + s.Pad - kc
					if last < 0 {
						continue
					}
					end := min(s.out.w, last/stride+1)
					for r := range s.out.h {
						ir := r*stride + kr - s.Pad
						if ir < 0 || ir >= s.in.h || first >= end {
							continue
						}
						sums, taps := plane[r*s.out.w+first:r*s.out.w+end], from[ir*s.in.w+first*stride+kc-s.Pad:]
						if stride == 1 { // without the bounds to check, in two thirds of the time
							for c, v := range taps[:len(sums)] {
								sums[c] += weight * v
							}
							continue
						}
						for c := range sums {
							sums[c] += weight * taps[c*stride]
						}
					}
				}
			}
		}
	}
	return y
}

// Between two layers an image stands here by channel, row and column, unlike in
// the graph.

func referenceAdd(x, y []float64) []float64 {
	z := make([]float64, len(x))
	for i := range z {
		z[i] = x[i] + y[i]
	}
	return z
}

func referenceMean(x []float64, s stage) []float64 {
	y := make([]float64, s.out.c)
	pixels := s.in.h * s.in.w
	for c := range y {
		for _, v := range x[c*pixels : (c+1)*pixels] {
			y[c] += v / float64(pixels)
		}
	}
	return y
}

// referenceFlatten gives the features in the order that the dense weights have:
// by row, column and channel.
func referenceFlatten(x []float64, s stage) []float64 {
	y := make([]float64, 0, len(x))
	for pixel := range s.in.h * s.in.w {
		for c := range s.in.c {
			y = append(y, x[c*s.in.h*s.in.w+pixel])
		}
	}
	return y
}

// referenceReLU bounds each value to 0..high. Which of the pieces it is on is told
// by 0 below, 1 between and 2 above.
func referenceReLU(x []float64, high float64, p *piece) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = min(max(v, 0), high)
		if p != nil {
			var where uint16
			switch {
			case v >= high:
				where = 2
			case v > 0:
				where = 1
			}
			*p = append(*p, where)
		}
	}
	return y
}

func referencePool(x []float64, s stage, p *piece) []float64 {
	y := make([]float64, 0, s.out.size())
	for c := range s.out.c {
		for r := range s.out.h {
			for k := range s.out.w {
				top, which := math.Inf(-1), 0
				for t := range s.Size * s.Size {
					v := x[(c*s.in.h+r*s.Size+t/s.Size)*s.in.w+k*s.Size+t%s.Size]
					if v > top {
						top, which = v, t
					}
				}
				y = append(y, top)
				if p != nil {
					*p = append(*p, uint16(which))
				}
			}
		}
	}
	return y
}

func referenceDense(x []float64, w, b []float32, s stage) []float64 {
	y := make([]float64, s.Out)
	for o := range y {
		y[o] = float64(b[o])
	}
	for i, v := range x {
		for o, weight := range w[i*s.Out:][:s.Out] {
			y[o] += v * float64(weight)
		}
	}
	return y
}
