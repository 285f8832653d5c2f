package codec

import "math"

// The transform is the eight-point DCT of Loeffler, Ligtenberg and Moschytz
// (ICASSP 1989, figure 1) in fixed point, forward by rows and then by columns,
// inverse by columns and then by rows; T.81, A.3.3 defines what it approximates.
// It agrees bit for bit with libjpeg's accurate integer method ("islow"): the
// same constants rounded to 13 bits and a rounding at the same two places, after
// each of the passes. Between these, sums of products are exact, so that their
// order is free.
const (
	constBits = 13 // fraction bits of the constants
	passBits  = 2  // fraction bits kept between the passes
)

// The rotations' constants, times 2¹³ and rounded, with ci = cos(iπ/16).
const (
	r0298 = 2446  // √2·(−c1+c3+c5−c7)
	r0390 = 3196  // √2·(c3−c5)
	r0541 = 4433  // √2·c6
	r0765 = 6270  // √2·(c2−c6)
	r0899 = 7373  // √2·(c3−c7)
	r1175 = 9633  // √2·c3
	r1501 = 12299 // √2·(c1+c3−c5−c7)
	r1847 = 15137 // √2·(c2+c6)
	r1961 = 16069 // √2·(c3+c5)
	r2053 = 16819 // √2·(c1+c3−c5+c7)
	r2562 = 20995 // √2·(c1+c3)
	r3072 = 25172 // √2·(c1+c3+c5−c7)
)

// What the rotations come to when their products are summed: the even
// coefficients 2 and 6, or the samples' part from these, and the odd ones from the
// differences of samples 3−4, 2−5, 1−6 and 0−7.
const (
	even22 = r0541 + r0765 // coefficient 2 (or sample part 2) from term 3
	even23 = r0541
	even62 = r0541
	even63 = r0541 - r1847

	odd77 = r0298 - r0899 - r1961 + r1175
	odd75 = r1175
	odd73 = r1175 - r1961
	odd71 = r1175 - r0899
	odd55 = r2053 - r2562 - r0390 + r1175
	odd53 = r1175 - r2562
	odd51 = r1175 - r0390
	odd33 = r3072 - r2562 - r1961 + r1175
	odd31 = r1175
	odd11 = r1501 - r0899 - r0390 + r1175
)

// descale divides by 2ⁿ and rounds halves up.
func descale(v int32, n uint) int32 { return (v + 1<<(n-1)) >> n }

// forwardBlock transforms the samples of a block, levels from 0, into
// coefficients 8 times as large as T.81's, row by row.
func forwardBlock(coefs *[64]int32, samples []byte, stride int) {
	for y := range 8 {
		s := samples[y*stride : y*stride+8 : y*stride+8]
		var line [8]int32
		for x, v := range s {
			line[x] = int32(v) - 128 // A.3.1
		}
		even, two, six, odd := butterfly(&line)
		o := (*[8]int32)(coefs[8*y:])
		o[0], o[4] = (even[0]+even[1])<<passBits, (even[0]-even[1])<<passBits
		o[2], o[6] = descale(two, constBits-passBits), descale(six, constBits-passBits)
		o[1], o[3] = descale(odd[0], constBits-passBits), descale(odd[1], constBits-passBits)
		o[5], o[7] = descale(odd[2], constBits-passBits), descale(odd[3], constBits-passBits)
	}
	for x := range 8 {
		var line [8]int32
		for y := range 8 {
			line[y] = coefs[8*y+x]
		}
		even, two, six, odd := butterfly(&line)
		coefs[x], coefs[32+x] = descale(even[0]+even[1], passBits), descale(even[0]-even[1], passBits)
		coefs[16+x], coefs[48+x] = descale(two, constBits+passBits), descale(six, constBits+passBits)
		coefs[8+x], coefs[24+x] = descale(odd[0], constBits+passBits), descale(odd[1], constBits+passBits)
		coefs[40+x], coefs[56+x] = descale(odd[2], constBits+passBits), descale(odd[3], constBits+passBits)
	}
}

// butterfly is the forward transform of a line before its rounding: the two
// parts whose sum and difference are coefficients 0 and 4, and with 13 fraction
// bits coefficients 2, 6 and the odd ones in order.
func butterfly(s *[8]int32) (even [2]int32, two, six int32, odd [4]int32) {
	s07, s16, s25, s34 := s[0]+s[7], s[1]+s[6], s[2]+s[5], s[3]+s[4]
	d07, d16, d25, d34 := s[0]-s[7], s[1]-s[6], s[2]-s[5], s[3]-s[4]
	e0, e1, e2, e3 := s07+s34, s16+s25, s16-s25, s07-s34
	even = [2]int32{e0, e1}
	two = e3*even22 + e2*even23
	six = e3*even62 + e2*even63
	odd[0] = d34*odd71 + d25*odd51 + d16*odd31 + d07*odd11
	odd[1] = d34*odd73 + d25*odd53 + d16*odd33 + d07*odd31
	odd[2] = d34*odd75 + d25*odd55 + d16*odd53 + d07*odd51
	odd[3] = d34*odd77 + d25*odd75 + d16*odd73 + d07*odd71
	return even, two, six, odd
}

// inverseBlock transforms dequantised coefficients of 16 bits, row by row, into
// the samples of a block. Samples beyond 0..255 go to the nearer end, and so does
// what lies beyond 16 bits between the passes. That, and sums of coefficients that
// lose what is beyond 16 bits, is as in libjpeg-turbo's vectors, and so the same
// with all inner loops; coefficients of an image do not come to it.
func inverseBlock(samples []byte, stride int, coefs *[64]int32) {
	var work [64]int32
	for x := range 8 {
		var line [8]int32
		for y := range 8 {
			line[y] = coefs[8*y+x]
		}
		inverseButterfly(&line)
		for y, v := range line {
			work[8*y+x] = min(max(descale(v, constBits-passBits), math.MinInt16), math.MaxInt16)
		}
	}
	for y := range 8 {
		line := (*[8]int32)(work[8*y:])
		inverseButterfly(line)
		s := samples[y*stride : y*stride+8 : y*stride+8]
		for x, v := range line {
			s[x] = byte(min(max(descale(v, constBits+passBits+3)+128, 0), 255))
		}
	}
}

// inverseButterfly is the inverse transform of a line of 16 bits, with 13 more
// fraction bits than it had. The odd part takes out factors as the paper has it.
func inverseButterfly(c *[8]int32) {
	e0, e1 := int32(int16(c[0]+c[4]))<<constBits, int32(int16(c[0]-c[4]))<<constBits
	e2, e3 := c[2]*even62+c[6]*even63, c[2]*even22+c[6]*even23
	p0, p1, p2, p3 := e0+e3, e1+e2, e1-e2, e0-e3
	s73, s51 := int32(int16(c[7]+c[3])), int32(int16(c[5]+c[1]))
	t73, t51 := s73*(r1175-r1961)+s51*r1175, s73*r1175+s51*(r1175-r0390)
	o0 := c[1]*(r1501-r0899) - c[7]*r0899 + t51
	o1 := c[3]*(r3072-r2562) - c[5]*r2562 + t73
	o2 := c[5]*(r2053-r2562) - c[3]*r2562 + t51
	o3 := c[7]*(r0298-r0899) - c[1]*r0899 + t73
	*c = [8]int32{p0 + o0, p1 + o1, p2 + o2, p3 + o3, p3 - o3, p2 - o2, p1 - o1, p0 - o0}
}
