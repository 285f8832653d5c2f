package kernel

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A gradient goes to the pixel of a pool's window that was the largest, the first of
// equals. Where an image is flat, as digits are in most places, all results of a
// window are equal; Winograd's transforms round those of each place in a square
// otherwise and would decide where the gradient goes. So results whose inputs are
// equal are made equal, and where two others are as near as rounding, exact sums
// decide.
//
// Note: without a trace they stay as they are, and the largest of them may differ in
// the last bits from the result of a traced pass.

// nearness is the share of a result within which another is taken for as near as
// rounding: two hundred times what the transforms usually lose, and few have it.
const nearness = 1.0 / (1 << 12)

// undecided is the code of a window in which rounding may have chosen.
const undecided = -2

// compare notes for each pixel under a row of squares, the unit's row number at,
// whether it is the same as the one at its left, and as the one above; what is outside
// the image is zeros.
func (g *winograd) compare(w *worker, line, at int) {
	src, pitch := g.source, 4*g.across+2
	image, top, left := line/g.down, line%g.down*4-g.pad[0], g.pad[1]
	right := left + src.w
	beside, above := g.likenesses(w, at)
	r := 0
	if at > 0 && line%g.down > 0 { // the last two rows of the squares above are the first two
		b, a := g.likenesses(w, at-1)
		copy(beside[:2*pitch], b[4*pitch:])
		copy(above[:2*pitch], a[4*pitch:])
		r = 2
	}
	for ; r < 6; r++ {
		row, to := g.row(image, top+r), beside[r*pitch:][:pitch]
		same(to[:left])
		g.alike(w, to[left:], row, g.outside, 1)
		g.alike(w, to[left+1:], row[src.c:], row, src.w-1)
		if right < pitch {
			g.alike(w, to[right:], row[(src.w-1)*src.c:], g.outside, 1)
			same(to[right+1:])
		}
		to = above[r*pitch:][:pitch]
		same(to[:left])
		g.alike(w, to[left:], row, g.row(image, top+r-1), src.w)
		same(to[right:])
	}
	w.likeness = likeness{}
}

// likenesses returns what is known of the pixels under a row of squares.
func (g *winograd) likenesses(w *worker, at int) (beside, above []uint8) {
	size := 6 * (4*g.across + 2)
	both := w.alike[2*at*size:]
	return both[:size], both[size:]
}

// row returns a row of the source, or zeros.
func (g *winograd) row(image, r int) []float32 {
	src := g.source
	if r < 0 || r >= src.h {
		return g.outside
	}
	return src.data[(image*src.h+r)*src.w*src.c:][:src.w*src.c]
}

// alike compares so many pixels, which may be none.
func (g *winograd) alike(w *worker, to []uint8, a, b []float32, pixels int) {
	if pixels > 0 {
		w.likeness = likeness{a: a, b: b, to: to, pixels: pixels, channels: g.source.c}
		g.c.e.alike(&w.likeness)
	}
}

func same(to []uint8) {
	for i := range to {
		to[i] = 1
	}
}

// equal gives results of a row of squares in w.out, in one window and over the same
// inputs, the same value.
func (g *winograd) equal(w *worker, rows, at int) {
	cols, pitch, out := 4*g.across, 4*g.across+2, g.out
	beside, above := g.likenesses(w, at)
	var inWindow uint64 // by columns: not the first
	for k := range 8 {
		if k%g.pool > 0 {
			inWindow |= 1 << (8 * k)
		}
	}
	for r := range rows {
		for first := 0; first < g.w; first += 8 {
			left := alike3x3(beside[r*pitch+first:], pitch) & inWindow
			up := uint64(0)
			if r%g.pool > 0 {
				up = alike3x3(above[r*pitch+first:], pitch)
			}
			for any := left | up; any != 0; any &= any - 1 {
				bit := bits.TrailingZeros64(any)
				q := first + bit/8
				if q >= g.w {
					break
				}
				from := ((r-1)*cols + q) * out
				if left>>bit&1 != 0 {
					from = (r*cols + q - 1) * out
				}
				copy(w.out[(r*cols+q)*out:][:out], w.out[from:])
			}
		}
	}
}

// alikeSlack is how many beyond the last alike3x3 may read.
const alikeSlack = 8

// alike3x3 tells for 8 results beside each other, a byte each, whether all pixels
// under the kernel are alike.
func alike3x3(a []uint8, pitch int) uint64 {
	all := uint64(0x0101010101010101)
	for i := range 3 {
		row := a[i*pitch:][:10]
		for j := range 3 {
			all &= binary.LittleEndian.Uint64(row[j:])
		}
	}
	return all
}

// decide puts codes in place of the undecided of one row of windows, whose first row
// of results is r0: of the results in doubt the one whose sum is the largest in
// float64, which is exact but for its last bits.
func (c *Conv) decide(p *pooling, image, r0 int) {
	s := c.s
	for i, code := range p.codes {
		if code != undecided {
			continue
		}
		at := i/s.Out*p.step + i%s.Out
		limit := max(p.to[i]*p.doubt, -p.to[i]*p.doubt)
		most := math.Inf(-1)
		for k, tap := range p.taps {
			if p.to[i]-p.from[at+tap] >= limit {
				continue
			}
			if sum := c.exact(image, r0+k/s.Pool, i/s.Out*s.Pool+k%s.Pool, i%s.Out); sum > most {
				most, p.codes[i] = sum, int32(k)
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
	var s0, s1, s2, s3 float64
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			y, x := r+i-s.Pad[0], q+j-s.Pad[1]
			if y < 0 || y >= s.H || x < 0 || x >= s.W {
				continue
			}
			in := c.input.data[((image*s.H+y)*s.W+x)*s.In:][:s.In]
			w := c.byOut[((out*s.Kernel[0]+i)*s.Kernel[1]+j)*s.In:][:s.In]
			for len(in) >= 4 && len(w) >= 4 {
				s0 += float64(in[0]) * float64(w[0])
				s1 += float64(in[1]) * float64(w[1])
				s2 += float64(in[2]) * float64(w[2])
				s3 += float64(in[3]) * float64(w[3])
				in, w = in[4:], w[4:]
			}
		}
	}
	return s0 + s1 + (s2 + s3)
}
