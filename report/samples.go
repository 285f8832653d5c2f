package report

import (
	"math"
	"slices"
	"strings"

	"jpgreport/runtime/result"
)

// samples are the metrics of all variants.
type samples struct {
	run     *result.Run
	axes    []axis
	metrics []string // in the order in which cells gave them
}

func newSamples(run *result.Run, axes []axis) *samples {
	s := &samples{run: run, axes: axes}
	for _, v := range run.Variants {
		at := 0 // where a metric that only later variants have belongs
		for _, c := range v.Cells {
			for _, o := range c.Outputs {
				if o.Metric == nil {
					continue
				}
				if i := slices.Index(s.metrics, o.Metric.Name); i >= 0 {
					at = i + 1
					continue
				}
				s.metrics = slices.Insert(s.metrics, at, o.Metric.Name)
				at++
			}
		}
	}
	return s
}

// meta returns what a metric is, from the first variant that has it.
func (s *samples) meta(name string) result.Estimate {
	for _, v := range s.run.Variants {
		if e, ok := v.Metrics[name]; ok {
			if e.Title == "" {
				e.Title = name
			}
			return e
		}
	}
	return result.Estimate{}
}

// varies reports whether a metric differs between variants.
func (s *samples) varies(name string) bool {
	first := math.NaN()
	for _, v := range s.run.Variants {
		e, ok := v.Metrics[name]
		if !ok || !e.Shown() {
			continue
		}
		if math.IsNaN(first) {
			first = e.Value
		}
		if e.Value != first {
			return true
		}
	}
	return false
}

// shortSide is up to how many variants stand side by side in the table, whatever
// the number of metrics.
const shortSide = 6

// table has each variant with all of its metrics. The longer side of the two
// goes down the page.
func (s *samples) table(b *builder) *table {
	t := &table{Title: "All variants"}
	b.tables++
	t.ID, t.Number = id("tab", b.tables), b.tables
	value := func(v *result.Variant, name string) entry {
		e, ok := v.Metrics[name]
		if !ok || !e.Shown() {
			return entry{text: gap}
		}
		x := numberOf(e)
		return entry{number: &x}
	}
	var head []column
	var cells [][]entry
	if n := len(s.run.Variants); len(s.metrics) >= n || n <= shortSide && len(s.metrics) > 0 {
		head = []column{{Name: "Metric"}}
		for _, v := range s.run.Variants {
			head = append(head, column{Name: s.run.Label(v), Link: "variant-" + v.ID})
		}
		for _, name := range s.metrics {
			row := []entry{{text: s.meta(name).Title}}
			for _, v := range s.run.Variants {
				row = append(row, value(v, name))
			}
			cells = append(cells, row)
		}
	} else {
		head = []column{{Name: "Variant"}}
		for _, name := range s.metrics {
			head = append(head, column{Name: s.meta(name).Title})
		}
		for _, v := range s.run.Variants {
			row := []entry{{text: s.run.Label(v), link: "variant-" + v.ID}}
			for _, name := range s.metrics {
				row = append(row, value(v, name))
			}
			cells = append(cells, row)
		}
	}
	digits := make([]int, len(head))
	for i := range digits {
		digits[i] = byNumber
	}
	t.fill(head, digits, cells)
	if head[0].Name == "Metric" {
		t.byRow(cells)
	}
	for i, v := range s.run.Variants { // what did not get to its end is marked
		switch status := statusOf(v.Status); {
		case status == "":
		case head[0].Name == "Metric":
			t.Head[i+1].Mark = status
		default:
			t.Rows[i][0].Mark = status
		}
	}
	return t
}

// A group is the variants that share all but the seed and, where a curve is
// drawn along an axis, the place on that axis.
type group struct {
	label    string
	variants []*result.Variant
}

// groups returns the variants by what they share, leaving an axis out.
func (s *samples) groups(along string) []group {
	var out []group
	for _, v := range s.run.Variants {
		var parts []string
		for _, a := range s.axes {
			if !a.seed && a.name != along {
				parts = append(parts, a.name+" = "+a.values[a.at(v)].text)
			}
		}
		label := strings.Join(parts, ", ")
		i := slices.IndexFunc(out, func(g group) bool { return g.label == label })
		if i < 0 {
			out = append(out, group{label: label})
			i = len(out) - 1
		}
		out[i].variants = append(out[i].variants, v)
	}
	return out
}

// seedCount returns how many seeds each point was run with, 1 when the seed does
// not vary.
func (s *samples) seedCount() int {
	for _, a := range s.axes {
		if a.seed {
			return len(a.values)
		}
	}
	return 1
}

// spread has mean, standard deviation and range over the seeds of each metric
// that differs between variants; nil when the seed does not vary.
func (s *samples) spread(b *builder) *table {
	if s.seedCount() < 2 {
		return nil
	}
	groups := s.groups("")
	head := []column{{Name: "Metric"}}
	if len(groups) > 1 {
		head = append(head, column{Name: "At"})
	}
	head = append(head, column{Name: "k"}, column{Name: "Mean"}, column{Name: "SD"}, column{Name: "Least"}, column{Name: "Greatest"})
	var cells [][]entry
	for _, name := range s.metrics {
		if !s.varies(name) {
			continue
		}
		meta := s.meta(name)
		for _, g := range groups {
			m := summary(g.variants, name)
			if m.k == 0 {
				continue
			}
			row := []entry{{text: meta.Title}}
			if len(groups) > 1 {
				row = append(row, entry{text: g.label})
			}
			row = append(row, entry{number: &number{value: float64(m.k)}})
			for _, v := range []float64{m.mean, m.sd, m.low, m.high} {
				if math.IsNaN(v) {
					row = append(row, entry{text: gap})
					continue
				}
				row = append(row, entry{number: &number{value: v, share: meta.IsProportion(), unit: meta.Unit}})
			}
			cells = append(cells, row)
		}
	}
	if len(cells) == 0 {
		return nil
	}
	b.tables++
	t := &table{ID: id("tab", b.tables), Number: b.tables, Title: "Spread over seeds"}
	t.Caption = b.md.note("Over the k seeds: the mean, the standard deviation (n − 1 in the denominator) and the range. It tells how much of a difference may be chance of the seed. Metrics that are the same in all variants are left out.")
	digits := make([]int, len(head))
	for i := range digits {
		digits[i] = byNumber
	}
	t.fill(head, digits, cells)
	return t
}

// A moments is a metric over several variants.
type moments struct {
	k                   int
	mean, sd, low, high float64
	one                 result.Estimate // of a single one, with its own interval
}

func summary(variants []*result.Variant, name string) moments {
	m := moments{mean: math.NaN(), sd: math.NaN(), low: math.NaN(), high: math.NaN()}
	var values []float64
	for _, v := range variants {
		if e, ok := v.Metrics[name]; ok && e.Shown() {
			values = append(values, e.Value)
			m.one = e
		}
	}
	m.k = len(values)
	if m.k == 0 {
		return m
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	m.mean, m.low, m.high = sum/float64(m.k), slices.Min(values), slices.Max(values)
	if m.k > 1 {
		square := 0.0
		for _, v := range values {
			square += (v - m.mean) * (v - m.mean)
		}
		m.sd = math.Sqrt(square / float64(m.k-1))
	}
	return m
}
