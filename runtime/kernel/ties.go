package kernel

// A gradient goes to the pixel of a pool's window that was the largest, the first of
// equals. Where an image is flat, as digits are in most places, all results of a
// window are equal; Winograd's transforms round those of each place in a square
// otherwise and would decide where the gradient goes. So results whose inputs are
// equal are made equal, and where two others are as near as rounding, exact sums
// decide.

// nearness is the share of a result within which another is taken for as near as
// rounding: two hundred times what the transforms usually lose, and few have it.
const nearness = 1.0 / (1 << 12)

// undecided is the code of a window in which rounding may have chosen.
const undecided = -2

// compare notes for each pixel of the strip whether it is the same as the one at its
// left, and as the one above.
func (g *winograd) compare(w *worker, line int) {
	cols, in := 4*g.across+2, g.source.c
	width := cols * in
	a := &w.likeness
	*a = likeness{channels: in}
	alike := w.alike[line*2*6*cols:][:2*6*cols]
	for r := range 6 {
		row := w.strip[r*width:]
		a.a, a.b, a.to, a.pixels = row[in:], row, alike[r*cols+1:(r+1)*cols], cols-1
		g.c.e.alike(a)
		if r > 0 {
			a.a, a.b, a.to, a.pixels = row, w.strip[(r-1)*width:], alike[(6+r)*cols:(7+r)*cols], cols
			g.c.e.alike(a)
		}
	}
	*a = likeness{}
}

// equal gives results of a row of squares in w.out, in one window and over the same
// inputs, the same value.
func (g *winograd) equal(w *worker, rows, line int) {
	cols, out := 4*g.across, g.out
	beside := w.alike[line*2*6*(cols+2):][:2*6*(cols+2)]
	above := beside[6*(cols+2):]
	for r := range rows {
		for q := range g.w {
			at := r*(cols+2) + q
			to := w.out[(r*cols+q)*out:][:out]
			switch {
			case q%g.pool > 0 && alike3x3(beside[at:], cols+2):
				copy(to, w.out[(r*cols+q-1)*out:])
			case r%g.pool > 0 && alike3x3(above[at:], cols+2):
				copy(to, w.out[((r-1)*cols+q)*out:])
			}
		}
	}
}

// alike3x3 tells whether all pixels under a kernel are alike.
func alike3x3(a []uint8, pitch int) bool {
	b, c := a[pitch:], a[2*pitch:]
	return a[0]&a[1]&a[2]&b[0]&b[1]&b[2]&c[0]&c[1]&c[2] != 0
}

// decide puts codes in place of the undecided of one row of windows, whose first row
// of results is r0, by sums in float64, which are exact but for their last bits.
func (c *Conv) decide(codes []int32, image, r0 int) {
	s := c.s
	for i, code := range codes {
		if code != undecided {
			continue
		}
		best := 0.0
		for k := range s.Pool * s.Pool {
			sum := c.exact(image, r0+k/s.Pool, i/s.Out*s.Pool+k%s.Pool, i%s.Out)
			if k == 0 || sum > best {
				best, codes[i] = sum, int32(k)
			}
		}
	}
}

// turnForExact readies the weights as exact reads them.
func (c *Conv) turnForExact() {
	if len(c.byOut) > 0 {
		return
	}
	size := c.s.weights() / c.s.Out
	c.byOut = grown(c.byOut, c.s.weights())
	c.e.turn(&c.workers[0].turn, c.byOut, size, c.weights, c.s.Out, size, c.s.Out)
}

// exact returns one result before bias and bounds, as four sums, as one alone would
// wait for each of its additions.
func (c *Conv) exact(image, r, q, out int) float64 {
	s := c.s
	var sum [4]float64
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			y, x := r+i-s.Pad[0], q+j-s.Pad[1]
			if y < 0 || y >= s.H || x < 0 || x >= s.W {
				continue
			}
			in := c.input.data[((image*s.H+y)*s.W+x)*s.In:][:s.In]
			w := c.byOut[((out*s.Kernel[0]+i)*s.Kernel[1]+j)*s.In:][:s.In]
			for len(in) >= 4 && len(w) >= 4 {
				for k := range sum {
					sum[k] += float64(in[k]) * float64(w[k])
				}
				in, w = in[4:], w[4:]
			}
		}
	}
	return sum[0] + sum[1] + (sum[2] + sum[3])
}
