//go:build !amd64

package codec

// kernels is the choice of the inner loops.
type kernels struct{}

// choices returns what this processor can run.
func choices() []kernels { return []kernels{{}} }

func (kernels) levels(dst []byte, src []float32) bool             { return levels(dst, src) }
func (kernels) samples(dst []float32, src []byte)                 { samples(dst, src) }
func (kernels) toYCC(y, cb, cr []byte, r, g, b []float32) bool    { return toYCC(y, cb, cr, r, g, b) }
func (kernels) toRGB(r, g, b []float32, y, cb, cr []byte)         { toRGB(r, g, b, y, cb, cr) }
func (kernels) toLevels(dst, y, cb, cr []byte)                    { toLevels(dst, y, cb, cr) }
func (kernels) halve(dst, top, bottom []byte, h halving)          { halve(dst, top, bottom, h) }
func (kernels) triangle(dst, near, far []byte, n int, d doubling) { triangle(dst, near, far, n, d) }
func (kernels) sums(dst []uint16, near, far []byte)               { sums(dst, near, far) }
func (kernels) doubleRGB(r, g, b []float32, y []byte, cb, cr []uint16, d doubling) {
	doubleRGB(r, g, b, y, cb, cr, d)
}
func (kernels) forward(coefs []int16, nonzero []uint64, samples []byte, stride, pairs int, q *quantiser) {
	forwardRow(coefs, nonzero, samples, stride, pairs, q)
}
func (kernels) inverse(samples []byte, stride int, coefs []int16, pairs int, steps *[64]int16) {
	inverseRow(samples, stride, coefs, pairs, steps)
}

func (kernels) writeBlocks(out []byte, p pen, b blocks, turns []turn, t *[2]codes) pen {
	return writeBlocks(out, p, b, turns, t)
}
