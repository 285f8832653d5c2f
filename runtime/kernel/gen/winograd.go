package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
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

// scratch is a square of vectors on the stack, which may stand across lines of the
// cache but for an address rounded up.
func (s isa) scratch(n int) func(row, column int) Mem {
	m := AllocLocal((n*n + 1) * s.wide())
	base := GP64()
	LEAQ(m.Offset(s.wide()-1), base)
	ANDQ(I8(-s.wide()), base)
	return func(row, column int) Mem { return Mem{Base: base, Disp: (row*n + column) * s.wide()} }
}

// A place gives the address of vector k of a column or row.
type place func(k int) Mem

// planes are the distances 0 to 5 planes from a pointer, which moves on by 6.
type planes struct{ one, three, five, six reg.GPVirtual }

func planesOf(c gotypes.Component) planes {
	p := planes{bytes(c, "plane"), GP64(), GP64(), GP64()}
	LEAQ(Mem{Base: p.one, Index: p.one, Scale: 2}, p.three)
	LEAQ(Mem{Base: p.one, Index: p.one, Scale: 4}, p.five)
	LEAQ(Mem{Base: p.five, Index: p.one, Scale: 1}, p.six)
	return p
}

// at is k planes from a pointer.
func (p planes) at(base reg.Register, k int) Mem {
	return []Mem{
		{Base: base}, {Base: base, Index: p.one, Scale: 1}, {Base: base, Index: p.one, Scale: 2},
		{Base: base, Index: p.three, Scale: 1}, {Base: base, Index: p.one, Scale: 4}, {Base: base, Index: p.five, Scale: 1},
	}[k]
}

// local is a word on the stack with a register's value.
func local(r reg.Register) Mem {
	m := AllocLocal(8)
	MOVQ(r, m)
	return m
}

// inputTransform writes Bᵀ·d·B for the 6×6 pixels d at from, to 36 planes.
func inputTransform(s isa) {
	TEXT("inputTransform"+s.name, 0, "func(t *transform)")
	Pragma("noescape")
	Doc(fmt.Sprintf("inputTransform%s is the routine inputTransform.", s.name))
	t := Dereference(Param("t"))
	mid := s.scratch(6)
	aabb, ab2 := s.constant(pointA*pointA*pointB*pointB), s.constant(pointA*pointA+pointB*pointB)
	aa, bb := s.constant(pointA*pointA), s.constant(pointB*pointB)
	a, b := s.constant(pointA), s.constant(pointB)
	transform := func(from, to place) {
		d := s.vecs(6)
		for k := 1; k < 6; k++ {
			VMOVUPS(from(k), d[k])
		}
		// ∞: a²b²·d1 − (a²+b²)·d3 + d5. Point 0: of d0, d2 and d4.
		VFNMADD231PS(ab2, d[3], d[5])
		VFMADD231PS(aabb, d[1], d[5])
		VMOVUPS(d[5], to(5))
		VMOVAPS(d[4], d[0])
		VFNMADD231PS(ab2, d[2], d[0])
		VFMADD231PS(from(0), aabb, d[0])
		VMOVUPS(d[0], to(0))
		// ±a: e ± a·o with e = d4 − b²·d2 and o = d3 − b²·d1; ±b with a and b exchanged.
		pair := func(square, root, e, o reg.VecVirtual, k int) {
			VFNMADD231PS(square, d[2], e)
			VFNMADD231PS(square, d[1], o)
			plus := s.vec()
			VMOVAPS(e, plus)
			VFMADD231PS(root, o, plus)
			VMOVUPS(plus, to(k))
			VFNMADD231PS(root, o, e)
			VMOVUPS(e, to(k+1))
		}
		e, o := s.vec(), s.vec()
		VMOVAPS(d[4], e)
		VMOVAPS(d[3], o)
		pair(bb, a, e, o, 1)
		pair(aa, b, d[4], d[3], 3)
	}
	// short is transform of d0 to d3 alone: with d4 = a²·d2 + b·o and o = d3 − a²·d1 the
	// product with point −b is 0, and so it is with ∞, with d5 likewise. What is left
	// has F(2, 3) with the points 0, ±a and b.
	short := func(from, to place) {
		d := s.vecs(6)
		for k := 1; k < 4; k++ {
			VMOVUPS(from(k), d[k])
		}
		o, e := s.vec(), s.vec()
		VMOVAPS(d[3], o)
		VFNMADD231PS(aa, d[1], o)
		VMULPS(b, o, o)
		VMOVAPS(o, d[4])
		VFMADD231PS(aa, d[2], d[4])
		VMOVAPS(d[4], d[0])
		VFNMADD231PS(ab2, d[2], d[0])
		VFMADD231PS(from(0), aabb, d[0])
		VMOVUPS(d[0], to(0))
		VFNMADD231PS(bb, d[2], d[4])
		VFNMADD231PS(bb, d[1], d[3])
		VMOVAPS(d[4], e)
		VFMADD231PS(a, d[3], e)
		VMOVUPS(e, to(1))
		VFNMADD231PS(a, d[3], d[4])
		VMOVUPS(d[4], to(2))
		VADDPS(o, o, o)
		VMOVUPS(o, to(3))
	}

	// What is outside the image: rows are read from zeros, columns stay zeros.
	outside, inside, row, zeros := GP64(), load(t, "rows"), bytes(t, "row"), load(t, "zeros")
	rows := make([]reg.GPVirtual, 6)
	from, number := load(t, "from"), load(t, "above")
	MOVQ(number, outside)
	IMULQ(row, outside)
	SUBQ(outside, from)
	NEGQ(number)
	for i := range rows {
		rows[i] = GP64()
		MOVQ(zeros, rows[i])
		CMPQ(number, inside)
		CMOVQCS(from, rows[i])
		ADDQ(row, from)
		INCQ(number)
	}
	whole := s.label("whole")
	CMPQ(mem(t.Field("columns")), Imm(6))
	JE(LabelRef(whole))
	zero := s.vec()
	s.zero(zero)
	for r := range 6 {
		for c := range 6 {
			VMOVUPS(zero, mid(r, c))
		}
	}
	Label(whole)
	first := load(t, "left")
	IMUL3Q(U32(s.wide()), first, first)
	corner := GP64()
	LEAQ(mid(0, 0), corner)
	ADDQ(corner, first)
	firstColumn := local(first)
	pixel, toStep, squares := local(bytes(t, "pixel")), local(bytes(t, "toStep")), local(load(t, "squares"))
	fromStep := local(bytes(t, "fromStep"))

	p := planesOf(t)
	one, three, five, six := local(p.one), local(p.three), local(p.five), local(p.six)
	zeroth := GP64()
	XORQ(zeroth, zeroth)
	square, to := local(zeroth), local(load(t, "to"))
	l := s.label("square")
	Label(l)
	count, at, out := load(t, "count"), GP64(), GP64()
	MOVQ(square, at)
	MOVQ(to, out)
	s.loop("vector", count, func() {
		in, place, columns := GP64(), GP64(), load(t, "columns")
		MOVQ(at, in)
		MOVQ(firstColumn, place)
		s.loop("column", columns, func() {
			s.either(t, "flat", short, transform, func(k int) Mem { return Mem{Base: rows[k], Index: in, Scale: 1} }, func(k int) Mem { return Mem{Base: place, Disp: 6 * k * s.wide()} })
			ADDQ(pixel, in)
			ADDQ(Imm(uint64(s.wide())), place)
		})
		p, q := planes{GP64(), GP64(), GP64(), nil}, GP64()
		MOVQ(one, p.one)
		MOVQ(three, p.three)
		MOVQ(five, p.five)
		MOVQ(out, q)
		done := s.label("done")
		for r := range 6 {
			if r == 4 {
				CMPB(mem(t.Field("flat")), Imm(0))
				JNE(LabelRef(done))
			}
			s.either(t, "narrow", short, transform, func(k int) Mem { return mid(r, k) }, func(k int) Mem { return p.at(q, k) })
			if r < 5 {
				ADDQ(six, q)
			}
		}
		Label(done)
		ADDQ(Imm(uint64(s.wide())), at)
		ADDQ(Imm(uint64(s.wide())), out)
	})
	for _, next := range []struct{ step, place Mem }{{fromStep, square}, {toStep, to}} {
		step := GP64()
		MOVQ(next.step, step)
		ADDQ(step, next.place)
	}
	DECQ(squares)
	JNZ(LabelRef(l))
	VZEROUPPER()
	RET()
}

// either calls one of two by a flag.
func (s isa) either(t gotypes.Component, flag string, set, clear func(from, to place), from, to place) {
	other, done := s.label("%s", flag), s.label("done")
	CMPB(mem(t.Field(flag)), Imm(0))
	JNE(LabelRef(other))
	clear(from, to)
	JMP(LabelRef(done))
	Label(other)
	set(from, to)
	Label(done)
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
