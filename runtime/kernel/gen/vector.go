package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise writes the routines over whole vectors, one after another.
func elementwise(s isa) {
	each := func(name, doc string, both bool, body func(low, high, a, b reg.VecVirtual)) {
		TEXT(name+s.name, NOSPLIT, "func(v *vectors)")
		Pragma("noescape")
		Doc(fmt.Sprintf("%s%s %s.", name, s.name, doc))
		p := Dereference(Param("v"))
		a, to, count := load(p, "a"), load(p, "to"), load(p, "count")
		var b reg.GPVirtual
		if both {
			b = load(p, "b")
		}
		low, high := s.vec(), s.vec()
		VBROADCASTSS(mem(p.Field("low")), low)
		VBROADCASTSS(mem(p.Field("high")), high)
		at := GP64()
		XORQ(at, at)
		s.loop("vector", count, func() {
			va, vb := s.vec(), s.vec()
			VMOVUPS(Mem{Base: a, Index: at, Scale: 1}, va)
			if both {
				VMOVUPS(Mem{Base: b, Index: at, Scale: 1}, vb)
			}
			body(low, high, va, vb)
			VMOVUPS(va, Mem{Base: to, Index: at, Scale: 1})
			ADDQ(Imm(uint64(s.wide())), at)
		})
		VZEROUPPER()
		RET()
	}
	each("add", "is the routine add", true, func(_, _, a, b reg.VecVirtual) { VADDPS(b, a, a) })
	each("scale", "is the routine scale", false, func(low, high, a, _ reg.VecVirtual) {
		VSUBPS(low, a, a)
		VMULPS(high, a, a)
	})
	each("pass", "is the routine pass", true, func(low, high, a, b reg.VecVirtual) {
		inside := s.compare(greater, b, low)
		s.and(inside, s.compare(less, b, high))
		s.only(inside, a, a)
	})
}

// adam moves weights by one step. It fuses no multiplication with an addition,
// so that its bits are those of the same lines of Go.
func adam(s isa) {
	TEXT("adam"+s.name, NOSPLIT, "func(a *adamStep)")
	Pragma("noescape")
	Doc(fmt.Sprintf("adam%s is the routine adam.", s.name))
	p := Dereference(Param("a"))
	weights, gradient, mean, square, count := load(p, "weights"), load(p, "gradient"), load(p, "mean"), load(p, "square"), load(p, "count")
	c := s.vecs(5)
	for i := range c {
		VBROADCASTSS(mem(p.Field([]string{"scale", "decay1", "decay2", "alpha", "epsilon"}[i])), c[i])
	}
	scale, decay1, decay2, alpha, epsilon := c[0], c[1], c[2], c[3], c[4]
	smallest, bits, sign := s.vec(), GP64(), s.vec()
	VBROADCASTSS(mem(p.Field("smallest")), smallest)
	MOVQ(U32(0x7fffffff), bits)
	VMOVAPS(s.integers(bits), sign)
	// flush sets v to 0 where its size is below the smallest.
	flush := func(v, size reg.VecVirtual) { s.only(s.compare(notLess, size, smallest), v, v) }
	at := GP64()
	XORQ(at, at)
	s.loop("vector", count, func() {
		g, m, v, t := s.vec(), s.vec(), s.vec(), s.vec()
		VMULPS(Mem{Base: gradient, Index: at, Scale: 1}, scale, g)
		VMOVUPS(Mem{Base: mean, Index: at, Scale: 1}, m)
		VSUBPS(m, g, t)
		VMULPS(decay1, t, t)
		VADDPS(t, m, m)
		s.magnitude(m, sign, t)
		flush(m, t)
		VMOVUPS(m, Mem{Base: mean, Index: at, Scale: 1})
		VMOVUPS(Mem{Base: square, Index: at, Scale: 1}, v)
		VMULPS(g, g, g)
		VSUBPS(v, g, g)
		VMULPS(decay2, g, g)
		VADDPS(g, v, v)
		flush(v, v)
		VMOVUPS(v, Mem{Base: square, Index: at, Scale: 1})
		VSQRTPS(v, v)
		VADDPS(epsilon, v, v)
		VMULPS(alpha, m, m)
		VDIVPS(v, m, m)
		w := s.vec()
		VMOVUPS(Mem{Base: weights, Index: at, Scale: 1}, w)
		VSUBPS(m, w, w)
		VMOVUPS(w, Mem{Base: weights, Index: at, Scale: 1})
		ADDQ(Imm(uint64(s.wide())), at)
	})
	VZEROUPPER()
	RET()
}

// magnitude sets to to v without its sign; mask has all bits but that.
func (s isa) magnitude(v, mask, to reg.VecVirtual) {
	if s.lanes == 16 {
		VPANDD(v, mask, to)
		return
	}
	VANDPS(v, mask, to)
}

// transpose turns blocks of 8×8 that lie side by side, of float32 or of codes.
func transpose(routine, operand string) {
	TEXT(routine+"AVX2", NOSPLIT, "func(t *"+operand+")")
	Pragma("noescape")
	Doc(routine + "AVX2 is the routine " + routine + ".")
	t := Dereference(Param("t"))
	from, to, blocks, row, column := load(t, "from"), load(t, "to"), load(t, "blocks"), bytes(t, "row"), bytes(t, "column")
	s := isas[0]
	row3, from4 := GP64(), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	LEAQ(Mem{Base: from, Index: row, Scale: 4}, from4)
	s.loop("block", blocks, func() {
		a, b, c := s.vecs(8), s.vecs(8), s.vecs(8)
		for i := range a {
			m := Mem{Base: []reg.Register{from, from4}[i/4]}
			switch i % 4 {
			case 1, 2:
				m.Index, m.Scale = row, uint8(i%4)
			case 3:
				m.Index, m.Scale = row3, 1
			}
			VMOVUPS(m, a[i])
		}
		for i := 0; i < 8; i += 2 { // pairs of rows
			VUNPCKLPS(a[i+1], a[i], b[i])
			VUNPCKHPS(a[i+1], a[i], b[i+1])
		}
		for i := 0; i < 8; i += 4 { // quarters: c[i+k] has column k of both halves
			VSHUFPS(U8(0x44), b[i+2], b[i], c[i])
			VSHUFPS(U8(0xee), b[i+2], b[i], c[i+1])
			VSHUFPS(U8(0x44), b[i+3], b[i+1], c[i+2])
			VSHUFPS(U8(0xee), b[i+3], b[i+1], c[i+3])
		}
		put := func(imm uint8, i int) {
			v := s.vec()
			VPERM2F128(U8(imm), c[i+4], c[i], v)
			VMOVUPS(v, Mem{Base: to})
			ADDQ(column, to)
		}
		for i := range 4 {
			put(0x20, i)
		}
		for i := range 4 {
			put(0x31, i)
		}
		ADDQ(Imm(32), from)
		ADDQ(Imm(32), from4)
	})
	VZEROUPPER()
	RET()
}
