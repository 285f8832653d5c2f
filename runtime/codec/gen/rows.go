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
	"half": 0.5, "f255": 255, "zero": 0,

	"yR": 19595.0 / one, "yG": 38470.0 / one, "yB": 7471.0 / one, "yOffset": 0.5,
	"cbR": -11059.0 / one, "cbG": -21709.0 / one, "cbB": 0.5, "chromaOffset": 128 + (one/2-1.0)/one,
	"crR": 0.5, "crG": -27439.0 / one, "crB": -5329.0 / one,
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
