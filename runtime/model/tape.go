package model

import G "gorgonia.org/gorgonia"

// A tape runs a compiled graph. Gorgonia's machine does so once, and the operations are
// recorded in its order, with their operands, which stand in the same memory at each run.
// After that the tape calls them itself.
//
// Note: Gorgonia's machine starts a goroutine for each run and locks the caller to its
// thread, so that a run begins and ends on different threads. To wake one whose core had
// nothing else to do takes as long as a layer of a small network.
type tape struct {
	steps []*operation
	graph *G.ExprGraph // with the rest nil once the steps are known
	vm    G.VM
	makes map[G.Value]*operation
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
	t.steps, t.makes = nil, map[G.Value]*operation{}
	for _, n := range t.graph.AllNodes() {
		if o, ok := n.Op().(*operation); ok {
			t.makes[o.value] = o
			o.tape = t
			defer func() { o.tape = nil }()
		}
	}
	err := t.vm.RunAll()
	t.vm.Reset()
	if err == nil {
		*t = tape{steps: t.steps}
	}
	return err
}

// note records a step. What another makes the operation reads there from now on: of a
// scalar it had a copy.
func (t *tape) note(o *operation, in []G.Value) {
	for i, v := range in {
		if maker := t.makes[v]; maker != nil {
			o.data[i] = maker.result
		}
	}
	t.steps = append(t.steps, o)
}
