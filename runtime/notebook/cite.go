package notebook

import (
	"fmt"
	"slices"
	"strings"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// complete puts results in the place of citations and returns the run. A
// citation of what is not there is an error of its cell when the run was
// complete, since then it will never be there.
func (g *gatherer) complete() *result.Run {
	if g.run.Status == "" {
		g.run.Status = result.Done
	}
	strict := g.run.Status == result.Done
	text, err := g.resolve(g.run.Abstract, g.spec.Abstract.Place)
	g.run.Abstract = text
	if err != nil && strict {
		g.run.Status, g.run.Error = result.Failed, err
	}
	for i, c := range g.run.Cells {
		src := g.spec.Cells[i].Source
		place := src.Place
		if c.Kind == result.KindScript {
			place = func(int) (line, column int) { return src.Line, 0 } // which of its lines is not known
		}
		for j := range c.Outputs {
			o := &c.Outputs[j]
			if o.Text == "" {
				continue
			}
			text, err := g.resolve(o.Text, place)
			o.Text = text
			if err != nil && strict && c.Error == nil {
				err.Cell, err.File = c.ID, src.File
				c.Status, c.Error = result.Failed, err
				g.run.Status = result.Failed
			}
		}
	}
	return g.run
}

// resolve returns a text with its citations replaced, and the first error.
func (g *gatherer) resolve(text string, place func(offset int) (line, column int)) (string, *result.Error) {
	var first *result.Error
	fail := func(c spec.Citation, message, hint string) string {
		if first == nil {
			line, column := place(c.Start)
			first = &result.Error{File: g.spec.File, Line: line, Column: column, Message: message, Hint: hint}
			if lines := strings.Split(g.spec.Text, "\n"); column > 0 && line <= len(lines) {
				first.Excerpt = strings.TrimRight(lines[line-1], "\r")
			}
		}
		return result.NotShown
	}
	text = spec.Cite(text, func(c spec.Citation) string {
		if c.Fault != "" {
			return fail(c, c.Fault, c.Hint)
		}
		var names []string
		if c.Verb == "param" {
			for _, p := range g.spec.Params {
				if p.Name == c.Name {
					return p.Show()
				}
				names = append(names, p.Name)
			}
		} else {
			if e, ok := g.run.Metrics[c.Name]; ok {
				return show(e, c.Verb == "metric")
			}
			for name := range g.run.Metrics {
				names = append(names, name)
			}
			slices.Sort(names)
		}
		kind := map[bool]string{true: "parameter", false: "metric"}[c.Verb == "param"]
		hint := ""
		if n := spec.Nearest(c.Name, names); n != "" {
			hint = fmt.Sprintf("did you mean %q?", n)
		}
		have := "none"
		if len(names) > 0 {
			have = strings.Join(names, ", ")
		}
		return fail(c, fmt.Sprintf("no %s %q to cite; the run has %s", kind, c.Name, have), hint)
	})
	return text, first
}

// show returns an estimate as a text cites it: "98.6%", "31.2 dB", and in full
// "98.61% [98.36, 98.82] (n = 10,000)". From n = 10,000 on, where a hundredth of
// a per cent can be told apart, the full form of a proportion has two decimals,
// else one.
func show(e result.Estimate, full bool) string {
	if !e.Shown() {
		return result.NotShown
	}
	number, unit := func(v float64) string { return result.Number(v, result.Digits(e.Value)) }, e.Unit
	if e.IsProportion() {
		decimals := 1
		if full && e.N >= 10000 {
			decimals = 2
		}
		number = func(v float64) string { return result.Fixed(100*v, decimals) }
		unit = "%"
	}
	s := number(e.Value)
	switch {
	case unit == "" || unit == "%" || strings.HasPrefix(unit, "/"):
		s += unit
	default:
		s += " " + unit
	}
	if !full {
		return s
	}
	if e.HasInterval() {
		s += fmt.Sprintf(" [%s, %s]", number(e.Low), number(e.High))
	}
	if e.N > 0 {
		s += fmt.Sprintf(" (n\u00a0=\u00a0%s)", result.Fixed(float64(e.N), 0))
	}
	return s
}
