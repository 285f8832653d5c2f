package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// halve makes 16 samples a turn; n is a multiple of that.
func halve() {
	TEXT("halveAVX2", 4, "func(dst, top, bottom *byte, n int, bias uint32)")
	dst, top, bottom, n := pointer("dst"), pointer("top"), pointer("bottom"), pointer("n")
	bias := Load(Param("bias"), GP32())
	VMOVD(bias, X4)
	VPBROADCASTD(X4, Y4)
	VMOVDQU(vector("ones", 0x01010101), Y5)
	Label("loop")
	VMOVDQU(at(top, 0), Y0)
	VMOVDQU(at(bottom, 0), Y1)
	VPMADDUBSW(Y5, Y0, Y0)
	VPMADDUBSW(Y5, Y1, Y1)
	VPADDW(Y1, Y0, Y0)
	VPADDW(Y4, Y0, Y0)
	VPSRLW(operand.Imm(2), Y0, Y0)
	VPACKUSWB(Y0, Y0, Y0)
	VPERMQ(operand.Imm(0x08), Y0, Y0)
	VMOVDQU(X0, at(dst, 0))
	ADDQ(operand.Imm(32), top)
	ADDQ(operand.Imm(32), bottom)
	ADDQ(operand.Imm(16), dst)
	SUBQ(operand.Imm(16), n)
	JG(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}
