package kernel

// A patchGradient is the gradient by 3×3 kernels on one channel behind a pool of 2×2.
// The input that a tap multiplies with the gradient of a window is one of four pixels,
// by the code of each channel: these are laid out side by side, a square, so that one
// instruction takes for all channels in a vector the pixel that each wants.
type patchGradient struct {
	*kernelGradient
	pooled int // rows of windows in a band
	line   int // pixels of a row with its margins, in whole blocks of squares
	job    func(worker, slice int)
}

// patchTerms are the sums of a channel: of the taps, and of the bias.
const patchTerms = 10

func newPatchGradient(c *Conv) *patchGradient {
	g := &patchGradient{kernelGradient: newKernelGradient(c)}
	g.line = ceil(g.left+c.s.W+g.right, 8) * 8
	g.right = g.line - g.left - c.s.W
	g.pooled = min(c.ph, ceil(4*stripPixels, 2*c.ow))
	g.job = g.slice
	return g
}

func (g *patchGradient) run(dw, db []float32, n int) {
	out := g.c.s.Out
	g.begin(n, patchTerms*out, 0)
	g.c.e.team.each(g.slices, g.job)
	g.end(0)
	copy(dw, g.sums[:9*out])
	copy(db, g.sums[9*out:])
}

func (g *patchGradient) slice(worker, slice int) {
	c := g.c
	w, s := &c.workers[worker], c.s
	sums := g.sums[slice*g.size:][:g.size]
	clear(sums)
	f, count := c.e.fitting(s.Out)
	for image := slice * g.n / g.slices; image < (slice+1)*g.n/g.slices; image++ {
		for r0 := 0; r0 < c.ph; r0 += g.pooled {
			rows := min(g.pooled, c.ph-r0)
			height := 2*rows + 2
			w.strip = grown(w.strip, height*g.line+1)
			c.input.strip(c.e, w, w.strip, image, 2*r0-s.Pad[0], height, g.left, g.right, 1)
			w.other = grown(w.other, 4*(height-1)*g.line)
			w.vectors = vectors{a: w.strip, b: w.strip[g.line:], to: w.other, count: (height - 1) * g.line / 8}
			c.e.windows(&w.vectors)
			at, size := (image*c.ph+r0)*c.pw*s.Out, rows*c.pw*s.Out
			w.windowSum = windowSum{
				codes: c.gradient.codes[at:][:size], values: c.gradient.data[at:][:size], from: w.other, to: sums,
				rows: rows, pixels: c.pw, vectors: count, channels: s.Out, line: 4 * g.line,
			}
			f.patchKernels(&w.windowSum)
		}
	}
	w.windowSum = windowSum{}
}
