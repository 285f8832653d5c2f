package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"jpgreport/runtime/kernel"
)

// A plan is a network as a graph: steps that each make one value out of others. It
// is what a file of another program's becomes. Values are rows of elements, one an
// image; what their dimensions are, and in which order they stand, is the steps'
// own business.
type plan struct {
	sizes      []int  // elements of each value for one image; value 0 is the image, C×H×W
	steps      []step // each after those whose values it reads
	output     int    // the value of the logits
	parameters int
}

// A step computes the value out from the values in.
type step struct {
	name string // for messages
	op   planOp
	in   []int
	out  int
}

// A planOp is what a step does.
type planOp interface {
	// bind readies it for a machine.
	bind(m *machine) (bound, error)
	// reference is the same function of one image in float64, written to be
	// obvious. It appends to p as [reference] does.
	reference(x [][]float64, p *piece) []float64
}

// A bound is a planOp on a machine, for the images that the machine holds.
type bound struct {
	forward func(y []float32, x [][]float32) error
	// backward sets dx to the gradient by x[i], given that by the result y.
	backward func(i int, dx, dy, y []float32, x [][]float32) error
}

// A fork is a value that several steps read. Its gradient is the sum of theirs,
// added by an operation of our own: Gorgonia asks each of them in turn, and all but
// the last answer that they have none.
type fork struct {
	pending int
	grads   G.Nodes // one for each reader
}

// plan builds the steps from x to the logits.
func (m *machine) plan(x *G.Node, p *plan) (*G.Node, error) {
	readers := make([]int, len(p.sizes))
	for _, s := range p.steps {
		for _, v := range s.in {
			readers[v]++
		}
	}
	forks := make([]*fork, len(p.sizes))
	for v, n := range readers {
		if n > 1 {
			forks[v] = &fork{pending: n}
		}
	}
	seen := make([]int, len(p.sizes))
	nodes := make(G.Nodes, len(p.sizes))
	nodes[0] = x
	for k, s := range p.steps {
		b, err := s.op.bind(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		o := &operation{
			name: fmt.Sprintf("step %d", k), out: m.batch(p.sizes[s.out]), wrt: make([]bool, len(s.in)),
			do: func(y []float32, in ...[]float32) error { return b.forward(y, in) },
		}
		in, slots := make(G.Nodes, len(s.in)), make([]int, len(s.in))
		for i, v := range s.in {
			in[i], o.wrt[i], slots[i] = nodes[v], true, seen[v]
			seen[v]++
		}
		o.grad = func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			grads := make(G.Nodes, len(in))
			for i, v := range s.in {
				d := &operation{
					name: fmt.Sprintf("%s gradient %d", o.name, i), out: m.batch(p.sizes[v]),
					do: func(dx []float32, from ...[]float32) error { return b.backward(i, dx, from[0], from[1], from[2:]) },
				}
				n, err := d.apply(append(G.Nodes{grad, out}, in...)...)
				if err == nil && forks[v] != nil {
					n, err = m.join(forks[v], slots[i], readers[v], n, p.sizes[v])
				}
				if err != nil {
					return nil, err
				}
				grads[i], o.wrt[i] = n, n != nil
			}
			return grads, nil
		}
		if nodes[s.out], err = o.apply(in...); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nodes[p.output], nil
}

// join takes the gradient that one reader gives and returns the sum of all once it
// has the last, nil before. The order of the sum is that of the readers.
func (m *machine) join(f *fork, slot, readers int, grad *G.Node, size int) (*G.Node, error) {
	if f.grads == nil {
		f.grads = make(G.Nodes, readers)
	}
	f.grads[slot] = grad
	if f.pending--; f.pending > 0 {
		return nil, nil
	}
	o := &operation{
		name: "sum", out: m.batch(size),
		do: func(y []float32, in ...[]float32) error {
			y = y[:m.n*size]
			m.engine.Add(y, in[0][:len(y)], in[1][:len(y)])
			for _, x := range in[2:] {
				m.engine.Add(y, y, x[:len(y)])
			}
			return nil
		},
	}
	for _, n := range f.grads {
		o.name += fmt.Sprint(" ", n.ID())
	}
	return o.apply(f.grads...)
}

// try tells whether the kernels can do what the plan asks of them. It takes no
// memory for values.
func (p *plan) try() error {
	e, err := kernel.New(kernel.Portable)
	if err != nil {
		return err
	}
	for _, s := range p.steps {
		if _, err := s.op.bind(&machine{engine: e}); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// elements returns how many the tensors between steps have for an image.
func (p *plan) elements() (n int) {
	for _, size := range p.sizes {
		n += size
	}
	return n
}

// newPlanMachine builds one for at most limit images at a time.
func newPlanMachine(a Architecture, p *plan, purpose purpose, limit int, engine newEngine) (*machine, error) {
	path, err := kernelPath()
	if err != nil {
		return nil, err
	}
	m := &machine{
		purpose: purpose, capacity: min(capacity(p.elements()), limit), classes: a.Classes,
		shape: shape{a.Channels, a.Height, a.Width}, reads: true,
	}
	if m.engine, err = engine(path); err != nil {
		return nil, err
	}
	return m, m.compile(a.Name, func(_ *G.ExprGraph, x *G.Node) (*G.Node, G.Nodes, error) {
		logits, err := m.plan(x, p)
		return logits, nil, err
	})
}
