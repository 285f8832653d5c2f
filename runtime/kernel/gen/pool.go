package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPS; all but unordered and notLess are false for a NaN.
const (
	notLess   = 0x15
	equal     = 0x00
	unordered = 0x03
	ordered   = 0x07
	less      = 0x11
	greater   = 0x1e
)

// A choice is where a comparison was true: a mask register, or all bits of a
// vector's lane.
type choice struct {
	k reg.OpmaskVirtual
	v reg.VecVirtual
}

// compare returns where a stands to b as the predicate says.
func (s isa) compare(predicate uint8, a, b reg.VecVirtual) choice {
	if s.lanes == 16 {
		c := choice{k: K()}
		VCMPPS(U8(predicate), b, a, c.k)
		return c
	}
	c := choice{v: s.vec()}
	VCMPPS(U8(predicate), b, a, c.v)
	return c
}

func (s isa) or(a, b choice) {
	if s.lanes == 16 {
		KORW(a.k, b.k, a.k)
		return
	}
	VORPS(a.v, b.v, a.v)
}

func (s isa) and(a, b choice) {
	if s.lanes == 16 {
		KANDW(a.k, b.k, a.k)
		return
	}
	VANDPS(a.v, b.v, a.v)
}

// choose sets v to w where c is true.
func (s isa) choose(c choice, w, v reg.VecVirtual) {
	if s.lanes == 16 {
		VMOVAPS(w, c.k, v)
		return
	}
	VBLENDVPS(c.v, w, v, v)
}

// only sets v to w where c is true, else to 0.
func (s isa) only(c choice, w, v reg.VecVirtual) {
	if s.lanes == 16 {
		VMOVAPS_Z(w, c.k, v)
		return
	}
	VANDPS(c.v, w, v)
}

// integers returns a register of copies of the low half of r.
func (s isa) integers(r reg.GPVirtual) reg.VecVirtual {
	v, x := s.vec(), XMM()
	VMOVD(r.As32(), x)
	VPBROADCASTD(x, v)
	return v
}

// maxPool takes the largest of the taps at each pixel, the first of equals, and
// writes which it was.
func maxPool(s isa) {
	TEXT("maxPool"+s.name, NOSPLIT, "func(p *pooling)")
	Pragma("noescape")
	Doc(fmt.Sprintf("maxPool%s is the routine maxPool.", s.name))
	p := Dereference(Param("p"))
	from, to, codes, pixels := load(p, "from"), load(p, "to"), load(p, "codes"), load(p, "pixels")
	step, channels := bytes(p, "step"), bytes(p, "channels")
	low, high := s.vec(), s.vec()
	VBROADCASTSS(mem(p.Field("low")), low)
	VBROADCASTSS(mem(p.Field("high")), high)
	none, one := GP64(), GP64()
	MOVQ(I32(-1), none)
	MOVQ(I32(1), one)
	nones, ones := s.integers(none), s.integers(one)
	s.loop("pixel", pixels, func() {
		c := GP64()
		XORQ(c, c)
		l := s.label("vector")
		Label(l)
		taps, count, base, at := load(p, "taps"), length(p, "taps"), GP64(), GP64()
		LEAQ(Mem{Base: from, Index: c, Scale: 1}, base)
		MOVQ(Mem{Base: taps}, at)
		best, code, k := s.vec(), s.vec(), s.vec()
		VMOVUPS(Mem{Base: base, Index: at, Scale: 4}, best)
		s.zero(code)
		s.zero(k)
		chosen := s.label("chosen")
		DECQ(count)
		JZ(LabelRef(chosen))
		s.loop("tap", count, func() {
			ADDQ(Imm(8), taps)
			MOVQ(Mem{Base: taps}, at)
			v := s.vec()
			VMOVUPS(Mem{Base: base, Index: at, Scale: 4}, v)
			VPADDD(ones, k, k)
			better := s.compare(greater, v, best)
			s.or(better, s.compare(unordered, v, v))
			s.choose(better, v, best)
			s.choose(better, k, code)
		})
		Label(chosen)
		VMOVUPS(best, Mem{Base: to, Index: c, Scale: 1})
		done := s.label("done")
		TESTQ(codes, codes)
		JZ(LabelRef(done))
		inside := s.compare(greater, best, low)
		s.and(inside, s.compare(less, best, high))
		which := s.vec()
		VMOVAPS(nones, which)
		s.choose(inside, code, which)
		VMOVUPS(which, Mem{Base: codes, Index: c, Scale: 1})
		CMPL(mem(p.Field("doubt")), Imm(0))
		JE(LabelRef(done))
		s.doubt(p, base, best, inside, which)
		VMOVUPS(which, Mem{Base: codes, Index: c, Scale: 1})
		Label(done)
		ADDQ(Imm(uint64(s.wide())), c)
		CMPQ(c, channels)
		JLT(LabelRef(l))
		ADDQ(step, from)
		ADDQ(channels, to)
		skip := s.label("skip")
		TESTQ(codes, codes)
		JZ(LabelRef(skip))
		ADDQ(channels, codes)
		Label(skip)
	})
	VZEROUPPER()
	RET()
}

// doubt marks in which those codes beside whose value another stands so near that
// rounding may have put it below.
func (s isa) doubt(p gotypes.Component, base reg.Register, best reg.VecVirtual, inside choice, which reg.VecVirtual) {
	limit, minus, zero := s.vec(), s.vec(), s.vec()
	s.zero(zero)
	VBROADCASTSS(mem(p.Field("doubt")), limit)
	VMULPS(best, limit, limit)
	VSUBPS(limit, zero, minus)
	VMAXPS(minus, limit, limit)
	near := s.compare(less, zero, zero) // nowhere
	taps, count, at := load(p, "taps"), length(p, "taps"), GP64()
	s.loop("neighbour", count, func() {
		MOVQ(Mem{Base: taps}, at)
		ADDQ(Imm(8), taps)
		d := s.vec()
		VSUBPS(Mem{Base: base, Index: at, Scale: 4}, best, d)
		c := s.compare(greater, d, zero)
		s.and(c, s.compare(less, d, limit))
		s.or(near, c)
	})
	s.and(near, inside)
	undecided := GP64()
	MOVQ(I32(-2), undecided)
	s.choose(near, s.integers(undecided), which)
	bits := GP32()
	if s.lanes == 16 {
		KMOVW(near.k, bits)
	} else {
		VMOVMSKPS(near.v, bits)
	}
	ORL(bits, mem(p.Field("doubtful")))
}

// alike compares pixels of two rows, whose channels are a multiple of 8. Both sets
// of instructions have it.
func alike() {
	TEXT("alikeAVX2", NOSPLIT, "func(a *likeness)")
	Pragma("noescape")
	Doc("alikeAVX2 is the routine alike.")
	p := Dereference(Param("a"))
	a, b, to, pixels := load(p, "a"), load(p, "b"), load(p, "to"), load(p, "pixels")
	s := isas[0]
	s.loop("pixel", pixels, func() {
		count, differ, v := load(p, "channels"), s.vec(), s.vec()
		s.zero(differ)
		SHRQ(U8(3), count)
		s.loop("vector", count, func() {
			VMOVUPS(Mem{Base: a}, v)
			VPXOR(Mem{Base: b}, v, v)
			VPOR(v, differ, differ)
			ADDQ(Imm(32), a)
			ADDQ(Imm(32), b)
		})
		VPTEST(differ, differ)
		SETEQ(Mem{Base: to})
		INCQ(to)
	})
	VZEROUPPER()
	RET()
}

// unpool writes one row before pooling: each gradient to the pixel that its code
// names, zeros to the others.
func unpool(s isa) {
	TEXT("unpool"+s.name, NOSPLIT, "func(p *pooling)")
	Pragma("noescape")
	Doc(fmt.Sprintf("unpool%s is the routine unpool.", s.name))
	p := Dereference(Param("p"))
	from, to, codes, pixels := load(p, "from"), load(p, "to"), load(p, "codes"), load(p, "pixels")
	channels, pitch := bytes(p, "channels"), bytes(p, "pitch")
	one := GP64()
	MOVQ(I32(1), one)
	first, ones := s.integers(load(p, "first")), s.integers(one)
	s.loop("pixel", pixels, func() {
		size, code := load(p, "size"), s.vec()
		VMOVAPS(first, code)
		s.loop("column", size, func() {
			c := GP64()
			XORQ(c, c)
			l := s.label("vector")
			Label(l)
			v, which := s.vec(), s.vec()
			VMOVUPS(Mem{Base: codes, Index: c, Scale: 1}, which)
			VMOVUPS(Mem{Base: from, Index: c, Scale: 1}, v)
			hit := choice{}
			if s.lanes == 16 {
				hit.k = K()
				VPCMPEQD(code, which, hit.k)
			} else {
				hit.v = s.vec()
				VPCMPEQD(code, which, hit.v)
			}
			s.only(hit, v, v)
			VMOVUPS(v, Mem{Base: to, Index: c, Scale: 1})
			ADDQ(Imm(uint64(s.wide())), c)
			CMPQ(c, channels)
			JLT(LabelRef(l))
			VPADDD(ones, code, code)
			ADDQ(pitch, to)
		})
		ADDQ(channels, from)
		ADDQ(channels, codes)
	})
	VZEROUPPER()
	RET()
}
