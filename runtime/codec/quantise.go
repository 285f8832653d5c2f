package codec

import "math/bits"

// A quantiser divides the forward transform's output by a table's steps and
// multiplies back (T.81, A.3.4).
//
// That output is 8 times the coefficient, so the divisor is d = 8·step, and
// halves round away from zero: (|v| + d/2) / d with v's sign. The quotient is
// taken without a division, ⌊⌊n·factor/2¹⁶⌋·scale/2¹⁶⌋: with 2ᵇ ≤ step < 2ᵇ⁺¹,
// factor = ⌈2¹⁵⁺ᵇ/step⌉ exceeds 2¹⁸⁺ᵇ/d by less than 1, and for n ≤ 2¹⁴ the error
// of n·factor/2¹⁸⁺ᵇ stays below 2¹⁴/2¹⁸⁺ᵇ < 1/d, too little to reach the next
// whole number. Levels of 8 bits give |v| < 2¹³ + 2⁸ and d/2 < 2¹⁰.
type quantiser struct{ tables [4][64]int16 }

// The tables of a quantiser, together so that vectors of them are at hand in
// this order. All numbers fit into 15 bits but a factor of 2¹⁵, for steps that
// are powers of two; it is read without a sign.
const (
	quantiserHalf   = iota // d/2
	quantiserFactor        // ⌈2¹⁵⁺ᵇ/step⌉
	quantiserScale         // 2¹⁴⁻ᵇ
	quantiserStep
)

// newQuantiser takes steps of 1..255, row by row.
func newQuantiser(steps *[64]int) *quantiser {
	q := new(quantiser)
	for k, step := range steps {
		b := bits.Len(uint(step)) - 1
		q.tables[quantiserHalf][k] = int16(4 * step)
		q.tables[quantiserFactor][k] = int16(uint16(ceilDiv(1<<(15+b), step)))
		q.tables[quantiserScale][k] = 1 << (14 - b)
		q.tables[quantiserStep][k] = int16(step)
	}
	return q
}

// quantise sets coefs to the quantised values and reports which are not 0.
func (q *quantiser) quantise(coefs []int16, transformed *[64]int32) (nonzero uint64) {
	coefs = coefs[:64]
	for k, v := range transformed {
		n := uint32(max(v, -v) + int32(q.tables[quantiserHalf][k]))
		factor, scale := uint32(uint16(q.tables[quantiserFactor][k])), uint32(q.tables[quantiserScale][k])
		quotient := int32(n * factor >> 16 * scale >> 16)
		if quotient == 0 {
			coefs[k] = 0
			continue
		}
		nonzero |= 1 << k
		if v < 0 {
			quotient = -quotient
		}
		coefs[k] = int16(quotient)
	}
	return nonzero
}

func (q *quantiser) steps() *[64]int16 { return &q.tables[quantiserStep] }

// dequantise multiplies coefficients by steps, to the lower 16 bits of the product.
func dequantise(coefs []int16, steps *[64]int16) (out [64]int32) {
	for k, v := range coefs[:64] {
		out[k] = int32(v * steps[k])
	}
	return out
}
