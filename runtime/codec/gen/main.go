// Command gen writes the AVX2 and AVX-512 forms of package codec's inner loops:
//
//	go generate ./runtime/codec
//
// Each has a portable form in Go that gives the same bits; what it computes and
// why is said there. Here stands only how the vectors are used.
package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64")
	for _, w := range []width{avx2, avx512} {
		levels(w)
		samples(w)
		toYCC(w)
		toRGB(w)
		sums(w)
		doubleRGB(w)
		forward(w)
		inverse(w)
	}
	toLevels()
	halve()
	triangle()
	blocks()
	Generate()
}

// constants has the 32-byte vectors that were asked for, by name, and values their
// words.
var (
	constants = map[string]operand.Mem{}
	values    = map[string][]uint32{}
)

// vector returns eight words of 32 bits in memory.
func vector(name string, words ...uint32) operand.Mem {
	if m, ok := constants[name]; ok {
		if !slices.Equal(words, values[name]) {
			panic(name + " has two values")
		}
		return m
	}
	values[name] = words
	m := GLOBL(name, 8|16) // RODATA|NOPTR
	for i := range 8 {
		DATA(4*i, operand.U32(words[i%len(words)]))
	}
	constants[name] = m
	return m
}

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
