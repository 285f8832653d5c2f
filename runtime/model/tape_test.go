package model

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"jpgreport/runtime/kernel"
)

// An operation of Gorgonia's own would not be called again by the tape. It is refused also
// where it writes over the result of one of ours.
func TestTapeRefusesOtherOperations(t *testing.T) {
	copied := func(m *machine, x *G.Node, name string) (*G.Node, error) {
		o := &operation{
			name: name, out: m.batch(2),
			do: func(y []float32, in ...[]float32) error {
				copy(y, in[0])
				return nil
			},
		}
		return o.apply(x)
	}
	for name, other := range map[string]func(x *G.Node) (*G.Node, error){
		"nothing": func(x *G.Node) (*G.Node, error) { return x, nil },
		"neg":     func(x *G.Node) (*G.Node, error) { return G.Neg(x) },
		"+":       func(x *G.Node) (*G.Node, error) { return G.Add(x, x) },
	} {
		m := &machine{capacity: 1, n: 1, shape: shape{1, 1, 2}, classes: 2}
		var err error
		if m.engine, err = kernel.New(kernel.Portable); err != nil {
			t.Fatal(err)
		}
		err = m.compile("a net", func(g *G.ExprGraph, x *G.Node) (*G.Node, G.Nodes, error) {
			x, err := copied(m, x, "first")
			if err == nil {
				x, err = other(x)
			}
			if err == nil {
				x, err = copied(m, x, "second")
			}
			return x, nil, err
		})
		if name == "nothing" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "none of our operations") {
			t.Errorf("%s: error %v", name, err)
		}
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
