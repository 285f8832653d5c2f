package report

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"jpgreport/runtime/result"
)

// A grid shows the variants of a run: what they have in common and where they
// differ, then each of them, one at a time where there is a script.
type grid struct {
	Intro     string
	Axes      []selector
	Table     *table
	Spread    *table
	Curves    []*chart
	More      []*chart // curves beyond the first few
	Left      string   // what no curve is drawn of
	Multiples []*multiple
	Variants  []*variant
	Code      []*listing
	Checks    bool // whether there are any
}

// A selector lets the reader choose along one axis.
type selector struct {
	Name   string
	Unit   string
	ID     string
	Values []string
}

// A variant is one point of the grid.
type variant struct {
	ID       string
	At       string // its place on each axis, as the script names it
	Number   int
	Label    string
	Status   string // "" when it is complete
	Error    *failure
	Abstract template.HTML
	Cells    []*cell

	charts map[string]*chart // by cell and number, for the small multiples
}

// An axis is what varies along one side of the grid.
type axis struct {
	name, unit, help string
	seed             bool
	values           []axisValue // in the order of the variants
}

type axisValue struct {
	text   string
	number float64 // NaN when it is none
}

// axesOf returns the axes of a run of variants.
func axesOf(run *result.Run) []axis {
	axes := make([]axis, len(run.Sweep))
	for i, name := range run.Sweep {
		a := axis{name: name}
		for _, v := range run.Variants {
			p, isParam := v.Params[name]
			value := axisValue{strconv.FormatUint(v.Seed, 10), float64(v.Seed)}
			if isParam {
				a.unit, a.help = p.Unit, p.Help
				value = axisValue{paramText(p.Value), math.NaN()}
				switch n := p.Value.(type) {
				case int:
					value.number = float64(n)
				case float64:
					value.number = n
				}
			}
			a.seed = !isParam
			if a.index(value.text) < 0 {
				a.values = append(a.values, value)
			}
		}
		axes[i] = a
	}
	return axes
}

func (a axis) index(text string) int {
	return slices.IndexFunc(a.values, func(v axisValue) bool { return v.text == text })
}

// at returns the place of a variant on the axis.
func (a axis) at(v *result.Variant) int {
	if p, ok := v.Params[a.name]; ok {
		return a.index(paramText(p.Value))
	}
	return a.index(strconv.FormatUint(v.Seed, 10))
}

// numeric reports whether a curve can be drawn along the axis.
func (a axis) numeric() bool {
	return !a.seed && !slices.ContainsFunc(a.values, func(v axisValue) bool { return math.IsNaN(v.number) })
}

// of makes the builder one of variant i, if the run has such, or of the whole.
func (b *builder) of(i int) {
	b.prefix, b.label = "", ""
	if i >= 0 && i < len(b.whole.Variants) {
		v := b.whole.Variants[i]
		b.prefix, b.label = v.ID+"-", b.whole.Label(v)
	}
}

func newGrid(b *builder) (*grid, []heading, error) {
	run := b.whole
	axes := axesOf(run)
	g := &grid{}
	sides := make([]string, len(axes))
	for i, a := range axes {
		values := make([]string, len(a.values))
		for j, v := range a.values {
			values[j] = v.text
		}
		g.Axes = append(g.Axes, selector{Name: a.name, Unit: a.unit, ID: fmt.Sprintf("pick-%d", i+1), Values: values})
		sides[i] = fmt.Sprintf("%s (%s)", a.name, strings.Join(values, "; "))
	}
	each := "value"
	if len(axes) > 1 {
		each = "combination"
	}
	g.Intro = fmt.Sprintf("The experiment ran for each %s of %s: %s.", each, strings.Join(sides, " and "), counted(len(run.Variants), "variant", "variants"))

	s := newSamples(run, axes)
	g.Table = s.table(b)
	g.Spread = s.spread(b)
	curves, left, err := s.curves(b)
	if err != nil {
		return nil, nil, err
	}
	g.Curves, g.Left = curves, left
	if len(curves) > shownCurves {
		g.Curves, g.More = curves[:shownCurves], curves[shownCurves:]
	}
	// The figures of the small multiples are numbered before those of the
	// variants, which stand below, and drawn from them.
	families := familiesOf(run)
	b.figures += len(families)
	for i, v := range run.Variants {
		one, err := b.variant(i, v, axes)
		if err != nil {
			return nil, nil, err
		}
		g.Variants = append(g.Variants, one)
		g.Checks = g.Checks || len(v.Checks) > 0
	}
	b.of(-1)
	b.run = run
	first := b.figures
	b.figures = len(curves)
	for _, f := range families {
		g.Multiples = append(g.Multiples, b.multiple(f, g.Variants))
	}
	b.figures = first
	for _, id := range slices.Sorted(maps.Keys(run.Scripts)) {
		src := run.Scripts[id]
		if l := newListing("Code of", id, "go", src.Text, src.Line); l != nil {
			l.ID = "code-" + id
			g.Code = append(g.Code, l)
		}
	}
	heads := []heading{{"variants", 2, "Variants"}}
	for _, h := range []struct {
		id, text string
		has      bool
	}{
		{"spread", "Spread over seeds", g.Spread != nil},
		{"curves", "Curves", len(g.Curves) > 0},
		{"multiples", "Side by side", len(g.Multiples) > 0},
		{"each", "Each variant", true},
	} {
		if h.has {
			heads = append(heads, heading{h.id, 3, h.text})
		}
	}
	return g, heads, nil
}

// variant lays out one variant, as a page of its own would be.
func (b *builder) variant(i int, v *result.Variant, axes []axis) (*variant, error) {
	b.of(i)
	b.run = b.whole.Of(v)
	b.md.levels = []int{0, 0, 0} // its headings go below that of the variant
	one := &variant{ID: "variant-" + v.ID, Number: i + 1, Label: b.label, Status: statusOf(v.Status), Error: newFailure(v.Error), charts: map[string]*chart{}}
	at := make([]string, len(axes))
	for k, a := range axes {
		at[k] = strconv.Itoa(a.at(v))
	}
	one.At = strings.Join(at, ",")
	if v.Abstract != "" && b.whole.Abstract == "" {
		one.Abstract = b.md.note(v.Abstract)
	}
	for _, c := range v.Cells {
		drawn, _, err := b.cell(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.label, err)
		}
		one.Cells = append(one.Cells, drawn)
		n := 0
		for _, o := range drawn.Outputs {
			if o.Chart != nil {
				n++
				one.charts[familyKey(c.ID, n)] = o.Chart
			}
		}
	}
	return one, nil
}

// statusOf says how a variant ended, "" when it is complete.
func statusOf(s result.Status) string {
	switch s {
	case result.Done:
		return ""
	case result.Limited:
		return "stopped at a limit"
	case result.Skipped:
		return "not run"
	}
	return string(s)
}

// variantTally returns "6", or "6: 1 failed".
func variantTally(run *result.Run) string {
	n := map[string]int{}
	for _, v := range run.Variants {
		n[statusOf(v.Status)]++
	}
	var parts []string
	for _, s := range slices.Sorted(maps.Keys(n)) {
		if s != "" {
			parts = append(parts, count(n[s])+" "+s)
		}
	}
	s := count(len(run.Variants))
	if len(parts) > 0 {
		s += ": " + strings.Join(parts, ", ")
	}
	return s
}

// seeds returns the seed, or those of the variants.
func seeds(run *result.Run) string {
	for _, a := range axesOf(run) {
		if a.seed {
			values := make([]string, len(a.values))
			for i, v := range a.values {
				values[i] = v.text
			}
			return strings.Join(values, ", ")
		}
	}
	return fmt.Sprint(run.Seed)
}
