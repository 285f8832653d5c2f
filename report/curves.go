package report

import (
	"fmt"
	"math"
	"slices"

	"jpgreport/runtime/result"
)

// Bounds of the curves: more series than have colours are no help, and a page
// has so many curves open.
const (
	mostSeries  = 8
	shownCurves = 8
)

// curves draws each metric that varies against each axis of numbers. With
// several seeds a curve is their mean and the band spans their range; with one,
// the band is the 95% interval of each number.
func (s *samples) curves(b *builder) (drawn []*chart, left string, err error) {
	for _, a := range s.axes {
		if !a.numeric() {
			continue
		}
		groups := s.groups(a.name)
		if len(groups) > mostSeries {
			left = fmt.Sprintf("Along %s no curves are drawn: there would be %d in each chart.", a.name, len(groups))
			continue
		}
		for _, name := range s.metrics {
			if !s.varies(name) {
				continue
			}
			k, err := b.chart(s.curve(a, name, groups))
			if err != nil {
				return nil, "", err
			}
			drawn = append(drawn, k)
		}
	}
	return drawn, left, nil
}

func (s *samples) curve(a axis, name string, groups []group) *result.Chart {
	meta, seeds := s.meta(name), s.seedCount()
	k := &result.Chart{
		Kind:  "line",
		Title: meta.Title + " against " + a.name,
		X:     result.Axis{Name: a.name, Unit: a.unit},
		Y:     result.Axis{Name: meta.Title, Unit: meta.Unit, Percent: meta.IsProportion()},
	}
	order := slices.Clone(a.values)
	slices.SortFunc(order, func(v, w axisValue) int {
		if v.number < w.number {
			return -1
		}
		return 1
	})
	bands := true
	for _, g := range groups {
		series := result.Series{Name: g.label}
		if series.Name == "" {
			series.Name = meta.Title
		}
		for _, at := range order {
			var here []*result.Variant
			for _, v := range g.variants {
				if a.values[a.at(v)].text == at.text {
					here = append(here, v)
				}
			}
			m := summary(here, name)
			low, high, n := m.low, m.high, 0
			if seeds == 1 {
				low, high, n = math.NaN(), math.NaN(), m.one.N
				if m.one.HasInterval() {
					low, high = m.one.Low, m.one.High
				}
			}
			series.X, series.Y = append(series.X, at.number), append(series.Y, m.mean)
			series.Low, series.High = append(series.Low, low), append(series.High, high)
			if n > 0 {
				series.N = append(series.N, n)
			}
		}
		if len(series.N) != len(series.Y) {
			series.N = nil
		}
		bands = bands && !slices.ContainsFunc(series.Low, math.IsNaN)
		k.Series = append(k.Series, series)
	}
	switch {
	case seeds > 1:
		k.Caption = fmt.Sprintf("Mean over k = %d seeds; the band spans the least to the greatest of them.", seeds)
	case bands:
		k.Caption = "The band is the 95% interval of each number."
	default:
		for i := range k.Series {
			k.Series[i].Low, k.Series[i].High = nil, nil
		}
		k.Caption = "One run at each place; no interval is stated."
	}
	return k
}
