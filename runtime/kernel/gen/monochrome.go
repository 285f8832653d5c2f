package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// kernelVectors is how many vectors of channels monochrome takes at once: the kernels
// and the sums of a window, 13 registers for each, leave a few for the rest.
func (s isa) kernelVectors() int { return s.lanes / 8 }

// monochrome sums the four results of each window over its 4×4 pixels, each of which
// is spread over a register once, and stores the largest.
func monochrome(s isa) {
	TEXT("monochrome"+s.name, NOSPLIT, "func(m *monochromeRows)")
	Pragma("noescape")
	Doc(fmt.Sprintf("monochrome%s is the routine monochrome.", s.name))
	m := Dereference(Param("m"))
	from, rows, pitch := load(m, "from"), load(m, "rows"), bytes(m, "channels")
	done := GP64() // bytes of to before this row
	XORQ(done, done)
	s.loop("row", rows, func() {
		at, left := GP64(), load(m, "vectors")
		XORQ(at, at)
		for n := s.kernelVectors(); n > 0; n-- {
			many, fewer := s.label("vectors"), s.label("fewer")
			Label(many)
			CMPQ(left, Imm(uint64(n)))
			JLT(LabelRef(fewer))
			s.windows(m, n, from, pitch, done, at)
			ADDQ(Imm(uint64(n*s.wide())), at)
			SUBQ(Imm(uint64(n)), left)
			JMP(LabelRef(many))
			Label(fewer)
		}
		row := bytes(m, "width")
		LEAQ(Mem{Base: from, Index: row, Scale: 2}, from)
		row = load(m, "pixels")
		IMULQ(pitch, row)
		ADDQ(row, done)
	})
	VZEROUPPER()
	RET()
}

// windows does n vectors of channels, at bytes from the first, of a row of windows.
func (s isa) windows(m gotypes.Component, n int, from, pitch, done, at reg.GPVirtual) {
	kernel := make([][]reg.VecVirtual, 9)
	weights := load(m, "weights")
	ADDQ(at, weights)
	for k := range kernel {
		kernel[k] = s.vecs(n)
		for v, w := range kernel[k] {
			VMOVUPS(Mem{Base: weights, Disp: v * s.wide()}, w)
		}
		if k < 8 {
			ADDQ(pitch, weights)
		}
	}
	x, to, codes, bias, pixels := GP64(), load(m, "to"), load(m, "codes"), load(m, "bias"), load(m, "pixels")
	MOVQ(from, x)
	ADDQ(at, bias)
	ADDQ(at, to)
	ADDQ(done, to)
	TESTQ(codes, codes)
	untraced := s.label("untraced")
	JZ(LabelRef(untraced))
	ADDQ(at, codes)
	ADDQ(done, codes)
	Label(untraced)
	row, row3 := bytes(m, "width"), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	low := s.vec()
	VBROADCASTSS(mem(m.Field("low")), low)
	var high reg.VecVirtual
	if s.lanes == 16 {
		high = s.vec()
		VBROADCASTSS(mem(m.Field("high")), high)
	}
	s.loop("window", pixels, func() {
		var sums [4][]reg.VecVirtual
		for i := range 4 {
			for j := range 4 {
				pixel := Mem{Base: x, Disp: 4 * j}
				switch i {
				case 1, 2:
					pixel.Index, pixel.Scale = row, uint8(i)
				case 3:
					pixel.Index, pixel.Scale = row3, 1
				}
				v := s.vec()
				VBROADCASTSS(pixel, v)
				var first []reg.VecVirtual
				for k := range sums {
					r, q := i-k/2, j-k%2
					if r < 0 || r > 2 || q < 0 || q > 2 {
						continue
					}
					if r == 0 && q == 0 {
						first = s.vecs(n)
						first[n-1] = v
						sums[k] = first
						continue
					}
					for l, w := range kernel[3*r+q] {
						VFMADD231PS(w, v, sums[k][l])
					}
				}
				for l := range first { // after the others: the last takes the pixel's register
					b := Mem{Base: bias, Disp: l * s.wide()}
					if l == n-1 {
						VFMADD213PS(b, kernel[0][l], v)
						continue
					}
					VMOVUPS(b, first[l])
					VFMADD231PS(kernel[0][l], v, first[l])
				}
			}
		}
		var best []reg.VecVirtual
		for l := range n {
			a, b, c, d := sums[0][l], sums[1][l], sums[2][l], sums[3][l]
			best = append(best, s.largest(m, a, b, c, d, low, high))
			VMOVUPS(best[l], Mem{Base: to, Disp: l * s.wide()})
		}
		next := s.label("next")
		TESTQ(codes, codes)
		JZ(LabelRef(next))
		for l := range n {
			which := s.which(m, sums[0][l], sums[1][l], sums[2][l], best[l], low, high)
			VMOVUPS(which, Mem{Base: codes, Disp: l * s.wide()})
		}
		ADDQ(pitch, codes)
		Label(next)
		ADDQ(pitch, to)
		ADDQ(Imm(8), x)
	})
}

// largest returns the largest of four, the first of equals, within the bounds; it is
// no number where one of them is none. The instructions take their second source,
// which avo writes first, of two that are equal or do not compare, so that the lower
// bound need be put to the first alone.
func (s isa) largest(m gotypes.Component, a, b, c, d, low, high reg.VecVirtual) reg.VecVirtual {
	best := s.vec()
	if s.lanes == 16 {
		numbers := K()
		VCMPPS(U8(ordered), b, a, numbers)
		VCMPPS(U8(ordered), d, c, numbers, numbers)
		VMAXPS(a, low, best)
		for _, v := range []reg.VecVirtual{b, c, d} {
			VMAXPS(best, v, best)
		}
		result := s.vec()
		VBROADCASTSS(code(-1), result) // all bits are set: no number
		VMINPS(best, high, numbers, result)
		return result
	}
	none, t := s.vec(), s.vec()
	VCMPPS(U8(unordered), b, a, none)
	VCMPPS(U8(unordered), d, c, t)
	VORPS(t, none, none)
	VMAXPS(a, low, best)
	for _, v := range []reg.VecVirtual{b, c, d} {
		VMAXPS(best, v, best)
	}
	VORPS(none, best, best)
	high = s.vec()
	VBROADCASTSS(mem(m.Field("high")), high)
	VMINPS(best, high, best)
	return best
}

// which returns the first of four that is the largest, best, or −1 where that is not
// within the bounds.
func (s isa) which(m gotypes.Component, a, b, c, best, low, high reg.VecVirtual) reg.VecVirtual {
	which := s.vec()
	if s.lanes == 16 {
		inside, equals := K(), K()
		VCMPPS(U8(greater), low, best, inside)
		VCMPPS(U8(less), high, best, inside, inside)
		VPBROADCASTD(code(-1), which)
		VPBROADCASTD(code(3), inside, which)
		for i, v := range []reg.VecVirtual{c, b, a} {
			VCMPPS(U8(equal), best, v, inside, equals)
			VPBROADCASTD(code(2-i), equals, which)
		}
		return which
	}
	// With comparisons as 0 and −1, a count down from 0 of those that are not equal.
	VCMPPS(U8(notEqual), best, c, which)
	ones := c
	VPCMPEQD(ones, ones, ones)
	for _, v := range []reg.VecVirtual{b, a} {
		VPADDD(ones, which, which)
		VCMPPS(U8(notEqual), best, v, v)
		VPAND(v, which, which)
	}
	VPSIGND(ones, which, which)
	VCMPPS(U8(notGreater), low, best, a)
	VORPS(a, which, which)
	VBROADCASTSS(mem(m.Field("high")), a)
	VCMPPS(U8(notLess), a, best, a)
	VORPS(a, which, which)
	return which
}

// codes has those of a pool's pixels behind −1.
var codes Mem

func codesTable() {
	codes = GLOBL("codes", RODATA|NOPTR)
	for i := range 5 {
		DATA(4*i, U32(i-1))
	}
}

// code is where a code stands.
func code(i int) Mem { return codes.Offset(4 * (i + 1)) }
