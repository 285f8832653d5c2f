package report

import (
	"fmt"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"jpgreport/runtime/result"
)

// A drawing makes the ECharts option of a chart.
//
// Note: stacked transparent lines are the usual way to a band in ECharts, but
// ECharts 4 stacks along the horizontal axis when that has numbers. Bands and
// whiskers are therefore custom series; their renderItem names a function of
// report.js.
type drawing struct {
	*result.Chart
	offLog int // numbers that a logarithmic axis cannot show
}

// An option is a go-echarts chart, ready to be written as JSON.
type option interface {
	Validate()
	JSON() map[string]any
}

func (d *drawing) option() (map[string]any, error) {
	var c option
	switch d.Kind {
	case "line":
		c = d.line()
	case "bar":
		c = d.bar()
	case "scatter":
		c = d.scatter()
	case "heatmap":
		c = d.heatMap()
	case "box":
		c = d.box()
	default:
		return nil, fmt.Errorf("unknown kind %q", d.Kind)
	}
	c.Validate() // puts the data of the axes in place
	return c.JSON(), nil
}

// global returns what all charts share. The legend is drawn beside the chart,
// where it can wrap; the one in the option only lets series be hidden.
func (d *drawing) global(x opts.XAxis, y opts.YAxis, trigger string) []charts.GlobalOpts {
	names := make([]string, len(d.Series))
	for i, s := range d.Series {
		names[i] = s.Name
	}
	return []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{Theme: "report", ChartID: "-"}),
		charts.WithAnimation(false),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false), Data: names}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: trigger}),
		charts.WithXAxisOpts(x),
		charts.WithYAxisOpts(y),
	}
}

func (d *drawing) line() option {
	c := charts.NewLine()
	c.SetGlobalOptions(d.global(d.xAxis(false), d.yAxis(false), "axis")...)
	if len(d.X.Categories) > 0 {
		c.SetXAxis(d.X.Categories)
	}
	for i, s := range d.Series {
		data := make([]opts.LineData, len(s.Y))
		for j := range s.Y {
			data[j] = opts.LineData{Value: d.point(s, j)}
		}
		symbol, hollow := look(i)
		style := "solid"
		if s.Reference {
			style = "dashed"
		}
		name := symbols[symbol]
		if hollow {
			name = "empty" + string(name[0]-'a'+'A') + name[1:]
		}
		c.AddSeries(s.Name, data,
			charts.WithLineChartOpts(opts.LineChart{Symbol: name, SymbolSize: 7, ShowSymbol: opts.Bool(len(s.Y) <= 60), ConnectNulls: opts.Bool(false)}),
			charts.WithLineStyleOpts(opts.LineStyle{Type: style, Width: 2}))
	}
	d.intervals("band", func(o charts.Overlaper) { c.Overlap(o) })
	return c
}

func (d *drawing) bar() option {
	c := charts.NewBar()
	x := d.xAxis(true)
	x.Type = "category"
	c.SetGlobalOptions(d.global(x, d.yAxis(true), "axis")...)
	c.SetXAxis(d.X.Categories)
	for _, s := range d.Series {
		data := make([]opts.BarData, len(s.Y))
		for j := range s.Y {
			data[j] = opts.BarData{Value: d.point(s, j)}
		}
		c.AddSeries(s.Name, data, charts.WithBarChartOpts(opts.BarChart{BarGap: "10%", BarCategoryGap: "30%"}))
	}
	d.intervals("whisker", func(o charts.Overlaper) { c.Overlap(o) })
	return c
}

func (d *drawing) scatter() option {
	c := charts.NewScatter()
	c.SetGlobalOptions(d.global(d.xAxis(false), d.yAxis(false), "item")...)
	if len(d.X.Categories) > 0 {
		c.SetXAxis(d.X.Categories)
	}
	for i, s := range d.Series {
		data := make([]opts.ScatterData, len(s.Y))
		for j := range s.Y {
			data[j] = opts.ScatterData{Value: d.point(s, j)}
			if j < len(s.Labels) {
				data[j].Name = s.Labels[j]
			}
		}
		symbol, _ := look(i)
		size, opacity := 9, float32(0.85)
		if len(s.Y) > 100 {
			size, opacity = 5, 0.55
		}
		c.AddSeries(s.Name, data,
			charts.WithScatterChartOpts(opts.ScatterChart{Symbol: symbols[symbol], SymbolSize: size}),
			charts.WithItemStyleOpts(opts.ItemStyle{Opacity: opts.Float(opacity)}))
	}
	return c
}

func (d *drawing) heatMap() option {
	c := charts.NewHeatMap()
	rows := make([]string, len(d.Series))
	var all []result.Values
	var data []opts.HeatMapData
	for i, s := range d.Series {
		rows[i] = s.Name
		all = append(all, s.Y)
		for j := range s.Y {
			if finite(s.Y[j]) == nil {
				continue // a gap
			}
			value := append([]any{j, i}, d.point(s, j)[1:]...)
			data = append(data, opts.HeatMapData{Value: value})
		}
	}
	lo, hi := reach(all...)
	if d.Z.Min != 0 || d.Z.Max != 0 {
		lo, hi = d.Z.Min, d.Z.Max
	} else if d.Z.Percent && lo >= 0 && hi <= 1 && hi-lo > 0.5 {
		lo, hi = 0, 1
	}
	if !(lo < hi) {
		lo, hi = lo-1, lo+1
		if math.IsInf(lo, 0) {
			lo, hi = 0, 1
		}
	}
	x := opts.XAxis{Type: "category", Data: d.X.Categories}
	y := opts.YAxis{Type: "category", Data: rows, Inverse: opts.Bool(true)}
	c.SetGlobalOptions(append(d.global(x, y, "item"), charts.WithVisualMapOpts(opts.VisualMap{
		Type: "continuous", Calculable: opts.Bool(false), Min: float32(lo), Max: float32(hi), Dimension: "2",
	}))...)
	c.AddSeries(d.Z.Name, data)
	return c
}

func (d *drawing) box() option {
	c := charts.NewBoxPlot()
	names := make([]string, len(d.Series))
	var data []opts.BoxPlotData
	for i, s := range d.Series {
		names[i] = s.Name
		five := make([]any, 0, len(s.Y))
		for _, y := range s.Y {
			five = append(five, d.onAxis(d.Y, y))
		}
		data = append(data, opts.BoxPlotData{Name: s.Name, Value: five})
	}
	y := d.yAxis(false)
	x := opts.XAxis{Type: "category"}
	c.SetGlobalOptions(d.global(x, y, "item")...)
	c.SetXAxis(names)
	c.AddSeries(d.Y.Name, data)
	return c
}

// intervals adds a custom series for each that has intervals: its points are
// (x, low, high).
func (d *drawing) intervals(render string, add func(charts.Overlaper)) {
	for _, s := range d.Series {
		if s.Low == nil || s.High == nil {
			continue
		}
		c := charts.NewCustom()
		data := make([]opts.CustomData, len(s.Y))
		for j := range s.Y {
			data[j] = opts.CustomData{Value: []any{d.x(s, j), d.onAxis(d.Y, s.Low[j]), d.onAxis(d.Y, s.High[j])}}
		}
		c.AddSeries(s.Name, data,
			charts.WithSeriesOpts(func(o *charts.SingleSeries) { o.RenderItem = types.FuncStr(render) }),
			charts.WithEncodeOpts(opts.Encode{X: 0, Y: []int{1, 2}}))
		add(c)
	}
}

// point returns x and y, then, as far as they are there, the ends of the
// interval and n, for the tooltip.
func (d *drawing) point(s result.Series, j int) []any {
	y := any(finite(s.Y[j]))
	if d.Kind != "heatmap" {
		y = d.onAxis(d.Y, s.Y[j])
	}
	p := []any{d.x(s, j), y}
	if s.Low != nil && s.High != nil {
		p = append(p, finite(s.Low[j]), finite(s.High[j]))
	}
	if j < len(s.N) {
		for len(p) < 4 {
			p = append(p, nil)
		}
		p = append(p, s.N[j])
	}
	return p
}

func (d *drawing) x(s result.Series, j int) any {
	if len(d.X.Categories) > 0 || j >= len(s.X) {
		return j
	}
	return d.onAxis(d.X, s.X[j])
}

// onAxis returns v, or nil where the axis has no place for it.
func (d *drawing) onAxis(a result.Axis, v float64) any {
	if p := finite(v); p == nil {
		return nil
	}
	if a.Log && v <= 0 {
		d.offLog++
		return nil
	}
	return v
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func (d *drawing) xAxis(fromZero bool) opts.XAxis {
	if len(d.X.Categories) > 0 {
		return opts.XAxis{Type: "category", BoundaryGap: opts.Bool(d.Kind != "line")}
	}
	var all []result.Values
	for _, s := range d.Series {
		all = append(all, s.X)
	}
	kind, lo, hi, scale := scale(d.X, fromZero, all)
	return opts.XAxis{Type: kind, Min: lo, Max: hi, Scale: scale}
}

func (d *drawing) yAxis(fromZero bool) opts.YAxis {
	var all []result.Values
	for _, s := range d.Series {
		all = append(all, s.Y, s.Low, s.High)
	}
	kind, lo, hi, scale := scale(d.Y, fromZero, all)
	return opts.YAxis{Type: kind, Min: lo, Max: hi, Scale: scale}
}

// scale chooses the range of a numeric axis: the one that its author asks for,
// or one that shows shares from 0 and to 100% when they come near.
func scale(a result.Axis, fromZero bool, values []result.Values) (kind string, lo, hi any, free types.Bool) {
	if a.Log {
		kind = "log"
	} else {
		kind = "value"
	}
	if a.Min != 0 || a.Max != 0 {
		return kind, a.Min, a.Max, nil
	}
	least, most := reach(values...)
	if a.Percent && !a.Log && least >= 0 && most <= 1 {
		if fromZero || least < 0.5 {
			lo = 0
		}
		if most > 0.75 {
			hi = 1
		}
	}
	return kind, lo, hi, opts.Bool(!fromZero || a.Log)
}
