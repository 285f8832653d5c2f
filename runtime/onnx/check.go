package onnx

import (
	"fmt"
	"slices"
)

// check holds the graph to the format: each name is given once and before it is
// read.
func (g *Graph) check() error {
	given := map[string]string{} // what gives each name
	give := func(name, by string) error {
		if first, twice := given[name]; twice {
			return fmt.Errorf("%q is given by %s and by %s", name, first, by)
		}
		given[name] = by
		return nil
	}
	for i := range g.Initializers {
		if err := give(g.Initializers[i].Name, "an initializer"); err != nil {
			return err
		}
	}
	// Files of IR version 3 list initializers among the inputs too.
	g.Inputs = slices.DeleteFunc(g.Inputs, func(v ValueInfo) bool { return given[v.Name] == "an initializer" })
	for _, v := range g.Inputs {
		if err := give(v.Name, "an input"); err != nil {
			return err
		}
	}
	later := map[string]bool{}
	for i := range g.Nodes {
		for _, out := range g.Nodes[i].Outputs {
			later[out] = true
		}
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		for _, in := range n.Inputs {
			if in == "" || given[in] != "" {
				continue
			}
			if later[in] {
				return fmt.Errorf("%s reads %q, which only a later node gives, or a circle", n.Label(i), in)
			}
			return fmt.Errorf("%s reads %q, which nothing gives", n.Label(i), in)
		}
		for _, out := range n.Outputs {
			if out == "" {
				continue
			}
			if err := give(out, n.Label(i)); err != nil {
				return err
			}
		}
	}
	for _, v := range g.Outputs {
		if given[v.Name] == "" {
			return fmt.Errorf("output %q, which nothing gives", v.Name)
		}
	}
	return nil
}

// Label names the node, the i-th of its graph, in messages.
func (n *Node) Label(i int) string {
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, n.Op)
	}
	return fmt.Sprintf("node %q (%s)", n.Name, n.Op)
}
