package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Samples are floats and levels are whole numbers below 2⁸, so that products
// with 16-bit fractions and their sums stay below 2²⁴ units: floats hold them
// exactly, and fused or not makes no difference.

const one = 1 << 16

// numbers are the constants of the rows' loops.
var numbers = map[string]float64{
	"half": 0.5, "f128": 128, "f255": 255, "inverse255": float64(float32(1.0 / 255)), "zero": 0,

	"yR": 19595.0 / one, "yG": 38470.0 / one, "yB": 7471.0 / one, "yOffset": 0.5,
	"cbR": -11059.0 / one, "cbG": -21709.0 / one, "cbB": 0.5, "chromaOffset": 128 + (one/2-1.0)/one,
	"crR": 0.5, "crG": -27439.0 / one, "crB": -5329.0 / one,

	"rCr": 91881.0 / one, "gCb": -22554.0 / one, "gCr": -46802.0 / one, "bCb": 116130.0 / one,
}

// float returns a number eight times over.
func float(name string, v float64) operand.Mem {
	f := float32(v)
	if float64(f) != v {
		panic(name + " is no float32")
	}
	return vector(name, math.Float32bits(f))
}

// toLevel turns samples in v into levels, floats below 256 whose fraction is to
// be cut off, and gathers NaNs.
func (w width) toLevel(constant func(string) operand.Op, v, scratch VecPhysical) {
	w.gatherNaNs(v, scratch)
	VMULPS(constant("f255"), v, v)
	VADDPS(constant("half"), v, v)
	VMAXPS(constant("zero"), v, v)
	VMINPS(constant("f255"), v, v)
}

// toSample divides whole levels in v by 255, rounded to nearest as a division
// would be: the product with 1/255 and one correction by its remainder, which
// takes a third of the time. The tests hold all 256 levels against it.
func (w width) toSample(v, rest, inverse, by VecPhysical) {
	VMULPS(inverse, v, rest) // the quotient, nearly
	VFNMADD231PS(by, rest, v)
	VFMADD213PS(rest, inverse, v)
}

func levels(w width) {
	TEXT("levels"+w.name(), 4, "func(dst *byte, src *float32, n int) (nans uint32)")
	dst, src, n := pointer("dst"), pointer("src"), pointer("n")
	constant := w.constants(numbers, "f255", "half", "zero")
	w.clearNaNs()
	w.loop(n, []Register{src}, []Register{dst}, func(a access) {
		a.load(src, w.r(0))
		w.toLevel(constant, w.r(0), w.r(1))
		w.storeBytes(w.r(0), w.r(1), dst)
	})
	w.returnNaNs()
}

func samples(w width) {
	TEXT("samples"+w.name(), 4, "func(dst *float32, src *byte, n int)")
	dst, src, n := pointer("dst"), pointer("src"), pointer("n")
	constant := w.constants(numbers, "f255", "inverse255")
	VMOVUPS(constant("f255"), w.r(1))
	VMOVUPS(constant("inverse255"), w.r(3))
	w.loop(n, []Register{dst}, []Register{src}, func(a access) {
		w.loadBytes(src, w.r(0))
		w.toSample(w.r(0), w.r(2), w.r(3), w.r(1))
		a.store(w.r(0), dst)
	})
	VZEROUPPER()
	RET()
}

func toYCC(w width) {
	TEXT("toYCC"+w.name(), 4, "func(y, cb, cr *byte, red, green, blue *float32, n int) (nans uint32)")
	out := []Register{pointer("y"), pointer("cb"), pointer("cr")}
	in := []Register{pointer("red"), pointer("green"), pointer("blue")}
	n := pointer("n")
	constant := w.constants(numbers, "f255", "half", "zero", "yOffset", "chromaOffset",
		"yR", "yG", "yB", "cbR", "cbG", "cbB", "crR", "crG", "crB")
	w.clearNaNs()
	w.loop(n, in, out, func(a access) {
		for i := range in {
			a.load(in[i], w.r(i))
			w.toLevel(constant, w.r(i), w.r(3))
			w.round(3, w.r(i))
		}
		for i, row := range []struct{ name, offset string }{{"y", "yOffset"}, {"cb", "chromaOffset"}, {"cr", "chromaOffset"}} {
			sum := w.r(4 + i)
			VMOVUPS(constant(row.offset), sum)
			VFMADD231PS(constant(row.name+"R"), w.r(0), sum)
			VFMADD231PS(constant(row.name+"G"), w.r(1), sum)
			VFMADD231PS(constant(row.name+"B"), w.r(2), sum)
			w.storeBytes(sum, w.r(3), out[i])
		}
	})
	w.returnNaNs()
}

func toRGB(w width) {
	TEXT("toRGB"+w.name(), 4, "func(red, green, blue *float32, y, cb, cr *byte, n int)")
	out := []Register{pointer("red"), pointer("green"), pointer("blue")}
	in := []Register{pointer("y"), pointer("cb"), pointer("cr")}
	n := pointer("n")
	constant := w.constants(numbers, "f255", "inverse255", "f128", "half", "zero", "rCr", "gCb", "gCr", "bCb")
	VMOVUPS(constant("zero"), w.r(6))
	VMOVUPS(constant("f255"), w.r(7))
	VMOVUPS(constant("inverse255"), w.r(8))
	w.loop(n, out, in, func(a access) {
		luma, u, v := w.r(0), w.r(1), w.r(2)
		for i := range in {
			w.loadBytes(in[i], w.r(i))
		}
		VSUBPS(constant("f128"), u, u)
		VSUBPS(constant("f128"), v, v)
		for i := range out {
			VMOVUPS(constant("half"), w.r(3+i))
		}
		VFMADD231PS(constant("rCr"), v, w.r(3))
		VFMADD231PS(constant("gCb"), u, w.r(4))
		VFMADD231PS(constant("gCr"), v, w.r(4))
		VFMADD231PS(constant("bCb"), u, w.r(5))
		for i := range out {
			c := w.r(3 + i)
			w.round(1, c)
			VADDPS(luma, c, c)
			VMAXPS(w.r(6), c, c)
			VMINPS(w.r(7), c, c)
			w.toSample(c, w.r(9), w.r(8), w.r(7))
			a.store(c, out[i])
		}
	})
	VZEROUPPER()
	RET()
}
