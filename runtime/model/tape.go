package model

import (
	"slices"

	G "gorgonia.org/gorgonia"
)

// A tape runs a compiled graph. Gorgonia's machine does so once, and the operations are
// recorded in its order, with their operands, which stand in the same memory at each run.
// After that the tape calls them itself.
//
// Note: Gorgonia's machine starts a goroutine for each run and locks the caller to its
// thread, so that a run begins and ends on different threads. To wake one whose core had
// nothing else to do takes as long as a layer of a small network.
type tape struct {
	graph *G.ExprGraph
	vm    G.VM // nil once the steps are known
	calls []call
	steps []*operation
}

// A call is what Gorgonia's machine asks of an operation.
type call struct {
	operation *operation
	in        []G.Value
}

func (t *tape) run() error {
	if t.vm != nil {
		return t.record()
	}
	for _, o := range t.steps {
		if err := o.run(); err != nil {
			return err
		}
	}
	return nil
}

// foreign returns a node of a program, that of the lowest number, whose operation is not
// ours, or nil. The tape would not call it again.
func foreign[R any](nodes map[*G.Node]R) (first *G.Node) {
	for n := range nodes {
		switch o := n.Op().(type) {
		case nil, *operation: // nil: an input
		default:
			if o.Arity() > 0 && (first == nil || n.ID() < first.ID()) { // else a constant
				first = n
			}
		}
	}
	return first
}

// record runs the graph by Gorgonia's machine.
func (t *tape) record() error {
	t.calls = nil
	makers := map[G.Value]*operation{}
	for _, n := range t.graph.AllNodes() {
		if o, ok := n.Op().(*operation); ok {
			makers[o.value] = o
			o.tape = t
			defer func() { o.tape = nil }()
		}
	}
	err := t.vm.RunAll()
	t.vm.Reset()
	if err != nil {
		return err
	}
	var steps []*operation
	for _, c := range t.calls {
		for i, v := range c.in {
			if o := makers[v]; o != nil { // of a scalar there was a copy
				c.operation.data[i] = o.result
			}
		}
		steps = append(steps, c.operation)
	}
	*t = tape{steps: steps}
	return nil
}

// note records a call.
func (t *tape) note(o *operation, in []G.Value) {
	t.calls = append(t.calls, call{o, slices.Clone(in)})
}
