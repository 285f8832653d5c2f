package kernel

// A winograd is a 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): 36
// products for 16 results instead of 144. Its sums are matrix products, one for
// each place of the transformed squares.
type winograd struct {
	c         *Conv
	source    *source
	pad       [2]int // zeros above and left
	h, w, out int    // of the result, before pooling
	bias      []float32
	low, high float32
	pool      int

	down, across int       // squares in a column and a row of an image
	lines        int       // rows of squares in a unit
	kernels      []float32 // 36 × panels × in × width
	total        int       // rows of squares in all images
	y            []float32
	codes        []int32
	job          func(worker, unit int)
}

// squares is about how many a unit has: two tiles of rows or more.
const squares = 32

func (g *winograd) plan() {
	g.down, g.across = ceil(g.h, 4), ceil(g.w, 4)
	g.lines = max(1, squares/g.across)
	g.job = g.unit
}

// fitsWinograd tells whether a convolution can be one and has less than half the
// products then.
func fitsWinograd(s ConvShape) bool {
	h, w := s.summed()
	return s.Kernel == [2]int{3, 3} && s.Stride == [2]int{1, 1} && s.Dilation == [2]int{1, 1} && s.Groups == 1 &&
		s.In%16 == 0 && s.Out%16 == 0 && max(s.Pad[0], s.Pad[1], s.Pad[2], s.Pad[3]) <= 2 && min(s.Pad[0], s.Pad[1], s.Pad[2], s.Pad[3]) >= 0 && (s.Pool == 0 || 4%s.Pool == 0) &&
		2*36*ceil(h, 4)*ceil(w, 4) < 9*h*w
}

// pack transforms the kernels w, 3×3×in×out.
func (g *winograd) pack(w []float32) {
	e, width, in := g.c.e, g.c.width, g.source.c
	panels := ceil(g.out, width)
	plane := panels * in * width
	g.kernels = grown(g.kernels, 36*plane)
	clear(g.kernels)
	g.c.ready(1)
	t := &g.c.workers[0].transform
	*t = transform{row: 3 * in * g.out, pixel: in * g.out, plane: plane}
	for p := range panels {
		t.count = min(width, g.out-p*width) / e.lanes
		for i := range in {
			t.from, t.to = w[i*g.out+p*width:], g.kernels[(p*in+i)*width:]
			e.kernelTransform(t)
		}
	}
}

func (g *winograd) run(y []float32, codes []int32, n int) {
	g.y, g.codes, g.total = y, codes, n*g.down
	units := ceil(g.total, g.lines)
	g.c.ready(units)
	g.c.e.team.each(units, g.job)
	g.y, g.codes = nil, nil
}

func (g *winograd) unit(worker, unit int) {
	w, e, src := &g.c.workers[worker], g.c.e, g.source
	first := unit * g.lines
	last := min(first+g.lines, g.total)
	count := (last - first) * g.across
	g.transformed(w, first, last, count)

	width := g.c.width
	panels := ceil(g.out, width)
	pitch := panels * width
	w.products = grown(w.products, 36*count*pitch)
	tiles := ceil(count, e.rows)
	w.taps = append(w.taps[:0], 0)
	w.tile = tile{taps: w.taps, row: src.c, step: 1, depth: src.c, wide: width, line: pitch}
	t := &w.tile
	for xi := range 36 {
		for p := range panels {
			t.b = g.kernels[(xi*panels+p)*src.c*width:][:src.c*width]
			vectors := ceil(min(width, g.out-p*width), e.columns)
			for i := range tiles {
				s0, s1 := i*count/tiles, (i+1)*count/tiles
				t.a, t.c = w.planes[(xi*count+s0)*src.c:], w.products[(xi*count+s0)*pitch+p*width:]
				e.tile(t, s1-s0, vectors)
			}
		}
	}
	for line := first; line < last; line++ {
		g.results(w, line, (line-first)*g.across, count, pitch)
	}
}

// transformed writes the input of rows of squares to w.planes.
func (g *winograd) transformed(w *worker, first, last, count int) {
	e, src := g.c.e, g.source
	f, vectors := e.fitting(src.c)
	left := g.pad[1]
	right := max(0, 4*g.across+2-left-src.w)
	width := (left + src.w + right) * src.c
	w.strip = grown(w.strip, 6*width)
	w.planes = grown(w.planes, 36*count*src.c)
	w.transform = transform{row: width, pixel: src.c, plane: count * src.c, count: vectors}
	t := &w.transform
	for line := first; line < last; line++ {
		src.strip(e, w, w.strip, line/g.down, line%g.down*4-g.pad[0], 6, left, right, src.c)
		for s := range g.across {
			t.from, t.to = w.strip[4*s*src.c:], w.planes[((line-first)*g.across+s)*src.c:]
			f.inputTransform(t)
		}
	}
}

// results writes one row of squares of the result, those from square at on.
func (g *winograd) results(w *worker, line, at, count, pitch int) {
	f, vectors := g.c.e.fitting(g.out)
	image, r0 := line/g.down, line%g.down*4
	rows := min(4, g.h-r0)
	cols := 4 * g.across
	w.out = grown(w.out, 4*cols*g.out)
	w.transform = transform{
		bias: g.bias, row: cols * g.out, pixel: g.out, plane: count * pitch, count: vectors, low: g.low, high: g.high,
	}
	t := &w.transform
	for s := range g.across {
		t.from, t.to = w.products[(at+s)*pitch:], w.out[4*s*g.out:]
		f.outputTransform(t)
	}
	if g.pool > 0 {
		g.c.pooled(w, g.y, g.codes, image, r0, rows, cols, g.out)
		return
	}
	for r := range rows {
		copy(g.y[((image*g.h+r0+r)*g.w)*g.out:][:g.w*g.out], w.out[r*cols*g.out:])
	}
}
