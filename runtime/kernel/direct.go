package kernel

import "math"

// A direct is a stencil with the kernels as they are: the forward pass.
type direct struct{ *stencil }

func (d *direct) pack(w []float32) {
	s, width := d.stencil, d.c.width
	if d.c.depthwise {
		s.panels = w
		return
	}
	out := s.out / s.groups
	panels := ceil(out, width)
	s.panels = grown(s.panels, s.groups*panels*s.terms*width)
	for g := range s.groups {
		for p := range panels {
			first := g*out + p*width
			columns := min(width, out-p*width)
			to := s.panels[(g*panels+p)*s.terms*width:]
			for k := range s.terms {
				row := to[k*width:][:width]
				clear(row[copy(row, w[k*s.out+first:][:columns]):])
			}
		}
	}
}

// A phase is the gradient by those pixels of the input whose rows and columns
// leave the same rest when divided by the stride: the same taps reach them.
type phase struct {
	*stencil
	which []int // the kernel's tap that each of the stencil's is
}

// phase plans the one that starts at a pixel, nil when no pixel is in it. The
// first of all phases clears what no tap reaches.
func (c *Conv) phase(row, column int) pass {
	s := c.s
	if row >= s.H || column >= s.W {
		return nil
	}
	f := &stencil{
		c: c, source: &c.gradient, stride: [2]int{1, 1},
		rows: ceil(s.H-row, s.Stride[0]), cols: ceil(s.W-column, s.Stride[1]),
		first: [2]int{row, column}, step: s.Stride, h: s.H, w: s.W, out: s.In, groups: s.Groups,
		low: float32(math.Inf(-1)), high: float32(math.Inf(1)),
	}
	if c.depthwise {
		f.bias = make([]float32, s.In)
	}
	p := &phase{stencil: f}
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			r, q := row+s.Pad[0]-i*s.Dilation[0], column+s.Pad[1]-j*s.Dilation[1]
			if r%s.Stride[0] == 0 && q%s.Stride[1] == 0 {
				f.taps = append(f.taps, tapPlace{r / s.Stride[0], q / s.Stride[1]})
				p.which = append(p.which, i*s.Kernel[1]+j)
			}
		}
	}
	if len(f.taps) == 0 {
		return &untouched{stencil: f}
	}
	f.plan()
	return p
}

func (p *phase) pack(w []float32) {
	s, c := p.stencil, p.c
	in, out := c.s.In/s.groups, c.s.Out/s.groups
	if c.depthwise {
		s.panels = grown(s.panels, len(p.which)*c.s.In)
		for k, t := range p.which {
			copy(s.panels[k*c.s.In:], w[t*c.s.In:][:c.s.In])
		}
		return
	}
	c.ready(1)
	width := c.width
	panels := ceil(in, width)
	s.panels = grown(s.panels, s.groups*panels*s.terms*width)
	clear(s.panels)
	for g := range s.groups {
		for q := range panels {
			for k, t := range p.which {
				to := s.panels[((g*panels+q)*s.terms+k*out)*width:]
				from := w[(t*in+q*width)*c.s.Out+g*out:]
				c.e.turn(&c.workers[0].turn, to, width, from, c.s.Out, min(width, in-q*width), out)
			}
		}
	}
}

// An untouched phase has no taps: its gradient is 0.
type untouched struct{ *stencil }

func (u *untouched) pack([]float32) {}

func (u *untouched) run(dx []float32, _ []int32, n int) {
	for image := range n {
		for r := range u.rows {
			for q := range u.cols {
				at := ((image*u.h+u.first[0]+r*u.step[0])*u.w + u.first[1] + q*u.step[1]) * u.out
				clear(dx[at : at+u.out])
			}
		}
	}
}

// A turnedWinograd is the gradient by the input of a winograd: the same with the
// kernels from the last tap to the first, and in and out exchanged.
type turnedWinograd struct{ *winograd }

func (g *turnedWinograd) pack(w []float32) {
	c := g.c
	c.ready(1)
	in, out := c.s.In, c.s.Out
	c.turned = grown(c.turned, len(w))
	for t := range 9 {
		c.e.turn(&c.workers[0].turn, c.turned[(8-t)*in*out:], in, w[t*in*out:], out, in, out)
	}
	g.winograd.pack(c.turned)
}
