package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Rows of the decoded image are made four registers of floats at a time. Samples at
// even and at odd places stand apart as 16-bit numbers, which is how chroma is
// doubled anyway, until they are packed into bytes; these go through memory on
// their way to floats, where a load widens them.

// held are constants that AVX-512 has in registers from 16 on; AVX2 reads them
// from memory.
func (w width) held(constants ...operand.Mem) []operand.Op {
	var list []operand.Op
	for i, m := range constants {
		if w == avx2 {
			list = append(list, m)
			continue
		}
		VBROADCASTI32X4(m, w.r(16+i))
		list = append(list, w.r(16+i))
	}
	return list
}

func words(name string, v int) operand.Mem { return pair(name, v, v) }

// A spreader turns bytes in memory into samples.
type spreader struct {
	width
	constants []operand.Op
}

// newSpreader uses registers 14 and 13. Of AVX-512 the byte v is repeated to v·(2²⁴+2¹⁶+2⁸+1), which
// is 2³²·v/255 cut off. In rounding it to 24 bits the highest of those that are
// dropped is 1, so that the exact quotient, which goes on, is nearer to the
// number above. AVX2 cannot convert that and multiplies by 1/255 in two parts. The
// tests hold all 256 levels against a division.
func (w width) newSpreader() spreader {
	s := spreader{width: w}
	if w == avx2 {
		const first = float32(1.0 / 255)
		s.constants = []operand.Op{float("inverse255", float64(first)),
			vector("rest255", math.Float32bits(float32(1.0/255-float64(first))))}
		return s
	}
	VMOVDQU64(repeat(), w.r(14))
	VBROADCASTSS(float("unit32", 1.0/(1<<32)), w.r(13))
	s.constants = []operand.Op{w.r(14), w.r(13)}
	return s
}

// repeat is a shuffle that gives each of 16 bytes four places.
func repeat() operand.Mem {
	if m, ok := constants["repeat"]; ok {
		return m
	}
	m := GLOBL("repeat", 8|16)
	for i := range 16 {
		DATA(4*i, operand.U32(0x01010101*i))
	}
	constants["repeat"] = m
	return m
}

func (s spreader) spread(m operand.Mem, v, scratch VecPhysical) {
	if s.width == avx2 {
		VPMOVZXBD(m, v)
		VCVTDQ2PS(v, v)
		VMULPS(s.constants[1], v, scratch)
		VFMADD132PS(s.constants[0], scratch, v)
		return
	}
	VBROADCASTI32X4(m, v)
	VPSHUFB(s.constants[0], v, v)
	VCVTUDQ2PS_RU_SAE(v, v)
	VMULPS(s.constants[1], v, v)
}

func (w width) load(m operand.Mem, v VecPhysical) {
	if w == avx512 {
		VMOVDQU64(m, v)
	} else {
		VMOVDQU(m, v)
	}
}

func (w width) save(v VecPhysical, m operand.Mem) {
	if w == avx512 {
		VMOVDQU64(v, m)
	} else {
		VMOVDQU(v, m)
	}
}

func samples(w width) {
	TEXT("samples"+w.name(), 4, "func(dst *float32, src *byte, n int)")
	dst, src, n := pointer("dst"), pointer("src"), pointer("n")
	s := w.newSpreader()
	w.loop(n, []Register{dst}, []Register{src}, func(a access) {
		s.spread(at(src, 0), w.r(0), w.r(1))
		a.store(w.r(0), dst)
	})
	VZEROUPPER()
	RET()
}

// A joiner converts luma and chroma in 16-bit numbers to red, green and blue.
//
// With 8-bit levels the products' rounded sums are had in 16 bits where they depend
// on one level: VPMULHRSW rounds halves up as they do, blue's factor is exact,
// and red's is near enough, which all 256 levels tell. Green's takes 32 bits.
// Factors beyond 16 bits are reduced by whole ones.
type joiner struct {
	spreader
	interleave, red, blue, green, half operand.Op
	staged                             GPVirtual
}

const redFactor, blueFactor = 13173, -7471 // (1.402 − 1)·2¹⁵ and (1.772 − 2)·2¹⁵

func (w width) newJoiner(further ...operand.Mem) (joiner, []operand.Op) {
	held := w.held(append([]operand.Mem{
		vector("interleave", 0x09010800, 0x0b030a02, 0x0d050c04, 0x0f070e06),
		words("red", redFactor), words("blue", blueFactor), pair("green", -22554, -46802+one), rounding(16),
	}, further...)...)
	j := joiner{w.newSpreader(), held[0], held[1], held[2], held[3], held[4], GP64()}
	local := AllocLocal(4 * 64)
	LEAQ(local.Offset(63), j.staged)
	ANDQ(operand.I8(-64), j.staged)
	return j, held[5:]
}

// stage leaves the bytes of each channel in memory, one register's after another's.
// Luma is in registers 0 and 1, chroma less 128 in 2 to 5, even places first.
func (j joiner) stage() {
	w := j.width
	sum, odd, low, high := w.r(6), w.r(7), w.r(8), w.r(9)
	for channel := range 3 {
		for i, c := range []VecPhysical{sum, odd} {
			luma, u, v := w.r(i), w.r(2+i), w.r(4+i)
			switch channel {
			case 0:
				VPMULHRSW(j.red, v, c)
				VPADDW(v, c, c)
			case 1:
				VPUNPCKLWD(v, u, low)
				VPUNPCKHWD(v, u, high)
				for _, r := range []VecPhysical{low, high} {
					VPMADDWD(j.green, r, r)
					VPADDD(j.half, r, r)
					VPSRAD(operand.Imm(16), r, r)
				}
				VPACKSSDW(high, low, c)
				VPSUBW(v, c, c)
			case 2:
				VPMULHRSW(j.blue, u, c)
				VPADDW(u, c, c)
				VPADDW(u, c, c)
			}
			VPADDW(luma, c, c)
		}
		VPACKUSWB(odd, sum, sum)
		VPSHUFB(j.interleave, sum, sum)
		w.save(sum, at(j.staged, 4*int(w)*channel))
	}
}

// loop goes over n pixels of rows. load fills stage's registers, next moves on its
// pointers by a turn's pixels. Bytes are read a whole turn's number at a time.
func (j joiner) loop(n Register, out []Register, load, next func()) {
	w := j.width
	turn := operand.Imm(uint64(4 * w))
	CMPQ(n, turn)
	JL(operand.LabelRef("tail"))
	Label("turn")
	load()
	j.stage()
	next()
	for i := range 4 {
		for channel, p := range out {
			v := w.r(6 + channel)
			j.spread(at(j.staged, int(w)*(4*channel+i)), v, w.r(9))
			VMOVUPS(v, at(p, 4*int(w)*i))
		}
	}
	for _, p := range out {
		ADDQ(operand.I32(int32(16*w)), p)
	}
	SUBQ(turn, n)
	CMPQ(n, turn)
	JGE(operand.LabelRef("turn"))
	Label("tail")
	TESTQ(n, n)
	JE(operand.LabelRef("end"))
	load()
	j.stage()
	w.loop(n, out, []Register{j.staged}, func(a access) {
		for channel, p := range out {
			j.spread(at(j.staged, 4*int(w)*channel), w.r(6), w.r(7))
			a.store(w.r(6), p)
		}
	})
	Label("end")
	VZEROUPPER()
	RET()
}

// parts splits bytes into those at even and those at odd places.
func (w width) parts(p Register, low operand.Op, even, odd VecPhysical) {
	w.load(at(p, 0), odd)
	if w == avx512 {
		VPANDD(low, odd, even)
	} else {
		VPAND(low, odd, even)
	}
	VPSRLW(operand.Imm(8), odd, odd)
}

func toRGB(w width) {
	TEXT("toRGB"+w.name(), 0, "func(red, green, blue *float32, y, cb, cr *byte, n int)")
	out := []Register{pointer("red"), pointer("green"), pointer("blue")}
	in := []Register{pointer("y"), pointer("cb"), pointer("cr")}
	n := pointer("n")
	j, further := w.newJoiner(words("low", 255), words("level", 128))
	j.loop(n, out, func() {
		for i, p := range in {
			w.parts(p, further[0], w.r(2*i), w.r(2*i+1))
		}
		for i := 2; i < 6; i++ {
			VPSUBW(further[1], w.r(i), w.r(i))
		}
	}, func() {
		for _, p := range in {
			ADDQ(operand.Imm(uint64(4*w)), p)
		}
	})
}

// doubleRGB takes off chroma's 128, times 16, with what is added for rounding.
func doubleRGB(w width) {
	TEXT("doubleRGB"+w.name(), 0, "func(red, green, blue *float32, y *byte, cb, cr *uint16, n int, left, right uint16)")
	out := []Register{pointer("red"), pointer("green"), pointer("blue")}
	luma, chroma := pointer("y"), []Register{pointer("cb"), pointer("cr")}
	n := pointer("n")
	biases := []VecPhysical{w.r(10), w.r(11)}
	for i, name := range []string{"left", "right"} {
		bias := GP32()
		Load(Param(name), bias)
		SUBL(operand.U32(16*128), bias)
		VMOVD(bias, biases[i].AsX())
		VPBROADCASTW(biases[i].AsX(), biases[i])
	}
	j, further := w.newJoiner(words("low", 255), words("three", 3))
	j.loop(n, out, func() {
		w.parts(luma, further[0], w.r(0), w.r(1))
		for i, p := range chroma {
			w.load(at(p, 2), w.r(6))
			VPMULLW(further[1], w.r(6), w.r(6))
			for k, v := range []VecPhysical{w.r(2 + 2*i), w.r(3 + 2*i)} {
				VPADDW(at(p, 4*k), w.r(6), v)
				VPADDW(biases[k], v, v)
				VPSRAW(operand.Imm(4), v, v)
			}
		}
	}, func() {
		ADDQ(operand.Imm(uint64(4*w)), luma)
		for _, p := range chroma {
			ADDQ(operand.Imm(uint64(4*w)), p)
		}
	})
}

// sums makes a register of sums a turn, beyond the end if n is no multiple.
func sums(w width) {
	TEXT("sums"+w.name(), 4, "func(dst *uint16, near, far *byte, n int)")
	dst, near, far, n := pointer("dst"), pointer("near"), pointer("far"), pointer("n")
	three := w.held(words("three", 3))[0]
	Label("loop")
	VPMOVZXBW(at(near, 0), w.r(0))
	VPMOVZXBW(at(far, 0), w.r(1))
	VPMULLW(three, w.r(0), w.r(0))
	VPADDW(w.r(1), w.r(0), w.r(0))
	w.save(w.r(0), at(dst, 0))
	for _, p := range []Register{near, far} {
		ADDQ(operand.Imm(uint64(2*w)), p)
	}
	ADDQ(operand.Imm(uint64(4*w)), dst)
	SUBQ(operand.Imm(uint64(2*w)), n)
	JG(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}
