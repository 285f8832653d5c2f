package kernel

// A window knows where, in rows of the input with their margins, the pixels lie
// that a pooled gradient belongs to: all but one of a window's gradients are 0, and
// with ReLU often all, so that sums over those that passed have a small share of
// the products.
type window struct {
	row, kernel int       // elements of a kernel and of one of its rows
	width       int       // elements of a row of the input with its margins
	pixels      []int32   // places under pooled pixels, row by row
	shifts      [16]int32 // by code: how much further the pixel lies that was the largest
}

// sparseRun bounds a row of a kernel, of channels in one after another.
const sparseRun = 96

// listSlack is how far beyond a list its last vector may reach.
const listSlack = 16

// fitsSparse tells whether a gradient can be summed over windows.
func fitsSparse(s ConvShape) bool {
	run := s.Kernel[1] * s.In
	return s.Pool == 2 && s.Out%16 == 0 && s.Groups == 1 && s.Dilation[1] == 1 && run%16 == 0 && run <= sparseRun
}

// newWindow plans for so many rows of pooled pixels.
func newWindow(c *Conv, rows, width int) window {
	s := c.s
	g := window{row: s.Kernel[1] * s.In, width: width}
	g.kernel = s.Kernel[0] * g.row
	for k := range s.Pool * s.Pool {
		g.shifts[k] = int32(k/s.Pool*s.Stride[0]*width + k%s.Pool*s.Stride[1]*s.In)
	}
	for r := range rows {
		for q := range c.pw {
			g.pixels = append(g.pixels, int32(s.Pool*(r*s.Stride[0]*width+q*s.Stride[1]*s.In)))
		}
	}
	return g
}

// sum adds the worker's terms to its parts, so many rows of a kernel at a time, which
// lie so far apart in from and to.
func (g *window) sum(e *Engine, w *worker, from, to []float32, rows, together, fromLine, toLine int) {
	w.sparse = sparseSum{places: w.places, factors: w.factors, parts: w.parts, fromLine: fromLine, toLine: toLine}
	for i := 0; i < rows; {
		n := together
		if i+n > rows {
			n = 1
		}
		w.sparse.from, w.sparse.to = from[i*fromLine:], to[i*toLine:]
		e.sparse(&w.sparse, n, g.row/e.lanes)
		i += n
	}
	w.sparse = sparseSum{}
}

// A sparseGradient is the gradient by the kernels behind max pooling. Sums stand by
// channel out, so that a kernel's row lies in a few registers.
type sparseGradient struct {
	*kernelGradient
	window
	pooled int         // rows of pooled pixels in a band
	lanes  [][]float32 // by slice: sums of the bias, 16 for each channel
	job    func(worker, slice int)
}

func newSparseGradient(c *Conv) *sparseGradient {
	g := &sparseGradient{kernelGradient: newKernelGradient(c)}
	g.pooled = max(1, min(c.ph, ceil(4*stripPixels, c.ow*c.s.Pool)))
	g.window = newWindow(c, g.pooled, (g.left+c.s.W+g.right)*c.s.In)
	for len(g.pixels)%16 != 0 {
		g.pixels = append(g.pixels, 0)
	}
	g.job = g.slice
	return g
}

func (g *sparseGradient) run(dw, db []float32, n int) {
	c, s := g.c, g.c.s
	g.begin(n, s.Out*g.kernel, s.Out)
	for len(g.lanes) < g.slices {
		g.lanes = append(g.lanes, make([]float32, 16*s.Out))
	}
	c.e.team.each(g.slices, g.job)
	g.end(s.Out)
	c.e.turn(&c.workers[0].turn, dw, s.Out, g.sums, g.kernel, s.Out, g.kernel)
	copy(db, g.biases)
}

func (g *sparseGradient) slice(worker, slice int) {
	c := g.c
	w, s, size := &c.workers[worker], c.s, c.s.Out*g.kernel
	sums, lanes := g.sums[slice*size:][:size], g.lanes[slice]
	clear(sums)
	clear(lanes)
	for image := slice * g.n / g.slices; image < (slice+1)*g.n/g.slices; image++ {
		for r0 := 0; r0 < c.ph; r0 += g.pooled {
			rows := min(g.pooled, c.ph-r0)
			height := (rows*s.Pool-1)*s.Stride[0] + (s.Kernel[0]-1)*s.Dilation[0] + 1
			w.strip = grown(w.strip, height*g.width)
			c.input.strip(c.e, w, w.strip, image, r0*s.Pool*s.Stride[0]-s.Pad[0], height, g.left, g.right, s.In)
			g.list(w, lanes, (image*c.ph+r0)*c.pw*s.Out, rows*c.pw)
			g.sum(c.e, w, w.strip, sums, s.Kernel[0], c.e.sparseRows, s.Dilation[0]*g.width, g.row)
		}
	}
	for o := range s.Out {
		g.biases[slice*s.Out+o] = sumOf16((*[16]float32)(lanes[16*o:]))
	}
}

// list lists, for each channel, the gradients that passed at so many pooled pixels
// and the places of what they are multiplied by, and adds them to the bias.
func (g *sparseGradient) list(w *worker, bias []float32, at, pixels int) {
	e, out := g.c.e, g.c.s.Out
	groups := ceil(pixels, 16)
	pitch := 16 * groups
	if w.listed != pixels { // none stands beyond the pixels, and nothing is written there
		w.listed = pixels
		w.codes, w.values = grown(w.codes, out*pitch), grown(w.values, out*pitch)
		for o := range out {
			for i := o*pitch + pixels; i < (o+1)*pitch; i++ {
				w.codes[i], w.values[i] = -1, 0
			}
		}
	}
	w.places, w.factors = grown(w.places, out*pixels+listSlack), grown(w.factors, out*pixels+listSlack)
	w.parts = grown(w.parts, out)
	for o := range w.parts {
		w.parts[o].to = int32(o * g.kernel)
	}
	e.turnCodes(&w.turnCodes, w.codes, pitch, g.c.gradient.codes[at:], out, pixels, out)
	e.turn(&w.turn, w.values, pitch, g.c.gradient.data[at:], out, pixels, out)
	w.passing = passing{
		codes: w.codes, values: w.values, places: g.pixels, shifts: g.shifts, rows: out, count: groups,
		to: w.places, factors: w.factors, parts: w.parts, sums: bias,
	}
	e.listRows(&w.passing)
	w.passing = passing{}
}

// sumOf16 adds pairs, then pairs of these.
func sumOf16(v *[16]float32) float32 {
	a := *v
	for n := 8; n > 0; n /= 2 {
		for i := range n {
			a[i] += a[i+n]
		}
	}
	return a[0]
}
