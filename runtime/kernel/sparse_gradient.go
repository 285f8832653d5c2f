package kernel

// A window knows where, in rows of the input with their margins, the pixels lie
// that a pooled gradient belongs to: all but one of a window's gradients are 0, and
// with ReLU often all, so that sums over those that passed have a small share of
// the products.
type window struct {
	row, kernel int   // elements of a kernel and of one of its rows
	width       int   // elements of a row of the input with its margins
	pixels      []int // places under pooled pixels, row by row
	shifts      []int // by code, from −1 on: how much further the pixel lies that was the largest
}

// sparseRun bounds a row of a kernel, of channels in one after another.
const sparseRun = 128

// fitsSparse tells whether a gradient can be summed over windows.
func fitsSparse(s ConvShape) bool {
	run := s.Kernel[1] * s.In
	return s.Pool > 1 && s.Pool <= 4 && s.Groups == 1 && s.Kernel[0] == 3 && s.Dilation[1] == 1 && run%16 == 0 && run <= sparseRun
}

// newWindow plans for so many rows of pooled pixels.
func newWindow(c *Conv, rows, width int) window {
	s := c.s
	g := window{row: s.Kernel[1] * s.In, width: width}
	g.kernel = s.Kernel[0] * g.row
	g.shifts = append(g.shifts, 0)
	for i := range s.Pool {
		for j := range s.Pool {
			g.shifts = append(g.shifts, i*s.Stride[0]*width+j*s.Stride[1]*s.In)
		}
	}
	for r := range rows {
		for q := range c.pw {
			g.pixels = append(g.pixels, s.Pool*(r*s.Stride[0]*width+q*s.Stride[1]*s.In))
		}
	}
	return g
}

// sum adds the worker's terms to its parts, row of a kernel by row, whose distances
// in from and to are those of p.
func (g *window) sum(e *Engine, w *worker, p sparseSum, rows int) {
	w.sparse = p
	from, to := p.from, p.to
	for i := 0; i < rows; i += e.sparseRows {
		for j := 0; j < g.row; {
			vectors := min(e.sparseVectors, (g.row-j)/e.lanes)
			w.sparse.from, w.sparse.to = from[i*p.fromLine+j:], to[i*p.toLine+j:]
			e.sparse(&w.sparse, vectors)
			j += vectors * e.lanes
		}
	}
	w.sparse = sparseSum{}
}

// A sparseGradient is the gradient by the kernels behind max pooling. Sums stand by
// channel out, so that a kernel's row lies in a few registers.
type sparseGradient struct {
	*kernelGradient
	window
	pooled int // rows of pooled pixels in a band
	job    func(worker, slice int)
}

func newSparseGradient(c *Conv) *sparseGradient {
	g := &sparseGradient{kernelGradient: newKernelGradient(c)}
	g.pooled = max(1, min(c.ph, ceil(4*stripPixels, c.ow*c.s.Pool)))
	g.window = newWindow(c, g.pooled, (g.left+c.s.W+g.right)*c.s.In)
	g.job = g.slice
	return g
}

func (g *sparseGradient) run(dw, db []float32, n int) {
	c, s := g.c, g.c.s
	size := s.Out * g.kernel
	g.begin(n, size, s.Out)
	c.e.team.each(g.slices, g.job)
	g.end(s.Out)
	c.e.turn(&c.workers[0].turn, dw, s.Out, g.sums, g.kernel, s.Out, g.kernel)
	copy(db, g.biases)
}

func (g *sparseGradient) slice(worker, slice int) {
	c := g.c
	w, s, size := &c.workers[worker], c.s, c.s.Out*g.kernel
	sums, bias := g.sums[slice*size:][:size], g.biases[slice*s.Out:][:s.Out]
	clear(sums)
	clear(bias)
	for image := slice * g.n / g.slices; image < (slice+1)*g.n/g.slices; image++ {
		for r0 := 0; r0 < c.ph; r0 += g.pooled {
			rows := min(g.pooled, c.ph-r0)
			height := (rows*s.Pool-1)*s.Stride[0] + (s.Kernel[0]-1)*s.Dilation[0] + 1
			w.strip = grown(w.strip, height*g.width)
			c.input.strip(c.e, w, w.strip, image, r0*s.Pool*s.Stride[0]-s.Pad[0], height, g.left, g.right, s.In)
			g.list(w, bias, (image*c.ph+r0)*c.pw*s.Out, rows*c.pw)
			g.sum(c.e, w, sparseSum{
				from: w.strip, to: sums, terms: w.terms, parts: w.parts, fromLine: s.Dilation[0] * g.width, toLine: g.row,
			}, s.Kernel[0])
		}
	}
}

// list writes, for each channel, the gradients that passed at so many pixels and
// the places of what they are multiplied by, and adds them to the bias. Half of
// them passed, in no order that a processor could foresee, so there is no branch.
func (g *sparseGradient) list(w *worker, bias []float32, at, pixels int) {
	out := g.c.s.Out
	w.terms, w.parts = grown(w.terms, out*pixels), grown(w.parts, out)
	parts := w.parts[:out]
	for o := range parts {
		parts[o] = sparsePart{to: int32(o * g.kernel), first: int32(o * pixels)}
	}
	for i, place := range g.pixels[:pixels] {
		codes, gradient := g.c.gradient.codes[at+i*out:][:out], g.c.gradient.data[at+i*out:][:out]
		for o, code := range codes {
			p := &parts[o]
			w.terms[p.first+p.count] = sparseTerm{int32(place + g.shifts[code+1]), gradient[o]}
			p.count += 1 + code>>31
		}
	}
	for o, p := range parts {
		for _, t := range w.terms[p.first:][:p.count] {
			bias[o] += t.factor
		}
	}
}
