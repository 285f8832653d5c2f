package kernel

// A sparseInput is the gradient by the input behind max pooling: the kernels of the
// channels whose gradient went to one pixel are summed, and the sum is added under
// that pixel.
type sparseInput struct {
	c *Conv
	window
	h       int // of the input with its margins
	kernels []float32
	rows    []int32      // of each channel's kernels, where they stand
	targets []sparsePart // the pixels of each window
	dx      []float32
	job     func(worker, image int)
}

// sparseImage bounds the elements of an image with its margins, which is summed by
// one goroutine and is to stay in its second-level cache.
const sparseImage = 1 << 16

// fitsSparseInput tells whether a gradient can be one.
func fitsSparseInput(s ConvShape) bool {
	h, w := s.margined()
	return fitsSparse(s) && h*w*s.In <= sparseImage
}

func newSparseInput(c *Conv) *sparseInput {
	g := &sparseInput{c: c}
	h, w := c.s.margined()
	g.h, g.window = h, newWindow(c, c.ph, w*c.s.In)
	for _, place := range g.pixels {
		for _, shift := range g.shifts[:c.s.Pool*c.s.Pool] {
			g.targets = append(g.targets, sparsePart{to: place + shift})
		}
	}
	for o := range c.s.Out {
		g.rows = append(g.rows, int32(o*g.row))
	}
	g.job = g.image
	return g
}

// pack puts the same row of all kernels together, by channel out.
func (g *sparseInput) pack(w []float32) {
	c := g.c
	c.ready(1)
	g.kernels = grown(g.kernels, len(w))
	for at := 0; at < len(w); at += g.row * c.s.Out {
		c.e.turn(&c.workers[0].turn, g.kernels[at:], g.row, w[at:], c.s.Out, g.row, c.s.Out)
	}
}

func (g *sparseInput) run(dx []float32, _ []int32, n int) {
	g.dx = dx
	g.c.ready(n)
	g.c.e.team.each(n, g.job)
	g.dx = nil
}

func (g *sparseInput) image(worker, image int) {
	c := g.c
	w, s := &c.workers[worker], c.s
	w.strip = grown(w.strip, g.h*g.width)
	clear(w.strip)
	g.list(w, image)
	// Row by row, of which all channels' stay in the first-level cache. Parts overlap, so
	// that another order would give other bits.
	g.sum(c.e, w, g.kernels, w.strip, s.Kernel[0], 1, g.row*s.Out, s.Dilation[0]*g.width)
	size := s.W * s.In
	for r := range s.H {
		copy(g.dx[(image*s.H+r)*size:][:size], w.strip[(s.Pad[0]+r)*g.width+s.Pad[1]*s.In:])
	}
}

// list lists, for each pixel, the channels whose gradient went to it, and these
// gradients.
func (g *sparseInput) list(w *worker, image int) {
	c, size := g.c, g.c.Output()
	w.places, w.factors = grown(w.places, size+listSlack), grown(w.factors, size+listSlack)
	w.parts = grown(w.parts, len(g.targets))
	copy(w.parts, g.targets)
	w.passing = passing{
		codes: c.gradient.codes[image*size:][:size], values: c.gradient.data[image*size:][:size], places: g.rows,
		rows: len(g.pixels), count: c.s.Out / 16, to: w.places, factors: w.factors, parts: w.parts,
	}
	c.e.listCodes(&w.passing)
	w.passing = passing{}
}
