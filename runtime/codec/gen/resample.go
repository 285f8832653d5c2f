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

// triangle makes 32 samples of 16 a turn, beyond the end if n is no multiple.
func triangle() {
	TEXT("triangleAVX2", 4, "func(dst, near, far *byte, n int, left, right uint16)")
	dst, near, far, n := pointer("dst"), pointer("near"), pointer("far"), pointer("n")
	for _, bias := range []struct {
		name string
		x, y VecPhysical
	}{{"left", X8, Y8}, {"right", X9, Y9}} {
		r := Load(Param(bias.name), GP32())
		VMOVD(r, bias.x)
		VPBROADCASTW(bias.x, bias.y)
	}
	Label("loop")
	for i, v := range []VecPhysical{Y0, Y1, Y2} { // before, here and after
		VPMOVZXBW(at(near, i), v)
		VPMOVZXBW(at(far, i), Y4)
		VPADDW(v, v, Y3)
		VPADDW(Y4, v, v)
		VPADDW(Y3, v, v)
	}
	VPADDW(Y1, Y1, Y3)
	VPADDW(Y3, Y1, Y1)
	VPADDW(Y1, Y0, Y0)
	VPADDW(Y1, Y2, Y2)
	VPADDW(Y8, Y0, Y0)
	VPADDW(Y9, Y2, Y2)
	VPSRLW(operand.Imm(4), Y0, Y0)
	VPSRLW(operand.Imm(4), Y2, Y2)
	VPSLLW(operand.Imm(8), Y2, Y2)
	VPOR(Y2, Y0, Y0)
	VMOVDQU(Y0, at(dst, 0))
	ADDQ(operand.Imm(16), near)
	ADDQ(operand.Imm(16), far)
	ADDQ(operand.Imm(32), dst)
	SUBQ(operand.Imm(16), n)
	JG(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}
