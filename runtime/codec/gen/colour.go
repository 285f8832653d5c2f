package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// toLevels makes 16 pixels a turn; n is a multiple of that. Factors that exceed 15
// bits are taken as a whole number and a rest: 91881 = 2¹⁶ + 26345 for red,
// −46802 = −2¹⁶ + 18734 for green and 116130 = 2·2¹⁶ − 14942 for blue. A half of
// 2¹⁶ is 2·2¹⁴.
func toLevels() {
	TEXT("toLevelsAVX2", 4, "func(dst, y, cb, cr *byte, n int)")
	dst, y, cb, cr, n := pointer("dst"), pointer("y"), pointer("cb"), pointer("cr"), pointer("n")
	luma, u, v, two := Y0, Y1, Y2, Y3
	VMOVDQU(vector("two", 0x00020002), two)
	Label("loop")
	VPMOVZXBW(at(y, 0), luma)
	VPMOVZXBW(at(cb, 0), u)
	VPMOVZXBW(at(cr, 0), v)
	for _, c := range []VecPhysical{u, v} {
		VPSUBW(vector("level", 0x00800080), c, c)
	}
	channels := []VecPhysical{Y4, Y5, Y6}
	for i, c := range []struct {
		a, b VecPhysical
		by   operand.Mem
		half bool
	}{
		{v, two, pair("redLevel", 26345, 1<<14), false},
		{u, v, pair("greenLevel", -22554, 18734), true},
		{u, two, pair("blueLevel", -14942, 1<<14), false},
	} {
		low, high := Y7, Y8
		VPUNPCKLWD(c.b, c.a, low)
		VPUNPCKHWD(c.b, c.a, high)
		for _, r := range []VecPhysical{low, high} {
			VPMADDWD(c.by, r, r)
			if c.half {
				VPADDD(rounding(16), r, r)
			}
			VPSRAD(operand.Imm(16), r, r)
		}
		VPACKSSDW(high, low, channels[i])
		VPADDW(luma, channels[i], channels[i])
	}
	VPADDW(v, channels[0], channels[0])
	VPSUBW(v, channels[1], channels[1])
	VPADDW(u, channels[2], channels[2])
	VPADDW(u, channels[2], channels[2])
	for _, c := range channels {
		VPACKUSWB(c, c, c)
		VPERMQ(operand.Imm(0x08), c, c)
	}
	for third := range 3 {
		for i, c := range channels {
			VPSHUFB(spread(third, i), c.AsX(), []VecPhysical{X7, X8, X9}[i])
		}
		VPOR(X8, X7, X7)
		VPOR(X9, X7, X7)
		VMOVDQU(X7, at(dst, 16*third))
	}
	ADDQ(operand.Imm(48), dst)
	for _, r := range []Register{y, cb, cr} {
		ADDQ(operand.Imm(16), r)
	}
	SUBQ(operand.Imm(16), n)
	JG(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// spread is a shuffle of 16 levels of a channel to their places in a third of 48
// bytes in which the channels take turns.
func spread(third, channel int) operand.Mem {
	words := make([]uint32, 4)
	for i := range 16 {
		from := uint32(0x80) // none
		if k := 16*third + i; k%3 == channel {
			from = uint32(k / 3)
		}
		words[i/4] |= from << (8 * (i % 4))
	}
	return vector(fmt.Sprintf("spread%d%d", third, channel), words...)
}
