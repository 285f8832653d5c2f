package main

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Two blocks side by side, with AVX-512 four, are transformed at once: each lane of a
// register has a row (or a column) of one, 16 bits an element. Products are summed
// in 32 bits.

// The constants of the portable form; its test holds them against cosines.
const (
	r0298, r0390, r0541, r0765, r0899, r1175 = 2446, 3196, 4433, 6270, 7373, 9633
	r1501, r1847, r1961, r2053, r2562, r3072 = 12299, 15137, 16069, 16819, 20995, 25172

	even22, even23 = r0541 + r0765, r0541
	even62, even63 = r0541, r0541 - r1847
	constBits      = 13
	passBits       = 2
)

// odds is the odd part's matrix: a row for coefficients 1, 3, 5 and 7, a column
// for the terms 3−4, 2−5, 1−6 and 0−7.
var odds = [4][4]int{
	{r1175 - r0899, r1175 - r0390, r1175, r1501 - r0899 - r0390 + r1175},
	{r1175 - r1961, r1175 - r2562, r3072 - r2562 - r1961 + r1175, r1175},
	{r1175, r2053 - r2562 - r0390 + r1175, r1175 - r2562, r1175 - r0390},
	{r0298 - r0899 - r1961 + r1175, r1175, r1175 - r1961, r1175 - r0899},
}

func oddPair(k, half int) operand.Mem {
	return pair(fmt.Sprintf("odd%d%d", k, half), odds[k][2*half], odds[k][2*half+1])
}

// rounding is half of what descaling by n bits divides by.
func rounding(n int) operand.Mem { return vector(fmt.Sprintf("round%d", n), 1<<(n-1)) }

// A transformer works on blocks in registers below 16. AVX-512 has its constants in
// those above, AVX2 reads them from memory.
type transformer struct {
	width
	held map[operand.Mem]operand.Op
}

func (w width) newTransformer(constants ...operand.Mem) transformer {
	t := transformer{w, map[operand.Mem]operand.Op{}}
	for i, op := range w.held(constants...) {
		t.held[constants[i]] = op
	}
	return t
}

// c returns where a constant is.
func (t transformer) c(m operand.Mem) operand.Op {
	if t.held[m] == nil {
		panic("no constant " + m.Asm())
	}
	return t.held[m]
}

// others returns the registers below 16 that are not among the given ones.
func (t transformer) others(used []VecPhysical) []VecPhysical {
	var free []VecPhysical
	for i := range 16 {
		if v := t.r(i); !slices.Contains(used, v) {
			free = append(free, v)
		}
	}
	return free
}

func (t transformer) rows() []VecPhysical {
	var list []VecPhysical
	for i := range 8 {
		list = append(list, t.r(i))
	}
	return list
}

// transpose turns eight rows into columns, within the lanes.
func (w transformer) transpose(r []VecPhysical) []VecPhysical {
	t := w.others(r)
	for i := 0; i < 8; i += 2 {
		VPUNPCKLWD(r[i+1], r[i], t[i])
		VPUNPCKHWD(r[i+1], r[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			VPUNPCKLDQ(t[i+2+k], t[i+k], r[i+2*k])
			VPUNPCKHDQ(t[i+2+k], t[i+k], r[i+2*k+1])
		}
	}
	for i := range 4 {
		VPUNPCKLQDQ(r[i+4], r[i], t[2*i])
		VPUNPCKHQDQ(r[i+4], r[i], t[2*i+1])
	}
	return t
}

// forwardPass transforms eight lines, whose element i stands in s[i], and
// descales by the number of bits.
func (w transformer) forwardPass(s []VecPhysical, second bool) []VecPhysical {
	bits := constBits - passBits
	if second {
		bits = constBits + passBits
	}
	t := w.others(s)
	for i := range 4 { // sums in s[0..3], differences in s[7..4]
		VPADDW(s[7-i], s[i], t[i])
		VPSUBW(s[7-i], s[i], s[7-i])
	}
	copy(s[:4], t)
	t = w.others(s)
	VPADDW(s[3], s[0], t[0]) // e0
	VPADDW(s[2], s[1], t[1]) // e1
	VPSUBW(s[2], s[1], t[2]) // e2
	VPSUBW(s[3], s[0], t[3]) // e3
	VPADDW(t[1], t[0], s[0]) // coefficient 0
	VPSUBW(t[1], t[0], s[1]) // 4
	for _, v := range s[:2] {
		if second {
			VPADDW(w.c(words("round2w", 2)), v, v)
			VPSRAW(operand.Imm(passBits), v, v)
		} else {
			VPSLLW(operand.Imm(passBits), v, v)
		}
	}
	VPUNPCKLWD(t[3], t[2], t[0])
	VPUNPCKHWD(t[3], t[2], t[1])
	for i, m := range []operand.Mem{pair("even2", even23, even22), pair("even6", even63, even62)} {
		VPMADDWD(w.c(m), t[0], t[4])
		VPMADDWD(w.c(m), t[1], t[5])
		w.narrow(t[4], t[5], s[2+i], bits) // coefficients 2 and 6
	}
	VPUNPCKLWD(s[5], s[4], t[0]) // 3−4 and 2−5
	VPUNPCKHWD(s[5], s[4], t[1])
	VPUNPCKLWD(s[7], s[6], t[2]) // 1−6 and 0−7
	VPUNPCKHWD(s[7], s[6], t[3])
	for k := range 4 {
		for half := range 2 {
			VPMADDWD(w.c(oddPair(k, 0)), t[half], t[4+half])
			VPMADDWD(w.c(oddPair(k, 1)), t[2+half], t[6])
			VPADDD(t[6], t[4+half], t[4+half])
		}
		w.narrow(t[4], t[5], s[4+k], bits) // coefficients 1, 3, 5 and 7
	}
	return []VecPhysical{s[0], s[4], s[2], s[5], s[1], s[6], s[3], s[7]}
}

// narrow descales the two halves of a line and packs them.
func (w transformer) narrow(low, high, out VecPhysical, bits int) {
	for _, v := range []VecPhysical{low, high} {
		VPADDD(w.c(rounding(bits)), v, v)
		VPSRAD(operand.Imm(uint64(bits)), v, v)
	}
	VPACKSSDW(high, low, out)
}

func forward(w width) {
	TEXT("forward"+w.name(), 4, "func(coefs *int16, nonzero *uint64, samples *byte, stride, groups int, q *int16)")
	coefs, nonzero, samples := pointer("coefs"), pointer("nonzero"), pointer("samples")
	stride, groups, q := pointer("stride"), pointer("groups"), pointer("q")
	level := words("level", 128)
	constants := []operand.Mem{
		level, pair("even2", even23, even22), pair("even6", even63, even62),
		rounding(constBits - passBits), rounding(constBits + passBits), words("round2w", 2),
	}
	for k := range 4 {
		constants = append(constants, oddPair(k, 0), oddPair(k, 1))
	}
	t := w.newTransformer(constants...)
	if w == avx512 {
		VPXORD(Z30, Z30, Z30)
	}
	row := GP64()
	Label("loop")
	MOVQ(samples, row)
	s := t.rows()
	for _, v := range s {
		VPMOVZXBW(at(row, 0), v)
		VPSUBW(t.c(level), v, v)
		ADDQ(stride, row)
	}
	s = t.forwardPass(t.transpose(s), false)
	s = t.forwardPass(t.transpose(s), true)
	free := t.others(s)
	n := free[3]
	for v, c := range s {
		for i, table := range free[:3] { // half, factor, scale
			w.broadcast(at(q, 128*i+16*v), table)
		}
		VPABSW(c, n)
		VPADDW(free[0], n, n)
		VPMULHUW(free[1], n, n)
		VPMULHUW(free[2], n, n)
		if w == avx2 {
			VPSIGNW(c, n, c)
			continue
		}
		VPMOVW2M(c, K1)
		VPSUBW(n, Z30, K1, n)
		s[v], n = n, c
	}
	if w == avx2 {
		storePair(s, coefs, nonzero)
	} else {
		t.storeFour(s, coefs, nonzero)
	}
	ADDQ(operand.Imm(uint64(2*w)), samples)
	ADDQ(operand.U32(32*w), coefs)
	ADDQ(operand.Imm(uint64(2*w)), nonzero)
	DECQ(groups)
	JNE(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// broadcast repeats 16 bytes for each lane.
func (w width) broadcast(m operand.Mem, v VecPhysical) {
	if w == avx512 {
		VBROADCASTI32X4(m, v)
	} else {
		VBROADCASTI128(m, v)
	}
}

// storePair writes the coefficients of two blocks and which are not 0.
func storePair(s []VecPhysical, coefs, nonzero Register) {
	t := transformer{width: avx2}.others(s)
	a, b, bits := GP64(), GP64(), GP64()
	for v, c := range s {
		VMOVDQU(c.AsX(), at(coefs, 16*v))
		VEXTRACTI128(operand.Imm(1), c, at(coefs, 128+16*v))
	}
	VPXOR(t[0], t[0], t[0])
	for i := range 4 {
		VPACKSSWB(s[2*i+1], s[2*i], t[1])
		VPCMPEQB(t[0], t[1], t[1])
		VPMOVMSKB(t[1], bits.(GPVirtual).As32())
		if i == 0 {
			MOVWQZX(bits.(GPVirtual).As16(), a)
			SHRQ(operand.Imm(16), bits)
			MOVQ(bits, b)
			continue
		}
		c := GP64()
		MOVWQZX(bits.(GPVirtual).As16(), c)
		SHLQ(operand.Imm(uint64(16*i)), c)
		ORQ(c, a)
		SHRQ(operand.Imm(16), bits)
		SHLQ(operand.Imm(uint64(16*i)), bits)
		ORQ(bits, b)
	}
	NOTQ(a)
	NOTQ(b)
	MOVQ(a, at(nonzero, 0))
	MOVQ(b, at(nonzero, 8))
}

// exchange makes registers that have a lane's row each of registers that have a
// row's lane each, four by four, and is its own inverse.
func (w transformer) exchange(r []VecPhysical) []VecPhysical {
	t := w.others(r)
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			VSHUFI32X4(operand.Imm(0x44), r[i+2*k+1], r[i+2*k], t[i+k])
			VSHUFI32X4(operand.Imm(0xee), r[i+2*k+1], r[i+2*k], t[i+2+k])
		}
		for k := range 2 {
			VSHUFI32X4(operand.Imm(0x88), t[i+2*k+1], t[i+2*k], r[i+2*k])
			VSHUFI32X4(operand.Imm(0xdd), t[i+2*k+1], t[i+2*k], r[i+2*k+1])
		}
	}
	return r
}

// storeFour is storePair for four blocks.
func (w transformer) storeFour(s []VecPhysical, coefs, nonzero Register) {
	for i, half := range w.exchange(s) { // four rows of block i%4
		VMOVDQU64(half, at(coefs, 128*(i%4)+64*(i/4)))
		VPTESTMW(half, half, K1)
		KMOVD(K1, at(nonzero, 8*(i%4)+4*(i/4)))
	}
}

// inversePass is forwardPass's inverse. The upper halves of the lines wait in
// memory for the lower ones; behind them is place for two vectors more. Sums of
// coefficients are of 16 bits, as the portable form has them.
func (w transformer) inversePass(c []VecPhysical, wait operand.Mem, bits int) []VecPhysical {
	t := w.others(c)
	p, even, odd, sum, difference := t[:4], t[4], t[5], t[6], t[7]
	place := func(i int) operand.Mem { return wait.Offset(4 * int(w.width) * i) }
	sums := []operand.Mem{place(8), place(9)} // of the odd part, multiplied
	for _, half := range []struct {
		unpack func(...operand.Op)
		last   bool
	}{{VPUNPCKHWD, false}, {VPUNPCKLWD, true}} {
		VPADDW(c[4], c[0], even)
		VPSUBW(c[4], c[0], odd)
		half.unpack(odd, even, even)
		VPMADDWD(w.c(first()), even, p[0])
		VPMADDWD(w.c(second()), even, p[1])
		VPADDD(w.c(rounding(bits)), p[0], p[0])
		VPADDD(w.c(rounding(bits)), p[1], p[1])
		half.unpack(c[6], c[2], even)
		VPMADDWD(w.c(pair("inverse3", even22, even23)), even, sum)
		VPMADDWD(w.c(pair("inverse2", even62, even63)), even, difference)
		VPSUBD(sum, p[0], p[3])
		VPADDD(sum, p[0], p[0])
		VPSUBD(difference, p[1], p[2])
		VPADDD(difference, p[1], p[1])
		VPADDW(c[3], c[7], even)
		VPADDW(c[1], c[5], odd)
		half.unpack(odd, even, even)
		for i, m := range oddSums() {
			VPMADDWD(w.c(m), even, sum)
			w.save(sum, sums[i])
		}
		half.unpack(c[1], c[7], even)
		half.unpack(c[3], c[5], odd)
		for k, m := range oddTerms() {
			terms := []VecPhysical{even, odd, odd, even}[k]
			VPMADDWD(w.c(m), terms, sum)
			VPADDD(sums[(k+1)%2], sum, sum)
			VPSUBD(sum, p[k], difference)
			VPADDD(sum, p[k], sum)
			for i, v := range []VecPhysical{sum, difference} {
				row := []int{k, 7 - k}[i]
				VPSRAD(operand.Imm(uint64(bits)), v, v)
				if half.last {
					VPACKSSDW(place(row), v, c[row])
				} else {
					w.save(v, place(row))
				}
			}
		}
	}
	return c
}

// The constants of inversePass: first and second give one of two terms, the others
// are of the odd part.
func first() operand.Mem  { return pair("first", 1<<constBits, 0) }
func second() operand.Mem { return pair("second", 0, 1<<constBits) }

func oddSums() []operand.Mem {
	return []operand.Mem{pair("sum73", r1175-r1961, r1175), pair("sum51", r1175, r1175-r0390)}
}

func oddTerms() []operand.Mem {
	return []operand.Mem{
		pair("odd1", -r0899, r1501-r0899), pair("odd3", -r2562, r3072-r2562),
		pair("odd5", r2053-r2562, -r2562), pair("odd7", r0298-r0899, -r0899),
	}
}

func inverse(w width) {
	TEXT("inverse"+w.name(), 0, "func(samples *byte, stride int, coefs *int16, groups int, steps *int16)")
	samples, stride, coefs := pointer("samples"), pointer("stride"), pointer("coefs")
	groups, steps := pointer("groups"), pointer("steps")
	sign := vector("sign", 0x80808080)
	constants := []operand.Mem{
		sign, first(), second(), pair("inverse3", even22, even23), pair("inverse2", even62, even63),
		rounding(constBits - passBits), rounding(constBits + passBits + 3),
	}
	t := w.newTransformer(slices.Concat(constants, oddSums(), oddTerms())...)
	row, wait := GP64(), GP64()
	local := AllocLocal(10*64 + 64)
	LEAQ(local.Offset(63), wait)
	ANDQ(operand.I8(-64), wait)
	if w == avx512 {
		VMOVDQU64(evenFirst(), w.r(31))
	}
	Label("loop")
	c := t.rows()
	step := w.r(15)
	if w == avx512 {
		for i := range c {
			VMOVDQU64(at(coefs, 128*(i%4)+64*(i/4)), c[i])
		}
		c = t.exchange(c)
	}
	for v, r := range c {
		w.broadcast(at(steps, 16*v), step)
		if w == avx2 {
			VMOVDQU(at(coefs, 16*v), r.AsX())
			VINSERTI128(operand.Imm(1), at(coefs, 128+16*v), r, r)
		}
		VPMULLW(step, r, r)
	}
	c = t.transpose(t.inversePass(c, at(wait, 0), constBits-passBits))
	c = t.transpose(t.inversePass(c, at(wait, 0), constBits+passBits+3))
	MOVQ(samples, row)
	for y := 0; y < 8; y += 2 {
		two := c[y]
		VPACKSSWB(c[y+1], two, two)
		if w == avx2 {
			VPXOR(t.c(sign), two, two) // + 128
			VPERMQ(operand.Imm(0xd8), two, two)
			VMOVDQU(two.AsX(), at(row, 0))
			ADDQ(stride, row)
			VEXTRACTI128(operand.Imm(1), two, at(row, 0))
		} else {
			VPXORD(t.c(sign), two, two)
			VPERMQ(two, w.r(31), two)
			VMOVDQU(two.AsY(), at(row, 0))
			ADDQ(stride, row)
			VEXTRACTI64X4(operand.Imm(1), two, at(row, 0))
		}
		ADDQ(stride, row)
	}
	ADDQ(operand.Imm(uint64(2*w)), samples)
	ADDQ(operand.U32(32*w), coefs)
	DECQ(groups)
	JNE(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// evenFirst brings elements of 64 bits at even places before those at odd ones.
func evenFirst() operand.Mem {
	m := GLOBL("evenFirst", 8|16)
	for i := range 8 {
		DATA(8*i, operand.U64(uint64(2*i%8+i/4)))
	}
	return m
}
