package model

import (
	"fmt"
	"runtime"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"jpgreport/runtime/kernel"
)

// A purpose says which values a machine computes beyond the logits.
type purpose int

const (
	forward       purpose = iota // nothing
	inputGradient                // the gradient of the summed loss by the input
	weightGradient
	purposes // how many there are
)

// A machine is a compiled graph over a batch of up to capacity images. It reads
// the network's weights in place and is used by one goroutine at a time; its
// engine spreads each operation over the cores, or else computes on one.
type machine struct {
	tape     tape
	engine   *kernel.Engine
	purpose  purpose
	single   bool // it works on one core
	capacity int
	n        int       // images that it is loaded with
	x        []float32 // samples, N×C×H×W
	seen     []float32 // samples that stand elsewhere, instead of x
	reads    bool      // the first layer can read them there
	labels   []int
	logits   []float32   // N×classes
	dx       []float32   // N×C×H×W
	dw       [][]float32 // one for each parameter
	shape    shape
	classes  int
}

// Memory of a machine is bounded by that of the tensors between layers: a batch
// is large enough that the weights are read seldom, and no larger than that.
const (
	maxImages   = 250
	maxElements = 24 << 20
)

// newEngine is [kernel.New] or [kernel.NewSingle].
type newEngine func(p kernel.Path) (*kernel.Engine, error)

// capacity returns how many images a machine takes at a time, given the elements of
// one image's tensors.
func capacity(elements int) int { return min(max(1, maxElements/max(1, elements)), maxImages) }

// elements returns how many the tensors between blocks have for an image.
func elements(all []block) (n int) {
	for _, b := range all {
		n += b.to.size()
	}
	return n
}

// plan returns the blocks that a machine for a purpose has.
func (p purpose) plan(stages []stage) ([]block, error) {
	all, err := blocks(stages)
	if err == nil && p != weightGradient {
		all = joined(all)
	}
	return all, err
}

// newMachine builds one for at most limit images at a time.
func newMachine(a Architecture, weights []float32, p purpose, limit int, engine newEngine) (*machine, error) {
	stages, _, err := a.stages()
	if err != nil {
		return nil, err
	}
	all, err := p.plan(stages)
	if err != nil {
		return nil, err
	}
	path, err := kernelPath()
	if err != nil {
		return nil, err
	}
	m := &machine{purpose: p, capacity: min(capacity(elements(all)), limit), shape: stages[0].in, classes: a.Classes, reads: all[0].Kind == "normalise"}
	if m.engine, err = engine(path); err != nil {
		return nil, err
	}
	return m, m.compile(a.Name, func(g *G.ExprGraph, x *G.Node) (*G.Node, G.Nodes, error) { return m.network(g, x, all, weights) })
}

// compile builds the graph that network gives from x to the logits and the
// parameters, and beyond them what the machine's purpose asks for.
func (m *machine) compile(name string, network func(g *G.ExprGraph, x *G.Node) (*G.Node, G.Nodes, error)) error {
	m.x = make([]float32, m.capacity*m.shape.size())
	m.labels = make([]int, m.capacity)
	g := G.NewGraph()
	x := leaf(g, "x", m.x, m.capacity, m.shape.size())
	logits, params, err := network(g, x)
	if err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	inputs := append(G.Nodes{x}, params...)
	outputs := G.Nodes{logits}
	if m.purpose != forward {
		cost, err := m.loss(logits, m.classes)
		if err != nil {
			return fmt.Errorf("build %s: loss: %w", name, err)
		}
		wrt := G.Nodes{x}
		if m.purpose == weightGradient {
			wrt = params
		}
		grads, err := G.Grad(cost, wrt...)
		if err != nil {
			return fmt.Errorf("differentiate %s: %w", name, err)
		}
		outputs = append(outputs, grads...)
	}
	// Grad leaves the gradients by all inputs in the graph, and a machine made
	// from the graph runs them. Compiling for the outputs leaves the others out.
	prog, locations, err := G.CompileFunction(g, inputs, outputs)
	if err != nil {
		return fmt.Errorf("compile %s: %w", name, err)
	}
	if n := foreign(locations); n != nil {
		return fmt.Errorf("compile %s: %v is none of our operations, which alone are repeated in later runs", name, n.Op())
	}
	m.tape = tape{graph: g, vm: G.NewTapeMachine(g, G.WithPrecompiled(prog, locations))}
	// Without CUDA its finalizer does nothing, but what has one is never collected
	// when it is reachable from itself, as this is through the graph's operations.
	// Its method Close leaves the finalizer on.
	runtime.SetFinalizer(m.tape.vm, nil)
	m.logits = result(logits)
	for _, n := range outputs[1:] {
		m.dw = append(m.dw, result(n))
	}
	if m.purpose == inputGradient {
		m.dx, m.dw = m.dw[0], nil
	}
	return nil
}

// result returns the memory in which a run leaves a node's value.
func result(n *G.Node) []float32 { return n.Op().(*operation).result }

// leaf returns an input of the graph that reads data in place.
func leaf(g *G.ExprGraph, name string, data []float32, shape ...int) *G.Node {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(t))
}

// network builds the layers from x to the logits. The parameters come in the
// order in which they stand in weights.
func (m *machine) network(g *G.ExprGraph, x *G.Node, all []block, weights []float32) (logits *G.Node, params G.Nodes, err error) {
	skips := make([]*G.Node, len(all)) // the gradient of the residual that begins before each block
	var results G.Nodes
	h := x
	for i, b := range all {
		w, bias := b.leaves(g, weights)
		if w != nil {
			params = append(params, w, bias)
		}
		switch b.Kind {
		case "normalise":
			h, err = m.normalise(h, b)
		case "conv":
			h, err = m.conv(h, w, bias, b, &skips[i])
		case "inverted":
			var own G.Nodes
			for _, p := range b.parts {
				w, bias := p.leaves(g, weights)
				own = append(own, w, bias)
			}
			params = append(params, own...)
			h, err = m.inverted(h, own, b, &skips[i])
		case "relu", "relu6", "pool":
			h, err = m.bound(h, b)
		case "dense":
			h, err = m.dense(h, w, bias, b)
		case "add":
			h, err = m.add(results[b.skip], h, b, &skips[b.skip+1])
		case "mean":
			h, err = m.mean(h, b)
		case "flatten": // tensors between layers are flat
		default:
			err = fmt.Errorf("no such kind of layer")
		}
		if err != nil {
			return nil, nil, fmt.Errorf("layer %d, %s: %w", b.index, b.Layer, err)
		}
		results = append(results, h)
	}
	return h, params, nil
}

// leaves returns the block's weights and bias, nil for one without.
func (b block) leaves(g *G.ExprGraph, weights []float32) (w, bias *G.Node) {
	name := fmt.Sprintf("w%d", b.index)
	switch b.Kind {
	case "conv":
		w = leaf(g, name, b.weight.of(weights), b.Size, b.Size, b.in.c/b.groups(), b.Out)
	case "dense":
		w = leaf(g, name, b.weight.of(weights), b.in.size(), b.Out)
	default:
		return nil, nil
	}
	return w, leaf(g, fmt.Sprintf("b%d", b.index), b.bias.of(weights), b.Out)
}

// see takes up to capacity images that stand in memory one after another. The
// first layer reads them there at the next run. Labels may be nil.
func (m *machine) see(n int, samples []float32, label func(i int) int) {
	if !m.reads {
		size := m.shape.size()
		m.load(n, func(i int) []float32 { return samples[i*size : (i+1)*size] }, label)
		return
	}
	m.n, m.seen = n, samples
	if label != nil {
		for i := range n {
			m.labels[i] = label(i)
		}
	}
}

// load takes up to capacity images. Labels may be nil.
func (m *machine) load(n int, image func(i int) []float32, label func(i int) int) {
	m.n, m.seen = n, nil
	size := m.shape.size()
	for i := range n {
		copy(m.x[i*size:(i+1)*size], image(i))
		if label != nil {
			m.labels[i] = label(i)
		}
	}
}

// run executes the graph. Logits and gradients of the images loaded are valid
// until the next run.
func (m *machine) run() error {
	defer func() { m.seen = nil }()
	return m.tape.run()
}

// row returns the logits of image i.
func (m *machine) row(i int) []float32 {
	return m.logits[i*m.classes : (i+1)*m.classes]
}
