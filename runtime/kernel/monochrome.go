package kernel

// A monochrome is a 3×3 convolution of images of one channel behind which windows of
// 2×2 are pooled, all in one pass: the kernels, nine vectors, stay in registers, and
// so do the four sums of a window until one of them is chosen.
type monochrome struct {
	c           *Conv
	width       int       // of an image with its margins
	band, bands int       // rows of windows in a unit; units in an image
	kernels     []float32 // 3×3×out
	y           []float32
	codes       []int32
	job         func(worker, unit int)
}

// unitWindows is about how many windows a unit has: an image of digits is one unit.
const unitWindows = 256

// fitsMonochrome tells whether a convolution can be one. The upper bound is put to the
// largest sum alone, which could show at a bound of 0, by the sign of a zero.
func fitsMonochrome(s ConvShape) bool { return fitsPatch(s) && s.High != 0 }

func newMonochrome(c *Conv) *monochrome {
	m := &monochrome{c: c, band: min(c.ph, ceil(unitWindows, c.pw))}
	_, m.width = c.s.margined()
	m.bands = ceil(c.ph, m.band)
	m.job = m.unit
	return m
}

func (m *monochrome) pack(w []float32) { m.kernels = w }

func (m *monochrome) run(y []float32, codes []int32, n int) {
	m.y, m.codes = y, codes
	m.c.ready(n * m.bands)
	m.c.e.team.each(n*m.bands, m.job)
	m.y, m.codes = nil, nil
}

func (m *monochrome) unit(worker, unit int) {
	c := m.c
	w, s := &c.workers[worker], c.s
	image, r0 := unit/m.bands, unit%m.bands*m.band
	rows := min(m.band, c.ph-r0)
	w.strip = grown(w.strip, (2*rows+2)*m.width)
	clear(w.strip)
	first := 2*r0 - s.Pad[0] // row of the image that the strip begins with
	for r := max(0, first); r < min(s.H, first+2*rows+2); r++ {
		copy(w.strip[(r-first)*m.width+s.Pad[1]:], c.input.data[(image*s.H+r)*s.W:][:s.W])
	}
	f, vectors := c.e.fitting(s.Out)
	at, size := (image*c.ph+r0)*c.pw*s.Out, rows*c.pw*s.Out
	w.monochrome = monochromeRows{
		from: w.strip, weights: m.kernels, bias: c.bias, to: m.y[at:][:size],
		rows: rows, pixels: c.pw, width: m.width, channels: s.Out, vectors: vectors, low: s.Low, high: s.High,
	}
	if m.codes != nil {
		w.monochrome.codes = m.codes[at:][:size]
	}
	f.monochrome(&w.monochrome)
}
