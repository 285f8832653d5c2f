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

// double repeats each sample.
func double(dst, src []byte, n int) {
	for i, v := range src[:n] {
		dst[2*i], dst[2*i+1] = v, v
	}
}
