package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What is called into the cache before its turn: C, so many steps before the end of a
// tile, and B, so many bytes before.
const (
	callAhead  = 48
	panelAhead = 4096
)

// mix multiplies the channels of pixels by panels: tiles and runs of them one after
// another, so that the end of one overlaps with the beginning of the next. With few
// channels to sum over that is a good part of the time.
func mix(s isa, rows, vectors int) {
	TEXT(fmt.Sprintf("mix%d%s", vectors, s.name), NOSPLIT, "func(m *mixing)")
	Pragma("noescape")
	Doc(fmt.Sprintf("mix%d%s is the routine mix for %d vectors.", vectors, s.name, vectors))
	m := Dereference(Param("m"))
	// In memory, as no register is left: the run, how many are to come, and of it the
	// panel of B and how many tiles.
	run, runs, panel, tiles := AllocLocal(8), AllocLocal(8), AllocLocal(8), AllocLocal(8)
	MOVQ(load(m, "runs"), run)
	MOVQ(length(m, "runs"), runs)
	from, to, row, step, wide := GP64(), GP64(), bytes(m, "row"), bytes(m, "step"), bytes(m, "wide")
	begin, another := s.label("run"), s.label("tile")
	Label(begin)
	at, start := GP64(), GP64()
	MOVQ(run, at)
	MOVQ(Mem{Base: at}, from)
	MOVQ(Mem{Base: at, Disp: 8}, start)
	MOVQ(Mem{Base: at, Disp: 16}, to)
	MOVQ(Mem{Base: at, Disp: 24}, at)
	MOVQ(at, tiles)
	for i, r := range []reg.Register{from, start, to} {
		SHLQ(U8(2), r)
		ADDQ(word(m, []string{"a", "b", "c"}[i]), r)
	}
	MOVQ(start, panel)
	Label(another)
	sum := make([][]reg.VecVirtual, rows)
	for i := range sum {
		sum[i] = s.vecs(vectors)
	}
	s.begin(m, sum)
	b := GP64()
	MOVQ(panel, b)
	a := make([]reg.Register, (rows+2)/3)
	for i := range a {
		a[i] = GP64()
		if i == 0 {
			MOVQ(from, a[0])
			continue
		}
		LEAQ(Mem{Base: a[i-1], Index: row, Scale: 2}, a[i])
		ADDQ(row, a[i])
	}
	// steps runs n times through as many steps as unrolled. Between these, elements of A
	// follow one another; else they are as far apart as step says.
	steps := func(n reg.Register, unrolled, ahead int) {
		s.loop("step", n, func() {
			for u := range unrolled {
				vb := s.vecs(vectors)
				for j := range vb {
					VMOVUPS(Mem{Base: b, Disp: j * s.wide()}, vb[j])
					if ahead > 0 && j*s.wide()%64 == 0 {
						PREFETCHT0(Mem{Base: b, Disp: ahead + j*s.wide()})
					}
				}
				for i := range rows {
					at := Mem{Base: a[i/3], Disp: 4 * u}
					if i%3 != 0 {
						at.Index, at.Scale = row, uint8(i%3)
					}
					va := s.vec()
					VBROADCASTSS(at, va)
					for j := range vb {
						VFMADD231PS(vb[j], va, sum[i][j])
					}
				}
				ADDQ(wide, b)
			}
			for _, p := range a {
				if unrolled > 1 {
					ADDQ(Imm(uint64(4*unrolled)), p)
				} else {
					ADDQ(step, p)
				}
			}
		})
	}
	// multiply runs n steps. Four at a time they have fewer additions beside them, which
	// cost where a core shares its decoder with another thread.
	multiply := func(n reg.Register, ahead int) {
		single, done, fours := s.label("single"), s.label("done"), GP64()
		CMPQ(step, Imm(4))
		JNE(LabelRef(single))
		MOVQ(n, fours)
		SHRQ(U8(2), fours)
		JZ(LabelRef(single))
		steps(fours, 4, ahead)
		ANDQ(Imm(3), n)
		JZ(LabelRef(done))
		Label(single)
		steps(n, 1, ahead)
		Label(done)
	}
	// Long tiles call into the cache what is to come of B, and shortly before its turn C,
	// lest the stores wait for it and what is loaded from like places of other pages for
	// them. For short tiles that would be more work than it saves.
	depth, rest := load(m, "depth"), s.label("rest")
	CMPQ(depth, Imm(2*callAhead))
	JLT(LabelRef(rest))
	SUBQ(Imm(callAhead), depth)
	multiply(depth, panelAhead)
	c, apart := GP64(), bytes(m, "line")
	MOVQ(to, c)
	for range rows {
		for j := 0; j < vectors*s.wide(); j += 64 {
			PREFETCHT0(Mem{Base: c, Disp: j})
		}
		ADDQ(apart, c)
	}
	MOVQ(U32(callAhead), depth)
	Label(rest)
	multiply(depth, 0)
	below := GP64()
	IMUL3Q(Imm(uint64(rows)), row, below)
	ADDQ(below, from)
	line := bytes(m, "line")
	bound, store, half, next := s.label("bound"), s.label("store"), s.label("half"), s.label("next")
	CMPB(mem(m.Field("half")), Imm(0))
	JNE(LabelRef(half))
	// finish bounds and stores the sums, of the last vector only what part gives.
	finish := func(bound, store string, part func(v reg.VecVirtual) reg.VecVirtual) {
		CMPB(mem(m.Field("accumulate")), Imm(0))
		JE(LabelRef(bound))
		old := GP64()
		MOVQ(to, old)
		for i := range rows {
			for j, v := range sum[i] {
				if j == vectors-1 {
					v = part(v)
				}
				VADDPS(Mem{Base: old, Disp: j * s.wide()}, v, v)
			}
			ADDQ(line, old)
		}
		Label(bound)
		CMPB(mem(m.Field("clamp")), Imm(0))
		JE(LabelRef(store))
		low, high := s.vec(), s.vec()
		VBROADCASTSS(mem(m.Field("low")), low)
		VBROADCASTSS(mem(m.Field("high")), high)
		for i := range rows {
			for _, v := range sum[i] {
				s.clamp(v, low, high)
			}
		}
		Label(store)
		for i := range rows {
			for j, v := range sum[i] {
				if j == vectors-1 {
					v = part(v)
				}
				VMOVUPS(v, Mem{Base: to, Disp: j * s.wide()})
			}
			ADDQ(line, to)
		}
	}
	finish(bound, store, func(v reg.VecVirtual) reg.VecVirtual { return v })
	JMP(LabelRef(next))
	Label(half)
	finish(s.label("bound"), s.label("store"), func(v reg.VecVirtual) reg.VecVirtual {
		if s.lanes == 16 {
			return v.AsY().(reg.VecVirtual)
		}
		return v.AsX().(reg.VecVirtual)
	})
	Label(next)
	DECQ(tiles)
	JNZ(LabelRef(another))
	ADDQ(Imm(32), run)
	DECQ(runs)
	JNZ(LabelRef(begin))
	VZEROUPPER()
	RET()
}
