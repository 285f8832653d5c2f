package codec

// Chroma is halved by averages of two or four samples and doubled again by the
// triangle filter, each new sample 3/4 of the nearer old one and 1/4 of the
// farther, in each direction that was halved. T.81 and JFIF leave both to the
// implementation; the roundings here are libjpeg's: averages round halves up and
// down by turns along a row, and the filter rounds the left one of each pair of
// new samples and the right one differently, so that neither drifts.

// A halving is what is added to the sum of four samples before the division by
// 4, for even and odd places. Of two samples the sum is counted twice.
type halving struct{ even, odd uint16 }

func halvingOf(v int) halving {
	if v == 1 {
		return halving{0, 2}
	}
	return halving{1, 2}
}

// halve averages pairs of samples of two rows, or of one that is given twice.
func halve(dst, top, bottom []byte, h halving) {
	n := len(dst)
	top, bottom = top[:2*n], bottom[:2*n]
	bias := h.even
	for i := range dst {
		sum := uint16(top[2*i]) + uint16(top[2*i+1]) + uint16(bottom[2*i]) + uint16(bottom[2*i+1])
		dst[i] = byte((sum + bias) >> 2)
		bias ^= h.even ^ h.odd
	}
}

// A doubling is what is added to the sum of 16 shares before the division by 16,
// for the left and the right one of two new samples.
type doubling struct{ left, right uint16 }

func doublingOf(v int) doubling {
	if v == 1 {
		return doubling{4, 8}
	}
	return doubling{8, 7}
}

// pair makes two new samples of sums of rows, each 3/4 of the nearer row and 1/4 of
// the farther one, times 4.
func (d doubling) pair(before, here, after uint16) (left, right byte) {
	return byte((3*here + before + d.left) >> 4), byte((3*here + after + d.right) >> 4)
}

// sums adds the row nearer to the new one, three times, and the row farther off,
// or one row that is given twice.
func sums(dst []uint16, near, far []byte) {
	near, far = near[:len(dst)], far[:len(dst)]
	for i := range dst {
		dst[i] = 3*uint16(near[i]) + uint16(far[i])
	}
}

// triangle doubles n samples of two rows, see sums. The rows start one sample
// before the first and end one after the last.
func triangle(dst, near, far []byte, n int, d doubling) {
	near, far, dst = near[:n+2], far[:n+2], dst[:2*n]
	before := 3*uint16(near[0]) + uint16(far[0])
	here := 3*uint16(near[1]) + uint16(far[1])
	for i := range n {
		after := 3*uint16(near[i+2]) + uint16(far[i+2])
		dst[2*i], dst[2*i+1] = d.pair(before, here, after)
		before, here = here, after
	}
}

// between makes a row of samples between two rows, where chroma is halved
// downwards only: the upper one of two new rows or the lower one.
func between(dst, near, far []byte, lower bool) {
	near, far = near[:len(dst)], far[:len(dst)]
	bias := uint16(1)
	if lower {
		bias = 2
	}
	for i := range dst {
		dst[i] = byte((3*uint16(near[i]) + uint16(far[i]) + bias) >> 2)
	}
}

// repeat repeats each of n samples.
func repeat(dst, src []byte, n, times int) {
	for i, v := range src[:n] {
		for k := range times {
			dst[times*i+k] = v
		}
	}
}

// minFancy is the width of a component from which on libjpeg interpolates it
// across.
const minFancy = 3

// between returns the rows of a component, thinned out v times downwards, that row y
// of the image lies between: of halved ones the nearer and the farther one. Where
// the latter would lie outside the image it is the edge's own.
func (c *component) between(y, v int) (near, far int) {
	near = y / v
	if v != 2 {
		return near, near
	}
	return near, min(max(near-1+y%2*2, 0), c.height-1)
}

// bordered returns row y from one sample before the first on.
func (c *component) bordered(y int) []byte { return c.samples[y*c.stride+margin-1 : (y+1)*c.stride] }

// upsample returns row y of the image from a component that is thinned out h times
// across and v times downwards: a row of the component, or dst. As libjpeg does by
// default, it interpolates what is halved and repeats all else. The component has
// its border.
func (k kernels) upsample(dst []byte, c *component, y, h, v int) []byte {
	near, far := c.between(y, v)
	switch {
	case h == 1 && v == 2:
		between(dst[:c.width], c.row(near), c.row(far), y%2 == 1)
	case h == 1:
		return c.row(near)
	case h == 2 && v <= 2 && c.width >= minFancy:
		k.triangle(dst, c.bordered(near), c.bordered(far), c.width, doublingOf(v))
	default:
		repeat(dst, c.row(near), c.width, h)
	}
	return dst
}
