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

	width        int       // of a panel
	down, across int       // squares in a column and a row of an image
	lines        int       // rows of squares in a unit
	kernels      []float32 // 36 × panels × in × width
	total        int       // rows of squares in all images
	y            []float32
	codes        []int32
	job          func(worker, unit int)
	zeros        []float32
}

// A unit has about squares; planes of what belongs to one place of the squares lie
// asunder, as powers of two would put all 36 into the same places of the cache.
const (
	squares = 48
	asunder = 16
)

// plan chooses how many rows of squares a unit has: so many that tiles are full.
func (g *winograd) plan() {
	g.width = g.c.e.panel(g.out)
	g.down, g.across = ceil(g.h, 4), ceil(g.w, 4)
	rows := g.c.e.rows(g.width)
	fill := func(lines int) float64 {
		n := lines * g.across
		return float64(n) / float64(ceil(n, rows)*rows)
	}
	g.lines = max(1, squares/g.across)
	for lines := g.lines * 3 / 4; lines <= g.lines*5/4; lines++ {
		if lines > 0 && fill(lines) > fill(g.lines) {
			g.lines = lines
		}
	}
	g.job, g.zeros = g.unit, make([]float32, g.width)
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
	e, width, in := g.c.e, g.width, g.source.c
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
	if codes != nil {
		g.c.turnForExact()
	}
	g.c.e.team.each(units, g.job)
	g.y, g.codes = nil, nil
}

func (g *winograd) unit(worker, unit int) {
	w, src := &g.c.workers[worker], g.source
	first := unit * g.lines
	last := min(first+g.lines, g.total)
	count := (last - first) * g.across
	g.transformed(w, first, last, count)

	pitch := ceil(g.out, g.width) * g.width
	from, to := count*src.c+asunder, count*pitch+asunder
	w.products = grown(w.products, 36*to)
	for xi := range 36 {
		g.sum(w, w.planes[xi*from:], w.products[xi*to:], xi, count, pitch)
	}
	for line := first; line < last; line++ {
		g.results(w, line, (line-first)*g.across, count, pitch)
	}
}

// sum multiplies what the squares have at one of their places by its kernels.
func (g *winograd) sum(w *worker, from, to []float32, place, count, pitch int) {
	in, width := g.source.c, g.width
	w.taps = append(w.taps[:0], 0)
	w.tile = tile{taps: w.taps, row: in, step: 1, depth: in, wide: width, line: pitch}
	for p := range pitch / width {
		w.tile.b = g.kernels[(place*pitch/width+p)*in*width:][:in*width]
		g.c.e.tiles(&w.tile, &w.mixing, g.zeros, count, min(width, g.out-p*width), from, to[p*width:], nil)
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
	plane := count*src.c + asunder
	w.planes = grown(w.planes, 36*plane)
	if g.codes != nil {
		w.alike = grown(w.alike, (last-first)*2*6*(4*g.across+2))
	}
	w.transform = transform{row: width, pixel: src.c, plane: plane, count: vectors}
	t := &w.transform
	for line := first; line < last; line++ {
		src.strip(e, w, w.strip, line/g.down, line%g.down*4-g.pad[0], 6, left, right, src.c)
		for s := range g.across {
			t.from, t.to = w.strip[4*s*src.c:], w.planes[((line-first)*g.across+s)*src.c:]
			f.inputTransform(t)
		}
		if g.codes != nil {
			g.compare(w, line-first)
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
		bias: g.bias, row: cols * g.out, pixel: g.out, plane: count*pitch + asunder, count: vectors, low: g.low, high: g.high,
	}
	t := &w.transform
	for s := range g.across {
		t.from, t.to = w.products[(at+s)*pitch:], w.out[4*s*g.out:]
		f.outputTransform(t)
	}
	if g.pool > 0 {
		if g.codes != nil {
			g.equal(w, rows, at/g.across)
		}
		g.c.pooled(w, g.y, g.codes, image, r0, rows, cols, g.out, nearness)
		return
	}
	for r := range rows {
		copy(g.y[((image*g.h+r0+r)*g.w)*g.out:][:g.w*g.out], w.out[r*cols*g.out:])
	}
}
