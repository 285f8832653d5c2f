package spec

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

var (
	cellID    = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	snakeCase = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// Parse checks the text of a spec and returns it, or [Errors]. It reads no
// other file: scripts in files of their own are left without text.
func Parse(file string, text []byte) (*Spec, error) {
	p := &parser{file: file}
	s := p.spec(text)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// spec returns what could be made of the text; the errors are in p.
func (p *parser) spec(text []byte) *Spec {
	s := &Spec{File: p.file, Text: string(text), Abstract: Source{File: p.file}}
	root := p.document(text)
	if root == nil {
		return s
	}
	before := len(p.errors)
	keys := map[string]*yaml.Node{}
	for _, e := range p.mapping(root, "the spec", names(specTable)) {
		keys[e.key.Value] = e.value
	}
	if len(p.errors) > before && len(keys) == 0 {
		return s
	}
	for _, k := range []string{"title", "cells"} {
		if keys[k] == nil {
			p.errorf(root, "the spec has no %s", k).as(fault.MissingKey)
		}
	}
	if n := keys["title"]; n != nil {
		s.Title = strings.TrimSpace(p.text(n, "title"))
		if s.Title == "" && n.Tag == "!!str" {
			p.errorf(n, "title is empty").as(fault.EmptyValue)
		}
	}
	if n := keys["seed"]; n != nil {
		s.Seed = p.seed(n, "seed")
	}
	if n := keys["timeout"]; n != nil {
		s.Timeout = p.timeout(n, "timeout")
	}
	if n := keys["params"]; n != nil {
		s.Params = p.params(n)
	}
	if n := keys["sweep"]; n != nil {
		p.sweep(s, n)
	}
	if n := keys["data"]; n != nil {
		s.Data = p.data(n)
	}
	if n := keys["models"]; n != nil {
		s.Models = p.models(n)
	}
	if n := keys["abstract"]; n != nil {
		s.Abstract = p.source(n, "abstract")
		p.citations(s, s.Abstract)
	}
	if n := keys["cells"]; n != nil {
		s.Cells = p.cells(n)
		for _, c := range s.Cells {
			if c.Kind == KindText {
				before := len(p.errors)
				p.citations(s, c.Source)
				p.inCell(c.ID, before)
			}
		}
	}
	return s
}

func (p *parser) seed(n *yaml.Node, of string) uint64 {
	v, err := strconv.ParseUint(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || v > MaxSeed {
		p.errorf(n, "%s is %s, want a whole number in 0..%d", of, what(n), uint64(MaxSeed)).as(fault.OutOfRange)
		return 0
	}
	return v
}

func (p *parser) cells(n *yaml.Node) []Cell {
	if n.Kind != yaml.SequenceNode {
		p.errorf(n, "cells is %s, want a list", what(n)).as(fault.WrongType)
		return nil
	}
	if len(n.Content) == 0 {
		p.errorf(n, "cells is empty, want at least one cell").as(fault.EmptyValue)
	}
	var cells []Cell
	lines := map[string]int{}
	for i, item := range n.Content {
		before := len(p.errors)
		c, ok := p.cell(item, i+1)
		p.inCell(c.ID, before)
		if !ok {
			continue
		}
		if before, twice := lines[c.ID]; twice {
			p.errorAt(c.Line, c.Column, "cell %q: the id stands already on line %d", c.ID, before).as(fault.IDTwice)
			continue
		}
		if c.ID != "" {
			lines[c.ID] = c.Line
		}
		cells = append(cells, c)
	}
	return cells
}

// cell reads one cell; ok is false when it is none at all.
func (p *parser) cell(n *yaml.Node, number int) (c Cell, ok bool) {
	of := "cell " + strconv.Itoa(number)
	if n.Kind != yaml.MappingNode {
		p.errorf(n, "%s is %s, want a mapping with id and one of %s", of, what(n), list(bodyKeys())).as(fault.NotMapping)
		return c, false
	}
	c.Line, c.Column = n.Line, n.Column
	unknown := len(p.errors)
	entries := p.mapping(n, of, names(cellTable))
	var timeout *yaml.Node
	hasID, hasUnknown := false, len(p.errors) > unknown
	var bodies []string
	for _, e := range entries {
		switch key := e.key.Value; key {
		case "id":
			hasID = true
			c.Line, c.Column = e.value.Line, e.value.Column
			c.ID = p.text(e.value, of+": id")
			if e.value.Tag == "!!str" && !cellID.MatchString(c.ID) {
				p.errorf(e.value, "%s: id %q, want letters a to z, digits and hyphens, a letter first", of, short(c.ID)).as(fault.BadID)
				c.ID = ""
			}
		case "timeout":
			timeout = e.value
			c.Timeout = p.timeout(e.value, of+": timeout")
		case "file":
			bodies = append(bodies, key)
			c.Kind, c.Path = KindScript, p.text(e.value, of+": file")
			c.Source = Source{File: p.file, Line: e.value.Line, Column: e.value.Column - 1}
			if c.Path == "" && e.value.Tag == "!!str" {
				p.errorf(e.value, "%s: file is empty", of).as(fault.EmptyValue)
			}
		default:
			bodies = append(bodies, key)
			c.Kind = key
			c.Source = p.source(e.value, of+": "+key)
			if n := len(c.Source.Text); key == KindText && n > maxText {
				p.errorf(e.value, "%s: the text has %d bytes, want at most %d", of, n, maxText).as(fault.TooLarge)
			}
			if key == KindScript && e.value.Style&yaml.FoldedStyle != 0 {
				p.errorf(e.value, "%s: the script is a folded block (>), which joins its lines; want a literal block (|)", of).as(fault.Folded)
			}
			if e.value.Kind == yaml.ScalarNode && e.value.Tag == "!!str" && strings.TrimSpace(e.value.Value) == "" {
				p.errorf(e.value, "%s: %s is empty", of, key).as(fault.EmptyValue)
			}
		}
	}
	if !hasID {
		p.errorf(n, "%s has no id", of).as(fault.MissingKey)
	}
	switch {
	case len(bodies) == 0 && !hasUnknown:
		p.errorf(n, "%s has nothing in it, want one of %s", of, list(bodyKeys())).as(fault.NoBody)
	case len(bodies) > 1:
		p.errorf(n, "%s has %s, want one of them", of, list(bodies)).as(fault.TwoBodies)
	case c.Kind == KindText && timeout != nil:
		p.errorf(timeout, "%s: a text has no timeout", of).as(fault.NotTimed)
	}
	return c, true
}

// source returns a text with the place of its first line, which for a block is
// the line below the indicator.
func (p *parser) source(n *yaml.Node, of string) Source {
	s := Source{File: p.file, Line: n.Line, Column: n.Column - 1, Text: p.text(n, of)}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		s.Line++
		s.Column = p.indentation(n)
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		s.Column++
	}
	return s
}

// indentation returns by how much a block's lines are indented in the file: the
// spaces that its first line with anything on it has more there than in the
// value.
func (p *parser) indentation(n *yaml.Node) int {
	for _, line := range strings.Split(n.Value, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		for _, raw := range p.lines[min(n.Line, len(p.lines)):] {
			if strings.TrimSpace(raw) != "" {
				return max(0, spaces(raw)-spaces(line))
			}
		}
	}
	return 0
}

func spaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// citations checks the citations of a text, as far as they can be before the run.
func (p *parser) citations(s *Spec, src Source) {
	var names []string
	for _, param := range s.Params {
		names = append(names, param.Name)
	}
	Cite(src.Text, func(c Citation) string {
		line, column := src.Place(c.Start)
		switch {
		case c.Fault != "":
			p.errorAt(line, column, "%s", c.Fault).as(fault.BadCitation).Hint = c.Hint
		case c.Verb == "param" && !slices.Contains(names, c.Name):
			allowed := list(names)
			if allowed == "" {
				allowed = "none"
			}
			p.errorAt(line, column, "no parameter %q to cite; the spec has %s", c.Name, allowed).as(fault.NoSuchParameter).Hint = didYouMean(c.Name, names)
		}
		return ""
	})
}
