package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// MaxVariants bounds a grid: what is larger is no help to a reader of one page.
const MaxVariants = 64

// seedName is the name under which the root seed can be set and varied beside
// the parameters.
const seedName = "seed"

// An Axis is a parameter, or the seed, that a run takes at several values.
type Axis struct {
	Name   string // of the parameter, or "seed"
	Values []any  // at least two, all different, of the parameter's kind; uint64 for the seed
}

// Variants returns the specs, without a sweep of their own, that a sweep stands
// for: the Cartesian product of its axes, of which the first varies slowest. A
// spec without a sweep has none.
func (s *Spec) Variants() []*Spec {
	if len(s.Sweep) == 0 {
		return nil
	}
	grid := []*Spec{s}
	for _, a := range s.Sweep {
		var finer []*Spec
		for _, at := range grid {
			for _, v := range a.Values {
				finer = append(finer, at.with(a.Name, v))
			}
		}
		grid = finer
	}
	return grid
}

// with returns a spec in which a parameter, or the seed, has the value v and
// does not vary.
func (s *Spec) with(name string, v any) *Spec {
	c := *s
	c.Params = slices.Clone(s.Params)
	c.Sweep = slices.DeleteFunc(slices.Clone(s.Sweep), func(a Axis) bool { return a.Name == name })
	if len(c.Sweep) == 0 {
		c.Sweep = nil
	}
	if i := s.param(name); i >= 0 {
		c.Params[i].Value = v
	} else {
		c.Seed = v.(uint64)
	}
	return &c
}

// param returns the index of a parameter, or -1.
func (s *Spec) param(name string) int {
	return slices.IndexFunc(s.Params, func(q Param) bool { return q.Name == name })
}

// settable returns the names that can be set and varied.
func (s *Spec) settable() []string {
	names := []string{seedName}
	for _, q := range s.Params {
		names = append(names, q.Name)
	}
	return names
}

// sweep reads the block of that name.
func (p *parser) sweep(s *Spec, n *yaml.Node) {
	for _, e := range p.mapping(n, "sweep", nil) {
		name := e.key.Value
		i := s.param(name)
		switch {
		case i < 0 && name != seedName:
			p.errorf(e.key, "no parameter %q to sweep; the spec has %s", short(name), list(s.settable())).as(fault.NoSuchParameter).Hint = didYouMean(name, s.settable())
		case e.value.Kind != yaml.SequenceNode:
			p.errorf(e.value, "sweep of %q is %s, want a list of its values", name, what(e.value)).as(fault.WrongType)
		case i >= 0 && s.Params[i].Value == nil: // an error of its own
		default:
			if i >= 0 {
				s.widen(i, e.value)
			}
			if p.axis(s, name, e.value, "sweep of "+strconv.Quote(name)) {
				p.bounded(s, e.value)
			}
		}
	}
}

// axis has a parameter, or the seed, take each value of a list, and reports
// whether that went well. A list of one gives the value itself.
func (p *parser) axis(s *Spec, name string, n *yaml.Node, of string) bool {
	wrong := len(p.errors)
	var values []any
	for i, item := range n.Content {
		what := of + ", item " + strconv.Itoa(i+1)
		var v any
		if at := s.param(name); at >= 0 {
			q := s.Params[at]
			p.value(&q, item, what)
			v = q.Value
		} else {
			v = p.seed(item, what)
		}
		if j := slices.IndexFunc(values, func(o any) bool { return reflect.DeepEqual(o, v) }); j >= 0 && len(p.errors) == wrong {
			p.errorf(item, "%s is the same as item %d", what, j+1).as(fault.ValueTwice)
		}
		values = append(values, v)
	}
	switch {
	case len(n.Content) == 0:
		p.errorf(n, "%s is an empty list, want at least one value", of).as(fault.EmptyValue)
		return false
	case len(p.errors) > wrong:
		return false
	case len(values) == 1:
		*s = *s.with(name, values[0])
		return true
	}
	at := slices.IndexFunc(s.Sweep, func(a Axis) bool { return a.Name == name })
	s.Sweep = slices.Clone(s.Sweep)
	if at < 0 {
		s.Sweep = append(s.Sweep, Axis{Name: name, Values: values})
	} else {
		s.Sweep[at].Values = values
	}
	return true
}

// bounded refuses a grid of too many variants.
func (p *parser) bounded(s *Spec, n *yaml.Node) {
	count := 1
	var factors []string
	for _, a := range s.Sweep {
		count = min(count*len(a.Values), 1<<30) // what does not fit an int is too many as well
		factors = append(factors, fmt.Sprintf("%d of %s", len(a.Values), a.Name))
	}
	if count > MaxVariants {
		p.errorf(n, "the sweep has %d variants (%s), want at most %d", count, strings.Join(factors, " × "), MaxVariants).as(fault.TooManyVariants)
	}
}

// varies reports whether a value that is given for a parameter is a list of such
// values: a list for what is no list, a list of lists for what is one.
func varies(kind string, n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode {
		return false
	}
	if !listed(kind) {
		return true
	}
	return len(n.Content) > 0 && !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Kind != yaml.SequenceNode })
}

func listed(kind string) bool { return kind != kindBool && strings.HasSuffix(kind, "s") }

// timeout reads a time that something may take.
func (p *parser) timeout(n *yaml.Node, of string) time.Duration {
	d, err := time.ParseDuration(n.Value)
	if n.Kind == yaml.ScalarNode && err == nil && d > 0 {
		return d
	}
	e := p.errorf(n, "%s is %s, want a time above 0, such as 90s or 10m", of, what(n)).as(fault.BadTime)
	if n.Tag == "!!int" {
		e.Hint = fmt.Sprintf("a time has a unit: %ss", short(n.Value))
	}
	return 0
}
