package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Winograd's minimal filtering F(4×4, 3×3) with the points 0, ±a, ±b and ∞.
const (
	pointA = 0.75
	pointB = 1.5
)

// constant returns a register of copies of v.
func (s isa) constant(v float64) reg.VecVirtual {
	r, bits := s.vec(), GP32()
	MOVL(U32(math.Float32bits(float32(v))), bits)
	x := XMM()
	VMOVD(bits, x)
	VBROADCASTSS(x, r)
	return r
}

// scratch is a square of vectors on the stack.
func (s isa) scratch(n int) func(row, column int) Mem {
	m := AllocLocal(n * n * s.wide())
	return func(row, column int) Mem { return m.Offset((row*n + column) * s.wide()) }
}

// A place gives the address of vector k of a column or row.
type place func(k int) Mem

// inputTransform writes Bᵀ·d·B for the 6×6 pixels d at from, to 36 planes.
func inputTransform(s isa) {
	TEXT("inputTransform"+s.name, 0, "func(t *transform)")
	Pragma("noescape")
	Doc(fmt.Sprintf("inputTransform%s is the routine inputTransform.", s.name))
	t := Dereference(Param("t"))
	from, to := load(t, "from"), load(t, "to")
	row, pixel, plane, count := bytes(t, "row"), bytes(t, "pixel"), bytes(t, "plane"), load(t, "count")
	mid := s.scratch(6)
	aabb, ab2 := s.constant(pointA*pointA*pointB*pointB), s.constant(pointA*pointA+pointB*pointB)
	aa, bb := s.constant(pointA*pointA), s.constant(pointB*pointB)
	a, b := s.constant(pointA), s.constant(pointB)
	transform := func(from, to place) {
		d := s.vecs(6)
		for k := range d {
			VMOVUPS(from(k), d[k])
		}
		x, e, o := s.vec(), s.vec(), s.vec()
		// Point 0: a²b²·d0 − (a²+b²)·d2 + d4.
		VMOVAPS(d[4], x)
		VFNMADD231PS(ab2, d[2], x)
		VFMADD231PS(aabb, d[0], x)
		VMOVUPS(x, to(0))
		// ±a: (d4 − b²·d2) ± a·(d3 − b²·d1); ±b with a and b exchanged.
		pair := func(square, root reg.VecVirtual, k int) {
			VMOVAPS(d[4], e)
			VFNMADD231PS(square, d[2], e)
			VMOVAPS(d[3], o)
			VFNMADD231PS(square, d[1], o)
			plus, minus := s.vec(), s.vec()
			VMOVAPS(e, plus)
			VFMADD231PS(root, o, plus)
			VMOVUPS(plus, to(k))
			VMOVAPS(e, minus)
			VFNMADD231PS(root, o, minus)
			VMOVUPS(minus, to(k+1))
		}
		pair(bb, a, 1)
		pair(aa, b, 3)
		// ∞: as for 0, of d1, d3 and d5.
		VFNMADD231PS(ab2, d[3], d[5])
		VFMADD231PS(aabb, d[1], d[5])
		VMOVUPS(d[5], to(5))
	}
	s.loop("vector", count, func() {
		in, out := GP64(), GP64()
		MOVQ(from, in)
		for c := range 6 {
			p := GP64()
			MOVQ(in, p)
			transform(func(k int) Mem {
				if k > 0 {
					ADDQ(row, p)
				}
				return Mem{Base: p}
			}, func(k int) Mem { return mid(k, c) })
			ADDQ(pixel, in)
		}
		MOVQ(to, out)
		for r := range 6 {
			transform(func(k int) Mem { return mid(r, k) }, func(k int) Mem {
				if r+k > 0 {
					ADDQ(plane, out)
				}
				return Mem{Base: out}
			})
		}
		ADDQ(Imm(uint64(s.wide())), from)
		ADDQ(Imm(uint64(s.wide())), to)
	})
	VZEROUPPER()
	RET()
}

// outputTransform writes clamp(Aᵀ·m·A + bias) for the 36 planes m, to 4×4 pixels.
func outputTransform(s isa) {
	TEXT("outputTransform"+s.name, 0, "func(t *transform)")
	Pragma("noescape")
	Doc(fmt.Sprintf("outputTransform%s is the routine outputTransform.", s.name))
	t := Dereference(Param("t"))
	from, to, bias := load(t, "from"), load(t, "to"), load(t, "bias")
	row, pixel, plane, count := bytes(t, "row"), bytes(t, "pixel"), bytes(t, "plane"), load(t, "count")
	mid := s.scratch(6)
	a, b := s.constant(pointA), s.constant(pointB)
	aa, bb := s.constant(pointA*pointA), s.constant(pointB*pointB)
	aaa, bbb := s.constant(pointA*pointA*pointA), s.constant(pointB*pointB*pointB)
	transform := func(from place, to func(k int, v reg.VecVirtual)) {
		m := s.vecs(6)
		for k := range m {
			VMOVUPS(from(k), m[k])
		}
		s1, d1, s2, d2 := s.vec(), m[1], s.vec(), m[3]
		VADDPS(m[2], m[1], s1)
		VSUBPS(m[2], m[1], d1)
		VADDPS(m[4], m[3], s2)
		VSUBPS(m[4], m[3], d2)
		VADDPS(s1, m[0], m[0])
		VADDPS(s2, m[0], m[0])
		to(0, m[0])
		y := s.vec()
		VMULPS(a, d1, y)
		VFMADD231PS(b, d2, y)
		to(1, y)
		y = s.vec()
		VMULPS(aa, s1, y)
		VFMADD231PS(bb, s2, y)
		to(2, y)
		VFMADD231PS(aaa, d1, m[5])
		VFMADD231PS(bbb, d2, m[5])
		to(3, m[5])
	}
	s.loop("vector", count, func() {
		// The planes of one row of m lie side by side, those of a column six apart.
		in := GP64()
		MOVQ(from, in)
		for r := range 6 {
			p := GP64()
			MOVQ(in, p)
			transform(func(k int) Mem {
				if k > 0 {
					ADDQ(plane, p)
				}
				return Mem{Base: p}
			}, func(k int, v reg.VecVirtual) { VMOVUPS(v, mid(r, k)) })
			if r < 5 {
				LEAQ(Mem{Base: in, Index: plane, Scale: 4}, in)
				LEAQ(Mem{Base: in, Index: plane, Scale: 2}, in)
			}
		}
		out := GP64()
		MOVQ(to, out)
		for c := range 4 {
			p := GP64()
			MOVQ(out, p)
			transform(func(k int) Mem { return mid(k, c) }, func(k int, v reg.VecVirtual) {
				VADDPS(Mem{Base: bias}, v, v)
				bound := s.vec() // loaded anew each time: AVX2 has no registers left
				VBROADCASTSS(mem(t.Field("low")), bound)
				VMAXPS(v, bound, v)
				VBROADCASTSS(mem(t.Field("high")), bound)
				VMINPS(v, bound, v)
				VMOVUPS(v, Mem{Base: p})
				if k < 3 {
					ADDQ(row, p)
				}
			})
			ADDQ(pixel, out)
		}
		ADDQ(Imm(uint64(s.wide())), from)
		ADDQ(Imm(uint64(s.wide())), to)
		ADDQ(Imm(uint64(s.wide())), bias)
	})
	VZEROUPPER()
	RET()
}

// kernelTransform writes G·g·Gᵀ for the 3×3 kernels g at from, to 36 planes.
func kernelTransform(s isa) {
	TEXT("kernelTransform"+s.name, 0, "func(t *transform)")
	Pragma("noescape")
	Doc(fmt.Sprintf("kernelTransform%s is the routine kernelTransform.", s.name))
	t := Dereference(Param("t"))
	from, to := load(t, "from"), load(t, "to")
	row, pixel, plane, count := bytes(t, "row"), bytes(t, "pixel"), bytes(t, "plane"), load(t, "count")
	mid := s.scratch(6)
	const aa, bb = pointA * pointA, pointB * pointB
	const na, nb = 2 * aa * (aa - bb), 2 * bb * (bb - aa) // products of the distances to the other points
	zero := s.constant(1 / (aa * bb))
	evenA, squareA, oddA := s.constant(1/na), s.constant(aa/na), s.constant(pointA/na)
	evenB, squareB, oddB := s.constant(1/nb), s.constant(bb/nb), s.constant(pointB/nb)
	transform := func(from, to place) {
		g := s.vecs(3)
		for k := range g {
			VMOVUPS(from(k), g[k])
		}
		x := s.vec()
		VMULPS(zero, g[0], x)
		VMOVUPS(x, to(0))
		pair := func(even, square, odd reg.VecVirtual, k int) {
			e, plus := s.vec(), s.vec()
			VMULPS(even, g[0], e)
			VFMADD231PS(square, g[2], e)
			VMOVAPS(e, plus)
			VFMADD231PS(odd, g[1], plus)
			VMOVUPS(plus, to(k))
			VFNMADD231PS(odd, g[1], e)
			VMOVUPS(e, to(k+1))
		}
		pair(evenA, squareA, oddA, 1)
		pair(evenB, squareB, oddB, 3)
		VMOVUPS(g[2], to(5))
	}
	s.loop("vector", count, func() {
		in := GP64()
		MOVQ(from, in)
		for c := range 3 {
			transform(func(k int) Mem {
				m := Mem{Base: in}
				if k > 0 {
					m.Index, m.Scale = row, uint8(k)
				}
				return m
			}, func(k int) Mem { return mid(k, c) })
			ADDQ(pixel, in)
		}
		out := GP64()
		MOVQ(to, out)
		for r := range 6 {
			transform(func(k int) Mem { return mid(r, k) }, func(k int) Mem {
				if r+k > 0 {
					ADDQ(plane, out)
				}
				return Mem{Base: out}
			})
		}
		ADDQ(Imm(uint64(s.wide())), from)
		ADDQ(Imm(uint64(s.wide())), to)
	})
	VZEROUPPER()
	RET()
}
