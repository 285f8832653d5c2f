package kernel

// A sparseGradient is the gradient by the kernels behind max pooling, where all
// but one of a window's gradients are 0: of the products it computes a share that
// is one over the pixels of a window.
//
// Sums stand by channel out, so that a kernel's row lies in a few registers.
type sparseGradient struct {
	*kernelGradient
	row, kernel int   // elements of a kernel and of one of its rows
	pixels      []int // places of pooled pixels in the strip, for one band
	shifts      []int
	pooled      int // rows of pooled pixels in a band
	job         func(worker, slice int)
}

// sparseRun bounds a row of a kernel, of channels in one after another.
const sparseRun = 128

// fitsSparse tells whether a gradient can be one.
func fitsSparse(s ConvShape) bool {
	run := s.Kernel[1] * s.In
	return s.Pool > 1 && s.Groups == 1 && s.Kernel[0] == 3 && s.Dilation[1] == 1 && run%16 == 0 && run <= sparseRun
}

func newSparseGradient(c *Conv) *sparseGradient {
	s := c.s
	g := &sparseGradient{kernelGradient: newKernelGradient(c), row: s.Kernel[1] * s.In}
	g.kernel = s.Kernel[0] * g.row
	g.pooled = max(1, min(c.ph, ceil(4*stripPixels, c.ow*s.Pool)))
	width := (g.left + s.W + g.right) * s.In
	g.shifts = append(g.shifts, 0)
	for i := range s.Pool {
		for j := range s.Pool {
			g.shifts = append(g.shifts, i*s.Stride[0]*width+j*s.Stride[1]*s.In)
		}
	}
	for r := range g.pooled {
		for q := range c.pw {
			g.pixels = append(g.pixels, s.Pool*(r*s.Stride[0]*width+q*s.Stride[1]*s.In))
		}
	}
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
	w, s, e := &c.workers[worker], c.s, c.e
	lanes, size := e.lanes, s.Out*g.kernel
	sums, bias := g.sums[slice*size:][:size], g.biases[slice*s.Out:][:s.Out]
	clear(sums)
	clear(bias)
	width := (g.left + s.W + g.right) * s.In
	w.bias = grown(w.bias, s.Out)
	for image := slice * g.n / g.slices; image < (slice+1)*g.n/g.slices; image++ {
		for r0 := 0; r0 < c.ph; r0 += g.pooled {
			rows := min(g.pooled, c.ph-r0)
			height := (rows*s.Pool-1)*s.Stride[0] + (s.Kernel[0]-1)*s.Dilation[0] + 1
			w.strip = grown(w.strip, height*width)
			c.input.strip(e, w, w.strip, image, r0*s.Pool*s.Stride[0]-s.Pad[0], height, g.left, g.right, s.In)
			at := (image*c.ph + r0) * c.pw * s.Out
			p := &w.sparse
			*p = sparseSum{
				gradient: c.gradient.data[at:], codes: c.gradient.codes[at:], bias: w.bias,
				pixels: g.pixels[:rows*c.pw], shifts: g.shifts, channels: s.Out,
				line: s.Dilation[0] * width, run: g.row, kernel: g.kernel,
			}
			for i := 0; i < s.Kernel[0]; i += e.sparseRows {
				for j := 0; j < g.row; j += 8 * lanes {
					p.from, p.to = w.strip[i*p.line+j:], sums[i*g.row+j:]
					e.sparse(p, min(8, (g.row-j)/lanes))
				}
			}
			for o, v := range w.bias {
				bias[o] += v
			}
		}
	}
}
