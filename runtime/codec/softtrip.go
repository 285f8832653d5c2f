package codec

import (
	"math"

	"jpgreport/runtime/pixel"
)

// A softTrip takes images through the round trip in real numbers and remembers
// the last one's, so that a gradient can go back.
type softTrip struct {
	shape
	options *Options
	round   rounding
	colours [3][]float64 // the image's channels or, by turns, luma and chroma
	passed  [3][]bool    // whether a sample that came back was not clipped
	planes  []softPlane
}

// A softPlane is a component in real numbers.
type softPlane struct {
	*component
	down, up resampling
	samples  []float64 // blocksHigh·8 rows of blocksWide·8
	slopes   []float64 // of the rounding, by coefficient, in the blocks' places
	inside   []bool    // whether a decoded sample was not clipped
}

// JFIF's equations and their inverse. Chroma's 128 and the level shift are added
// apart.
var (
	toYCCMatrix = [3][3]float64{{0.299, 0.587, 0.114}, {-0.16874, -0.33126, 0.5}, {0.5, -0.41869, -0.08131}}
	toRGBMatrix = [3][3]float64{{1, 0, 1.402}, {1, -0.34414, -0.71414}, {1, 1.772, 0}}
)

func newSoftTrip(x *pixel.Batch, o *Options, round rounding) *softTrip {
	t := &softTrip{shape: newShape(x, o.Subsampling), options: o, round: round}
	components, _ := t.components(x.C)
	for i := range components {
		c := &components[i]
		n := 64 * c.blocksHigh * c.blocksWide
		t.planes = append(t.planes, softPlane{
			component: c,
			down: resampling{downTaps(8*c.blocksHigh, c.height, x.H, t.v/c.v, true),
				downTaps(8*c.blocksWide, c.width, x.W, t.h/c.h, false)},
			up:      resampling{upTaps(x.H, c.height, t.v/c.v, c.width), upTaps(x.W, c.width, t.h/c.h, c.width)},
			samples: make([]float64, n),
			slopes:  make([]float64, n),
			inside:  make([]bool, n),
		})
		t.colours[i] = make([]float64, x.H*x.W)
		t.passed[i] = make([]bool, x.H*x.W)
	}
	return t
}

// image takes an image there and back.
func (t *softTrip) image(back, src []float32) {
	n := t.width * t.height
	for i := range t.planes {
		for k := range n {
			t.colours[i][k] = 255 * float64(src[i*n+k])
		}
	}
	t.mix(&toYCCMatrix, false)
	for i := range t.planes {
		p := &t.planes[i]
		level := 0.0 // chroma's 128 and its level shift cancel out
		if i == 0 {
			level = 128
		}
		p.down.apply(p.samples, t.colours[i], 8*p.blocksWide, t.width)
		t.blocks(p, func(block *[64]float64, place func(k int) int, steps *[64]int) {
			for k := range block {
				block[k] -= level
			}
			multiply(block, false)
			for k, v := range block {
				q := float64(steps[k])
				block[k], p.slopes[place(k)] = t.round(v / q)
				block[k] *= q
			}
			multiply(block, true)
			for k, v := range block {
				p.inside[place(k)] = v > -128 && v < 127
				block[k] = min(max(v, -128), 127) + level
			}
		})
		p.up.apply(t.colours[i], p.samples, t.width, 8*p.blocksWide)
	}
	t.mix(&toRGBMatrix, false)
	for i := range t.planes {
		for k, v := range t.colours[i] {
			t.passed[i][k] = v > 0 && v < 255
			back[i*n+k] = float32(min(max(v, 0), 255) / 255)
		}
	}
}

// gradient goes back the way that the last image went: each linear step is
// followed by its transpose.
func (t *softTrip) gradient(byX, byBack []float32) {
	n := t.width * t.height
	for i := range t.planes {
		for k := range n {
			t.colours[i][k] = 0
			if t.passed[i][k] {
				t.colours[i][k] = float64(byBack[i*n+k]) / 255
			}
		}
	}
	t.mix(&toRGBMatrix, true)
	for i := range t.planes {
		p := &t.planes[i]
		p.up.transposed(p.samples, t.colours[i], t.width, 8*p.blocksWide)
		t.blocks(p, func(block *[64]float64, place func(k int) int, _ *[64]int) {
			for k := range block {
				if !p.inside[place(k)] {
					block[k] = 0
				}
			}
			multiply(block, false) // the inverse's transpose
			for k := range block {
				block[k] *= p.slopes[place(k)]
			}
			multiply(block, true)
		})
		p.down.transposed(t.colours[i], p.samples, 8*p.blocksWide, t.width)
	}
	t.mix(&toYCCMatrix, true)
	for i := range t.planes {
		for k, v := range t.colours[i] {
			byX[i*n+k] = float32(255 * v)
		}
	}
}

// mix multiplies the three colours of each pixel by a matrix or its transpose.
// Grey stays as it is.
func (t *softTrip) mix(m *[3][3]float64, transpose bool) {
	if len(t.planes) == 1 {
		return
	}
	if transpose {
		m = &[3][3]float64{{m[0][0], m[1][0], m[2][0]}, {m[0][1], m[1][1], m[2][1]}, {m[0][2], m[1][2], m[2][2]}}
	}
	a, b, c := t.colours[0], t.colours[1], t.colours[2]
	for k := range a {
		x, y, z := a[k], b[k], c[k]
		a[k] = m[0][0]*x + m[0][1]*y + m[0][2]*z
		b[k] = m[1][0]*x + m[1][1]*y + m[1][2]*z
		c[k] = m[2][0]*x + m[2][1]*y + m[2][2]*z
	}
}

// blocks calls f for each block of a plane with its values, which are put back
// afterwards, the places of these in the plane, and the steps of its quantiser.
func (t *softTrip) blocks(p *softPlane, f func(block *[64]float64, place func(k int) int, steps *[64]int)) {
	var tables [2][64]int
	if t.options.Qualities == nil {
		tables[0], tables[1] = t.options.tables()
	}
	wide := 8 * p.blocksWide
	for row := range p.blocksHigh {
		for column := range p.blocksWide {
			if t.options.Qualities != nil {
				tables[0], tables[1] = scaledTables(t.options.Qualities[t.unit(p.component, row, column)])
			}
			place := func(k int) int { return (8*row+k/8)*wide + 8*column + k%8 }
			var block [64]float64
			for k := range block {
				block[k] = p.samples[place(k)]
			}
			f(&block, place, &tables[p.table])
			for k, v := range block {
				p.samples[place(k)] = v
			}
		}
	}
}

// dctMatrix is the DCT of eight samples as an orthonormal matrix: with its
// transpose on the other side it is T.81, A.3.3.
var dctMatrix = func() (m [8][8]float64) {
	for u := range m {
		for x := range m[u] {
			m[u][x] = math.Cos(float64((2*x+1)*u)*math.Pi/16) / 2
			if u == 0 {
				m[u][x] = math.Sqrt2 / 4
			}
		}
	}
	return m
}()

// multiply transforms a block forward, or back by the transposes.
func multiply(block *[64]float64, inverse bool) {
	var rows [64]float64
	for y := range 8 {
		for u := range 8 {
			for x := range 8 {
				rows[8*y+u] += block[8*y+x] * entry(u, x, inverse)
			}
		}
	}
	*block = [64]float64{}
	for v := range 8 {
		for y := range 8 {
			for u := range 8 {
				block[8*v+u] += entry(v, y, inverse) * rows[8*y+u]
			}
		}
	}
}

func entry(i, k int, transpose bool) float64 {
	if transpose {
		i, k = k, i
	}
	return dctMatrix[i][k]
}
