package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// codesBytes is the size of a component's codes: 16 for DC, 256 for AC.
const codesBytes = 4 * (16 + 256)

// blocks codes n blocks by turns. It returns how many bytes were written and what
// is pending. Two symbols are put before bytes are written: they have at most 54
// bits, and 7 may be pending.
func blocks() {
	TEXT("blocksBMI2", 4, "func(out *byte, bits uint64, count uint64, coefs *int16, nonzero *uint64, turns *uint32, n int, codes *uint32, places *uint64, order *int) (written int, pending uint64, left uint64)")
	out := pointer("out").(GPVirtual)
	pending := Load(Param("bits"), GP64()).(GPVirtual)
	count := Load(Param("count"), GP64()).(GPVirtual)
	turns, order := pointer("turns"), pointer("order")
	v, size, value, code, scratch := GP64(), GP64(), GP64(), GP64(), GP64()
	rest, coefs, codes := GP64(), GP64(), GP64()
	last, run := GP64(), GP64() // last is one beyond the last place

	// magnitude leaves v's category in size and its additional bits in value.
	magnitude := func() {
		MOVL(v.As32(), scratch.As32())
		SARL(operand.Imm(31), scratch.As32())
		ADDL(scratch.As32(), v.As32())
		MOVL(v.As32(), size.As32())
		XORL(scratch.As32(), size.As32())
		LEAL(operand.Mem{Base: size, Index: size, Scale: 1, Disp: 1}, size.As32())
		BSRL(size.As32(), size.As32())
		BZHIL(size.As32(), v.As32(), value.As32())
	}
	// put takes the code at m with its additional bits.
	put := func(m operand.Mem, more bool) {
		MOVL(m, code.As32())
		MOVL(code.As32(), scratch.As32())
		ANDL(operand.Imm(31), scratch.As32())
		SHRL(operand.Imm(5), code.As32())
		if more {
			ORL(value.As32(), code.As32())
		}
		ADDL(scratch.As32(), count.As32())
		SHLXQ(scratch, pending, pending)
		ORQ(code, pending)
	}
	flush := func() {
		MOVL(count.As32(), scratch.As32())
		NEGL(scratch.As32())
		SHLXQ(scratch, pending, code)
		BSWAPQ(code)
		MOVQ(code, at(out, 0))
		MOVL(count.As32(), scratch.As32())
		SHRL(operand.Imm(3), scratch.As32())
		ADDQ(scratch, out)
		ANDL(operand.Imm(7), count.As32())
	}
	// next puts the next AC coefficient of rest with the zeros before it.
	next := func(label string) {
		TZCNTQ(rest, size)
		BLSRQ(rest, rest)
		MOVQ(operand.Mem{Base: order, Index: size, Scale: 8}, v)
		MOVWLSX(operand.Mem{Base: coefs, Index: v, Scale: 2}, v.As32())
		MOVL(size.As32(), run.As32())
		SUBL(last.As32(), run.As32())
		LEAL(at(size, 1), last.As32())
		CMPL(run.As32(), operand.Imm(15))
		JA(operand.LabelRef("zeros" + label))
		Label("value" + label)
		magnitude()
		SHLL(operand.Imm(4), run.As32())
		ORL(size.As32(), run.As32())
		put(operand.Mem{Base: codes, Index: run, Scale: 4, Disp: 4 * 16}, true)
	}
	zeros := func(label string) {
		Label("zeros" + label)
		flush()
		Label("more" + label)
		put(at(codes, 4*(16+0xf0)), false)
		flush()
		SUBL(operand.Imm(16), run.As32())
		CMPL(run.As32(), operand.Imm(15))
		JA(operand.LabelRef("more" + label))
		JMP(operand.LabelRef("value" + label))
	}

	Label("block")
	places := pointer("places")
	MOVL(at(turns, 0), size.As32())
	m := Load(Param("nonzero"), scratch)
	MOVQ(operand.Mem{Base: m, Index: size, Scale: 8}, scratch)
	MOVQ(scratch, code)
	ANDQ(operand.I8(-2), code) // the DC coefficient is coded apart
	MOVBQZX(code.As8(), v)
	MOVQ(operand.Mem{Base: places, Index: v, Scale: 8}, rest)
	for y := 1; y < 8; y++ {
		SHRQ(operand.Imm(8), code)
		MOVBQZX(code.As8(), v)
		ORQ(operand.Mem{Base: places, Index: v, Scale: 8, Disp: 8 * 256 * y}, rest)
	}
	SHLQ(operand.Imm(7), size)
	Load(Param("coefs"), coefs)
	MOVL(at(turns, 4), scratch.As32())
	SHLQ(operand.Imm(7), scratch)
	MOVWLSX(operand.Mem{Base: coefs, Index: scratch, Scale: 1}, value.As32())
	ADDQ(size, coefs)
	MOVWLSX(at(coefs, 0), v.As32())
	SUBL(value.As32(), v.As32())
	MOVL(at(turns, 8), scratch.As32())
	IMUL3Q(operand.U32(codesBytes), scratch, scratch)
	Load(Param("codes"), codes)
	ADDQ(scratch, codes)
	ADDQ(operand.Imm(12), turns)
	magnitude()
	put(operand.Mem{Base: codes, Index: size, Scale: 4}, true)
	MOVL(operand.U32(1), last.As32())
	TESTQ(rest, rest)
	JE(operand.LabelRef("end"))
	Label("even")
	next("Even")
	flush()
	TESTQ(rest, rest)
	JE(operand.LabelRef("ended"))
	next("Odd")
	TESTQ(rest, rest)
	JNE(operand.LabelRef("even"))
	Label("ended")
	CMPL(last.As32(), operand.Imm(64))
	JE(operand.LabelRef("done"))
	Label("end")
	put(at(codes, 4*16), false)
	Label("done")
	flush()
	n, err := Param("n").Resolve()
	if err != nil {
		panic(err)
	}
	DECQ(n.Addr)
	JNE(operand.LabelRef("block"))
	start := pointer("out")
	SUBQ(start, out)
	Store(out, Return("written"))
	Store(pending, Return("pending"))
	Store(count, Return("left"))
	RET()
	zeros("Even")
	zeros("Odd")
}
