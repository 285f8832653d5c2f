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

// shortLine is inputLine of four, with two more that make the products with −b and ∞
// 0: d4 = a²·d2 + b·(d3 − a²·d1), and d5 likewise.
func shortLine(d [6]float32) (t [6]float32) {
	const aa, bb = pointA * pointA, pointB * pointB
	bo := pointB * fma(-aa, d[1], d[3])
	d4 := fma(aa, d[2], bo)
	t[0] = fma(aa*bb, d[0], fma(-(aa+bb), d[2], d4))
	e, o := fma(-bb, d[2], d4), fma(-bb, d[1], d[3])
	t[1], t[2] = fma(pointA, o, e), fma(-pointA, o, e)
	t[3] = bo + bo
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

// shortOutputLine is outputLine of four, to two.
func shortOutputLine(m [6]float32) (t [6]float32) {
	t[0] = m[0] + (m[1] + m[2]) + m[3]
	t[1] = fma(pointB, m[3], pointA*(m[1]-m[2]))
	return t
}

func portableInput(t *transform) {
	down, across := inputLine, inputLine
	if t.flat {
		down = shortLine
	}
	if t.narrow {
		across = shortLine
	}
	for s := range t.squares {
		to := t.to[s*t.toStep:]
		for c := range t.count {
			var square [6][6]float32 // columns
			for j := range t.columns {
				for i := range t.rows {
					square[t.left+j][t.above+i] = t.from[s*t.fromStep+i*t.row+j*t.pixel+c]
				}
			}
			for j := range square {
				square[j] = down(square[j])
			}
			transformRows(to[c:], t.plane, &square, across)
		}
	}
}

func portableKernel(t *transform) {
	for c := range t.count {
		var square [6][6]float32 // columns
		for j := range 3 {
			for i := range 3 {
				square[j][i] = t.from[i*t.row+j*t.pixel+c]
			}
			square[j] = kernelLine(square[j])
		}
		transformRows(t.to[c:], t.plane, &square, kernelLine)
	}
}

// transformRows takes rows of a square, given by columns, to planes.
func transformRows(to []float32, plane int, square *[6][6]float32, f line) {
	for i := range 6 {
		var row [6]float32
		for j := range 6 {
			row[j] = square[j][i]
		}
		for j, v := range f(row) {
			to[(i*6+j)*plane] = v
		}
	}
}

// portableOutput writes the largest of each pool×pool results.
func portableOutput(t *transform, pool int) {
	down, across, rows, columns := outputLine, outputLine, 4, 4
	if t.flat {
		down, rows = shortOutputLine, 2
	}
	if t.narrow {
		across, columns = shortOutputLine, 2
	}
	for s := range t.squares {
		from, to := t.from[s*t.fromStep:], t.to[s*t.toStep:]
		for c := range t.count {
			var square [6][6]float32 // rows
			for i := range rows + 2 {
				var row [6]float32
				for j := range columns + 2 {
					row[j] = from[(i*6+j)*t.plane+c]
				}
				square[i] = across(row)
			}
			var results [4][6]float32 // columns
			for j := range columns {
				var column [6]float32
				for i := range rows + 2 {
					column[i] = square[i][j]
				}
				results[j] = down(column)
			}
			for j := columns/pool - 1; j >= 0; j-- {
				for i := rows/pool - 1; i >= 0; i-- {
					best := results[j*pool][i*pool]
					for k := 1; k < pool*pool; k++ {
						if v := results[j*pool+k/pool][i*pool+k%pool]; v > best || v != v {
							best = v
						}
					}
					to[t.rowAt[i]+t.columnAt[j]+c] = clamp(best+t.bias[c], t.low, t.high)
				}
			}
		}
	}
}
