package kernel

// A scatter is the gradient by an input of few channels, whose pixels would leave
// most of a vector empty: the gradient of each pixel of the result times all
// taps of all channels, added where the taps lie.
type scatter struct {
	c       *Conv
	panels  []float32 // groups × panels × Out/groups × width
	count   int       // panels of a group
	columns int       // taps × In/groups
	h, w    int       // of the input with its margins
	taps    []int     // of a tile
	dx      []float32
	job     func(worker, image int)
}

func newScatter(c *Conv) *scatter {
	s := c.s
	x := &scatter{c: c, columns: s.Kernel[0] * s.Kernel[1] * s.In / s.Groups, taps: []int{0}}
	x.count = ceil(x.columns, c.width)
	x.h, x.w = s.margined()
	x.job = x.image
	return x
}

func (x *scatter) pack(w []float32) {
	c := x.c
	s, width := c.s, c.width
	out := s.Out / s.Groups
	x.panels = grown(x.panels, s.Groups*x.count*out*width)
	clear(x.panels)
	c.ready(1)
	for g := range s.Groups {
		for p := range x.count {
			c.e.turn(&c.workers[0].turn, x.panels[(g*x.count+p)*out*width:], width,
				w[p*width*s.Out+g*out:], s.Out, min(width, x.columns-p*width), out)
		}
	}
}

func (x *scatter) run(dx []float32, _ []int32, n int) {
	x.dx = dx
	x.c.ready(n)
	x.c.e.team.each(n, x.job)
	x.dx = nil
}

// row sets the products of a row of the result, of all groups one after another
// in their columns.
func (x *scatter) row(w *worker, image, r, pitch int) {
	c := x.c
	s, width, out := c.s, c.width, c.s.Out/c.s.Groups
	w.tile = tile{taps: x.taps, row: s.Out, step: 1, depth: out, wide: width, line: pitch}
	t := &w.tile
	tiles := ceil(c.ow, c.e.rows(width))
	c.gradient.row(c.e, w, w.strip, image, r, s.Out)
	for g := range s.Groups {
		for p := range x.count {
			t.b = x.panels[(g*x.count+p)*out*width:][:out*width]
			vectors := ceil(min(width, x.columns-p*width), c.e.columns)
			for i := range tiles {
				q0, q1 := i*c.ow/tiles, (i+1)*c.ow/tiles
				t.a, t.c = w.strip[q0*s.Out+g*out:], w.products[q0*pitch+(g*x.count+p)*width:]
				c.e.tile(t, q1-q0, vectors)
			}
		}
	}
}

func (x *scatter) image(worker, image int) {
	c := x.c
	w, s := &c.workers[worker], c.s
	pitch := s.Groups * x.count * c.width
	w.planes = grown(w.planes, x.h*x.w*s.In)
	clear(w.planes)
	w.strip = grown(w.strip, c.ow*s.Out)
	w.products = grown(w.products, ceil(c.ow, 16)*16*pitch)
	clear(w.products[c.ow*pitch:])
	for r := range c.oh {
		x.row(w, image, r, pitch)
		for g := range s.Groups {
			x.add(w, r, g, pitch)
		}
	}
	for r := range s.H {
		copy(x.dx[(image*s.H+r)*s.W*s.In:][:s.W*s.In], w.planes[((r+s.Pad[0])*x.w+s.Pad[1])*s.In:])
	}
}

// add puts the products of a group in row r of the result where their taps lie.
// They are turned first, so that each tap's are a row.
func (x *scatter) add(w *worker, r, group, pitch int) {
	c := x.c
	s, in := c.s, c.s.In/c.s.Groups
	apart := ceil(c.ow, 16) * 16 // products beyond the last pixel are 0
	w.turned = grown(w.turned, x.columns*apart)
	c.e.turn(&w.turn, w.turned, apart, w.products[group*x.count*c.width:], pitch, apart, x.columns)
	for i := range s.Kernel[0] {
		row := (r*s.Stride[0] + i*s.Dilation[0]) * x.w
		for j := range s.Kernel[1] {
			for k := range in {
				from := w.turned[((i*s.Kernel[1]+j)*in+k)*apart:][:c.ow]
				to := w.planes[(row+j*s.Dilation[1])*s.In+group*in+k:]
				step := s.Stride[1] * s.In
				for q, v := range from {
					to[q*step] += v
				}
			}
		}
	}
}
