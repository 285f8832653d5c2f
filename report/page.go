package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"jpgreport/runtime/result"
)

// A page is what the templates draw.
type page struct {
	Policy  string
	Style   template.HTML
	Record  template.HTML
	Scripts []template.HTML

	Title    string
	Name     string
	Banner   *banner
	Abstract template.HTML
	Facts    []fact
	Grid     *grid // of a run of variants
	Key      []metric
	Contents []heading
	Cells    []*cell

	Checks   []check
	Tally    string // of the checks
	Warnings []warning
	Metrics  []metric
	Seed     string
	Params   []param
	Origin   origin
	Run      environment
}

// A banner stands above a page whose run did not get to its end.
type banner struct {
	Word  string
	Text  string
	Cells []place // to go to
}

// A place is a link within the page.
type place struct{ Link, Text string }

// A fact is a line of the title block; Link may name a place in the page.
type fact struct{ Name, Value, Link string }

// A builder numbers what a page numbers.
type builder struct {
	whole    *result.Run
	run      *result.Run // of the variant at hand, else whole
	prefix   string      // of the ids of one variant's cells, metrics and checks
	label    string      // of the variant
	md       *markdown
	figures  int
	tables   int
	warnings int
	seen     map[string]bool // pictures whose bytes stand already in the page
}

const keyFigures = 6 // how many metrics the title block shows: the first ones

func newPage(run *result.Run) (*page, error) {
	b := &builder{whole: run, run: run, md: newMarkdown(), seen: map[string]bool{}}
	p := &page{
		Title:  strings.TrimSpace(run.Title),
		Name:   run.Name,
		Banner: newBanner(run),
		Seed:   fmt.Sprint(run.Seed),
	}
	if p.Title == "" {
		p.Title = run.Name
	}
	if run.Abstract != "" {
		p.Abstract = b.md.note(run.Abstract)
	}
	for _, c := range run.Cells {
		v, heads, err := b.cell(c)
		if err != nil {
			return nil, err
		}
		p.Cells = append(p.Cells, v)
		p.Contents = append(p.Contents, heads...)
		for _, o := range c.Outputs {
			if o.Metric != nil {
				p.Metrics = append(p.Metrics, b.metric(*o.Metric))
			}
		}
	}
	if len(run.Variants) > 0 {
		g, heads, err := newGrid(b)
		if err != nil {
			return nil, err
		}
		p.Grid = g
		p.Contents = append(p.Contents, heads...)
	}
	if len(p.Contents) == 0 {
		for _, c := range p.Cells {
			p.Contents = append(p.Contents, heading{ID: "cell-" + c.ID, Level: 2, Text: c.ID})
		}
	}
	p.Contents = slices.DeleteFunc(p.Contents, func(h heading) bool { return h.Level > 3 || h.Text == "" })
	p.Key = p.Metrics[:min(keyFigures, len(p.Metrics))]
	var checks []result.Check
	for i, part := range run.Parts() {
		b.of(i)
		for _, k := range part.Checks {
			checks = append(checks, k)
			if b.prefix == "" || k.Status != result.Pass { // of many variants, those that want a look
				p.Checks = append(p.Checks, b.check(k))
			}
		}
		for _, w := range part.Warnings {
			cell := w.Cell
			if b.label != "" {
				cell += " of " + b.label
			}
			p.Warnings = append(p.Warnings, warning{ID: fmt.Sprintf("warning-%d", len(p.Warnings)+1), Cell: cell, Text: w.Text})
		}
	}
	b.of(-1)
	p.Tally = tally(checks)
	p.Params = newParams(run)
	p.Origin = newOrigin(run)
	p.Run = newEnvironment(run)
	p.Facts = newFacts(run, checks, len(p.Warnings))
	if len(run.Variants) > 0 {
		p.Seed = seeds(run)
	}
	for _, s := range []struct {
		id, text string
		has      bool
	}{
		{"checks", "Checks", len(checks) > 0},
		{"warnings", "Warnings", len(p.Warnings) > 0},
		{"numbers", "Numbers", len(p.Metrics) > 0},
		{"parameters", "Parameters", true},
		{"provenance", "Provenance", true},
		{"environment", "Environment", true},
	} {
		if s.has {
			p.Contents = append(p.Contents, heading{ID: s.id, Level: 2, Text: s.text})
		}
	}
	return p, nil
}

func newBanner(run *result.Run) *banner {
	b := &banner{}
	switch run.Status {
	case result.Done:
		return nil
	case result.Failed:
		b.Word, b.Text = "Failed", "A cell ended with an error. What was done before it stands below."
	case result.Interrupted:
		b.Word, b.Text = "Interrupted", "The run was stopped. What was done until then stands below."
	case result.Limited:
		b.Word, b.Text = "Stopped at a limit", "The run reached its limit of time or memory. What was done until then stands below."
	default:
		b.Word, b.Text = "Incomplete", fmt.Sprintf("The run ended with the status “%s”.", run.Status)
	}
	for i, part := range run.Parts() {
		prefix, label := "", ""
		if len(run.Variants) > 0 {
			prefix, label = run.Variants[i].ID+"-", " of "+run.Label(run.Variants[i])
		}
		to := func(cell string) {
			b.Cells = append(b.Cells, place{prefix + "cell-" + cell, "cell " + cell + label})
		}
		before := len(b.Cells)
		for _, c := range part.Cells {
			if c.Status != result.Done && c.Status != result.Skipped {
				to(c.ID)
			}
		}
		if e := part.Error; e != nil && part.Status != result.Skipped {
			if text := " " + e.Error(); !strings.Contains(b.Text, text) {
				b.Text += text
				if e.Hint != "" {
					b.Text += " (" + e.Hint + ")"
				}
			}
			if len(b.Cells) == before && part.Cell(e.Cell) != nil {
				to(e.Cell)
			}
		}
	}
	b.Cells = b.Cells[:min(len(b.Cells), mostLinks)]
	return b
}

// mostLinks is how many cells a banner leads to.
const mostLinks = 8

func newFacts(run *result.Run, checks []result.Check, warnings int) []fact {
	status := map[result.Status]string{
		result.Done: "complete", result.Failed: "failed", result.Interrupted: "interrupted", result.Limited: "stopped at a limit",
	}[run.Status]
	if status == "" {
		status = string(run.Status)
	}
	facts := []fact{{"Run", status, ""}}
	if len(run.Variants) > 0 {
		facts = append(facts, fact{"Variants", variantTally(run), "variants"})
	}
	if len(checks) > 0 {
		facts = append(facts, fact{"Checks", tally(checks), "checks"})
	}
	if warnings > 0 {
		facts = append(facts, fact{"Warnings", count(warnings), "warnings"})
	}
	facts = append(facts, fact{"Seed", seeds(run), ""})
	if len(run.Digest) >= 12 {
		facts = append(facts, fact{"Digest", run.Digest[:12], "provenance"})
	}
	if t, err := time.Parse(time.RFC3339, run.Environment.Started); err == nil {
		facts = append(facts, fact{"Date", t.Format("2 January 2006"), ""})
	}
	return facts
}

// tally returns "11 of 13 passed, 1 warns, 1 failed"; checks that do not apply
// are counted apart.
func tally(checks []result.Check) string {
	n := map[result.Verdict]int{}
	for _, k := range checks {
		n[k.Status]++
	}
	s := fmt.Sprintf("%d of %d passed", n[result.Pass], len(checks)-n[result.NA])
	if n[result.Warn] > 0 {
		s += ", " + counted(n[result.Warn], "warns", "warn")
	}
	if n[result.Fail] > 0 {
		s += ", " + count(n[result.Fail]) + " failed"
	}
	if n[result.NA] > 0 {
		s += ", " + counted(n[result.NA], "does not apply", "do not apply")
	}
	return s
}

// A param is a row of the table of parameters.
type param struct{ Name, Value, Unit, Help string }

func newParams(run *result.Run) []param {
	var ps []param
	for _, name := range slices.Sorted(maps.Keys(run.Params)) {
		p := run.Params[name]
		ps = append(ps, param{name, paramText(p.Value), p.Unit, p.Help})
	}
	for _, a := range axesOf(run) {
		if !a.seed {
			values := make([]string, len(a.values))
			for i, v := range a.values {
				values[i] = v.text
			}
			ps = append(ps, param{a.name, "varied: " + strings.Join(values, "; "), a.unit, a.help})
		}
	}
	return ps
}

func paramText(v any) string {
	switch v := v.(type) {
	case []int:
		return join(v)
	case []float64:
		return join(v)
	case []string:
		return join(v)
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return strings.Replace(fmt.Sprint(v), "-", "−", 1)
}

func join[T any](vs []T) string {
	s := make([]string, len(vs))
	for i, v := range vs {
		s[i] = paramText(v)
	}
	return strings.Join(s, ", ")
}
