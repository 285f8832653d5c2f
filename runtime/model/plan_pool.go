package model

import "math"

// A window moves over h×w pixels of channels.
type window struct {
	h, w, channels           int
	kernel, stride, dilation [2]int
	pad                      [4]int // above, left, below and right
	oh, ow                   int    // of the results
}

func (q *window) in() int  { return q.h * q.w * q.channels }
func (q *window) out() int { return q.oh * q.ow * q.channels }

// taps calls tap with the place of each pixel of the image under the window of
// result (r, c).
func (q *window) taps(r, c int, tap func(pixel int)) {
	for i := range q.kernel[0] {
		y := r*q.stride[0] + i*q.dilation[0] - q.pad[0]
		if y < 0 || y >= q.h {
			continue
		}
		for j := range q.kernel[1] {
			if x := c*q.stride[1] + j*q.dilation[1] - q.pad[1]; x >= 0 && x < q.w {
				tap(y*q.w + x)
			}
		}
	}
}

// A maxPoolOp takes the largest element under each window, the first of equals.
type maxPoolOp struct{ window }

func (o *maxPoolOp) bind(m *machine) (bound, error) {
	var to, from []float32
	codes := make([]int32, m.capacity*o.out()) // which pixel each result is of
	out := func(_, image int) {
		x := from[image*o.in():][:o.in()]
		at := image * o.out()
		for r := range o.oh {
			for c := range o.ow {
				y, which := to[at:at+o.channels], codes[at:at+o.channels]
				at += o.channels
				for k := range y {
					y[k] = float32(math.Inf(-1))
				}
				o.taps(r, c, func(pixel int) {
					x := x[pixel*o.channels:][:len(y)]
					for k, v := range x {
						if v > y[k] {
							y[k], which[k] = v, int32(pixel)
						}
					}
				})
			}
		}
	}
	back := func(_, image int) {
		dx := to[image*o.in():][:o.in()]
		clear(dx)
		for i := image * o.out(); i < (image+1)*o.out(); i++ {
			dx[int(codes[i])*o.channels+i%o.channels] += from[i]
		}
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			m.engine.Each(m.n, out)
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
			to, from = dx, dy
			m.engine.Each(m.n, back)
			return nil
		},
	}, nil
}

func (o *maxPoolOp) reference(x [][]float64, p *piece) []float64 {
	y := make([]float64, 0, o.out())
	for r := range o.oh {
		for c := range o.ow {
			for k := range o.channels {
				top, which := math.Inf(-1), 0
				o.taps(r, c, func(pixel int) {
					if v := x[0][pixel*o.channels+k]; v > top {
						top, which = v, pixel
					}
				})
				if p != nil {
					*p = append(*p, uint16(which), uint16(which>>16))
				}
				y = append(y, top)
			}
		}
	}
	return y
}

// An averagePoolOp takes the mean of the elements under each window. Zeros around
// the image count when the file says so.
type averagePoolOp struct {
	window
	countPad bool
}

// count returns how many elements a window has along dimension d, at place at.
func (o *averagePoolOp) count(d, at int) int {
	low, high := 0, [2]int{o.h, o.w}[d]
	if o.countPad {
		low, high = -o.pad[d], high+o.pad[d+2]
	}
	n := 0
	for i := range o.kernel[d] {
		if v := at*o.stride[d] - o.pad[d] + i*o.dilation[d]; v >= low && v < high {
			n++
		}
	}
	return n
}

// shares returns, for each result, one over the number of elements of its window.
func (o *averagePoolOp) shares() []float64 {
	columns := make([]int, o.ow)
	for c := range columns {
		columns[c] = o.count(1, c)
	}
	all := make([]float64, 0, o.oh*o.ow)
	for r := range o.oh {
		rows := o.count(0, r)
		for _, n := range columns {
			all = append(all, 1/float64(max(1, rows*n)))
		}
	}
	return all
}

func (o *averagePoolOp) bind(m *machine) (bound, error) {
	shares := make([]float32, o.oh*o.ow)
	for i, share := range o.shares() {
		shares[i] = float32(share)
	}
	var to, from []float32
	out := func(_, image int) {
		x := from[image*o.in():][:o.in()]
		at := image * o.out()
		for i, share := range shares {
			y := to[at : at+o.channels]
			at += o.channels
			clear(y)
			o.taps(i/o.ow, i%o.ow, func(pixel int) {
				for k, v := range x[pixel*o.channels:][:len(y)] {
					y[k] += v
				}
			})
			for k := range y {
				y[k] *= share
			}
		}
	}
	back := func(_, image int) {
		dx := to[image*o.in():][:o.in()]
		clear(dx)
		at := image * o.out()
		for i, share := range shares {
			dy := from[at : at+o.channels]
			at += o.channels
			o.taps(i/o.ow, i%o.ow, func(pixel int) {
				dx := dx[pixel*o.channels:][:len(dy)]
				for k, v := range dy {
					dx[k] += v * share
				}
			})
		}
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			m.engine.Each(m.n, out)
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
			to, from = dx, dy
			m.engine.Each(m.n, back)
			return nil
		},
	}, nil
}

func (o *averagePoolOp) reference(x [][]float64, _ *piece) []float64 {
	y := make([]float64, 0, o.out())
	for i, share := range o.shares() {
		for k := range o.channels {
			sum := 0.0
			o.taps(i/o.ow, i%o.ow, func(pixel int) { sum += x[0][pixel*o.channels+k] })
			y = append(y, sum*share)
		}
	}
	return y
}

// A meanOp takes the mean over some dimensions: each result is one of groups
// elements far, each of which sums count elements. Elements of one result are
// those that the walk of a [binaryOp] adds to one place.
type meanOp struct {
	walk  binaryOp // from the operand's dimensions, first, to the result's, second
	count int
}

func (o *meanOp) bind(m *machine) (bound, error) {
	in, out, share := o.walk.sizes[0], o.walk.sizes[1], 1/float32(o.count)
	if last := len(o.walk.dims) - 1; last == 1 && o.walk.strides[1][0] == 0 && o.walk.strides[1][1] == 1 {
		pixels, channels := o.walk.dims[0], o.walk.dims[1]
		return bound{
			forward: func(y []float32, x [][]float32) error {
				m.engine.Mean(y, x[0], m.n, pixels, channels)
				return nil
			},
			backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
				m.engine.MeanGradient(dx, dy, m.n, pixels, channels)
				return nil
			},
		}, nil
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			m.engine.Each(m.n, func(_, image int) {
				y, x := y[image*out:][:out], x[0][image*in:][:in]
				clear(y)
				o.each(func(from, to int) { y[to] += x[from] * share })
			})
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
			m.engine.Each(m.n, func(_, image int) {
				dx, dy := dx[image*in:][:in], dy[image*out:][:out]
				o.each(func(from, to int) { dx[from] = dy[to] * share })
			})
			return nil
		},
	}, nil
}

// each calls pair for each element and the result that it counts to.
func (o *meanOp) each(pair func(from, to int)) {
	last := len(o.walk.dims) - 1
	o.walk.walk(func(at, _, b int) {
		for i := range o.walk.dims[last] {
			pair(at+i, b+i*o.walk.strides[1][last])
		}
	})
}

func (o *meanOp) reference(x [][]float64, _ *piece) []float64 {
	y := make([]float64, o.walk.sizes[1])
	o.each(func(from, to int) { y[to] += x[0][from] / float64(o.count) })
	return y
}
