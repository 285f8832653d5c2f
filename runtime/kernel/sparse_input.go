package kernel

// A sparseInput is the gradient by the input behind max pooling: the kernels of the
// channels whose gradient went to one pixel are summed, and the sum is added under
// that pixel.
type sparseInput struct {
	c *Conv
	window
	h       int // of the input with its margins
	kernels []float32
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
	for r := range c.ph {
		g.list(w, (image*c.ph+r)*c.pw*s.Out, g.pixels[r*c.pw:][:c.pw])
		if len(w.parts) > 0 {
			g.sum(c.e, w, sparseSum{
				from: g.kernels, to: w.strip, terms: w.terms, parts: w.parts, fromLine: g.row * s.Out, toLine: s.Dilation[0] * g.width,
			}, s.Kernel[0])
		}
	}
	size := s.W * s.In
	for r := range s.H {
		copy(g.dx[(image*s.H+r)*size:][:size], w.strip[(s.Pad[0]+r)*g.width+s.Pad[1]*s.In:])
	}
}

// list writes, for each pixel that a gradient at one of the pooled pixels went to,
// the channels and their gradients.
func (g *sparseInput) list(w *worker, at int, pixels []int) {
	out, codes := g.c.s.Out, len(g.shifts)
	w.terms, w.parts = grown(w.terms, len(pixels)*codes*out), grown(w.parts, len(pixels)*codes)[:0]
	for i, place := range pixels {
		first := i * codes * out
		var count [1 + 4*4]int32
		terms := w.terms[first:][:codes*out]
		gradient := g.c.gradient.data[at+i*out:][:out]
		for o, code := range g.c.gradient.codes[at+i*out:][:out] {
			k := code + 1
			terms[int(k)*out+int(count[k])] = sparseTerm{int32(o * g.row), gradient[o]}
			count[k]++
		}
		for k := 1; k < codes; k++ {
			if count[k] > 0 {
				w.parts = append(w.parts, sparsePart{int32(place + g.shifts[k]), int32(first + k*out), count[k]})
			}
		}
	}
}
