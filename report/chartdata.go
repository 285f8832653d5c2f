package report

import (
	"cmp"
	"math"
	"slices"

	"jpgreport/runtime/result"
)

// dataRows is how many points of a scatter chart the page lists; the record has
// them all.
const dataRows = 200

// gap stands where a number is missing.
const gap = "–"

// chartData returns the numbers of a chart as a table: what a reader without
// script, or without sight of the chart, gets.
func chartData(k *result.Chart) *table {
	t := &table{Title: "Data of “" + k.Title + "”"}
	var head []column
	var cells [][]entry
	switch k.Kind {
	case "scatter":
		head, cells = scatterData(k)
		if len(cells) > dataRows {
			t.Basis = "The first " + count(dataRows) + " of " + count(len(cells)) + " points; the record in this file has all."
			cells = cells[:dataRows]
			break
		}
	case "box":
		head, cells = boxData(k)
	case "heatmap":
		head = []column{{Name: axisName(k.Y)}}
		for _, c := range k.X.Categories {
			head = append(head, column{Name: c})
		}
		for _, s := range k.Series {
			row := []entry{{text: s.Name}}
			for j := range s.Y {
				row = append(row, valueOf(s, j, k.Z))
			}
			cells = append(cells, row)
		}
	default:
		head, cells = seriesData(k)
	}
	digits := make([]int, len(head))
	for i := range digits {
		digits[i] = byColumn
	}
	before := t.Basis
	t.fill(head, digits, cells)
	if before != "" {
		t.Basis = before + " " + t.Basis
	}
	return t
}

// valueOf returns value j of a series with its interval and n.
func valueOf(s result.Series, j int, a result.Axis) entry {
	x := number{value: s.Y[j], share: a.Percent}
	if s.Low != nil && s.High != nil && finite(s.Low[j]) != nil && finite(s.High[j]) != nil {
		x.low, x.high, x.interval = s.Low[j], s.High[j], true
	}
	if j < len(s.N) {
		x.n = s.N[j]
	}
	if finite(x.value) == nil {
		return entry{text: gap}
	}
	return entry{number: &x}
}

func plainEntry(v float64, a result.Axis) entry {
	if finite(v) == nil {
		return entry{text: gap}
	}
	return entry{number: &number{value: v, share: a.Percent}}
}

// seriesData has a row for each place along the horizontal axis and a column for
// each series. A series that has a place twice takes a row for each.
func seriesData(k *result.Chart) ([]column, [][]entry) {
	head := []column{{Name: axisName(k.X)}}
	for _, s := range k.Series {
		head = append(head, column{Name: s.Name})
	}
	type place struct {
		x    float64
		nth  int
		cell []entry
	}
	var places []place
	at := func(x float64, nth int) int {
		i := slices.IndexFunc(places, func(p place) bool { return p.x == x && p.nth == nth })
		if i < 0 {
			places = append(places, place{x, nth, make([]entry, len(k.Series))})
			i = len(places) - 1
		}
		return i
	}
	for i, s := range k.Series {
		times := map[float64]int{}
		for j := range s.Y {
			x := float64(j)
			if len(k.X.Categories) == 0 {
				x = s.X[j]
			}
			if math.IsNaN(x) {
				continue
			}
			p := at(x, times[x])
			places[p].cell[i] = valueOf(s, j, k.Y)
			times[x]++
		}
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.x, b.x), a.nth-b.nth) })
	cells := make([][]entry, len(places))
	for i, p := range places {
		first := plainEntry(p.x, k.X)
		if len(k.X.Categories) > 0 {
			first = entry{text: k.X.Categories[int(p.x)]}
		}
		cells[i] = append([]entry{first}, p.cell...)
	}
	return head, cells
}

func scatterData(k *result.Chart) ([]column, [][]entry) {
	series := len(k.Series) > 1
	labels := slices.ContainsFunc(k.Series, func(s result.Series) bool { return len(s.Labels) > 0 })
	var head []column
	if labels {
		head = append(head, column{Name: "Point"})
	}
	if series {
		head = append(head, column{Name: "Series"})
	}
	head = append(head, column{Name: axisName(k.X)}, column{Name: axisName(k.Y)})
	var cells [][]entry
	for _, s := range k.Series {
		for j := range s.Y {
			var row []entry
			if labels {
				row = append(row, entry{})
				if j < len(s.Labels) {
					row[0].text = s.Labels[j]
				}
			}
			if series {
				row = append(row, entry{text: s.Name})
			}
			if len(k.X.Categories) > 0 {
				row = append(row, entry{text: k.X.Categories[j]})
			} else {
				row = append(row, plainEntry(s.X[j], k.X))
			}
			cells = append(cells, append(row, valueOf(s, j, k.Y)))
		}
	}
	return head, cells
}

func boxData(k *result.Chart) ([]column, [][]entry) {
	head := []column{{Name: axisName(k.X)}, {Name: "n"}, {Name: "Minimum"}, {Name: "Lower quartile"}, {Name: "Median"}, {Name: "Upper quartile"}, {Name: "Maximum"}}
	var cells [][]entry
	for _, s := range k.Series {
		row := []entry{{text: s.Name}, {}}
		if len(s.N) > 0 {
			row[1] = entry{number: &number{value: float64(s.N[0])}}
		}
		for _, y := range s.Y {
			row = append(row, plainEntry(y, k.Y))
		}
		cells = append(cells, row)
	}
	return head, cells
}
