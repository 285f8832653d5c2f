package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// A tape runs a compiled graph. Gorgonia's machine does so once, and the operations are
// recorded in its order, with their operands, which stand in the same memory at each run.
// After that the tape runs them itself.
//
// Note: Gorgonia's machine starts a goroutine for each run and locks the caller to its
// thread, so that a run begins and ends on different threads. To wake one whose core had
// nothing else to do takes as long as a layer of a small network.
type tape struct {
	graph *G.ExprGraph
	vm    G.VM // nil once the steps are recorded
	steps []recorded
}

type recorded struct {
	operation *operation
	in        []G.Value
}

func (t *tape) run() error {
	if t.vm != nil {
		return t.record()
	}
	for _, s := range t.steps {
		if _, err := s.operation.Do(s.in...); err != nil {
			return err
		}
	}
	return nil
}

// record runs the graph by Gorgonia's machine. One that has operations other than ours,
// whose results would stay those of the first run, is an error.
func (t *tape) record() error {
	t.steps = nil
	known := map[G.Value]bool{}
	for _, n := range t.graph.AllNodes() {
		switch o := n.Op().(type) {
		case *operation:
			o.tape = t
			known[o.value] = true
			defer func() { o.tape = nil }()
		case nil:
			known[n.Value()] = true
		default:
			if n.Value() != nil && o.Arity() == 0 { // a constant
				known[n.Value()] = true
			}
		}
	}
	err := t.vm.RunAll()
	t.vm.Reset()
	if err != nil {
		return err
	}
	for _, s := range t.steps {
		for i, v := range s.in {
			if !known[v] {
				return fmt.Errorf("%s: operand %d is the result of another operation than ours", s.operation.name, i)
			}
		}
	}
	t.graph, t.vm = nil, nil
	return nil
}
