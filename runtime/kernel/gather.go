package kernel

import "math"

// A gather is the gradient by an input of one channel and stride 1: the products
// of a [scatter], each tap's laid out as an image of its own with zeros around, so
// that a pixel of the input is the sum of one pixel of each, moved by the tap's
// place. That sum runs over whole rows, by the routine for depthwise convolutions
// with weights of 1.
type gather struct {
	*scatter
	left        int // zeros before a row
	apart       int // from one tap's row to the next
	wide        int // a row of the input, in whole vectors
	rows        int // of the images of products
	offsets     []int
	ones, zeros []float32
	job         func(worker, image int)
}

// fitsGather tells whether a gradient can be one.
func fitsGather(s ConvShape) bool {
	return s.In == 1 && s.Stride == [2]int{1, 1} && s.Pad[0] < s.Kernel[0] && s.Pad[1] < s.Kernel[1]
}

func newGather(c *Conv) *gather {
	s := c.s
	g := &gather{scatter: newScatter(c), wide: ceil(s.W, 16) * 16}
	above := (s.Kernel[0]-1)*s.Dilation[0] - s.Pad[0]
	g.left = (s.Kernel[1]-1)*s.Dilation[1] - s.Pad[1]
	g.apart = g.left + max(ceil(c.ow, 16)*16, g.wide+s.Pad[1])
	g.rows = above + max(c.oh, s.H+s.Pad[0])
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			row := (above + s.Pad[0] - i*s.Dilation[0]) * g.columns
			g.offsets = append(g.offsets, (row+i*s.Kernel[1]+j)*g.apart+g.left+s.Pad[1]-j*s.Dilation[1])
		}
	}
	g.zeros, g.ones = make([]float32, g.wide), make([]float32, g.wide)
	for i := range g.ones {
		g.ones[i] = 1
	}
	g.job = g.image
	return g
}

func (g *gather) run(dx []float32, _ []int32, n int) {
	g.dx = dx
	g.c.ready(n)
	g.c.e.team.each(n, g.job)
	g.dx = nil
}

func (g *gather) image(worker, image int) {
	c := g.c
	w, s, e := &c.workers[worker], c.s, c.e
	pitch := g.count * c.width
	g.begin(w, pitch)
	if w.turned == nil { // what no product covers stays 0
		w.turned = make([]float32, g.rows*g.columns*g.apart+g.wide)
	}
	above := (s.Kernel[0]-1)*s.Dilation[0] - s.Pad[0]
	for r := range c.oh {
		g.row(w, image, r, pitch)
		e.turn(&w.turn, w.turned[(above+r)*g.columns*g.apart+g.left:], g.apart, w.products, pitch, ceil(c.ow, 16)*16, g.columns)
	}
	w.planes = grown(w.planes, s.H*g.wide)
	f, count := e.fitting(g.wide)
	w.depthwise = depthwiseRow{
		from: w.turned, weights: g.ones, bias: g.zeros, to: w.planes, taps: g.offsets, pixels: s.H, channels: count,
		step: g.columns * g.apart, line: g.wide, low: float32(math.Inf(-1)), high: float32(math.Inf(1)),
	}
	f.depthwise(&w.depthwise)
	for r := range s.H {
		copy(g.dx[(image*s.H+r)*s.W:][:s.W], w.planes[r*g.wide:])
	}
}
