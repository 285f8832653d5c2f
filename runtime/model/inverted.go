package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"jpgreport/runtime/kernel"
)

// joined takes each inverted residual, a convolution 1×1, one of each channel by
// itself, another 1×1 and the addition round them, as one block, for machines that
// want no gradient by the weights: what stands between is several times larger
// than what goes in and comes out.
func joined(all []block) []block {
	wanted := map[int]bool{} // results that an addition reads
	for _, b := range all {
		if b.Kind == "add" {
			wanted[b.skip] = true
		}
	}
	var out []block
	place := make([]int, len(all)) // of each block in out
	for i := 0; i < len(all); i++ {
		b := all[i]
		if b.Kind == "add" {
			b.skip = place[b.skip]
		}
		if parts := inverted(all[i:]); parts != nil {
			n := len(parts)
			free := true
			for k := i; k < i+n-1; k++ {
				free = free && !wanted[k]
			}
			if free {
				b = block{stage: parts[0].stage, index: b.index, last: parts[n-1].last, to: parts[n-1].to, parts: parts}
				b.Kind = "inverted"
				i += n - 1
				if i+1 < len(all) && all[i+1].Kind == "add" && all[i+1].skip == i-n && !wanted[i] {
					b.residual, b.last = true, all[i+1].last
					i++
				}
			}
		}
		place[i] = len(out)
		out = append(out, b)
	}
	return out
}

// inverted returns the two or three convolutions that such a block begins with,
// nil when all does not begin with one.
func inverted(all []block) []block {
	pointwise := func(b block) bool {
		return b.Kind == "conv" && b.Size == 1 && b.Pad == 0 && b.stride() == 1 && b.groups() == 1 && b.pool == 0
	}
	n := 0
	if len(all) > 0 && pointwise(all[0]) && all[0].bounded {
		n = 1
	}
	if len(all) < n+2 {
		return nil
	}
	f := all[n]
	if f.Kind != "conv" || f.Size != 3 || f.Pad != 1 || f.stride() > 2 || f.groups() != f.in.c || f.Out != f.in.c || f.in.c < 2 || !f.bounded || f.pool != 0 {
		return nil
	}
	if p := all[n+1]; !pointwise(p) || p.bounded || n > 0 && all[0].high != f.high {
		return nil
	}
	return all[:n+2]
}

// inverted returns the block's result for x; w are kernels and bias of each
// convolution. skip is as for conv.
func (m *machine) inverted(x *G.Node, w G.Nodes, b block, skip **G.Node) (*G.Node, error) {
	n := len(b.parts)
	filter := b.parts[n-2]
	v, err := kernel.NewInverted(m.engine, kernel.InvertedShape{
		H: b.in.h, W: b.in.w, In: b.in.c, Mid: filter.in.c, Out: b.to.c,
		Stride: filter.stride(), Plain: n == 2, Residual: b.residual, High: filter.high,
	})
	if err != nil {
		return nil, err
	}
	set := false
	o := &operation{
		name: fmt.Sprintf("inverted residual %d", b.index), out: m.batch(b.to.size()), wrt: make([]bool, 1+len(w)),
		do: func(y []float32, in ...[]float32) error {
			if !set {
				w, k := kernel.InvertedWeights{}, 1
				if n == 3 {
					w.Expand, w.ExpandBias, k = in[1], in[2], 3
				}
				w.Filter, w.FilterBias, w.Project, w.ProjectBias = in[k], in[k+1], in[k+2], in[k+3]
				if err := v.SetWeights(w); err != nil {
					return err
				}
				set = true
			}
			return v.Forward(y, in[0], m.n, m.purpose != forward)
		},
	}
	o.wrt[0] = true
	o.grad = func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
		d := &operation{
			name: fmt.Sprint(o.name, " gradient"), out: m.batch(b.in.size()),
			do: func(dx []float32, in ...[]float32) error {
				if err := v.InputGradient(dx, in[0], m.n); err != nil {
					return err
				}
				if len(in) > 2 {
					size := m.n * b.in.size()
					m.engine.Add(dx[:size], dx[:size], in[2][:size])
				}
				return nil
			},
		}
		// The result is an input so that the gradient comes after the forward pass.
		from := []*G.Node{grad, out}
		if *skip != nil {
			from = append(from, *skip)
		}
		grads := make(G.Nodes, len(in))
		var err error
		grads[0], err = d.apply(from...)
		return grads, err
	}
	return o.apply(append(G.Nodes{x}, w...)...)
}
