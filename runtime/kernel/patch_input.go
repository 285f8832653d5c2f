package kernel

// A patchInput is the gradient by an input of one channel behind 3×3 kernels and a
// pool of 2×2. What a window's gradients add to the input lies in a patch of 4×4
// pixels: each channel adds its kernel, moved to where its code says. A patch is one
// vector of 16, and what two share is handed on from one to the next.
type patchInput struct {
	c         *Conv
	rows      int       // of patches, as they overlap
	line      int       // elements of such a row
	kernels   []float32 // by channel and code from −1 on: patches, of which the first is 0
	dx        []float32
	job       func(worker, image int)
	top, left int
}

// patchPixels are those of a patch.
const patchPixels = 16

// patchCodes are those of a window: none, or one of its four pixels.
const patchCodes = 5

// fitsPatch tells whether gradients can be summed by patches: 3×3 kernels on one channel
// behind windows of 2×2.
func fitsPatch(s ConvShape) bool {
	return s.In == 1 && s.Pool == 2 && s.Out%8 == 0 &&
		s.Kernel == [2]int{3, 3} && s.Stride == [2]int{1, 1} && s.Dilation == [2]int{1, 1}
}

func newPatchInput(c *Conv) *patchInput {
	g := &patchInput{c: c, rows: 2*c.ph + 2, line: 2*c.pw + 2, top: c.s.Pad[0], left: c.s.Pad[1]}
	g.job = g.image
	return g
}

func (g *patchInput) pack(w []float32) {
	out := g.c.s.Out
	g.kernels = grown(g.kernels, out*patchCodes*patchPixels)
	clear(g.kernels)
	for o := range out {
		for code := range 4 {
			patch := g.kernels[(o*patchCodes+1+code)*patchPixels:][:patchPixels]
			for t := range 9 {
				patch[(t/3+code/2)*4+t%3+code%2] = w[t*out+o]
			}
		}
	}
}

func (g *patchInput) run(dx []float32, _ []int32, n int) {
	g.dx = dx
	g.c.ready(n)
	g.c.e.team.each(n, g.job)
	g.dx = nil
}

func (g *patchInput) image(worker, image int) {
	c := g.c
	w, s := &c.workers[worker], c.s
	w.planes = grown(w.planes, g.rows*g.line)
	clear(w.planes[:2*g.line])
	for r := range c.ph {
		at, size := (image*c.ph+r)*c.pw*s.Out, c.pw*s.Out
		w.patches = patchRow{
			codes: c.gradient.codes[at:][:size], values: c.gradient.data[at:][:size], kernels: g.kernels,
			to: w.planes[2*r*g.line:], pixels: c.pw, channels: s.Out, line: g.line,
		}
		c.e.patches(&w.patches)
	}
	w.patches = patchRow{}
	for r := range s.H {
		to := g.dx[(image*s.H+r)*s.W:][:s.W]
		done := 0
		if from := (g.top + r) * g.line; g.top+r < g.rows && g.left < g.line {
			done = copy(to, w.planes[from+g.left:from+g.line])
		}
		clear(to[done:])
	}
}
