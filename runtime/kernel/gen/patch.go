package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// patchSums is how many sums of a patch run side by side, as one alone would wait for
// each of its additions.
const patchSums = 4

// patches sums the patches of a row of windows, each in one vector of 16 lanes or two
// of 8, a row of four pixels in a quarter. The left halves are whole when they are
// written; the right halves begin the next patch.
func patches(s isa) {
	TEXT("patches"+s.name, NOSPLIT, "func(p *patchRow)")
	Pragma("noescape")
	Doc(fmt.Sprintf("patches%s is the routine patches.", s.name))
	p := Dereference(Param("p"))
	codes, values, to, pixels := load(p, "codes"), load(p, "values"), load(p, "to"), load(p, "pixels")
	line, line3 := bytes(p, "line"), GP64()
	LEAQ(Mem{Base: line, Index: line, Scale: 2}, line3)
	offsets := AllocLocal(32) // of the kernels of eight channels
	parts := 16 / s.lanes
	// above returns, in the left halves of quarters, two pixels of the rows that the
	// windows above wrote.
	above := func(disp int) reg.VecVirtual {
		v, second := s.vec(), XMM()
		VMOVSD(Mem{Base: to, Disp: disp}, v.AsX())
		VMOVSD(Mem{Base: to, Index: line, Scale: 1, Disp: disp}, second)
		VINSERTF128(Imm(1), second, v.AsY(), v.AsY())
		return v
	}
	last := s.vecs(parts)
	first := above(0)
	VUNPCKLPD(first, first, last[0])
	if parts == 2 {
		s.zero(last[1])
	}
	s.loop("pixel", pixels, func() {
		sums := make([][]reg.VecVirtual, patchSums)
		for i := range sums {
			sums[i] = s.vecs(parts)
			for _, v := range sums[i] {
				s.zero(v)
			}
		}
		start := s.vecs(parts)
		start[0] = above(8)
		VSHUFPD(U8([]int{0x5, 0x55}[s.lanes/16]), start[0], last[0], start[0])
		if parts == 2 {
			VSHUFPD(U8(0x5), sums[0][1], last[1], start[1])
		}
		kernels, groups := load(p, "kernels"), load(p, "channels")
		SHRQ(U8(3), groups)
		s.loop("group", groups, func() {
			code := YMM()
			VMOVDQU(Mem{Base: codes}, code)
			VPSLLD(U8(6), code, code)
			VMOVDQU(code, offsets)
			for i := range 8 {
				at, v := GP64(), s.vec()
				MOVLQSX(offsets.Offset(4*i), at)
				VBROADCASTSS(Mem{Base: values, Disp: 4 * i}, v)
				for j, sum := range sums[i%patchSums] {
					VFMADD231PS(Mem{Base: kernels, Index: at, Scale: 1, Disp: 64*(5*i+1) + j*s.wide()}, v, sum)
				}
			}
			ADDQ(Imm(32), codes)
			ADDQ(Imm(32), values)
			ADDQ(U32(8*5*64), kernels)
		})
		for j := range parts {
			VADDPS(sums[1][j], sums[0][j], sums[0][j])
			VADDPS(sums[3][j], sums[2][j], sums[2][j])
			VADDPS(sums[2][j], sums[0][j], sums[0][j])
			VADDPS(start[j], sums[0][j], last[j])
		}
		rows := []Mem{{Base: to}, {Base: to, Index: line, Scale: 1}, {Base: to, Index: line, Scale: 2}, {Base: to, Index: line3, Scale: 1}}
		for i, m := range rows {
			v := last[i*parts/4]
			switch {
			case i*parts%4 == 0:
				VMOVUPS(v.AsX(), m)
			case i%2 == 1 && (i == 1 || parts == 2):
				VEXTRACTF128(Imm(1), v.AsY(), m)
			default:
				VEXTRACTF32X4(U8(i), v, m)
			}
		}
		ADDQ(Imm(8), to)
	})
	VZEROUPPER()
	RET()
}

// windows lays out each pixel of two rows with the next of both. Both sets of
// instructions have it.
func windows() {
	TEXT("windowsAVX2", NOSPLIT, "func(v *vectors)")
	Pragma("noescape")
	Doc("windowsAVX2 is the routine windows.")
	p := Dereference(Param("v"))
	a, b, to, count := load(p, "a"), load(p, "b"), load(p, "to"), load(p, "count")
	s := isas[0]
	s.loop("block", count, func() {
		var pairs [2][2]reg.VecVirtual // of each row, in each half: the first two, then the last
		for i, row := range []reg.Register{a, b} {
			v, low, high := s.vec(), s.vec(), s.vec()
			VMOVUPS(Mem{Base: row}, v)
			VMOVUPS(Mem{Base: row, Disp: 4}, high)
			VUNPCKLPS(high, v, low)
			VUNPCKHPS(high, v, high)
			pairs[i] = [2]reg.VecVirtual{low, high}
			ADDQ(Imm(32), row)
		}
		for k := range 2 {
			even, odd := s.vec(), s.vec()
			VUNPCKLPD(pairs[1][k], pairs[0][k], even)
			VUNPCKHPD(pairs[1][k], pairs[0][k], odd)
			for i, v := range []reg.VecVirtual{even, odd} {
				VMOVUPS(v.AsX(), Mem{Base: to, Disp: 16 * (2*k + i)})
				VEXTRACTF128(Imm(1), v, Mem{Base: to, Disp: 16 * (4 + 2*k + i)})
			}
		}
		ADDQ(U32(128), to)
	})
	VZEROUPPER()
	RET()
}

// patchKernels sums over windows the gradient of each channel times the pixels under
// the taps that its code names, one of four in each quarter of a vector. All sums stay
// in registers.
func patchKernels(s isa) {
	TEXT("patchKernels"+s.name, NOSPLIT, "func(p *windowSum)")
	Pragma("noescape")
	Doc(fmt.Sprintf("patchKernels%s is the routine patchKernels.", s.name))
	p := Dereference(Param("p"))
	codes, values, to, vectors := load(p, "codes"), load(p, "values"), load(p, "to"), load(p, "vectors")
	channels, line := bytes(p, "channels"), bytes(p, "line")
	none := GP64()
	MOVQ(I32(-1), none)
	nones := s.integers(none)
	s.loop("vector", vectors, func() {
		sums := s.vecs(10)
		for _, v := range sums {
			s.zero(v)
		}
		row, rows, at := load(p, "from"), load(p, "rows"), GP64()
		XORQ(at, at)
		s.loop("row", rows, func() {
			x, pixels := GP64(), load(p, "pixels")
			MOVQ(row, x)
			s.loop("pixel", pixels, func() {
				code, value := s.vec(), s.vec()
				VMOVUPS(Mem{Base: codes, Index: at, Scale: 1}, code)
				if s.lanes == 16 {
					passed := K()
					VPCMPGTD(nones, code, passed)
					VMOVUPS_Z(Mem{Base: values, Index: at, Scale: 1}, passed, value)
				} else {
					VPCMPGTD(nones, code, value)
					VANDPS(Mem{Base: values, Index: at, Scale: 1}, value, value)
				}
				for i, m := range []Mem{{Base: x}, {Base: x, Index: line, Scale: 1}, {Base: x, Index: line, Scale: 2}} {
					for j := range 3 {
						v := s.vec()
						m.Disp = 16 * j
						if s.lanes == 16 {
							VBROADCASTF32X4(m, v)
						} else {
							VBROADCASTF128(m, v)
						}
						VPERMILPS(code, v, v)
						VFMADD231PS(v, value, sums[3*i+j])
					}
				}
				VADDPS(value, sums[9], sums[9])
				ADDQ(Imm(32), x)
				ADDQ(channels, at)
			})
			LEAQ(Mem{Base: row, Index: line, Scale: 2}, row)
		})
		out := GP64()
		MOVQ(to, out)
		for _, v := range sums {
			VADDPS(Mem{Base: out}, v, v)
			VMOVUPS(v, Mem{Base: out})
			ADDQ(channels, out)
		}
		for _, p := range []reg.Register{codes, values, to} {
			ADDQ(Imm(uint64(s.wide())), p)
		}
	})
	VZEROUPPER()
	RET()
}
