package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ahead is how many bytes before their turn the vectors of B are called into the
// first-level cache: a panel of a few hundred rows does not stay there beside A.
const ahead = 2048

// tile multiplies rows×depth elements of A, for each tap, by depth×vectors of B.
// All sums stay in registers: a step loads the vectors of B and, for each row,
// spreads one element of A over a register.
func tile(s isa, rows, vectors int) {
	TEXT(fmt.Sprintf("tile%dx%d%s", rows, vectors, s.name), NOSPLIT, "func(t *tile)")
	Pragma("noescape")
	Doc(fmt.Sprintf("tile%dx%d%s is the routine tile for %d rows of %d vectors.", rows, vectors, s.name, rows, vectors))
	t := Dereference(Param("t"))
	sum := make([][]reg.VecVirtual, rows)
	for i := range sum {
		sum[i] = s.vecs(vectors)
	}
	next, apart := load(t, "c"), bytes(t, "line")
	for range rows { // C is read and written last: by then it has come
		for j := 0; j < vectors*s.wide(); j += 64 {
			PREFETCHT0(Mem{Base: next, Disp: j})
		}
		ADDQ(apart, next)
	}
	s.begin(t, sum)

	row, step, wide := bytes(t, "row"), bytes(t, "step"), bytes(t, "wide")
	taps, count := load(t, "taps"), length(t, "taps")
	b := load(t, "b")
	a := make([]reg.Register, (rows+2)/3) // every third row; the two after it by index
	for i := range a {
		a[i] = GP64()
	}
	depth := GP64()
	at := func(i int) Mem {
		m := Mem{Base: a[i/3]}
		if i%3 != 0 {
			m.Index, m.Scale = row, uint8(i%3)
		}
		return m
	}
	s.loop("tap", count, func() {
		MOVQ(Mem{Base: taps}, a[0])
		SHLQ(U8(2), a[0])
		ADDQ(mem(t.Field("a").Base()), a[0])
		ADDQ(Imm(8), taps)
		for i := 1; i < len(a); i++ {
			LEAQ(Mem{Base: a[i-1], Index: row, Scale: 2}, a[i])
			ADDQ(row, a[i])
		}
		MOVQ(mem(t.Field("depth")), depth)
		s.loop("step", depth, func() {
			vb := s.vecs(vectors)
			for j := range vb {
				VMOVUPS(Mem{Base: b, Disp: j * s.wide()}, vb[j])
				PREFETCHT0(Mem{Base: b, Disp: ahead + j*s.wide()})
			}
			for i := range rows {
				va := s.vec()
				VBROADCASTSS(at(i), va)
				for j := range vb {
					VFMADD231PS(vb[j], va, sum[i][j])
				}
			}
			for _, p := range a {
				ADDQ(step, p)
			}
			ADDQ(wide, b)
		})
	})

	bound, store := s.label("bound"), s.label("store")
	CMPB(mem(t.Field("accumulate")), Imm(0))
	JE(LabelRef(bound))
	old, line := load(t, "c"), bytes(t, "line")
	for i := range rows {
		for j := range vectors {
			VADDPS(Mem{Base: old, Disp: j * s.wide()}, sum[i][j], sum[i][j])
		}
		ADDQ(line, old)
	}
	Label(bound)
	CMPB(mem(t.Field("clamp")), Imm(0))
	JE(LabelRef(store))
	low, high := s.vec(), s.vec()
	VBROADCASTSS(mem(t.Field("low")), low)
	VBROADCASTSS(mem(t.Field("high")), high)
	for i := range rows {
		for j := range vectors {
			s.clamp(sum[i][j], low, high)
		}
	}
	Label(store)
	c := load(t, "c")
	line = bytes(t, "line")
	for i := range rows {
		for j := range vectors {
			VMOVUPS(sum[i][j], Mem{Base: c, Disp: j * s.wide()})
		}
		ADDQ(line, c)
	}
	VZEROUPPER()
	RET()
}

// begin sets the rows of sums to the bias or 0: zeroed registers cost nothing, where
// copies of one may take the place of multiply-adds.
func (s isa) begin(t gotypes.Component, sum [][]reg.VecVirtual) {
	zeros, begun := s.label("zeros"), s.label("begun")
	CMPQ(mem(t.Field("bias").Len()), Imm(0))
	JE(LabelRef(zeros))
	bias := load(t, "bias")
	for j, v := range sum[0] {
		VMOVUPS(Mem{Base: bias, Disp: j * s.wide()}, v)
		for i := 1; i < len(sum); i++ {
			VMOVAPS(v, sum[i][j])
		}
	}
	JMP(LabelRef(begun))
	Label(zeros)
	for _, row := range sum {
		for _, v := range row {
			s.zero(v)
		}
	}
	Label(begun)
}

// clamp bounds v. A NaN stays one: of two operands that do not compare, these
// instructions take the second source, which avo writes first.
func (s isa) clamp(v, low, high reg.VecVirtual) {
	VMAXPS(v, low, v)
	VMINPS(v, high, v)
}
