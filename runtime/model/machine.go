package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// shardSize is how many images one machine takes at a time. It is fixed, so that
// sums run in the same order whatever the number of cores. Half of Gorgonia's
// operations are serial, so two machines side by side beat one of twice the size.
const shardSize = 25

// A purpose says which values a machine computes beyond the logits.
type purpose int

const (
	forward       purpose = iota // nothing
	inputGradient                // the gradient of the summed loss by the input
	weightGradient
	purposes // how many there are
)

// A machine is a compiled graph over shardSize images. It reads the network's
// weights in place and is used by one goroutine at a time.
type machine struct {
	vm     G.VM
	x, y   []float32 // samples and one-hot labels; the caller fills them
	logits G.Value
	dx     G.Value
	dw     []G.Value
	stages []stage
	shape  shape
	class  int
}

func newMachine(a Architecture, weights []float32, p purpose) (*machine, error) {
	stages, _, err := a.stages()
	if err != nil {
		return nil, err
	}
	m := &machine{stages: stages, shape: stages[0].in, class: a.Classes}
	m.x = make([]float32, shardSize*m.shape.size())
	m.y = make([]float32, shardSize*a.Classes)
	g := G.NewGraph()
	x := leaf(g, "x", m.x, shardSize, a.Channels, a.Height, a.Width)
	inputs := G.Nodes{x}
	logits, params, err := network(g, x, stages, weights)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", a.Name, err)
	}
	inputs = append(inputs, params...)
	outputs := G.Nodes{G.Read(logits, &m.logits)}
	if p != forward {
		y := leaf(g, "y", m.y, shardSize, a.Classes)
		inputs = append(inputs, y)
		cost, err := loss(logits, y)
		if err != nil {
			return nil, fmt.Errorf("build %s: loss: %w", a.Name, err)
		}
		wrt, values := G.Nodes{x}, []*G.Value{&m.dx}
		if p == weightGradient {
			m.dw = make([]G.Value, len(params))
			wrt, values = params, nil
			for i := range m.dw {
				values = append(values, &m.dw[i])
			}
		}
		grads, err := G.Grad(cost, wrt...)
		if err != nil {
			return nil, fmt.Errorf("differentiate %s: %w", a.Name, err)
		}
		for i, n := range grads {
			outputs = append(outputs, G.Read(n, values[i]))
		}
	}
	// Grad leaves the gradients by all inputs in the graph, and a machine made
	// from the graph runs them. Compiling for the outputs leaves the others out.
	prog, locations, err := G.CompileFunction(g, inputs, outputs)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", a.Name, err)
	}
	m.vm = G.NewTapeMachine(g, G.WithPrecompiled(prog, locations))
	return m, nil
}

// leaf returns an input of the graph that reads data in place.
func leaf(g *G.ExprGraph, name string, data []float32, shape ...int) *G.Node {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(t))
}

// network builds the layers from x to the logits. The parameters come in the
// order in which they stand in weights.
func network(g *G.ExprGraph, x *G.Node, stages []stage, weights []float32) (logits *G.Node, params G.Nodes, err error) {
	h := x
	for i, s := range stages {
		var w, b *G.Node
		switch s.Kind {
		case "conv":
			w = leaf(g, fmt.Sprintf("w%d", i), s.weight.of(weights), s.Out, s.in.c, s.Size, s.Size)
		case "dense":
			w = leaf(g, fmt.Sprintf("w%d", i), s.weight.of(weights), s.in.c, s.Out)
		}
		if w != nil {
			b = leaf(g, fmt.Sprintf("b%d", i), s.bias.of(weights), s.Out)
			params = append(params, w, b)
		}
		switch s.Kind {
		case "normalise":
			h, err = normalise(h, s.Layer)
		case "conv":
			h, err = conv(h, w, b, s)
		case "relu":
			h, err = relu(h)
		case "pool":
			h, err = maxPool(h, s)
		case "flatten":
			h, err = flatten(h, s)
		case "dense":
			h, err = dense(h, w, b)
		default:
			err = fmt.Errorf("no such kind of layer")
		}
		if err != nil {
			return nil, nil, fmt.Errorf("layer %d, %s: %w", i, s.Layer, err)
		}
	}
	return h, params, nil
}

// load fills the inputs with up to shardSize images; what is left over is zero
// and has no label, so that it adds nothing to the loss. Labels may be nil.
func (m *machine) load(n int, image func(i int) []float32, label func(i int) int) {
	clear(m.x)
	clear(m.y)
	size := m.shape.size()
	for i := range n {
		copy(m.x[i*size:(i+1)*size], image(i))
		if label != nil {
			m.y[i*m.class+label(i)] = 1
		}
	}
}

// run executes the graph. Logits and gradients are valid until the next run.
func (m *machine) run() error {
	defer m.vm.Reset()
	return m.vm.RunAll()
}

// row returns the logits of image i of the shard.
func (m *machine) row(i int) []float32 {
	return m.logits.Data().([]float32)[i*m.class : (i+1)*m.class]
}

// weightGradients copies the gradients of the last run to flat.
func (m *machine) weightGradients(flat []float32) {
	at := 0
	for _, v := range m.dw {
		at += copy(flat[at:], v.Data().([]float32))
	}
}

func (m *machine) close() error { return m.vm.Close() }
