package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// pack copies rows into panels, whole vectors at a time.
func pack(s isa) {
	TEXT("pack"+s.name, NOSPLIT, "func(p *packing)")
	Pragma("noescape")
	Doc("pack" + s.name + " is the routine pack.")
	p := Dereference(Param("p"))
	from, to, rows, row := load(p, "from"), load(p, "to"), load(p, "rows"), bytes(p, "row")
	panel, width := bytes(p, "panel"), bytes(p, "width")
	s.loop("row", rows, func() {
		at, into, panels := GP64(), GP64(), load(p, "panels")
		MOVQ(from, at)
		MOVQ(to, into)
		s.loop("panel", panels, func() {
			put, count := GP64(), load(p, "vectors")
			MOVQ(into, put)
			s.loop("vector", count, func() {
				v := s.vec()
				VMOVUPS(Mem{Base: at}, v)
				VMOVUPS(v, Mem{Base: put})
				ADDQ(Imm(uint64(s.wide())), at)
				ADDQ(Imm(uint64(s.wide())), put)
			})
			ADDQ(panel, into)
		})
		ADDQ(row, from)
		ADDQ(width, to)
	})
	VZEROUPPER()
	RET()
}
