package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// One function a layer. Tensors between them are N×C×H×W until flatten, then
// N×features.

// normalise returns (x − mean)/std.
func normalise(x *G.Node, l Layer) (*G.Node, error) {
	scale, mean := float32(1/l.Std), float32(l.Mean)
	o := &operation{
		name: fmt.Sprintf("normalise %v %v", l.Mean, l.Std), out: x.Shape().Clone(), wrt: []bool{true},
		do: func(out []float32, in ...[]float32) {
			for i, v := range in[0] {
				out[i] = (v - mean) * scale
			}
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: fmt.Sprintf("normalise %v %v gradient", l.Mean, l.Std), out: in[0].Shape().Clone(),
				do: func(out []float32, in ...[]float32) {
					for i, v := range in[0] {
						out[i] = v * scale
					}
				},
			}
			n, err := d.apply(grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(x)
}

// conv returns the cross-correlation of x with the kernels w (Out×C×Size×Size)
// plus a bias per channel.
func conv(x, w, b *G.Node, s stage) (*G.Node, error) {
	c := newConvolution(s.Layer, s.in, s.out)
	o := &operation{
		name: fmt.Sprint(s.Layer), out: tensor.Shape{x.Shape()[0], s.out.c, s.out.h, s.out.w}, wrt: []bool{true, true, true},
		do: func(out []float32, in ...[]float32) { c.forward(out, in[0], in[1], in[2]) },
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx := &operation{
				name: fmt.Sprint(s.Layer, " gradient by input"), out: in[0].Shape().Clone(),
				do: func(out []float32, in ...[]float32) { c.inputGradient(out, in[0], in[1]) },
			}
			dw := &operation{
				name: fmt.Sprint(s.Layer, " gradient by kernels"), out: in[1].Shape().Clone(),
				do: func(out []float32, in ...[]float32) { c.weightGradient(out, in[0], in[1]) },
			}
			nx, err := dx.apply(grad, in[1])
			if err != nil {
				return nil, err
			}
			nw, err := dw.apply(grad, in[0])
			if err != nil {
				return nil, err
			}
			nb, err := biasGradient(grad, in[2])
			return G.Nodes{nx, nw, nb}, err
		},
	}
	return o.apply(x, w, b)
}

// relu returns max(x, 0); its gradient at 0 is 0.
func relu(x *G.Node) (*G.Node, error) {
	o := &operation{
		name: "relu", out: x.Shape().Clone(), wrt: []bool{true},
		do: func(out []float32, in ...[]float32) {
			for i, v := range in[0] {
				out[i] = max(v, 0)
			}
		},
		grad: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: "relu gradient", out: in[0].Shape().Clone(),
				do: func(dx []float32, in ...[]float32) {
					y, dy := in[0], in[1]
					for i, v := range dy {
						if y[i] > 0 {
							dx[i] = v
						} else {
							dx[i] = 0
						}
					}
				},
			}
			n, err := d.apply(out, grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(x)
}

// maxPool returns the maxima of Size×Size windows that do not overlap. The
// gradient goes to the first of equal maxima.
//
// Note: Gorgonia's MaxPool2D gives right values, but its gradient panics on a NaN
// in a goroutine of its own, which nobody can recover.
func maxPool(x *G.Node, s stage) (*G.Node, error) {
	batch := x.Shape()[0]
	from := make([]int32, batch*s.out.size()) // where each maximum stood in x
	o := &operation{
		name: fmt.Sprint(s.Layer), out: tensor.Shape{batch, s.out.c, s.out.h, s.out.w}, wrt: []bool{true},
		do: func(out []float32, in ...[]float32) {
			x, k := in[0], 0
			for row := range batch * s.out.c * s.out.h {
				for col := range s.out.w {
					first := row*s.Size*s.in.w + col*s.Size
					top, at := x[first], first
					for r := range s.Size {
						for i, v := range x[first+r*s.in.w:][:s.Size] {
							if v > top || v != v { // a NaN stays one
								top, at = v, first+r*s.in.w+i
							}
						}
					}
					out[k], from[k] = top, int32(at)
					k++
				}
			}
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: fmt.Sprint(s.Layer, " gradient"), out: in[0].Shape().Clone(),
				do: func(dx []float32, in ...[]float32) {
					clear(dx)
					for k, v := range in[0] {
						dx[from[k]] = v
					}
				},
			}
			n, err := d.apply(grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(x)
}

// flatten returns N×C·H·W.
func flatten(x *G.Node, s stage) (*G.Node, error) {
	return G.Reshape(x, tensor.Shape{x.Shape()[0], s.out.c})
}

// dense returns x·w plus a bias per feature; w is features in × features out.
func dense(x, w, b *G.Node) (*G.Node, error) {
	y, err := G.Mul(x, w)
	if err != nil {
		return nil, err
	}
	return addBias(y, b)
}

// addBias adds b[c] to feature c of each image.
func addBias(x, b *G.Node) (*G.Node, error) {
	o := &operation{
		name: "bias", out: x.Shape().Clone(), wrt: []bool{true, true},
		do: func(out []float32, in ...[]float32) {
			x, b := in[0], in[1]
			for i := 0; i < len(x); i += len(b) {
				for k, c := range b {
					out[i+k] = x[i+k] + c
				}
			}
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			n, err := biasGradient(grad, in[1])
			return G.Nodes{grad, n}, err
		},
	}
	return o.apply(x, b)
}

// biasGradient sums a gradient over the images and the pixels of each channel.
func biasGradient(grad, b *G.Node) (*G.Node, error) {
	channels := b.Shape()[0]
	plane := grad.Shape().TotalSize() / (grad.Shape()[0] * channels)
	o := &operation{
		name: "bias gradient", out: b.Shape().Clone(),
		do: func(db []float32, in ...[]float32) {
			clear(db)
			for i := 0; i < len(in[0]); i += plane {
				var sum float32
				for _, v := range in[0][i : i+plane] {
					sum += v
				}
				db[i/plane%channels] += sum
			}
		},
	}
	return o.apply(grad)
}

// loss returns the cross-entropy of softmax(logits) against the rows of y, each
// one-hot or all zero, summed over the images. A row of zeros has neither loss
// nor gradient: it fills up a shard.
//
// Note: Gorgonia's LogSoftMax has the gradient p − y in float32, in which the
// true label's 1 − p is lost to cancellation from p = 1 − 10⁻⁷ on, and with it
// the sign that an attack follows. Here it is minus the sum of the others.
func loss(logits, y *G.Node) (*G.Node, error) {
	classes := logits.Shape()[1]
	o := &operation{
		name: "cross-entropy", out: tensor.ScalarShape(), wrt: []bool{true, false},
		do: func(out []float32, in ...[]float32) {
			var sum float64
			for i := 0; i < len(in[0]); i += classes {
				if t := hot(in[1][i : i+classes]); t >= 0 {
					sum += crossEntropy(in[0][i:i+classes], t)
				}
			}
			out[0] = float32(sum)
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: "cross-entropy gradient", out: in[0].Shape().Clone(),
				do: func(out []float32, in ...[]float32) {
					clear(out)
					for i := 0; i < len(in[0]); i += classes {
						if t := hot(in[1][i : i+classes]); t >= 0 {
							crossEntropyGradient(out[i:i+classes], in[0][i:i+classes], t, float64(in[2][0]))
						}
					}
				},
			}
			n, err := d.apply(in[0], in[1], grad)
			return G.Nodes{n, nil}, err
		},
	}
	return o.apply(logits, y)
}
