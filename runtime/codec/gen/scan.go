package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// block codes one block: the difference of its DC coefficient and the others
// that rest names in zig-zag order. It returns how many bytes were written and
// what is pending.
func block() {
	TEXT("blockBMI2", 4, "func(out *byte, bits uint64, count uint64, coefs *int16, rest uint64, difference int, codes *uint32, order *int) (written int, pending uint64, left uint64)")
	start := pointer("out")
	pending := Load(Param("bits"), GP64()).(GPVirtual)
	count := Load(Param("count"), GP64()).(GPVirtual)
	coefs := pointer("coefs")
	rest := pointer("rest")
	v := Load(Param("difference"), GP64()).(GPVirtual)
	codes, order := pointer("codes"), pointer("order")
	ac := GP64()
	LEAQ(at(codes, 4*16), ac)
	out, last := GP64(), GP64()
	MOVQ(start, out)
	MOVQ(operand.U32(1), last)
	size, value, code, length, scratch := GP64(), GP64(), GP64(), GP64(), GP64()

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
	// put writes the code at m with its additional bits.
	put := func(m operand.Mem, more bool) {
		MOVL(m, code.As32())
		MOVL(code.As32(), length.As32())
		ANDL(operand.Imm(31), length.As32())
		SHRL(operand.Imm(5), code.As32())
		if more {
			ORL(value.As32(), code.As32())
		}
		ADDL(length.As32(), count.As32())
		MOVL(count.As32(), scratch.As32())
		NEGL(scratch.As32())
		SHLXQ(scratch, code, code)
		ORQ(code, pending)
		MOVQ(pending, code)
		BSWAPQ(code)
		MOVQ(code, at(out, 0))
		MOVL(count.As32(), scratch.As32())
		SHRL(operand.Imm(3), scratch.As32())
		ADDQ(scratch, out)
		MOVL(count.As32(), scratch.As32())
		ANDL(operand.Imm(0x38), scratch.As32())
		SHLXQ(scratch, pending, pending)
		ANDL(operand.Imm(7), count.As32())
	}

	magnitude()
	put(operand.Mem{Base: codes, Index: size, Scale: 4}, true)
	k, run := GP64(), GP64()
	MOVQ(operand.U32(1), k)
	TESTQ(rest, rest)
	JE(operand.LabelRef("end"))
	Label("next")
	TZCNTQ(rest, k)
	BLSRQ(rest, rest)
	MOVQ(operand.Mem{Base: order, Index: k, Scale: 8}, v)
	MOVWLSX(operand.Mem{Base: coefs, Index: v, Scale: 2}, v.As32())
	MOVL(k.As32(), run.As32())
	SUBL(last.As32(), run.As32())
	LEAL(at(k, 1), last.As32())
	CMPL(run.As32(), operand.Imm(15))
	JA(operand.LabelRef("zeros"))
	Label("value")
	magnitude()
	SHLL(operand.Imm(4), run.As32())
	ORL(size.As32(), run.As32())
	put(operand.Mem{Base: ac, Index: run, Scale: 4}, true)
	TESTQ(rest, rest)
	JNE(operand.LabelRef("next"))
	CMPL(k.As32(), operand.Imm(63))
	JE(operand.LabelRef("done"))
	Label("end")
	put(at(ac, 0), false)
	Label("done")
	SUBQ(start, out)
	Store(out, Return("written"))
	Store(pending, Return("pending"))
	Store(count, Return("left"))
	RET()
	Label("zeros")
	put(at(ac, 4*0xf0), false)
	SUBL(operand.Imm(16), run.As32())
	CMPL(run.As32(), operand.Imm(15))
	JA(operand.LabelRef("zeros"))
	JMP(operand.LabelRef("value"))
}
