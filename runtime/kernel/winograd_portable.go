package kernel

// Winograd's minimal filtering F(4×4, 3×3), after Lavin and Gray, 2016, with the
// points 0, ±a, ±b and ∞.
//
// Note: Lavin and Gray's points 0, ±1, ±2 lose half a decimal digit more. With
// these, whose squares are exact, the error is about twice that of direct sums.
const (
	pointA = 0.75
	pointB = 1.5
)

// A line takes a column or row of a square through one of the three transforms. It
// takes and returns arrays, which need no memory.
type line func(from [6]float32) [6]float32

// inputLine is Bᵀ: the coefficients of the polynomials that vanish at all points
// but one.
func inputLine(d [6]float32) (t [6]float32) {
	const aa, bb = pointA * pointA, pointB * pointB
	t[0] = fma(aa*bb, d[0], fma(-(aa+bb), d[2], d[4]))
	e, o := fma(-bb, d[2], d[4]), fma(-bb, d[1], d[3])
	t[1], t[2] = fma(pointA, o, e), fma(-pointA, o, e)
	e, o = fma(-aa, d[2], d[4]), fma(-aa, d[1], d[3])
	t[3], t[4] = fma(pointB, o, e), fma(-pointB, o, e)
	t[5] = fma(aa*bb, d[1], fma(-(aa+bb), d[3], d[5]))
	return t
}

// kernelLine is G: the kernel's polynomial at each point, over the product of the
// point's distances to the others.
func kernelLine(g [6]float32) (t [6]float32) {
	const aa, bb = pointA * pointA, pointB * pointB
	const na, nb = 2 * aa * (aa - bb), 2 * bb * (bb - aa)
	t[0] = 1 / (aa * bb) * g[0]
	e := fma(aa/na, g[2], 1/na*g[0])
	t[1], t[2] = fma(pointA/na, g[1], e), fma(-pointA/na, g[1], e)
	e = fma(bb/nb, g[2], 1/nb*g[0])
	t[3], t[4] = fma(pointB/nb, g[1], e), fma(-pointB/nb, g[1], e)
	t[5] = g[2]
	return t
}

// outputLine is Aᵀ: powers of the points.
func outputLine(m [6]float32) (t [6]float32) {
	const aa, bb = pointA * pointA, pointB * pointB
	s1, d1 := m[1]+m[2], m[1]-m[2]
	s2, d2 := m[3]+m[4], m[3]-m[4]
	t[0] = m[0] + s1 + s2
	t[1] = fma(pointB, d2, pointA*d1)
	t[2] = fma(bb, s2, aa*s1)
	t[3] = fma(bb*pointB, d2, fma(aa*pointA, d1, m[5]))
	return t
}

// portableTransform takes squares of in×in pixels to planes.
func portableTransform(t *transform, in, out int, f line) {
	for c := range t.count {
		var square [6][6]float32 // columns
		for j := range in {
			var column [6]float32
			for i := range in {
				column[i] = t.from[i*t.row+j*t.pixel+c]
			}
			square[j] = f(column)
		}
		for i := range out {
			var row [6]float32
			for j := range in {
				row[j] = square[j][i]
			}
			done := f(row)
			for j := range out {
				t.to[(i*out+j)*t.plane+c] = done[j]
			}
		}
	}
}

func portableOutput(t *transform) {
	for c := range t.count {
		var square [6][6]float32 // rows
		for i := range 6 {
			var row [6]float32
			for j := range 6 {
				row[j] = t.from[(i*6+j)*t.plane+c]
			}
			square[i] = outputLine(row)
		}
		for j := range 4 {
			var column [6]float32
			for i := range 6 {
				column[i] = square[i][j]
			}
			done := outputLine(column)
			for i := range 4 {
				t.to[i*t.row+j*t.pixel+c] = clamp(done[i]+t.bias[c], t.low, t.high)
			}
		}
	}
}
