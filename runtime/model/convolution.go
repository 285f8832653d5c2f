package model

import "gonum.org/v1/gonum/blas/gonum"

// A convolution is the arithmetic of a conv layer, stride 1, on n images. It has
// scratch memory, so one goroutine uses it at a time.
//
// All three of its passes go over the elements that are not 0 of one side, each
// against the runs of values under or over one row of the kernel, which are
// contiguous with channels last. ReLU leaves zeros among the inputs, and 2×2 max
// pooling makes at least three quarters of the gradient zeros.
//
// Note: Gorgonia's Conv2d writes out im2col, multiplies by a transposed matrix
// and transposes the result, and its backward pass does the same for the zeros.
type convolution struct {
	in, out   shape
	size, pad int
	before    plane     // one image's input
	after     plane     // one image's result
	kernels   []float32 // in the order that a pass wants them
}

// A plane is one image with a margin around it and channels last, H×W×C.
type plane struct {
	shape
	margin, width int
	data          []float32
}

func newPlane(s shape, margin int) plane {
	p := plane{shape: s, margin: margin, width: s.w + 2*margin}
	p.data = make([]float32, (s.h+2*margin)*p.width*s.c)
	return p
}

func newConvolution(l Layer, in, out shape) *convolution {
	return &convolution{
		in: in, out: out, size: l.Size, pad: l.Pad,
		before:  newPlane(in, l.Pad),
		after:   newPlane(out, l.Size-1-l.Pad),
		kernels: make([]float32, out.c*in.c*l.Size*l.Size),
	}
}

// axpy adds a·x to y, of one length.
func axpy(a float32, x, y []float32) {
	gonum.Implementation{}.Saxpy(len(x), a, x, 1, y, 1)
}

// forward sets y to the cross-correlation of x with w (O×C×size×size) plus b[o].
// An input reaches the results above and to the left of it by later taps, so the
// kernels are turned by 180°.
func (c *convolution) forward(y, x, w, b []float32) {
	last := c.size - 1
	c.order(func(o, i, r, k, at int) { c.kernels[((i*c.size+last-r)*c.size+last-k)*c.out.c+o] = w[at] })
	for ; len(x) > 0; x, y = x[c.in.size():], y[c.out.size():] {
		clear(c.after.data)
		c.spread(x[:c.in.size()], c.in, c.after)
		c.after.cut(y)
		area := c.out.h * c.out.w
		for o, bias := range b {
			row := y[o*area : (o+1)*area]
			for k := range row {
				row[k] += bias
			}
		}
	}
}

// inputGradient sets dx to the gradient by the input, given that by the result.
func (c *convolution) inputGradient(dx, dy, w []float32) {
	c.order(func(o, i, r, k, at int) { c.kernels[((o*c.size+r)*c.size+k)*c.in.c+i] = w[at] })
	for ; len(dy) > 0; dx, dy = dx[c.in.size():], dy[c.out.size():] {
		clear(c.before.data)
		c.spread(dy[:c.out.size()], c.out, c.before)
		c.before.cut(dx)
	}
}

// weightGradient sets dw to the gradient by the kernels, summed over the images.
func (c *convolution) weightGradient(dw, dy, x []float32) {
	clear(c.kernels)
	for ; len(x) > 0; x, dy = x[c.in.size():], dy[c.out.size():] {
		c.before.paste(x)
		c.gather(dy[:c.out.size()])
	}
	c.order(func(o, i, r, k, at int) { dw[at] = c.kernels[((o*c.size+r)*c.size+k)*c.in.c+i] })
}

// order calls f for each weight: its place in O×C×size×size, and its indices.
func (c *convolution) order(f func(o, i, r, k, at int)) {
	at := 0
	for o := range c.out.c {
		for i := range c.in.c {
			for r := range c.size {
				for k := range c.size {
					f(o, i, r, k, at)
					at++
				}
			}
		}
	}
}

// spread adds each value of v (C×H×W of shape s) times its channel's kernels
// (size×size×channels of p) to p, from the value's own place on.
func (c *convolution) spread(v []float32, s shape, p plane) {
	run, area := c.size*p.c, s.h*s.w
	for ch := range s.c {
		kernel := c.kernels[ch*c.size*run : (ch+1)*c.size*run]
		for at, a := range v[ch*area : (ch+1)*area] {
			if a == 0 {
				continue
			}
			for r := range c.size {
				to := ((at/s.w+r)*p.width + at%s.w) * p.c
				axpy(a, kernel[r*run:(r+1)*run], p.data[to:to+run])
			}
		}
	}
}

// gather adds each value of dy times what lies under its kernel to kernels.
func (c *convolution) gather(dy []float32) {
	p := c.before
	run, area := c.size*p.c, c.out.h*c.out.w
	for o := range c.out.c {
		kernel := c.kernels[o*c.size*run : (o+1)*c.size*run]
		for at, a := range dy[o*area : (o+1)*area] {
			if a == 0 {
				continue
			}
			for r := range c.size {
				from := ((at/c.out.w+r)*p.width + at%c.out.w) * p.c
				axpy(a, p.data[from:from+run], kernel[r*run:(r+1)*run])
			}
		}
	}
}

// paste copies an image of C×H×W in; the margin stays 0. cut copies one out.
func (p plane) paste(x []float32) {
	clear(p.data)
	for i := range p.c {
		for r := range p.h {
			at := ((r+p.margin)*p.width+p.margin)*p.c + i
			for _, v := range x[(i*p.h+r)*p.w:][:p.w] {
				p.data[at] = v
				at += p.c
			}
		}
	}
}

func (p plane) cut(y []float32) {
	for i := range p.c {
		for r := range p.h {
			at := ((r+p.margin)*p.width+p.margin)*p.c + i
			row := y[(i*p.h+r)*p.w:][:p.w]
			for k := range row {
				row[k] = p.data[at]
				at += p.c
			}
		}
	}
}
