package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Samples are floats and levels are whole numbers below 2⁸, so that products
// with 16-bit fractions and their sums stay below 2²⁴ units: floats hold them
// exactly, and fused or not makes no difference.

// toLevel turns samples in v into whole levels, still floats below 256 whose
// fraction is to be cut off, and gathers NaNs in Y14.
func toLevel(v, scratch Register) {
	VCMPPS(operand.Imm(3), v, v, scratch) // unordered
	VORPS(scratch, Y14, Y14)
	VMULPS(float("f255", 255), v, v)
	VADDPS(float("half", 0.5), v, v)
	VPXOR(scratch, scratch, scratch)
	VMAXPS(scratch, v, v)
	VMINPS(float("f255", 255), v, v)
}

// storeBytes cuts off the fractions of eight floats in 0..255 and writes bytes.
func storeBytes(v, half VecPhysical, p Register) {
	VCVTTPS2DQ(v, v)
	VEXTRACTI128(operand.Imm(1), v, half.AsX())
	VPACKUSDW(half.AsX(), v.AsX(), v.AsX())
	VPACKUSWB(v.AsX(), v.AsX(), v.AsX())
	VMOVQ(v.AsX(), at(p, 0))
}

// loadBytes turns eight bytes into floats.
func loadBytes(p, v Register) {
	VPMOVZXBD(at(p, 0), v)
	VCVTDQ2PS(v, v)
}

// toSample divides whole levels in v by 255, rounded to nearest as a division
// would be: the product with 1/255 and one correction by its remainder, which
// takes a third of the time. The tests hold all 256 levels against it.
func toSample(v, rest, inverse, by Register) {
	VMULPS(inverse, v, rest) // the quotient, nearly
	VFNMADD231PS(by, rest, v)
	VFMADD213PS(rest, inverse, v)
}

// returnNaNs returns 0 unless there was a NaN.
func returnNaNs() {
	nans := GP32()
	VMOVMSKPS(Y14, nans)
	VZEROUPPER()
	Store(nans, ReturnIndex(0))
	RET()
}

func levels() {
	TEXT("levelsAVX2", 4, "func(dst *byte, src *float32, n int) (nans uint32)")
	dst, src, n := pointer("dst"), pointer("src"), pointer("n")
	VPXOR(Y14, Y14, Y14)
	eights(n, []Register{src}, []Register{dst}, func(load, _ func(a, b Register)) {
		load(src, Y0)
		toLevel(Y0, Y1)
		storeBytes(Y0, Y1, dst)
	})
	returnNaNs()
}

func samples() {
	TEXT("samplesAVX2", 4, "func(dst *float32, src *byte, n int)")
	dst, src, n := pointer("dst"), pointer("src"), pointer("n")
	VMOVUPS(float("f255", 255), Y1)
	VMOVUPS(inverse255(), Y3)
	eights(n, []Register{dst}, []Register{src}, func(_, store func(a, b Register)) {
		loadBytes(src, Y0)
		toSample(Y0, Y2, Y3, Y1)
		store(Y0, dst)
	})
	VZEROUPPER()
	RET()
}

func toYCC() {
	TEXT("toYCCAVX2", 4, "func(y, cb, cr *byte, red, green, blue *float32, n int) (nans uint32)")
	out := []Register{pointer("y"), pointer("cb"), pointer("cr")}
	in := []Register{pointer("red"), pointer("green"), pointer("blue")}
	n := pointer("n")
	const one = 1 << 16
	rows := []struct {
		name            string
		r, g, b, offset float64
	}{
		{"y", 19595, 38470, 7471, one / 2},
		{"cb", -11059, -21709, 32768, 128*one + one/2 - 1},
		{"cr", 32768, -27439, -5329, 128*one + one/2 - 1},
	}
	VPXOR(Y14, Y14, Y14)
	eights(n, in, out, func(load, _ func(a, b Register)) {
		for i, v := range []VecPhysical{Y0, Y1, Y2} {
			load(in[i], v)
			toLevel(v, Y3)
			VROUNDPS(operand.Imm(3), v, v)
		}
		for i, row := range rows {
			VMOVUPS(float(row.name+"Offset", row.offset/one), Y4)
			VFMADD231PS(float(row.name+"R", row.r/one), Y0, Y4)
			VFMADD231PS(float(row.name+"G", row.g/one), Y1, Y4)
			VFMADD231PS(float(row.name+"B", row.b/one), Y2, Y4)
			storeBytes(Y4, Y5, out[i])
		}
	})
	returnNaNs()
}

func toRGB() {
	TEXT("toRGBAVX2", 4, "func(red, green, blue *float32, y, cb, cr *byte, n int)")
	out := []Register{pointer("red"), pointer("green"), pointer("blue")}
	in := []Register{pointer("y"), pointer("cb"), pointer("cr")}
	n := pointer("n")
	const one = 1 << 16
	VPXOR(Y6, Y6, Y6)
	VMOVUPS(float("f255", 255), Y7)
	VMOVUPS(inverse255(), Y8)
	eights(n, out, in, func(_, store func(a, b Register)) {
		for i, v := range []VecPhysical{Y0, Y1, Y2} {
			loadBytes(in[i], v)
			if i > 0 {
				VSUBPS(float("f128", 128), v, v)
			}
		}
		for _, v := range []VecPhysical{Y3, Y4, Y5} {
			VMOVUPS(float("half", 0.5), v)
		}
		VFMADD231PS(float("rCr", 91881.0/one), Y2, Y3)
		VFMADD231PS(float("gCb", -22554.0/one), Y1, Y4)
		VFMADD231PS(float("gCr", -46802.0/one), Y2, Y4)
		VFMADD231PS(float("bCb", 116130.0/one), Y1, Y5)
		for i, v := range []VecPhysical{Y3, Y4, Y5} {
			VROUNDPS(operand.Imm(1), v, v) // down
			VADDPS(Y0, v, v)
			VMAXPS(Y6, v, v)
			VMINPS(Y7, v, v)
			toSample(v, Y9, Y8, Y7)
			store(v, out[i])
		}
	})
	VZEROUPPER()
	RET()
}
