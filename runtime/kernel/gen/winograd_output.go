package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outputTransform writes clamp(Aᵀ·m·A + bias) for the 36 planes m, to 4×4 pixels;
// pooled, the largest of each 2×2 of them. Where a square is cut at an edge, it takes the
// first 4 of the 6 planes to the first 2 of the pixels.
func outputTransform(s isa, name string, pooled bool) {
	TEXT(name+s.name, 0, "func(t *transform)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s is the routine %s.", name, s.name, name))
	t := Dereference(Param("t"))
	a, b := s.constant(pointA), s.constant(pointB)
	aa, bb := s.constant(pointA*pointA), s.constant(pointB*pointB)
	aaa, bbb := s.constant(pointA*pointA*pointA), s.constant(pointB*pointB*pointB)
	// Aᵀ in three parts, which write over their operands: m0, m1 ± m2, m3 ± m4, m5.
	// Results 0 and 2 are even in the points, 1 and 3 odd. Of four operands m3 stands for
	// its sum and its difference.
	pairs := func(m []reg.VecVirtual) {
		for k := 1; k+1 < len(m); k += 2 {
			sum := s.vec()
			VADDPS(m[k+1], m[k], sum)
			VSUBPS(m[k+1], m[k], m[k+1])
			m[k] = sum
		}
	}
	even := func(m []reg.VecVirtual) {
		VADDPS(m[1], m[0], m[0])
		VADDPS(m[3], m[0], m[0])
		if len(m) == 6 {
			VMULPS(aa, m[1], m[1])
			VFMADD231PS(bb, m[3], m[1])
		}
	}
	odd := func(m []reg.VecVirtual) {
		last := m[3]
		if len(m) == 6 {
			VFMADD231PS(aaa, m[2], m[5])
			VFMADD231PS(bbb, m[4], m[5])
			last = m[4]
		}
		VMULPS(a, m[2], m[2])
		VFMADD231PS(b, last, m[2])
	}
	done := func(m []reg.VecVirtual) []reg.VecVirtual {
		if len(m) == 4 {
			return []reg.VecVirtual{m[0], m[2]}
		}
		return []reg.VecVirtual{m[0], m[2], m[1], m[5]}
	}

	var mid func(row, column int) Mem
	if s.lanes < 16 {
		mid = s.scratch(6)
	}
	// AVX2 has no registers left for the bounds.
	low, high := s.vec(), s.vec()
	bounds := func() {
		VBROADCASTSS(mem(t.Field("low")), low)
		VBROADCASTSS(mem(t.Field("high")), high)
	}
	if s.lanes == 16 {
		bounds()
	}
	rowAt := make([]reg.GPVirtual, 4) // the first is 0
	if pooled {
		rowAt = rowAt[:2]
	}
	for k := 1; k < len(rowAt); k++ {
		rowAt[k] = GP64()
		MOVQ(mem(t.Field("rowAt").Index(k)), rowAt[k])
	}
	p := planesOf(t)
	// The square before the first.
	square, result, squares := local(load(t, "from")), local(load(t, "to")), local(load(t, "squares"))
	fromStep, toStep := bytes(t, "fromStep"), bytes(t, "toStep")
	SUBQ(fromStep, square)
	SUBQ(toStep, result)
	end := s.label("end")
	// run is all of it for so many planes down and across.
	run := func(down, across int) {
		l := s.label("square")
		Label(l)
		from, to, bias, count := bytes(t, "fromStep"), bytes(t, "toStep"), load(t, "bias"), load(t, "count")
		ADDQ(square, from)
		MOVQ(from, square)
		ADDQ(result, to)
		MOVQ(to, result)
		s.loop("vector", count, func() {
			at := GP64()
			row := func(r int) []reg.VecVirtual {
				base := at
				switch r {
				case 0:
					base = from
				case 1:
					LEAQ(Mem{Base: from, Index: p.six, Scale: 1}, at)
				default:
					ADDQ(p.six, at)
				}
				m := s.vecs(across)
				for k := range m {
					VMOVUPS(p.at(base, k), m[k])
				}
				pairs(m)
				even(m)
				odd(m)
				return done(m)
			}
			columns := make([][]reg.VecVirtual, results(across))
			column := func(c int) []reg.VecVirtual { return done(columns[c]) }
			rows, last := []int{1, 2, 3, 4, 0, 5}, 5
			if down == 4 {
				rows, last = []int{1, 2, 3, 0}, 0
			}
			if s.lanes == 16 {
				for c := range columns {
					columns[c] = make([]reg.VecVirtual, down)
				}
				// Each of the parts as soon as its rows are there: so all fits the registers.
				for _, r := range rows {
					for c, v := range row(r) {
						columns[c][r] = v
					}
					for _, m := range columns {
						if r == down-2 {
							pairs(m)
						}
						if r == 0 {
							even(m)
						}
						if r == last {
							odd(m)
						}
					}
				}
			} else {
				for _, r := range rows {
					for c, v := range row(r) {
						VMOVUPS(v, mid(r, c))
					}
				}
				column = func(c int) []reg.VecVirtual {
					m := s.vecs(down)
					for k := range m {
						VMOVUPS(mid(k, c), m[k])
					}
					pairs(m)
					even(m)
					odd(m)
					return done(m)
				}
			}
			// write takes a column of results, the last first: what hangs over the edge of
			// the image has the place of the last that does not.
			write := func(c int, v []reg.VecVirtual) {
				place := GP64()
				MOVQ(mem(t.Field("columnAt").Index(c)), place)
				LEAQ(Mem{Base: to, Index: place, Scale: 4}, place)
				if s.lanes < 16 {
					low, high = s.vec(), s.vec()
					bounds()
				}
				for k := len(v) - 1; k >= 0; k-- {
					VADDPS(Mem{Base: bias}, v[k], v[k])
					VMAXPS(v[k], low, v[k])
					VMINPS(v[k], high, v[k])
					at := Mem{Base: place}
					if k > 0 {
						at.Index, at.Scale = rowAt[k], 4
					}
					VMOVUPS(v[k], at)
				}
			}
			if pooled {
				pool := func(v []reg.VecVirtual) (largest []reg.VecVirtual) {
					for k := 0; k < len(v); k += 2 {
						largest = append(largest, s.larger(v[k], v[k+1]))
					}
					return largest
				}
				for c := len(columns)/2 - 1; c >= 0; c-- {
					// AVX2 has registers for one column only, so it is pooled before the next.
					right := pool(column(2*c + 1))
					left := pool(column(2 * c))
					for k := range left {
						left[k] = s.larger(left[k], right[k])
					}
					write(c, left)
				}
			} else {
				for c := len(columns) - 1; c >= 0; c-- {
					write(c, column(c))
				}
			}
			ADDQ(Imm(uint64(s.wide())), from)
			ADDQ(Imm(uint64(s.wide())), to)
			ADDQ(Imm(uint64(s.wide())), bias)
		})
		DECQ(squares)
		JNZ(LabelRef(l))
		JMP(LabelRef(end))
	}
	flat, narrow, both := s.label("flat"), s.label("narrow"), s.label("both")
	CMPB(mem(t.Field("flat")), Imm(0))
	JNE(LabelRef(flat))
	CMPB(mem(t.Field("narrow")), Imm(0))
	JNE(LabelRef(narrow))
	run(6, 6)
	Label(narrow)
	run(6, 4)
	Label(flat)
	CMPB(mem(t.Field("narrow")), Imm(0))
	JNE(LabelRef(both))
	run(4, 6)
	Label(both)
	run(4, 4)
	Label(end)
	VZEROUPPER()
	RET()
}

// results returns how many pixels so many planes give.
func results(planes int) int { return planes - 2 }

// larger returns the larger of v and w, or a NaN if one of them is, in place of one
// of them.
func (s isa) larger(v, w reg.VecVirtual) reg.VecVirtual {
	// The largest is v where either is a NaN; so w has to be kept where it is one.
	if s.lanes == 16 {
		number := s.compare(ordered, w, w)
		VMAXPS(v, w, number.k, w)
		return w
	}
	other := s.compare(unordered, w, w)
	VMAXPS(v, w, v)
	VORPS(other.v, v, v) // all bits set are a NaN
	return v
}
