package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Two blocks side by side are transformed at once: the lower lane of a register
// has a row (or a column) of the first, the upper lane of the second, 16 bits an
// element. Products are summed in 32 bits.

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

var all = []VecPhysical{Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15}

// others returns the registers that are not among the given ones.
func others(used []VecPhysical) []VecPhysical {
	var free []VecPhysical
	for _, v := range all {
		taken := false
		for _, u := range used {
			taken = taken || u == v
		}
		if !taken {
			free = append(free, v)
		}
	}
	return free
}

// transpose turns eight rows into columns, within the lanes.
func transpose(r []VecPhysical) []VecPhysical {
	t := others(r)
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
func forwardPass(s []VecPhysical, second bool) []VecPhysical {
	bits := constBits - passBits
	if second {
		bits = constBits + passBits
	}
	t := others(s)
	for i := range 4 { // sums in s[0..3], differences in s[7..4]
		VPADDW(s[7-i], s[i], t[0])
		VPSUBW(s[7-i], s[i], s[7-i])
		VMOVDQA(t[0], s[i])
	}
	VPADDW(s[3], s[0], t[0]) // e0
	VPADDW(s[2], s[1], t[1]) // e1
	VPSUBW(s[2], s[1], t[2]) // e2
	VPSUBW(s[3], s[0], t[3]) // e3
	VPADDW(t[1], t[0], s[0]) // coefficient 0
	VPSUBW(t[1], t[0], s[1]) // 4
	for _, v := range s[:2] {
		if second {
			VPADDW(vector("round2w", 0x00020002), v, v)
			VPSRAW(operand.Imm(passBits), v, v)
		} else {
			VPSLLW(operand.Imm(passBits), v, v)
		}
	}
	VPUNPCKLWD(t[3], t[2], t[0])
	VPUNPCKHWD(t[3], t[2], t[1])
	for i, m := range []operand.Mem{pair("even2", even23, even22), pair("even6", even63, even62)} {
		VPMADDWD(m, t[0], t[4])
		VPMADDWD(m, t[1], t[5])
		narrow(t[4], t[5], s[2+i], bits) // coefficients 2 and 6
	}
	VPUNPCKLWD(s[5], s[4], t[0]) // 3−4 and 2−5
	VPUNPCKHWD(s[5], s[4], t[1])
	VPUNPCKLWD(s[7], s[6], t[2]) // 1−6 and 0−7
	VPUNPCKHWD(s[7], s[6], t[3])
	for k := range 4 {
		for half := range 2 {
			VPMADDWD(oddPair(k, 0), t[half], t[4+half])
			VPMADDWD(oddPair(k, 1), t[2+half], t[6])
			VPADDD(t[6], t[4+half], t[4+half])
		}
		narrow(t[4], t[5], s[4+k], bits) // coefficients 1, 3, 5 and 7
	}
	return []VecPhysical{s[0], s[4], s[2], s[5], s[1], s[6], s[3], s[7]}
}

// narrow descales the two halves of a line and packs them.
func narrow(low, high, out VecPhysical, bits int) {
	for _, v := range []VecPhysical{low, high} {
		VPADDD(rounding(bits), v, v)
		VPSRAD(operand.Imm(uint64(bits)), v, v)
	}
	VPACKSSDW(high, low, out)
}

func forward() {
	TEXT("forwardAVX2", 4, "func(coefs *int16, nonzero *uint64, samples *byte, stride, pairs int, q *int16)")
	coefs, nonzero, samples := pointer("coefs"), pointer("nonzero"), pointer("samples")
	stride, pairs, q := pointer("stride"), pointer("pairs"), pointer("q")
	row, a, b, bits := GP64(), GP64(), GP64(), GP64()
	Label("loop")
	MOVQ(samples, row)
	s := all[:8]
	for _, v := range s {
		VPMOVZXBW(at(row, 0), v)
		VPSUBW(vector("level", 0x00800080), v, v)
		ADDQ(stride, row)
	}
	s = forwardPass(transpose(s), false)
	s = forwardPass(transpose(s), true)
	t := others(s)
	for v, c := range s {
		for i, table := range t[:3] { // half, factor, scale
			VBROADCASTI128(at(q, 128*i+16*v), table)
		}
		VPABSW(c, t[3])
		VPADDW(t[0], t[3], t[3])
		VPMULHUW(t[1], t[3], t[3])
		VPMULHUW(t[2], t[3], t[3])
		VPSIGNW(c, t[3], c)
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
	ADDQ(operand.Imm(16), samples)
	ADDQ(operand.U32(256), coefs)
	ADDQ(operand.Imm(16), nonzero)
	DECQ(pairs)
	JNE(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// inversePass is forwardPass's inverse. The upper halves of the lines wait in
// memory for the lower ones; behind them is place for two vectors more. Sums of
// coefficients are of 16 bits, as the portable form has them.
func inversePass(c []VecPhysical, wait operand.Mem, bits int) []VecPhysical {
	t := others(c)
	p, even, odd, sum, difference := t[:4], t[4], t[5], t[6], t[7]
	sums := []operand.Mem{wait.Offset(256), wait.Offset(288)} // of the odd part, multiplied
	for _, half := range []struct {
		unpack func(...operand.Op)
		last   bool
	}{{VPUNPCKHWD, false}, {VPUNPCKLWD, true}} {
		VPADDW(c[4], c[0], even)
		VPSUBW(c[4], c[0], odd)
		half.unpack(odd, even, even)
		VPMADDWD(pair("first", 1<<constBits, 0), even, p[0])
		VPMADDWD(pair("second", 0, 1<<constBits), even, p[1])
		VPADDD(rounding(bits), p[0], p[0])
		VPADDD(rounding(bits), p[1], p[1])
		half.unpack(c[6], c[2], even)
		VPMADDWD(pair("inverse3", even22, even23), even, sum)
		VPMADDWD(pair("inverse2", even62, even63), even, difference)
		VPSUBD(sum, p[0], p[3])
		VPADDD(sum, p[0], p[0])
		VPSUBD(difference, p[1], p[2])
		VPADDD(difference, p[1], p[1])
		VPADDW(c[3], c[7], even)
		VPADDW(c[1], c[5], odd)
		half.unpack(odd, even, even)
		VPMADDWD(pair("sum73", r1175-r1961, r1175), even, sum)
		VPMADDWD(pair("sum51", r1175, r1175-r0390), even, difference)
		VMOVDQU(sum, sums[0])
		VMOVDQU(difference, sums[1])
		half.unpack(c[1], c[7], even)
		half.unpack(c[3], c[5], odd)
		for k, o := range []struct {
			terms VecPhysical
			by    operand.Mem
			sums  operand.Mem
		}{
			{even, pair("odd1", -r0899, r1501-r0899), sums[1]},
			{odd, pair("odd3", -r2562, r3072-r2562), sums[0]},
			{odd, pair("odd5", r2053-r2562, -r2562), sums[1]},
			{even, pair("odd7", r0298-r0899, -r0899), sums[0]},
		} {
			VPMADDWD(o.by, o.terms, sum)
			VPADDD(o.sums, sum, sum)
			VPSUBD(sum, p[k], difference)
			VPADDD(sum, p[k], sum)
			for i, v := range []VecPhysical{sum, difference} {
				place := []int{k, 7 - k}[i]
				VPSRAD(operand.Imm(uint64(bits)), v, v)
				if half.last {
					VPACKSSDW(wait.Offset(32*place), v, c[place])
				} else {
					VMOVDQU(v, wait.Offset(32*place))
				}
			}
		}
	}
	return c
}

func inverse() {
	TEXT("inverseAVX2", 0, "func(samples *byte, stride int, coefs *int16, pairs int, steps *int16)")
	samples, stride, coefs := pointer("samples"), pointer("stride"), pointer("coefs")
	pairs, steps := pointer("pairs"), pointer("steps")
	wait := AllocLocal(320)
	row := GP64()
	Label("loop")
	c := all[:8]
	for v, r := range c {
		VBROADCASTI128(at(steps, 16*v), Y15)
		VMOVDQU(at(coefs, 16*v), r.AsX())
		VINSERTI128(operand.Imm(1), at(coefs, 128+16*v), r, r)
		VPMULLW(Y15, r, r)
	}
	c = transpose(inversePass(c, wait, constBits-passBits))
	c = transpose(inversePass(c, wait, constBits+passBits+3))
	MOVQ(samples, row)
	for y := 0; y < 8; y += 2 {
		VPACKSSWB(c[y+1], c[y], c[y])
		VPXOR(vector("sign", 0x80808080), c[y], c[y]) // + 128
		VPERMQ(operand.Imm(0xd8), c[y], c[y])
		VMOVDQU(c[y].AsX(), at(row, 0))
		ADDQ(stride, row)
		VEXTRACTI128(operand.Imm(1), c[y], at(row, 0))
		ADDQ(stride, row)
	}
	ADDQ(operand.Imm(16), samples)
	ADDQ(operand.U32(256), coefs)
	DECQ(pairs)
	JNE(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}
