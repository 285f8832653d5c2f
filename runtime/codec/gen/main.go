// Command gen writes the AVX2 forms of package codec's inner loops:
//
//	go generate ./runtime/codec
//
// Each has a portable form in Go that gives the same bits; what it computes and
// why is said there. Here stands only how the vectors are used.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64")
	levels()
	samples()
	toYCC()
	toRGB()
	halve()
	triangle()
	forward()
	inverse()
	block()
	Generate()
}

// constants has the 32-byte vectors that were asked for, by name.
var constants = map[string]operand.Mem{}

// vector returns eight words of 32 bits in memory.
func vector(name string, words ...uint32) operand.Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, 8|16) // RODATA|NOPTR
	for i := range 8 {
		DATA(4*i, operand.U32(words[i%len(words)]))
	}
	constants[name] = m
	return m
}

// float returns a number eight times over.
func float(name string, v float64) operand.Mem {
	f := float32(v)
	if float64(f) != v {
		panic(name + " is no float32")
	}
	return vector(name, math.Float32bits(f))
}

// inverse255 returns 1/255, rounded.
func inverse255() operand.Mem { return vector("inverse255", math.Float32bits(1.0/255)) }

// pair returns two 16-bit numbers, the lower first, eight times over.
func pair(name string, low, high int) operand.Mem {
	if low != int(int16(low)) || high != int(int16(high)) {
		panic(name + " is no pair of int16")
	}
	return vector(name, uint32(uint16(low))|uint32(uint16(high))<<16)
}

// tail is a mask of eight ones and eight zeros: from 4·(8−r) bytes on, the first
// r of eight are ones.
func tail() operand.Mem {
	if m, ok := constants["tail"]; ok {
		return m
	}
	m := GLOBL("tail", 8|16)
	for i := range 16 {
		word := uint32(0)
		if i < 8 {
			word = 1<<32 - 1
		}
		DATA(4*i, operand.U32(word))
	}
	constants["tail"] = m
	return m
}

// pointer loads a parameter.
func pointer(name string) Register { return Load(Param(name), GP64()) }

func at(base Register, offset int) operand.Mem { return operand.Mem{Base: base, Disp: offset} }

// eights is a loop over n elements, eight a turn, of floats and of bytes. The
// last turn has the floats masked; bytes are read and written eight at a time
// all the same, so that their rows need as many beyond the end.
func eights(n Register, floats, bytes []Register, body func(load func(p, v Register), store func(v, p Register))) {
	CMPQ(n, operand.Imm(8))
	JL(operand.LabelRef("rest"))
	Label("loop")
	body(func(p, v Register) { VMOVUPS(at(p, 0), v) }, func(v, p Register) { VMOVUPS(v, at(p, 0)) })
	for _, p := range floats {
		ADDQ(operand.Imm(32), p)
	}
	for _, p := range bytes {
		ADDQ(operand.Imm(8), p)
	}
	SUBQ(operand.Imm(8), n)
	CMPQ(n, operand.Imm(8))
	JGE(operand.LabelRef("loop"))
	Label("rest")
	TESTQ(n, n)
	JE(operand.LabelRef("done"))
	masks := GP64()
	LEAQ(tail().Offset(32), masks)
	SHLQ(operand.Imm(2), n)
	SUBQ(n, masks)
	VMOVDQU(at(masks, 0), Y15)
	body(func(p, v Register) { VMASKMOVPS(at(p, 0), Y15, v) }, func(v, p Register) { VMASKMOVPS(v, Y15, at(p, 0)) })
	Label("done")
}
