package model

import (
	"fmt"
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

// record runs the graph by Gorgonia's machine. One that has operations other than ours,
// whose results would stay those of the first run, is an error.
func (t *tape) record() error {
	t.calls = nil
	makers := map[G.Value]*operation{} // nil: a value that no operation makes
	for _, n := range t.graph.AllNodes() {
		switch o := n.Op().(type) {
		case *operation:
			makers[o.value] = o
			o.tape = t
			defer func() { o.tape = nil }()
		case nil:
			makers[n.Value()] = nil
		default:
			if o.Arity() == 0 { // a constant
				makers[n.Value()] = nil
			}
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
			maker, known := makers[v]
			if !known {
				return fmt.Errorf("%s: operand %d is the result of another operation than ours", c.operation.name, i)
			}
			if maker != nil { // a scalar was copied
				c.operation.data[i] = maker.result
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
