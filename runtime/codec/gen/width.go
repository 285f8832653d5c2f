package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A width is a set of instructions by the number of floats in a register.
type width int

const (
	avx2   width = 8
	avx512 width = 16
)

func (w width) name() string {
	if w == avx512 {
		return "AVX512"
	}
	return "AVX2"
}

// r returns register i, below 16 with AVX2 and below 32 with AVX-512.
func (w width) r(i int) VecPhysical {
	if w == avx512 {
		return []VecPhysical{Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15,
			Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31}[i]
	}
	return []VecPhysical{Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15}[i]
}

// constants returns a function for constants by name. AVX-512's 16 further
// registers hold them; AVX2 reads them from memory each time.
func (w width) constants(values map[string]float64, names ...string) func(name string) operand.Op {
	place := map[string]operand.Op{}
	for i, name := range names {
		m := float(name, values[name])
		place[name] = m
		if w == avx512 {
			VBROADCASTSS(m, w.r(16+i))
			place[name] = w.r(16 + i)
		}
	}
	return func(name string) operand.Op {
		if place[name] == nil {
			panic("no constant " + name)
		}
		return place[name]
	}
}

// nans is where NaNs are gathered.
func (w width) nans() Register {
	if w == avx512 {
		return K2
	}
	return Y14
}

func (w width) clearNaNs() {
	if w == avx512 {
		KXORW(K2, K2, K2)
	} else {
		VPXOR(Y14, Y14, Y14)
	}
}

// gatherNaNs notes the NaNs in v.
func (w width) gatherNaNs(v, scratch VecPhysical) {
	if w == avx512 {
		VCMPPS(operand.Imm(3), v, v, K1) // unordered
		KORW(K1, K2, K2)
		return
	}
	VCMPPS(operand.Imm(3), v, v, scratch)
	VORPS(scratch, Y14, Y14)
}

// returnNaNs returns 0 unless there was a NaN.
func (w width) returnNaNs() {
	nans := GP32()
	if w == avx512 {
		KMOVW(K2, nans)
	} else {
		VMOVMSKPS(Y14, nans)
	}
	VZEROUPPER()
	Store(nans, ReturnIndex(0))
	RET()
}

// round leaves whole numbers: 1 rounds down, 3 cuts off.
func (w width) round(mode uint64, v VecPhysical) {
	if w == avx512 {
		VRNDSCALEPS(operand.Imm(mode), v, v)
	} else {
		VROUNDPS(operand.Imm(mode), v, v)
	}
}

// storeBytes cuts off the fractions of floats in 0..255 and writes bytes.
func (w width) storeBytes(v, half VecPhysical, p Register) {
	VCVTTPS2DQ(v, v)
	if w == avx512 {
		VPMOVUSDB(v, at(p, 0))
		return
	}
	VEXTRACTI128(operand.Imm(1), v, half.AsX())
	VPACKUSDW(half.AsX(), v.AsX(), v.AsX())
	VPACKUSWB(v.AsX(), v.AsX(), v.AsX())
	VMOVQ(v.AsX(), at(p, 0))
}

// Loads and stores of floats, all of a register's or those of a mask.
type access struct {
	load  func(p Register, v VecPhysical)
	store func(v VecPhysical, p Register)
}

var whole = access{
	func(p Register, v VecPhysical) { VMOVUPS(at(p, 0), v) },
	func(v VecPhysical, p Register) { VMOVUPS(v, at(p, 0)) },
}

// masked makes a mask of the first n elements.
func (w width) masked(n Register) access {
	if w == avx512 {
		mask := GP32()
		MOVL(operand.U32(1<<32-1), mask)
		BZHIL(n.(GPVirtual).As32(), mask, mask)
		KMOVW(mask, K3)
		return access{
			func(p Register, v VecPhysical) { VMOVUPS_Z(at(p, 0), K3, v) },
			func(v VecPhysical, p Register) { VMOVUPS(v, K3, at(p, 0)) },
		}
	}
	masks := GP64()
	LEAQ(tail().Offset(32), masks)
	SHLQ(operand.Imm(2), n)
	SUBQ(n, masks)
	VMOVDQU(at(masks, 0), Y15)
	return access{
		func(p Register, v VecPhysical) { VMASKMOVPS(at(p, 0), Y15, v) },
		func(v VecPhysical, p Register) { VMASKMOVPS(v, Y15, at(p, 0)) },
	}
}

// loop goes over n elements, a register of them a turn, of floats and of bytes.
// The last turn has the floats masked; bytes are read and written a turn's number
// at a time all the same, so that their rows need as many beyond the end.
func (w width) loop(n Register, floats, bytes []Register, body func(a access)) {
	lanes := operand.Imm(uint64(w))
	CMPQ(n, lanes)
	JL(operand.LabelRef("rest"))
	Label("loop")
	body(whole)
	for _, p := range floats {
		ADDQ(operand.Imm(uint64(4*w)), p)
	}
	for _, p := range bytes {
		ADDQ(lanes, p)
	}
	SUBQ(lanes, n)
	CMPQ(n, lanes)
	JGE(operand.LabelRef("loop"))
	Label("rest")
	TESTQ(n, n)
	JE(operand.LabelRef("done"))
	body(w.masked(n))
	Label("done")
}
