package model

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"jpgreport/runtime/kernel"
)

// An operation of Gorgonia's own would not be on the tape, and its result would stay that
// of the first run.
func TestTapeRefusesOtherOperations(t *testing.T) {
	m := &machine{capacity: 1, n: 1, shape: shape{1, 1, 2}, classes: 2}
	var err error
	if m.engine, err = kernel.New(kernel.Portable); err != nil {
		t.Fatal(err)
	}
	err = m.compile("other", func(g *G.ExprGraph, x *G.Node) (*G.Node, G.Nodes, error) {
		other, err := G.Neg(x)
		if err != nil {
			return nil, nil, err
		}
		o := &operation{
			name: "copy", out: m.batch(2),
			do: func(y []float32, in ...[]float32) error {
				copy(y, in[0])
				return nil
			},
		}
		h, err := o.apply(other)
		return h, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.run(); err == nil || !strings.Contains(err.Error(), "operand 0 is the result of another operation") {
		t.Errorf("error %v", err)
	}
}

// A run makes no garbage, once warm, whatever the machine is for.
func TestRunsMakeNoGarbage(t *testing.T) {
	net := random(t, digits(t), 3)
	x, labels := noise(net.arch, 7, 4)
	for p := range purposes {
		m, err := newMachine(net.arch, net.weights, p, x.N, kernel.New)
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			m.see(x.N, x.Data, func(i int) int { return labels[i] })
			if err := m.run(); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			run()
		}
		if n := testing.AllocsPerRun(20, run); n > 0 {
			t.Errorf("purpose %d: %v allocations a run", p, n)
		}
	}
}
