package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparseVectors is how many vectors the longest row has that sparse sums.
func (s isa) sparseVectors() int { return 96 / s.lanes }

// sparseRows are the numbers of rows that sparse sums at a time: those of the usual
// kernels where the registers hold them, or one.
func (s isa) sparseRows() []int {
	if s.lanes == 16 {
		return []int{1, 3}
	}
	return []int{1}
}

// sparse adds to rows of each part the rows that its terms name, each times the
// term's factor. The sums of a part stay in registers.
func sparse(s isa, rows, vectors int) {
	TEXT(fmt.Sprintf("sparse%dx%d%s", rows, vectors, s.name), NOSPLIT, "func(p *sparseSum)")
	Pragma("noescape")
	Doc(fmt.Sprintf("sparse%dx%d%s is the routine sparse for %d rows of %d vectors.", rows, vectors, s.name, rows, vectors))
	p := Dereference(Param("p"))
	from, parts, count := load(p, "from"), load(p, "parts"), length(p, "parts")
	places, factors := load(p, "places"), load(p, "factors")
	fromLine, toLine := bytes(p, "fromLine"), bytes(p, "toLine")
	s.loop("part", count, func() {
		to, term, n := GP64(), GP64(), GP64()
		next := s.label("next")
		MOVLQSX(Mem{Base: parts, Disp: 8}, n)
		TESTQ(n, n)
		JZ(LabelRef(next))
		MOVLQSX(Mem{Base: parts}, to)
		SHLQ(U8(2), to)
		ADDQ(mem(p.Field("to").Base()), to)
		MOVLQSX(Mem{Base: parts, Disp: 4}, term)
		sum := make([][]reg.VecVirtual, rows)
		row := GP64()
		MOVQ(to, row)
		for i := range sum {
			sum[i] = s.vecs(vectors)
			if i > 0 {
				ADDQ(toLine, row)
			}
			for j, v := range sum[i] {
				VMOVUPS(Mem{Base: row, Disp: j * s.wide()}, v)
			}
		}
		s.loop("term", n, func() {
			x, v := GP64(), s.vec()
			MOVLQSX(Mem{Base: places, Index: term, Scale: 4}, x)
			VBROADCASTSS(Mem{Base: factors, Index: term, Scale: 4}, v)
			LEAQ(Mem{Base: from, Index: x, Scale: 4}, x)
			for i := range sum {
				if i > 0 {
					ADDQ(fromLine, x)
				}
				for j, to := range sum[i] {
					VFMADD231PS(Mem{Base: x, Disp: j * s.wide()}, v, to)
				}
			}
			INCQ(term)
		})
		for i := range sum {
			if i > 0 {
				ADDQ(toLine, to)
			}
			for j, v := range sum[i] {
				VMOVUPS(v, Mem{Base: to, Disp: j * s.wide()})
			}
		}
		Label(next)
		ADDQ(Imm(12), parts)
	})
	VZEROUPPER()
	RET()
}

// A lister writes what passed a pool behind one another.
type lister struct {
	s               isa
	places, factors reg.GPVirtual
	at              reg.GPVirtual // how many are written
	order           reg.GPVirtual // AVX2: the table of orders
}

func (s isa) lister(p gotypes.Component) lister {
	l := lister{s: s, places: load(p, "to"), factors: load(p, "factors"), at: GP64()}
	XORQ(l.at, l.at)
	if s.lanes == 8 {
		l.order = GP64()
		LEAQ(orders, l.order)
	}
	return l
}

// orders has, for each mask of 8 lanes, the lanes that it names, in a byte each.
var orders Mem

func ordersTable() {
	orders = GLOBL("orders", RODATA|NOPTR)
	for mask := range 256 {
		var lanes, n uint64
		for i := range uint64(8) {
			if mask>>i&1 == 1 {
				lanes |= i << (8 * n)
				n++
			}
		}
		DATA(8*mask, U64(lanes))
	}
}

// write appends the lanes of place and factor whose code is equal to that in with, or
// else above it; with zeros, the factors of the others become 0.
func (l lister) write(code, with, place, factor reg.VecVirtual, equal, zeros bool) {
	s, bits := l.s, GP32()
	atPlace, atFactor := Mem{Base: l.places, Index: l.at, Scale: 4}, Mem{Base: l.factors, Index: l.at, Scale: 4}
	outPlace, outFactor := s.vec(), s.vec()
	var c choice
	if s.lanes == 16 {
		c.k = K()
		if equal {
			VPCMPEQD(with, code, c.k)
		} else {
			VPCMPGTD(with, code, c.k)
		}
		VPCOMPRESSD_Z(place, c.k, outPlace)
		VCOMPRESSPS_Z(factor, c.k, outFactor)
		KMOVW(c.k, bits)
	} else {
		c.v = s.vec()
		if equal {
			VPCMPEQD(with, code, c.v)
		} else {
			VPCMPGTD(with, code, c.v)
		}
		VMOVMSKPS(c.v, bits)
		order := s.vec()
		VPMOVZXBD(Mem{Base: l.order, Index: bits.As64(), Scale: 8}, order)
		VPERMD(place, order, outPlace)
		VPERMPS(factor, order, outFactor)
	}
	VMOVUPS(outPlace, atPlace)
	VMOVUPS(outFactor, atFactor)
	POPCNTL(bits, bits)
	ADDQ(bits.As64(), l.at)
	if zeros {
		s.only(c, factor, factor)
	}
}

// part notes where a part's list begins, begin, and how long it is.
func (l lister) part(parts, begin reg.GPVirtual, disp int) {
	MOVL(begin.As32(), Mem{Base: parts, Disp: disp + 4})
	NEGQ(begin)
	ADDQ(l.at, begin)
	MOVL(begin.As32(), Mem{Base: parts, Disp: disp + 8})
}

// listRows lists for each row all that passed.
func listRows(s isa) {
	TEXT("listRows"+s.name, NOSPLIT, "func(p *passing)")
	Pragma("noescape")
	Doc(fmt.Sprintf("listRows%s is the routine listRows.", s.name))
	p := Dereference(Param("p"))
	codes, values, parts, sums, rows := load(p, "codes"), load(p, "values"), load(p, "parts"), load(p, "sums"), load(p, "rows")
	l := s.lister(p)
	shifts, nones := s.vec(), s.vec()
	VMOVUPS(mem(p.Field("shifts").Index(0)), shifts)
	none := GP64()
	MOVQ(I32(-1), none)
	VMOVAPS(s.integers(none), nones)
	s.loop("row", rows, func() {
		places, count, begin := load(p, "places"), load(p, "count"), GP64()
		MOVQ(l.at, begin)
		halves := s.vecs(16 / s.lanes)
		for i, h := range halves {
			VMOVUPS(Mem{Base: sums, Disp: i * s.wide()}, h)
		}
		s.loop("group", count, func() {
			for i, h := range halves {
				code, place, value := s.vec(), s.vec(), s.vec()
				VMOVUPS(Mem{Base: codes, Disp: i * s.wide()}, code)
				VMOVUPS(Mem{Base: values, Disp: i * s.wide()}, value)
				VPERMD(shifts, code, place)
				VPADDD(Mem{Base: places, Disp: i * s.wide()}, place, place)
				l.write(code, nones, place, value, false, true)
				VADDPS(value, h, h)
			}
			for _, r := range []reg.GPVirtual{codes, values, places} {
				ADDQ(Imm(64), r)
			}
		})
		for i, h := range halves {
			VMOVUPS(h, Mem{Base: sums, Disp: i * s.wide()})
		}
		ADDQ(Imm(64), sums)
		l.part(parts, begin, 0)
		ADDQ(Imm(12), parts)
	})
	VZEROUPPER()
	RET()
}

// listCodes lists for each row those of each code by themselves.
func listCodes(s isa) {
	TEXT("listCodes"+s.name, NOSPLIT, "func(p *passing)")
	Pragma("noescape")
	Doc(fmt.Sprintf("listCodes%s is the routine listCodes.", s.name))
	p := Dereference(Param("p"))
	codes, values, parts, rows := load(p, "codes"), load(p, "values"), load(p, "parts"), load(p, "rows")
	l := s.lister(p)
	which := s.vecs(4)
	for k, v := range which {
		c := GP64()
		MOVQ(U32(k), c)
		VMOVAPS(s.integers(c), v)
	}
	s.loop("row", rows, func() {
		size := load(p, "count")
		SHLQ(U8(6), size)
		for k := range which {
			places, at, begin := load(p, "places"), GP64(), GP64()
			XORQ(at, at)
			MOVQ(l.at, begin)
			loop := s.label("vector")
			Label(loop)
			code, place, value := s.vec(), s.vec(), s.vec()
			VMOVUPS(Mem{Base: codes, Index: at, Scale: 1}, code)
			VMOVUPS(Mem{Base: values, Index: at, Scale: 1}, value)
			VMOVUPS(Mem{Base: places, Index: at, Scale: 1}, place)
			l.write(code, which[k], place, value, true, false)
			ADDQ(Imm(uint64(s.wide())), at)
			CMPQ(at, size)
			JLT(LabelRef(loop))
			l.part(parts, begin, 12*k)
		}
		ADDQ(size, codes)
		ADDQ(size, values)
		ADDQ(Imm(48), parts)
	})
	VZEROUPPER()
	RET()
}
