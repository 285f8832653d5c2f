package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"jpgreport/runtime/result"
)

// A chart is a figure that report.js draws. The option is what go-echarts makes
// of the data; colours, type and layout, which follow the reader's screen, are
// the script's.
type chart struct {
	figure
	Kind   string
	Alt    string // what is plotted, in words
	Axes   string // JSON of what the script needs to print numbers
	Option template.HTML
	XName  string
	YName  string
	ZName  string
	Legend []legendItem
	Note   string // said by the drawing itself, such as what it leaves out
	Data   *table
}

// A legendItem shows how a series is drawn: colour, symbol and dash.
type legendItem struct {
	Name   string
	Class  string // s1 to s8, the colour
	Dashed bool
	Line   bool // a line runs through the symbol
	Hollow bool
	Path   string
}

func (b *builder) chart(k *result.Chart) (*chart, error) {
	v := &chart{figure: b.figure(k.Title, k.Caption), Kind: k.Kind, XName: axisName(k.X), YName: axisName(k.Y), ZName: axisName(k.Z)}
	d := drawing{Chart: k}
	option, err := d.option()
	if err != nil {
		return nil, fmt.Errorf("chart %q: %w", k.Title, err)
	}
	j, err := json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("chart %q: %w", k.Title, err)
	}
	v.Option = dataElement(`class="chart-option"`, j)
	axes, err := json.Marshal(map[string]any{"x": axisJSON(k.X), "y": axisJSON(k.Y), "z": axisJSON(k.Z)})
	if err != nil {
		return nil, fmt.Errorf("chart %q: %w", k.Title, err)
	}
	v.Axes = string(axes)
	v.Alt = alt(k)
	v.Legend = legend(k)
	v.Data = chartData(k)
	if d.offLog > 0 {
		v.Note = fmt.Sprintf("A logarithmic axis has no place for zero or less: %s left out.", counted(d.offLog, "value is", "values are"))
	}
	return v, nil
}

func axisName(a result.Axis) string {
	unit := a.Unit
	if a.Percent && unit == "" {
		unit = "%"
	}
	switch {
	case unit == "":
		return a.Name
	case a.Name == "":
		return unit
	}
	return a.Name + " (" + unit + ")"
}

func axisJSON(a result.Axis) any {
	return struct {
		Name       string   `json:"name"`
		Unit       string   `json:"unit,omitempty"`
		Percent    bool     `json:"percent,omitempty"`
		Log        bool     `json:"log,omitempty"`
		Categories []string `json:"categories,omitempty"`
	}{a.Name, a.Unit, a.Percent, a.Log, a.Categories}
}

// alt says in words what is plotted.
func alt(k *result.Chart) string {
	kind := map[string]string{"line": "Line chart", "bar": "Bar chart", "scatter": "Scatter chart", "heatmap": "Heat map", "box": "Box chart"}[k.Kind]
	if kind == "" {
		kind = "Chart"
	}
	s := kind + ": " + strings.TrimRight(k.Title, ".") + "."
	names := make([]string, len(k.Series))
	for i, x := range k.Series {
		names[i] = x.Name
	}
	x, y := axisName(k.X), axisName(k.Y)
	switch {
	case k.Kind == "heatmap":
		s += fmt.Sprintf(" %s for %s by %s, %d by %d cells.", axisName(k.Z), y, x, len(k.Series), len(k.X.Categories))
	case x != "" && y != "":
		s += fmt.Sprintf(" %s against %s.", y, x)
	case x+y != "":
		s += " " + x + y + "."
	}
	if k.Kind != "heatmap" && len(names) > 0 && strings.Join(names, "") != "" {
		s += " Series: " + strings.Join(names, ", ") + "."
	}
	return s + " The numbers follow as a table."
}

var (
	symbols = []string{"circle", "rect", "triangle", "diamond"}
	paths   = []string{ // in a box of 28 by 12, the same shapes
		"M14 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", "M10.2 2.2h7.6v7.6h-7.6z", "M14 1.2l5 9.3h-10z", "M14 .6l5 5.4l-5 5.4l-5-5.4z",
	}
)

// look says how series i is told from others without its colour.
func look(i int) (symbol int, hollow bool) {
	return i % len(symbols), i/len(symbols)%2 == 1
}

func class(i int) string { return fmt.Sprintf("s%d", i%8+1) }

func legend(k *result.Chart) []legendItem {
	if k.Kind == "heatmap" || k.Kind == "box" || len(k.Series) < 2 && !slices.ContainsFunc(k.Series, func(s result.Series) bool { return s.Reference }) {
		return nil
	}
	var items []legendItem
	for i, s := range k.Series {
		symbol, hollow := look(i)
		item := legendItem{Name: s.Name, Class: class(i), Path: paths[symbol], Hollow: hollow, Dashed: s.Reference, Line: k.Kind == "line"}
		if k.Kind == "bar" {
			item.Path, item.Hollow = "M4 1h20v10H4z", i%2 == 1 || s.Reference
		}
		items = append(items, item)
	}
	return items
}

// reach returns the least and the greatest number in the values.
func reach(vs ...result.Values) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range vs {
		for _, x := range v {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
	}
	return lo, hi
}
