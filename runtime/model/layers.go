package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"jpgreport/runtime/kernel"
)

// One function a kind of block. Tensors between them are N×features, the pixels of
// an image one after another, the channels of a pixel side by side.

// batch returns the shape of a tensor of one row an image.
func (m *machine) batch(features int) tensor.Shape { return tensor.Shape{m.capacity, features} }

// normalise returns (x − mean)/std; x is N×C×H×W as samples are.
func (m *machine) normalise(x *G.Node, b block) (*G.Node, error) {
	mean, factor, pixels := float32(b.Mean), float32(1/b.Std), b.in.h*b.in.w
	o := &operation{
		name: fmt.Sprintf("normalise %d", b.index), out: m.batch(b.to.size()), wrt: []bool{true},
		do: func(out []float32, in ...[]float32) error {
			x := in[0]
			if m.seen != nil && b.index == 0 {
				x = m.seen
			}
			m.engine.Normalise(out, x, m.n, b.in.c, pixels, mean, factor)
			return nil
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: fmt.Sprintf("normalise %d gradient", b.index), out: m.batch(b.in.size()),
				do: func(dx []float32, in ...[]float32) error {
					m.engine.NormaliseGradient(dx, in[0], m.n, b.in.c, pixels, factor)
					return nil
				},
			}
			n, err := d.apply(grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(x)
}

// conv returns the cross-correlation of x with w (Size×Size×In/groups×Out) plus a
// bias for each channel, bounded and pooled as the block says. skip is where the
// gradient by x of a residual that goes round the block will stand.
func (m *machine) conv(x, w, bias *G.Node, b block, skip **G.Node) (*G.Node, error) {
	c, err := b.convolution(m.engine)
	if err != nil {
		return nil, err
	}
	set := m.setter(c)
	o := &operation{
		name: fmt.Sprintf("%v %d", b.Layer, b.index), out: m.batch(b.to.size()), wrt: []bool{true, true, true},
		do: func(y []float32, in ...[]float32) error {
			if err := set(in[1], in[2]); err != nil {
				return err
			}
			return c.Forward(y, in[0], m.n, m.purpose != forward)
		},
	}
	o.grad = func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
		dx := &operation{
			name: fmt.Sprint(o.name, " gradient by input"), out: m.batch(b.in.size()),
			do: func(dx []float32, in ...[]float32) error {
				if err := c.InputGradient(dx, in[0], in[1], m.n); err != nil {
					return err
				}
				if len(in) > 2 {
					size := m.n * b.in.size()
					m.engine.Add(dx[:size], dx[:size], in[2][:size])
				}
				return nil
			},
		}
		from := []*G.Node{grad, out}
		if *skip != nil {
			from = append(from, *skip)
		}
		nx, err := dx.apply(from...)
		if err != nil {
			return nil, err
		}
		db := make([]float32, b.Out)
		dw := &operation{
			name: fmt.Sprint(o.name, " gradient by weights"), out: in[1].Shape().Clone(),
			do: func(dw []float32, in ...[]float32) error { return c.WeightGradient(dw, db, in[2], in[0], in[1], m.n) },
		}
		nw, err := dw.apply(grad, out, in[0])
		if err != nil {
			return nil, err
		}
		bias := &operation{ // what the gradient by the weights has found beside
			name: fmt.Sprint(o.name, " gradient by bias"), out: in[2].Shape().Clone(),
			do: func(out []float32, in ...[]float32) error { copy(out, db); return nil },
		}
		nb, err := bias.apply(nw)
		return G.Nodes{nx, nw, nb}, err
	}
	return o.apply(x, w, bias)
}

// setter returns what gives a convolution its weights: anew at each run of a
// machine whose weights change, else once, as they are packed then.
func (m *machine) setter(c *kernel.Conv) func(w, b []float32) error {
	set := false
	return func(w, b []float32) error {
		if set && m.purpose != weightGradient {
			return nil
		}
		set = true
		return c.SetWeights(w, b)
	}
}

// bound returns x bounded and pooled, for a block without weights.
func (m *machine) bound(x *G.Node, b block) (*G.Node, error) {
	c, err := b.convolution(m.engine)
	if err != nil {
		return nil, err
	}
	ones := make([]float32, b.in.c)
	for i := range ones {
		ones[i] = 1
	}
	if err := c.SetWeights(ones, nil); err != nil {
		return nil, err
	}
	o := &operation{
		name: fmt.Sprintf("%v %d", b.Layer, b.index), out: m.batch(b.to.size()), wrt: []bool{true},
		do: func(y []float32, in ...[]float32) error { return c.Forward(y, in[0], m.n, m.purpose != forward) },
	}
	o.grad = func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
		dx := &operation{
			name: fmt.Sprint(o.name, " gradient"), out: m.batch(b.in.size()),
			do: func(dx []float32, in ...[]float32) error { return c.InputGradient(dx, in[0], in[1], m.n) },
		}
		n, err := dx.apply(grad, out)
		return G.Nodes{n}, err
	}
	return o.apply(x)
}

// dense returns x·w plus a bias per feature, bounded as the block says; w is
// features in × features out.
func (m *machine) dense(x, w, bias *G.Node, b block) (*G.Node, error) {
	low, high := b.finish()
	in, out := b.in.size(), b.Out
	rows := func(v []float32, columns int) kernel.Matrix { return kernel.Dense(v, m.n, columns) }
	o := &operation{
		name: fmt.Sprintf("%v %d", b.Layer, b.index), out: m.batch(out), wrt: []bool{true, true, true},
		do: func(y []float32, v ...[]float32) error {
			return m.engine.MatMul(rows(y, out), rows(v[0], in), kernel.Dense(v[1], in, out), kernel.Finish{Bias: v[2], Bounded: b.bounded, Low: low, High: high})
		},
	}
	o.grad = func(x G.Nodes, y, grad *G.Node) (G.Nodes, error) {
		dz := grad
		if b.bounded {
			pass := &operation{
				name: fmt.Sprint(o.name, " gradient through bounds"), out: m.batch(out),
				do: func(dz []float32, v ...[]float32) error {
					m.engine.Pass(dz[:m.n*out], v[0], v[1], low, high)
					return nil
				},
			}
			var err error
			if dz, err = pass.apply(grad, y); err != nil {
				return nil, err
			}
		}
		dx := &operation{
			name: fmt.Sprint(o.name, " gradient by input"), out: m.batch(in),
			do: func(dx []float32, v ...[]float32) error {
				return m.engine.MatMul(rows(dx, in), rows(v[0], out), kernel.Dense(v[1], in, out).T(), kernel.Finish{})
			},
		}
		nx, err := dx.apply(dz, x[1])
		if err != nil {
			return nil, err
		}
		dw := &operation{
			name: fmt.Sprint(o.name, " gradient by weights"), out: x[1].Shape().Clone(),
			do: func(dw []float32, v ...[]float32) error {
				return m.engine.MatMul(kernel.Dense(dw, in, out), rows(v[1], in).T(), rows(v[0], out), kernel.Finish{})
			},
		}
		nw, err := dw.apply(dz, x[0])
		if err != nil {
			return nil, err
		}
		ones := make([]float32, m.capacity)
		for i := range ones {
			ones[i] = 1
		}
		db := &operation{
			name: fmt.Sprint(o.name, " gradient by bias"), out: x[2].Shape().Clone(),
			do: func(db []float32, v ...[]float32) error {
				return m.engine.MatMul(kernel.Dense(db, 1, out), kernel.Dense(ones, 1, m.n), rows(v[0], out), kernel.Finish{})
			},
		}
		nb, err := db.apply(dz)
		return G.Nodes{nx, nw, nb}, err
	}
	return o.apply(x, w, bias)
}

// add returns x + y, where x is what went into the convolution after it and y has
// come out of the blocks between. It hands the gradient by x to that convolution,
// which adds it to its own.
func (m *machine) add(x, y *G.Node, b block, skip **G.Node) (*G.Node, error) {
	size := b.to.size()
	o := &operation{
		name: fmt.Sprintf("add %d", b.index), out: m.batch(size), wrt: []bool{false, true},
		do: func(out []float32, in ...[]float32) error {
			m.engine.Add(out[:m.n*size], in[0][:m.n*size], in[1][:m.n*size])
			return nil
		},
		grad: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			*skip = grad
			return G.Nodes{nil, grad}, nil
		},
	}
	return o.apply(x, y)
}

// mean returns the mean of each channel.
func (m *machine) mean(x *G.Node, b block) (*G.Node, error) {
	pixels := b.in.h * b.in.w
	o := &operation{
		name: fmt.Sprintf("mean %d", b.index), out: m.batch(b.in.c), wrt: []bool{true},
		do: func(y []float32, in ...[]float32) error {
			m.engine.Mean(y, in[0], m.n, pixels, b.in.c)
			return nil
		},
		grad: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: fmt.Sprintf("mean %d gradient", b.index), out: m.batch(b.in.size()),
				do: func(dx []float32, in ...[]float32) error {
					m.engine.MeanGradient(dx, in[0], m.n, pixels, b.in.c)
					return nil
				},
			}
			n, err := d.apply(grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(x)
}

// loss returns the cross-entropy of softmax(logits) against the labels that the
// machine was loaded with, summed over the images.
func (m *machine) loss(logits *G.Node, classes int) (*G.Node, error) {
	o := &operation{
		name: "cross-entropy", out: tensor.ScalarShape(), wrt: []bool{true},
		do: func(out []float32, in ...[]float32) error {
			var sum float64
			for i, l := range m.labels[:m.n] {
				sum += kernel.CrossEntropy(in[0][i*classes:(i+1)*classes], l)
			}
			out[0] = float32(sum)
			return nil
		},
		grad: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			d := &operation{
				name: "cross-entropy gradient", out: in[0].Shape().Clone(),
				do: func(out []float32, in ...[]float32) error {
					for i, l := range m.labels[:m.n] {
						row := in[0][i*classes : (i+1)*classes]
						kernel.CrossEntropyGradient(out[i*classes:(i+1)*classes], row, l, float64(in[1][0]))
					}
					return nil
				},
			}
			n, err := d.apply(in[0], grad)
			return G.Nodes{n}, err
		},
	}
	return o.apply(logits)
}
