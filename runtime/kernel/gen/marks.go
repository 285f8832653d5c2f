package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// mark writes one bit for each value: whether it lies within the bounds.
func mark(s isa) {
	TEXT("mark"+s.name, NOSPLIT, "func(f *marks)")
	Pragma("noescape")
	Doc(fmt.Sprintf("mark%s is the routine mark.", s.name))
	f := Dereference(Param("f"))
	values, bits, count := load(f, "values"), load(f, "bits"), load(f, "count")
	low, high := s.vec(), s.vec()
	VBROADCASTSS(mem(f.Field("low")), low)
	VBROADCASTSS(mem(f.Field("high")), high)
	s.loop("vector", count, func() {
		v := s.vec()
		VMOVUPS(Mem{Base: values}, v)
		inside := s.compare(greater, v, low)
		s.and(inside, s.compare(less, v, high))
		b := GP32()
		if s.lanes == 16 {
			KMOVW(inside.k, b)
			MOVW(b.As16(), Mem{Base: bits})
		} else {
			VMOVMSKPS(inside.v, b)
			MOVB(b.As8(), Mem{Base: bits})
		}
		ADDQ(Imm(uint64(s.wide())), values)
		ADDQ(Imm(uint64(s.lanes/8)), bits)
	})
	VZEROUPPER()
	RET()
}

// keep sets those values to 0 whose bit is not set.
func keep(s isa) {
	TEXT("keep"+s.name, NOSPLIT, "func(f *marks)")
	Pragma("noescape")
	Doc(fmt.Sprintf("keep%s is the routine keep.", s.name))
	f := Dereference(Param("f"))
	values, bits, count := load(f, "values"), load(f, "bits"), load(f, "count")
	of := s.vec() // which bit is a lane's
	if s.lanes == 8 {
		VMOVUPS(laneBits(), of)
	}
	s.loop("vector", count, func() {
		v := s.vec()
		if s.lanes == 16 {
			k := K()
			KMOVW(Mem{Base: bits}, k)
			VMOVUPS_Z(Mem{Base: values}, k, v)
		} else {
			VPBROADCASTB(Mem{Base: bits}, v)
			VPAND(of, v, v)
			VPCMPEQD(of, v, v)
			VANDPS(Mem{Base: values}, v, v)
		}
		VMOVUPS(v, Mem{Base: values})
		ADDQ(Imm(uint64(s.wide())), values)
		ADDQ(Imm(uint64(s.lanes/8)), bits)
	})
	VZEROUPPER()
	RET()
}

// laneBits has the bit 1<<i in lane i.
func laneBits() Mem {
	m := GLOBL("laneBits", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(1<<i))
	}
	return m
}
