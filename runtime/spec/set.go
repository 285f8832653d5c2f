package spec

import (
	"fmt"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// Set gives a parameter another value, written in YAML. It must be of the
// parameter's kind and within its bounds, else Set returns an [*Error] and
// changes nothing. The name "seed" is the spec's seed.
func (s *Spec) Set(name, value string) error {
	p := &parser{}
	i := slices.IndexFunc(s.Params, func(q Param) bool { return q.Name == name })
	if i < 0 && name != "seed" {
		names := []string{"seed"}
		for _, q := range s.Params {
			names = append(names, q.Name)
		}
		return &Error{
			Code:    fault.NoSuchParameter,
			Message: fmt.Sprintf("no parameter %q; the spec has %s", short(name), list(names)),
			Hint:    didYouMean(name, names),
		}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if i < 0 || s.Params[i].Kind != kindString { // what is given for a text is the text, whatever it looks like
		if n = p.document([]byte(value)); n == nil {
			return &Error{Code: fault.NotYAML, Message: fmt.Sprintf("parameter %q: %q is no value", name, short(value)), Hint: "a list is written [5, 10]"}
		}
	}
	if i < 0 {
		seed := p.seed(n)
		if len(p.errors) == 0 {
			s.Seed = seed
		}
	} else {
		q := s.Params[i]
		p.value(&q, n, "parameter "+strconv.Quote(name))
		if len(p.errors) == 0 {
			s.Params[i] = q
		}
	}
	if len(p.errors) == 0 {
		return nil
	}
	first := *p.errors[0]
	first.Line, first.Column = 0, 0 // of the value, which has no file
	return &first
}
