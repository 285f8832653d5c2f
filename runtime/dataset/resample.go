package dataset

import "math"

// A picture is resampled as Pillow does it, level for level, so that a network
// sees what it was trained and measured on. Each new sample is a weighted sum of
// the old ones around it; where a picture shrinks, the filter is stretched by as
// much, which keeps fine patterns from turning into coarse ones. Rows and columns are
// done one after the other, with a rounding to 8 bits after each, and weights are
// whole numbers of 2^−22.
//
// Note: draw.CatmullRom of golang.org/x/image is the same filter without the
// roundings, and differs from Pillow's bicubic by up to two levels.

// A filter is a resampling kernel, zero beyond its reach on either side.
type filter struct {
	reach float64
	at    func(x float64) float64
}

// filters returns the kernels by name: the triangle, and Keys' cubic with
// a = −1/2 (Keys, 1981, equation 4).
func filters() map[string]filter {
	return map[string]filter{
		bilinear: {1, func(x float64) float64 { return max(0, 1-math.Abs(x)) }},
		bicubic:  {2, keys},
	}
}

func keys(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

// fraction is the number of bits of a weight below 1: with 8 of a level and two
// for what a cubic overshoots, 32 in all.
const fraction = 32 - 8 - 2

// A reading is where a new sample's old ones begin, and their weights.
type reading struct {
	first   int
	weights []int32
}

// readings returns those of the new samples of a line.
func readings(before, after int, f filter) []reading {
	scale := float64(before) / float64(after)
	stretch := max(scale, 1)
	reach := f.reach * stretch
	list := make([]reading, after)
	for i := range list {
		centre := (float64(i) + 0.5) * scale
		first := max(int(centre-reach+0.5), 0)
		end := min(int(centre+reach+0.5), before)
		shares, sum := make([]float64, end-first), 0.0
		for k := range shares {
			shares[k] = f.at((float64(k+first) - centre + 0.5) * (1 / stretch))
			sum += shares[k]
		}
		r := reading{first, make([]int32, len(shares))}
		for k, s := range shares {
			r.weights[k] = int32(math.Round(s / sum * (1 << fraction)))
		}
		list[i] = r
	}
	return list
}

// level returns the 8-bit level of a sum of weighted ones.
func level(sum int32) byte {
	return byte(min(max((sum+1<<(fraction-1))>>fraction, 0), 255))
}

// resampled returns the picture in another size.
func (r *raster) resampled(wide, high int, f filter) *raster {
	if columnsFirst(r, wide, high) {
		r = r.columns(readings(r.high, high, f))
	}
	if wide != r.wide {
		r = r.rows(readings(r.wide, wide, f))
	}
	if high != r.high {
		r = r.columns(readings(r.high, high, f))
	}
	return r
}

// columnsFirst says whether columns are resampled before rows: where a picture loses
// more than twice as many rows as columns. That is Pillow 13's rule, found by
// comparing; older ones have rows first nearly always.
func columnsFirst(r *raster, wide, high int) bool {
	return r.high > high && r.high-high > 2*(r.wide-wide)
}

// rows resamples each row.
func (r *raster) rows(list []reading) *raster {
	to := newRaster(len(list), r.high, r.channels)
	for y := range r.high {
		from, row := r.row(y), to.row(y)
		for i, t := range list {
			for c := range r.channels {
				sum, at := int32(0), t.first*r.channels+c
				for _, w := range t.weights {
					sum += w * int32(from[at])
					at += r.channels
				}
				row[i*r.channels+c] = level(sum)
			}
		}
	}
	return to
}

// columns resamples each column.
func (r *raster) columns(list []reading) *raster {
	to := newRaster(r.wide, len(list), r.channels)
	sums := make([]int32, r.wide*r.channels)
	for y, t := range list {
		clear(sums)
		for k, w := range t.weights {
			for i, v := range r.row(t.first + k) {
				sums[i] += w * int32(v)
			}
		}
		row := to.row(y)
		for i, s := range sums {
			row[i] = level(s)
		}
	}
	return to
}

// cropped returns the middle of the picture; where the edges left over are not
// even, half of one more is rounded to even, as Python does it.
func (r *raster) cropped(wide, high int) *raster {
	left := int(math.RoundToEven(float64(r.wide-wide) / 2))
	top := int(math.RoundToEven(float64(r.high-high) / 2))
	to := newRaster(wide, high, r.channels)
	for y := range high {
		copy(to.row(y), r.row(top + y)[left*r.channels:])
	}
	return to
}
