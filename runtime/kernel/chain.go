package kernel

// A chain computes an inverted residual row by row: channels are mixed by one
// matrix, each is filtered by its own kernel, and they are mixed by another. The
// rows between are used while they stand in the second-level cache, and never
// written beyond it. The forward pass is a chain, and so is the gradient by the
// input, with the matrices transposed and in the other order.
type chain struct {
	e             *Engine
	h, w          int // of the source
	th, tw        int // of the result
	mid           int // channels between
	first, last   *pointwise
	rows          []filterRow // for the rest of a result's row by their number
	up, down      int         // strides: of results in the source, of the source in results
	residual      bool
	clamp, traced bool
	low, high     float32
	marks1        []uint8 // of the bounds after first, and after the filter
	marks2        []uint8
	kept          bool // the marks are read, not written

	group, slots int // rows of results at a time; rows of the ring
	bands        int // units of an image
	n            int
	x, y         []float32
	job          func(worker, unit int)
}

// A filterRow has the parts of a row of results whose pixels the same taps reach.
type filterRow []filterPart

type filterPart struct {
	taps    []tapPlace
	weights []float32 // taps × channels
	bias    []float32
	column  int // the first
	which   []int
}

// A chainWorker is what one goroutine works with, whatever the chain.
type chainWorker struct {
	ring      []float32 // slots, and one row of zeros
	out       []float32 // rows after the filter
	edge      []float32
	taps      []int
	one       [1]int
	tile      tile
	mixing    mixing
	vectors   vectors
	marks     marks
	depthwise depthwiseRow
}

// groupPixels is about how many results are computed at a time, for which a panel
// of weights stays in the first-level cache.
const groupPixels = 112

// plan chooses the taps: each result sums tap (i, j) of 3×3 at its place times up,
// plus i−1 or j−1, or, for a gradient, the places that it comes from.
func (c *chain) plan(turned bool) {
	for r := range c.down {
		var row filterRow
		for q := range c.down {
			p := filterPart{column: q, bias: make([]float32, c.mid)}
			for i := range 3 {
				for j := range 3 {
					y, x := i-1, j-1
					if turned {
						y, x = r+1-i, q+1-j
						if y%c.down != 0 || x%c.down != 0 {
							continue
						}
						y, x = y/c.down, x/c.down
					}
					p.taps, p.which = append(p.taps, tapPlace{y, x}), append(p.which, i*3+j)
				}
			}
			p.weights = make([]float32, len(p.which)*c.mid)
			row = append(row, p)
		}
		c.rows = append(c.rows, row)
	}
	c.group = min(c.th, ceil(groupPixels, c.tw))
	c.slots = (c.group-1)*c.up/c.down + 4
	c.job = c.unit
}

// filters takes the weights of the filter, 3×3×channels.
func (c *chain) filters(w, bias []float32) {
	for _, row := range c.rows {
		for _, p := range row {
			copy(p.bias, bias)
			for k, t := range p.which {
				copy(p.weights[k*c.mid:], w[t*c.mid:][:c.mid])
			}
		}
	}
}

// source returns the rows of the source that result row r takes.
func (c *chain) source(r int) (first, last int) {
	taps := c.rows[r%c.down][0].taps
	at := r / c.down * c.up
	return at + min(taps[0].row, taps[len(taps)-1].row), at + max(taps[0].row, taps[len(taps)-1].row)
}

// minUnits is how many a call has, if its images are few.
const minUnits = 4

func (c *chain) run(y, x []float32, n int) {
	c.x, c.y, c.n = x, y, n
	c.bands = min(ceil(minUnits, n), ceil(c.th, c.group))
	units := n * c.bands
	for len(c.e.chains) < c.e.team.workers(units) {
		c.e.chains = append(c.e.chains, chainWorker{edge: make([]float32, c.e.edge())})
	}
	c.e.team.each(units, c.job)
	c.x, c.y = nil, nil
}

// markBytes returns how many hold the marks of a row.
func markBytes(elements int) int { return ceil(elements, 8) }

func (c *chain) unit(worker, unit int) {
	w := &c.e.chains[worker]
	image, band := unit/c.bands, unit%c.bands
	groups := ceil(c.th, c.group)
	r0, r1 := band*groups/c.bands*c.group, min((band+1)*groups/c.bands*c.group, c.th)
	line := (c.w + 2) * c.mid
	w.ring = grown(w.ring, (c.slots+1)*line)
	clear(w.ring[c.slots*line:])
	for s := range c.slots {
		clear(w.ring[s*line:][:c.mid])
		clear(w.ring[(s+1)*line-c.mid:][:c.mid])
	}
	if c.last != nil {
		w.out = grown(w.out, c.group*c.tw*c.mid)
	}
	// Rows of the source whose marks are this unit's to write.
	own0, own1 := r0*c.up/c.down, min(ceil(r1*c.up, c.down), c.h)
	next := 0
	for r := r0; r < r1; r += c.group {
		end := min(r+c.group, r1)
		first, _ := c.source(r)
		_, last := c.source(end - 1)
		first, last = max(first, next, 0), min(last+1, c.h)
		c.mix(w, image, first, last, own0, own1)
		next = last
		c.filter(w, image, r, end)
	}
}

// mix fills the ring with rows of the source.
func (c *chain) mix(w *chainWorker, image, first, last, own0, own1 int) {
	line := (c.w + 2) * c.mid
	size := c.w * c.mid
	if c.first == nil {
		for r := first; r < last; r++ {
			copy(w.ring[r%c.slots*line+c.mid:][:size], c.x[(image*c.h+r)*size:])
		}
		return
	}
	in := c.first.in
	w.tile = tile{taps: w.one[:], row: in, step: 1, depth: in, wide: c.first.width, line: c.mid, clamp: c.clamp, low: c.low, high: c.high}
	for p := range c.first.count() {
		for r := first; r < last; r++ {
			c.first.panel(c.e, &w.tile, &w.mixing, w.edge, p, c.x[(image*c.h+r)*c.w*in:], w.ring[r%c.slots*line+c.mid:], c.w)
		}
	}
	if c.marks1 == nil {
		return
	}
	bytes := markBytes(size)
	for r := first; r < last; r++ {
		if c.kept || r >= own0 && r < own1 {
			c.mark(w, w.ring[r%c.slots*line+c.mid:][:size], c.marks1[(image*c.h+r)*bytes:])
		}
	}
}

// mark writes the marks of values, or applies them.
func (c *chain) mark(w *chainWorker, values []float32, bits []uint8) {
	f, rest := c.e.mark, portableMark
	if c.kept {
		f, rest = c.e.keep, portableKeep
	}
	m := &w.marks
	*m = marks{values: values, bits: bits, count: len(values) / c.e.lanes, low: c.low, high: c.high}
	if m.count > 0 {
		f(m)
	}
	if done := m.count * c.e.lanes; done < len(values) && c.e.lanes > 1 {
		m.values, m.bits, m.count = values[done:], bits[done/8:], len(values)-done
		rest(m)
	}
}

// filterElements is about how many of a row of the ring are filtered together,
// through all rows of a group, so that they stay in the first-level cache.
const filterElements = 2048

// filter computes rows r0 ≤ r < r1 of results from the ring.
func (c *chain) filter(w *chainWorker, image, r0, r1 int) {
	line, size := (c.w+2)*c.mid, c.tw*c.mid
	w.taps = w.taps[:0]
	for r := r0; r < r1; r++ {
		at := r / c.down * c.up
		for i := range c.rows[r%c.down] {
			for _, t := range c.rows[r%c.down][i].taps {
				slot := c.slots
				if s := at + t.row; s >= 0 && s < c.h {
					slot = s % c.slots
				}
				w.taps = append(w.taps, slot*line+(1+t.column)*c.mid)
			}
		}
	}
	all := w.out
	if c.last == nil {
		all = c.y[(image*c.th+r0)*size:]
	}
	f, count := c.e.fitting(c.mid)
	part := max(1, filterElements/((c.w+2)*f.lanes))
	d := &w.depthwise
	*d = depthwiseRow{step: c.up * c.mid, line: c.down * c.mid, pitch: c.mid, low: c.low, high: c.high}
	for v := 0; v < count; v += part {
		first := v * f.lanes
		d.from, d.channels = w.ring[first:], min(part, count-v)
		taps := w.taps
		for r := r0; r < r1; r++ {
			to := all[(r-r0)*size:][:size]
			for i := range c.rows[r%c.down] {
				p := &c.rows[r%c.down][i]
				d.taps, d.pixels = taps[:len(p.taps)], ceil(c.tw-p.column, c.down)
				taps = taps[len(p.taps):]
				if d.pixels > 0 {
					d.weights, d.bias, d.to = p.weights[first:], p.bias[first:], to[p.column*c.mid+first:]
					f.depthwise(d)
				}
			}
		}
	}
	if c.marks2 != nil {
		for r := r0; r < r1; r++ {
			c.mark(w, all[(r-r0)*size:][:size], c.marks2[(image*c.th+r)*markBytes(size):])
		}
	}
	if c.last == nil {
		if at := (image*c.th + r0) * size; c.residual {
			y := c.y[at : at+(r1-r0)*size]
			w.vectors = vectors{a: y, b: c.x[at:], to: y}
			c.e.over(c.e.add, portableAdd, &w.vectors, len(y))
		}
		return
	}
	out := c.last.out
	pixels, at := (r1-r0)*c.tw, (image*c.th+r0)*c.tw*out
	y := c.y[at : at+pixels*out]
	w.tile = tile{taps: w.one[:], row: c.mid, step: 1, depth: c.mid, wide: c.last.width, line: out, accumulate: c.residual}
	if c.residual {
		copy(y, c.x[at:])
	}
	for p := range c.last.count() {
		c.last.panel(c.e, &w.tile, &w.mixing, w.edge, p, w.out, y, pixels)
	}
}
