package kernel

import "math"

// A gather is the gradient by an input of few channels, which would leave most of a vector
// empty: vectors are of pixels instead. For each tap and channel the products of its weights
// with a row of the gradient are a row of their own. A row of the input is the sum of
// such rows, moved by the taps' places; with a stride s, s sums, each of every sth pixel, as
// other taps reach each.
type gather struct {
	c       *Conv
	in, out int        // channels of a group
	terms   int        // of a group: taps × in
	columns [][]column // of the kernel, for the first pixel of each such sum
	left    int        // zeros before a row of products
	apart   int        // from one row to the next
	wide    int        // pixels of a sum, in whole vectors
	pitch   int        // of a row of the gradient, turned
	width   int        // of a panel of it
	rows    int        // of the gradient that one of the input rests on: so many are kept
	ones    []float32
	zeros   []float32
	dx      []float32
	job     func(worker, image int)
}

// A column of the kernel, and how far its products are to be moved.
type column struct{ number, by int }

// fitsGather tells whether a gradient of few channels is to be one: rows fill a vector, and
// products meet. Else a [scatter] has less to do.
func fitsGather(s ConvShape) bool {
	_, w := s.summed()
	return w >= 16 && s.Stride[1] <= (s.Kernel[1]-1)*s.Dilation[1]
}

func newGather(c *Conv) *gather {
	s := c.s
	g := &gather{c: c, in: s.In / s.Groups, out: s.Out / s.Groups}
	g.terms = s.Kernel[0] * s.Kernel[1] * g.in
	g.wide, g.pitch, g.width = ceil(ceil(s.W, s.Stride[1]), 16)*16, ceil(c.ow, 16)*16, c.e.panel(c.ow)
	g.rows = min(c.oh, (s.Kernel[0]-1)*s.Dilation[0]/s.Stride[0]+1)
	right := 0
	for x := range min(s.Stride[1], s.W) {
		var list []column
		for j := range s.Kernel[1] {
			at := x + s.Pad[1] - j*s.Dilation[1]
			by := at / s.Stride[1]
			if at%s.Stride[1] != 0 || by >= c.ow || by <= -g.wide { // or beside the image
				continue
			}
			list = append(list, column{j, by})
			g.left, right = max(g.left, -by), max(right, by)
		}
		g.columns = append(g.columns, list)
	}
	g.apart = g.left + max(c.ow, g.wide+right)
	g.zeros, g.ones = make([]float32, g.wide), make([]float32, g.wide)
	for i := range g.ones {
		g.ones[i] = 1
	}
	g.job = g.image
	return g
}

func (g *gather) pack([]float32) {}

func (g *gather) run(dx []float32, _ []int32, n int) {
	g.dx = dx
	g.c.ready(n)
	g.c.e.team.each(n, g.job)
	g.dx = nil
}

// image goes down the rows of the gradient, of which w.turned has the products of the last
// few, and writes each row of the input when all that it rests on is there.
func (g *gather) image(worker, image int) {
	c, s := g.c, g.c.s
	w := &c.workers[worker]
	w.strip, w.products = grown(w.strip, c.ow*s.Out), grown(w.products, s.Out*g.pitch)
	w.planes = grown(w.planes, g.in*g.wide)
	if w.turned == nil { // what no product covers stays 0
		w.turned = make([]float32, g.rows*s.Groups*g.terms*g.apart)
	}
	y := 0
	for r := range c.oh {
		g.multiply(w, image, r)
		for ; y < min(s.H, (r+1)*s.Stride[0]-s.Pad[0]); y++ {
			g.sum(w, image, y)
		}
	}
	for ; y < s.H; y++ {
		g.sum(w, image, y)
	}
}

// place returns where the products of a row of the gradient begin.
func (g *gather) place(r, group int) int {
	return (r%g.rows*g.c.s.Groups + group) * g.terms * g.apart
}

// multiply sets the products of row r of the gradient.
func (g *gather) multiply(w *worker, image, r int) {
	c, s := g.c, g.c.s
	c.gradient.row(c.e, w, w.strip, image, r, s.Out)
	c.e.turn(&w.turn, w.products, g.pitch, w.strip, s.Out, c.ow, s.Out)
	w.taps = append(w.taps[:0], 0)
	w.tile = tile{taps: w.taps, row: s.Out, step: 1, depth: g.out, wide: g.pitch, line: g.apart}
	for group := range s.Groups {
		for at := 0; at < c.ow; at += g.width {
			w.tile.b = w.products[group*g.out*g.pitch+at:]
			c.e.tiles(&w.tile, &w.mixing, g.terms, min(g.width, c.ow-at), c.weights[group*g.out:], w.turned[g.place(r, group)+g.left+at:], w.edge)
		}
	}
}

// sum writes row y of the gradient by the input.
func (g *gather) sum(w *worker, image, y int) {
	c, s := g.c, g.c.s
	f, count := c.e.fitting(g.wide)
	for x, columns := range g.columns {
		for group := range s.Groups {
			w.taps = w.taps[:0]
			for i := s.Kernel[0] - 1; i >= 0; i-- { // the upper rows of the gradient first
				r := y + s.Pad[0] - i*s.Dilation[0]
				if r < 0 || r%s.Stride[0] != 0 || r/s.Stride[0] >= c.oh {
					continue
				}
				row := g.place(r/s.Stride[0], group) + g.left
				for _, j := range columns {
					w.taps = append(w.taps, row+(i*s.Kernel[1]+j.number)*g.in*g.apart+j.by)
				}
			}
			to := g.dx[((image*s.H+y)*s.W+x)*s.In+group*g.in:]
			if len(w.taps) == 0 {
				clear(w.planes)
			} else {
				w.depthwise = depthwiseRow{ // the weights of all taps are the same ones: their pitch is 0
					from: w.turned, weights: g.ones, bias: g.zeros, to: w.planes, taps: w.taps, pixels: g.in, channels: count,
					step: g.apart, line: g.wide, low: float32(math.Inf(-1)), high: float32(math.Inf(1)),
				}
				f.depthwise(&w.depthwise)
			}
			pixels, step := ceil(s.W-x, s.Stride[1]), s.Stride[1]*s.In
			for k := range g.in {
				spaced(to[k:], step, w.planes[k*g.wide:][:pixels])
			}
		}
	}
}

// spaced sets the elements of to that are step apart.
func spaced(to []float32, step int, from []float32) {
	if step == 1 {
		copy(to, from)
		return
	}
	for i, v := range from {
		to[i*step] = v
	}
}
