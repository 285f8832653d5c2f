package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparseShape is how many rows, and at most how many vectors of each, sparse sums
// side by side: as many as the registers hold.
func (s isa) sparseShape() (rows, vectors int) {
	if s.lanes == 16 {
		return 3, 8
	}
	return 1, 12
}

// sparse adds to some rows of each part the rows that its terms name, each times
// the term's factor. The sums of a part stay in registers.
func sparse(s isa, vectors int) {
	rows, _ := s.sparseShape()
	TEXT(fmt.Sprintf("sparse%d%s", vectors, s.name), NOSPLIT, "func(p *sparseSum)")
	Pragma("noescape")
	Doc(fmt.Sprintf("sparse%d%s is the routine sparse for rows of %d vectors.", vectors, s.name, vectors))
	p := Dereference(Param("p"))
	from, fromLine, toLine := load(p, "from"), bytes(p, "fromLine"), bytes(p, "toLine")
	parts, count := load(p, "parts"), length(p, "parts")
	s.loop("part", count, func() {
		to, term, n := GP64(), GP64(), GP64()
		next := s.label("next")
		MOVLQSX(Mem{Base: parts, Disp: 8}, n)
		TESTQ(n, n)
		JZ(LabelRef(next))
		MOVLQSX(Mem{Base: parts}, to)
		SHLQ(U8(2), to)
		ADDQ(mem(p.Field("to").Base()), to)
		MOVLQSX(Mem{Base: parts, Disp: 4}, term)
		SHLQ(U8(3), term)
		ADDQ(mem(p.Field("terms").Base()), term)
		// each calls f for the places of the sums in memory.
		sum := make([][]reg.VecVirtual, rows)
		each := func(f func(i, j int, m Mem)) {
			at := GP64()
			MOVQ(to, at)
			for i := range sum {
				if i > 0 {
					ADDQ(toLine, at)
				}
				for j := range vectors {
					f(i, j, Mem{Base: at, Disp: j * s.wide()})
				}
			}
		}
		for i := range sum {
			sum[i] = s.vecs(vectors)
		}
		each(func(i, j int, m Mem) { VMOVUPS(m, sum[i][j]) })
		s.loop("term", n, func() {
			x, v := GP64(), s.vec()
			MOVLQSX(Mem{Base: term}, x)
			VBROADCASTSS(Mem{Base: term, Disp: 4}, v)
			LEAQ(Mem{Base: from, Index: x, Scale: 4}, x)
			for i := range sum {
				if i > 0 {
					ADDQ(fromLine, x)
				}
				for j := range sum[i] {
					VFMADD231PS(Mem{Base: x, Disp: j * s.wide()}, v, sum[i][j])
				}
			}
			ADDQ(Imm(8), term)
		})
		each(func(i, j int, m Mem) { VMOVUPS(sum[i][j], m) })
		Label(next)
		ADDQ(Imm(12), parts)
	})
	VZEROUPPER()
	RET()
}
