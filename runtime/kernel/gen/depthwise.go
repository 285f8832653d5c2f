package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwisePixels is how many pixels depthwise sums side by side: the widths of
// the usual networks are multiples of 7.
const depthwisePixels = 7

// depthwise multiplies each channel of a row of pixels by its own kernel. It goes
// over all channels of some pixels before the next: what it reads then lies side
// by side.
func depthwise(s isa) {
	TEXT("depthwise"+s.name, NOSPLIT, "func(d *depthwiseRow)")
	Pragma("noescape")
	Doc(fmt.Sprintf("depthwise%s is the routine depthwise.", s.name))
	d := Dereference(Param("d"))
	step, pixels, in, out := bytes(d, "step"), load(d, "pixels"), load(d, "from"), load(d, "to")
	low, high := s.vec(), s.vec()
	VBROADCASTSS(mem(d.Field("low")), low)
	VBROADCASTSS(mem(d.Field("high")), high)

	// block sums n pixels from in on and moves in and out beyond them.
	block := func(n int) {
		channels, at := load(d, "channels"), GP64() // channels counts vectors here
		XORQ(at, at)
		s.loop("vector", channels, func() {
			sum := s.vecs(n)
			a := make([]reg.Register, (n+2)/3)
			for i := range a {
				a[i] = GP64()
			}
			MOVQ(mem(d.Field("bias").Base()), a[0])
			VMOVUPS(Mem{Base: a[0], Index: at, Scale: 1}, sum[0])
			for i := 1; i < n; i++ {
				VMOVAPS(sum[0], sum[i])
			}
			taps, count, pitch, w := load(d, "taps"), length(d, "taps"), bytes(d, "pitch"), load(d, "weights")
			ADDQ(at, w)
			s.loop("tap", count, func() {
				MOVQ(Mem{Base: taps}, a[0])
				LEAQ(Mem{Base: at, Index: a[0], Scale: 4}, a[0])
				ADDQ(in, a[0])
				ADDQ(Imm(8), taps)
				for i := 1; i < len(a); i++ {
					LEAQ(Mem{Base: a[i-1], Index: step, Scale: 2}, a[i])
					ADDQ(step, a[i])
				}
				v := s.vec()
				VMOVUPS(Mem{Base: w}, v)
				for i := range n {
					m := Mem{Base: a[i/3]}
					if i%3 != 0 {
						m.Index, m.Scale = step, uint8(i%3)
					}
					VFMADD231PS(m, v, sum[i])
				}
				ADDQ(pitch, w)
			})
			line := bytes(d, "line")
			LEAQ(Mem{Base: out, Index: at, Scale: 1}, a[0])
			for i := range n {
				s.clamp(sum[i], low, high)
				VMOVUPS(sum[i], Mem{Base: a[0]})
				ADDQ(line, a[0])
			}
			ADDQ(Imm(uint64(s.wide())), at)
		})
		skip := GP64()
		IMUL3Q(U8(n), step, skip)
		ADDQ(skip, in)
		MOVQ(mem(d.Field("line")), skip)
		IMUL3Q(U8(4*n), skip, skip)
		ADDQ(skip, out)
		SUBQ(Imm(uint64(n)), pixels)
	}
	many, few, done := s.label("many"), s.label("few"), s.label("done")
	Label(many)
	CMPQ(pixels, Imm(depthwisePixels))
	JLT(LabelRef(few))
	block(depthwisePixels)
	JMP(LabelRef(many))
	Label(few)
	TESTQ(pixels, pixels)
	JZ(LabelRef(done))
	block(1)
	JMP(LabelRef(few))
	Label(done)
	VZEROUPPER()
	RET()
}

// depthwiseKernels adds to each tap's weights, at to, the products of a row of
// pixels with a row of gradients, at weights.
func depthwiseKernels(s isa) {
	TEXT("depthwiseKernels"+s.name, NOSPLIT, "func(d *depthwiseRow)")
	Pragma("noescape")
	Doc(fmt.Sprintf("depthwiseKernels%s is the routine depthwiseKernels.", s.name))
	d := Dereference(Param("d"))
	from, gradient, to := load(d, "from"), load(d, "weights"), load(d, "to")
	channels, step, line, pitch := load(d, "channels"), bytes(d, "step"), bytes(d, "line"), bytes(d, "pitch")
	s.loop("vector", channels, func() {
		taps, count, out := load(d, "taps"), length(d, "taps"), GP64()
		MOVQ(to, out)
		s.loop("tap", count, func() {
			x, g, pixels, sum := GP64(), GP64(), load(d, "pixels"), s.vec()
			MOVQ(Mem{Base: taps}, x)
			LEAQ(Mem{Base: from, Index: x, Scale: 4}, x)
			MOVQ(gradient, g)
			VMOVUPS(Mem{Base: out}, sum)
			s.loop("pixel", pixels, func() {
				v := s.vec()
				VMOVUPS(Mem{Base: g}, v)
				VFMADD231PS(Mem{Base: x}, v, sum)
				ADDQ(step, x)
				ADDQ(line, g)
			})
			VMOVUPS(sum, Mem{Base: out})
			ADDQ(pitch, out)
			ADDQ(Imm(8), taps)
		})
		for _, p := range []reg.Register{from, gradient, to} {
			ADDQ(Imm(uint64(s.wide())), p)
		}
	})
	VZEROUPPER()
	RET()
}
