package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// Set gives a parameter another value, written in YAML. It must be of the
// parameter's kind and within its bounds, else Set returns an [*Error] and
// changes nothing. The name "seed" is the spec's seed.
//
// A list of values, where the parameter is no list itself, makes the parameter
// an axis of the sweep; so does a list of lists for one that is. A single value
// ends the sweep of its parameter.
func (s *Spec) Set(name, value string) error {
	i := s.param(name)
	if i < 0 && name != seedName {
		return s.unknown(name)
	}
	p := &parser{}
	n := p.document([]byte(value))
	if i >= 0 && s.Params[i].Kind == kindString && (n == nil || n.Kind != yaml.SequenceNode) {
		// What is given for a text is the text, whatever it looks like.
		n = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	} else if n == nil {
		return &Error{Code: fault.NotYAML, Message: fmt.Sprintf("parameter %q: %q is no value", name, short(value)), Hint: "a list is written [5, 10]"}
	}
	p = &parser{}
	changed := *s
	p.set(&changed, name, n)
	if len(p.errors) == 0 {
		*s = changed
		return nil
	}
	first := *p.errors[0]
	first.Line, first.Column = 0, 0 // of the value, which has no file
	if first.Hint == "" && i >= 0 {
		first.Hint = fmt.Sprintf("the spec has %s: %s", name, s.Params[i].written())
	}
	return &first
}

// SetFile sets what a file of parameters says: a YAML mapping of names to
// values, each as [Spec.Set] takes it. What is wrong with it comes as [Errors]
// with places in the file, or as another error when it cannot be read; s is then
// unchanged.
func (s *Spec) SetFile(path string) error {
	text, err := readAtMost(path)
	if err != nil {
		return err
	}
	p := &parser{file: path}
	changed := *s
	if root := p.document(text); root != nil {
		for _, e := range p.mapping(root, "the file of parameters", nil) {
			name := e.key.Value
			if s.param(name) < 0 && name != seedName {
				wrong := s.unknown(name)
				p.errorf(e.key, "%s", wrong.Message).as(wrong.Code).Hint = wrong.Hint
				continue
			}
			p.set(&changed, name, e.value)
		}
	}
	if err := p.err(); err != nil {
		return err
	}
	*s = changed
	return nil
}

func (s *Spec) unknown(name string) *Error {
	return &Error{
		Code:    fault.NoSuchParameter,
		Message: fmt.Sprintf("no parameter %q; the spec has %s", short(name), list(s.settable())),
		Hint:    didYouMean(name, s.settable()),
	}
}

// set gives a parameter of s, or the seed, the value that n holds; the errors
// are in p, and s is then of no use.
func (p *parser) set(s *Spec, name string, n *yaml.Node) {
	of, kind := seedName, kindInt
	at := s.param(name)
	if at >= 0 {
		s.widen(at, n)
		of, kind = "parameter "+strconv.Quote(name), s.Params[at].Kind
	}
	if varies(kind, n) {
		if p.axis(s, name, n, of) {
			p.bounded(s, n)
		}
		return
	}
	var v any
	if at >= 0 {
		q := s.Params[at]
		p.value(&q, n, of)
		v = q.Value
	} else {
		v = p.seed(n, of)
	}
	*s = *s.with(name, v)
}

// widen lets a radius that the spec gives as a whole number, or several, take
// what n holds when that has a fraction: ε = 2.5/255 is no other kind of thing
// than 2/255. A JPEG quality or a number of images stays whole.
func (s *Spec) widen(i int, n *yaml.Node) {
	q := s.Params[i]
	if q.Unit != unit255 || !fractional(n) {
		return
	}
	switch v := q.Value.(type) {
	case int:
		q.Value, q.Kind = float64(v), kindFloat
	case []int:
		q.Value, q.Kind = numbers(v), kindFloats
	}
	s.Params = slices.Clone(s.Params)
	s.Params[i] = q
}

// fractional reports whether a number in n has a fraction.
func fractional(n *yaml.Node) bool {
	return n.Tag == "!!float" || slices.ContainsFunc(n.Content, fractional)
}

// written returns a parameter's value as a spec has it.
func (q Param) written() string {
	items := q.items()
	if !listed(q.Kind) {
		return strings.Join(items, "")
	}
	return "[" + strings.Join(items, ", ") + "]"
}
