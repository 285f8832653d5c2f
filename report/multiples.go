package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"

	"jpgreport/runtime/result"
)

// A multiple is one chart of all variants, small and on the same axes. Its
// panels are drawn from the charts that stand in the variants, so that the page
// has their numbers once.
type multiple struct {
	figure
	Legend []legendItem
	Range  string // JSON of the axes' common ranges
	Panels []panel
	Fold   bool // too many to stand open
	XName  string
	YName  string
}

type panel struct {
	Label, Link string // of the variant
	Of          string // id of the figure that it draws
	Kind, Axes  string
	Alt         string
}

// openPanels is up to how many panels a figure stands open.
const openPanels = 16

// A family is what one place of the spec drew in each variant.
type family struct {
	key    string
	charts []*result.Chart // by variant; nil where there is none
}

func familyKey(cell string, n int) string { return fmt.Sprintf("%s %d", cell, n) }

// familiesOf returns the charts that differ between variants, in their order.
func familiesOf(run *result.Run) []family {
	var all []family
	for i, v := range run.Variants {
		at := 0
		for _, c := range v.Cells {
			n := 0
			for _, o := range c.Outputs {
				if o.Chart == nil {
					continue
				}
				n++
				key := familyKey(c.ID, n)
				k := slices.IndexFunc(all, func(f family) bool { return f.key == key })
				if k < 0 {
					k = at
					all = slices.Insert(all, k, family{key, make([]*result.Chart, len(run.Variants))})
				}
				at = k + 1
				all[k].charts[i] = o.Chart
			}
		}
	}
	return slices.DeleteFunc(all, func(f family) bool { return f.same() })
}

// same reports whether there is nothing to compare: fewer than two charts, of
// different kinds, or all alike.
func (f family) same() bool {
	var first *result.Chart
	var text []byte
	differ, n := false, 0
	for _, k := range f.charts {
		if k == nil {
			continue
		}
		n++
		if first == nil {
			first = k
			text, _ = json.Marshal(k.Series) // it came from JSON
			continue
		}
		if k.Kind != first.Kind {
			return true
		}
		other, _ := json.Marshal(k.Series)
		differ = differ || string(other) != string(text)
	}
	return n < 2 || !differ
}

func (b *builder) multiple(f family, variants []*variant) *multiple {
	var first *result.Chart
	var legend []legendItem
	var m *multiple
	for i, k := range f.charts {
		drawn := variants[i].charts[f.key]
		if k == nil || drawn == nil {
			continue
		}
		if first == nil {
			first, legend = k, drawn.Legend
			m = &multiple{figure: b.figure(k.Title, ""), Legend: legend, XName: drawn.XName, YName: drawn.YName}
			if k.Kind == "heatmap" {
				m.YName = drawn.ZName
			}
		}
		if !slices.Equal(legend, drawn.Legend) {
			m.Legend = nil // what the colours mean stands with each
		}
		m.Panels = append(m.Panels, panel{
			Label: variants[i].Label, Link: variants[i].ID, Of: drawn.ID, Kind: drawn.Kind, Axes: drawn.Axes,
			Alt: variants[i].Label + ": " + drawn.Alt,
		})
	}
	m.Fold = len(m.Panels) > openPanels
	m.Range = string(ranges(f.charts))
	m.Caption = template.HTML("<p>All panels have the same axes.</p>")
	return m
}

// ranges returns the ranges that all charts fit in, as the script takes them.
func ranges(charts []*result.Chart) []byte {
	var xs, ys []result.Values
	var first *result.Chart
	for _, k := range charts {
		if k == nil {
			continue
		}
		if first == nil {
			first = k
		}
		for _, s := range k.Series {
			xs = append(xs, s.X)
			ys = append(ys, s.Y)
			if k.Kind != "heatmap" {
				ys = append(ys, s.Low, s.High)
			}
		}
	}
	r := map[string][2]float64{}
	span := func(name string, a result.Axis, fromZero bool, values []result.Values) {
		_, lo, hi, _ := scale(a, fromZero, values)
		least, most := reach(values...)
		if math.IsInf(least, 0) || a.Log && least <= 0 {
			return
		}
		if a.Log {
			least, most = math.Pow(10, math.Floor(math.Log10(least))), math.Pow(10, math.Ceil(math.Log10(most)))
		} else {
			if fromZero {
				least, most = min(0, least), max(0, most)
			}
			least, most = round(least, most)
		}
		if v, ok := number64(lo); ok {
			least = v
		}
		if v, ok := number64(hi); ok {
			most = v
		}
		r[name] = [2]float64{least, most}
	}
	switch first.Kind {
	case "heatmap":
		span("z", first.Z, false, ys)
	case "box":
		span("y", first.Y, false, ys)
	default:
		span("y", first.Y, first.Kind == "bar", ys)
		switch {
		case len(first.X.Categories) > 0:
		case first.Kind == "scatter":
			span("x", first.X, false, xs)
		default: // a curve begins and ends at the edges
			least, most := reach(xs...)
			if !first.X.Log && least < most {
				r["x"] = [2]float64{least, most}
			}
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // finite numbers
	}
	return b
}

func number64(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// round widens a range to multiples of a step of 1, 2 or 5 times a power of ten,
// some five to the whole.
func round(least, most float64) (float64, float64) {
	if least == most {
		d := max(1, math.Abs(least)) / 2
		least, most = least-d, most+d
	}
	rough := (most - least) / 5
	step := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{5, 2} {
		if rough >= m*step {
			step *= m
			break
		}
	}
	return math.Floor(least/step) * step, math.Ceil(most/step) * step
}
