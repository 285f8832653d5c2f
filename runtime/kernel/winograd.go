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
	flat, narrow bool      // the last square of a column, of a row, has one or two results that matter
	lines        int       // rows of squares in a unit
	kernels      []float32 // 36 × panels × in × width
	total        int       // rows of squares in all images
	y            []float32
	codes        []int32
	job          func(worker, unit int)
	outside      []float32 // zeros in place of a row
}

// A unit has fewest to most squares, fewer of many channels, so that its planes stay in
// the second-level cache. Planes of what belongs to one place of the squares lie
// asunder, as powers of two would put all 36 into the same places of the cache.
const (
	fewest, most = 32, 48
	unitChannels = 4608 // of its squares, in and out
	asunder      = 16
)

// plan chooses how many rows of squares a unit has: so many that tiles are full.
func (g *winograd) plan() {
	g.width = g.c.e.panel(g.out)
	g.down, g.across = ceil(g.h, 4), ceil(g.w, 4)
	g.flat, g.narrow = (g.h-1)%4 < 2, (g.w-1)%4 < 2
	rows := g.c.e.rows(g.width)
	fill := func(lines int) float64 {
		n := lines * g.across
		return float64(n) / float64(ceil(n, rows)*rows)
	}
	squares := max(fewest, min(most, unitChannels/(g.source.c+g.out)))
	g.lines = max(1, squares/g.across)
	for lines := g.lines * 3 / 4; lines <= g.lines*5/4; lines++ {
		if lines > 0 && fill(lines) > fill(g.lines) {
			g.lines = lines
		}
	}
	g.job = g.unit
	g.outside = make([]float32, g.source.w*g.source.c)
}

// fitsWinograd tells whether a convolution can be one and has less than half the
// products then.
func fitsWinograd(s ConvShape) bool {
	h, w := s.summed()
	return s.Kernel == [2]int{3, 3} && s.Stride == [2]int{1, 1} && s.Dilation == [2]int{1, 1} && s.Groups == 1 &&
		s.In%16 == 0 && s.Out%16 == 0 && max(s.Pad[0], s.Pad[1], s.Pad[2], s.Pad[3]) <= 2 && min(s.Pad[0], s.Pad[1], s.Pad[2], s.Pad[3]) >= 0 && (s.Pool == 0 || 4%s.Pool == 0) &&
		2*points(h)*points(w) < 9*h*w
}

// points returns how many products a column or row of so many results has.
func points(results int) int {
	n := results / 4 * 6
	switch results % 4 {
	case 1, 2:
		n += 4
	case 3:
		n += 6
	}
	return n
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
	w := &g.c.workers[worker]
	first := unit * g.lines
	last := min(first+g.lines, g.total)
	o := g.order(first, last)
	count := (last - first) * g.across
	g.transformed(w, o, first, last, count)

	pitch := ceil(g.out, g.width) * g.width
	g.sums(w, o, count, pitch)
	for line := first; line < last; line++ {
		g.results(w, o, line, line-first, count, pitch)
	}
}

// An order is that in which a unit's squares stand in memory: those cut at the lower
// edge, the others, those cut at the right edge, and those at both. So the squares that
// have a product at one of the places follow one another.
type order struct {
	g             *winograd
	first         int // row of squares
	bottom, other int // rows cut at the lower edge, and others
	inside        int // squares of a row that are not cut at the right edge
}

func (g *winograd) order(first, last int) order {
	o := order{g: g, first: first, other: last - first, inside: g.across}
	if g.flat {
		o.bottom = last/g.down - first/g.down
		o.other -= o.bottom
	}
	if g.narrow {
		o.inside--
	}
	return o
}

// cut tells whether a row of squares is cut at the lower edge.
func (o order) cut(line int) bool { return o.g.flat && line%o.g.down == o.g.down-1 }

// row returns where the squares of a row begin, and where the last stands if it is cut
// at the right edge.
func (o order) row(line int) (at, last int) {
	edge := (o.bottom + o.other) * o.inside
	before := 0 // rows cut at the lower edge
	if o.g.flat {
		before = line/o.g.down - o.first/o.g.down
	}
	if o.cut(line) {
		return before * o.inside, edge + o.other + before
	}
	before = line - o.first - before
	return (o.bottom + before) * o.inside, edge + before
}

// of returns which squares have a product at a place: those cut have none with the
// last two of the six points.
func (o order) of(place int) (first, end int) {
	end = (o.bottom + o.other) * o.g.across
	if place/6 >= 4 {
		first, end = o.bottom*o.inside, end-o.bottom*(o.g.across-o.inside)
	}
	if place%6 >= 4 {
		end = (o.bottom + o.other) * o.inside
	}
	return first, end
}

// sums multiplies what squares have at their places by the kernels: first the panels of
// the results that are full, all at once, then a narrower last one. What cut squares have
// no product for is not written, nor do the transforms of results read it.
func (g *winograd) sums(w *worker, o order, count, pitch int) {
	e, in, width := g.c.e, g.source.c, g.width
	from, to := count*in+asunder, count*pitch+asunder
	w.products = grown(w.products, 36*to)
	for first, last := 0, max(1, g.out/width); first*width < g.out; first, last = last, last+1 {
		vectors := min(width, g.out-first*width) / e.columns
		most := e.tall[vectors-1]
		m := &w.mixing
		*m = mixing{a: w.planes, b: g.kernels, c: w.products, runs: m.runs[:0], row: in, step: 1, wide: width, line: pitch, depth: in}
		w.taps = append(w.taps[:0], 0)
		w.tile = tile{taps: w.taps, row: in, step: 1, depth: in, wide: width, line: pitch}
		for place := range 36 {
			a, b := o.of(place)
			tiles, rest := (b-a)/most, (b-a)%most
			for p := first; p < last; p++ {
				r := tileRun{a: place*from + a*in, b: (place*pitch/width + p) * in * width, c: place*to + a*pitch + p*width, tiles: tiles}
				if tiles > 0 {
					m.runs = append(m.runs, r)
				}
				if rest > 0 {
					w.tile.a, w.tile.b, w.tile.c = w.planes[r.a+tiles*most*in:], g.kernels[r.b:], w.products[r.c+tiles*most*pitch:]
					e.tile(&w.tile, rest, vectors)
				}
			}
		}
		if len(m.runs) > 0 {
			e.mix(m, vectors)
		}
	}
}

// transformed writes the input of rows of squares to w.planes.
func (g *winograd) transformed(w *worker, o order, first, last, count int) {
	e, src := g.c.e, g.source
	f, vectors := e.fitting(src.c)
	plane := count*src.c + asunder
	w.planes = grown(w.planes, 36*plane)
	if g.codes != nil {
		w.alike = grown(w.alike, (last-first)*2*6*(4*g.across+2)+alikeSlack)
	}
	w.transform = transform{
		plane: plane, pixel: src.c, count: vectors, fromStep: 4 * src.c, toStep: src.c, zeros: g.outside,
	}
	for line := first; line < last; line++ {
		if src.plain() {
			g.inPlace(w, f, o, line)
		} else {
			g.copied(w, f, o, line)
		}
		if g.codes != nil {
			g.compare(w, line, line-first)
		}
	}
}

// inPlace transforms one row of squares where it stands.
func (g *winograd) inPlace(w *worker, f *routines, o order, line int) {
	src, t := g.source, &w.transform
	top := line%g.down*4 - g.pad[0]
	t.row = src.w * src.c
	t.above = max(0, -top)
	t.rows = min(6, src.h-top) - t.above
	t.flat = o.cut(line)
	from := src.data[(line/g.down*src.h+top+t.above)*t.row:]
	at, last := o.row(line)
	for s := 0; s < g.across; s += t.squares {
		left := 4*s - g.pad[1]
		t.left = max(0, -left)
		t.columns, t.squares, t.narrow = min(6, src.w-left)-t.left, 1, s >= o.inside
		if t.columns == 6 {
			t.squares = min(o.inside-s, (src.w-left-2)/4) // all that are inside
		}
		t.from, t.to = from[(left+t.left)*src.c:], w.planes[(at+s)*src.c:]
		if t.narrow {
			t.to = w.planes[last*src.c:]
		}
		f.inputTransform(t)
	}
}

// copied transforms one row of squares of a gradient, which is written to w.strip
// with zeros around it.
func (g *winograd) copied(w *worker, f *routines, o order, line int) {
	src, t := g.source, &w.transform
	left := g.pad[1]
	right := max(0, 4*g.across+2-left-src.w)
	t.row, t.rows, t.flat = (left+src.w+right)*src.c, 6, o.cut(line)
	w.strip = grown(w.strip, 6*t.row)
	src.strip(g.c.e, w, w.strip, line/g.down, line%g.down*4-g.pad[0], 6, left, right, src.c)
	at, last := o.row(line)
	if o.inside > 0 {
		t.from, t.to, t.columns, t.squares, t.narrow = w.strip, w.planes[at*src.c:], 6, o.inside, false
		f.inputTransform(t)
	}
	if g.narrow {
		t.from, t.to, t.columns, t.squares, t.narrow = w.strip[o.inside*t.fromStep:], w.planes[last*src.c:], 4, 1, true
		f.inputTransform(t)
	}
}

// results writes one row of squares of the result, the unit's row number at.
func (g *winograd) results(w *worker, o order, line, at, count, pitch int) {
	f, vectors := g.c.e.fitting(g.out)
	w.transform = transform{
		bias: g.bias, plane: count*pitch + asunder, count: vectors, fromStep: pitch, low: g.low, high: g.high,
	}
	image, r0 := line/g.down, line%g.down*4
	switch {
	case g.codes == nil && g.pool <= 1:
		g.placed(w, f.outputTransform, o, line, g.y, image, r0, g.h, g.w, 4)
		return
	case g.codes == nil && g.pool == 2:
		g.placed(w, f.pooledTransform, o, line, g.y, image, r0/2, g.h/2, g.w/2, 2)
		return
	}
	rows, cols := min(4, g.h-r0), 4*g.across
	w.out = grown(w.out, 4*cols*g.out)
	g.placed(w, f.outputTransform, o, line, w.out, 0, 0, 4, cols, 4)
	if g.codes != nil {
		g.equal(w, rows, at)
	}
	g.c.pooled(w, g.y, g.codes, image, r0, rows, cols, g.out, nearness)
}

// placed writes a row of squares of size×size results, from row r of an image of h×w on.
func (g *winograd) placed(w *worker, run func(t *transform), o order, line int, y []float32, image, r, h, width, size int) {
	if r >= h {
		return
	}
	t := &w.transform
	at, last := o.row(line)
	to := y[(image*h+r)*width*g.out:]
	t.toStep, t.rowAt, t.flat = size*g.out, places(min(size, h-r), width*g.out), o.cut(line)
	whole := min(width/size, o.inside)
	if whole > 0 {
		t.from, t.to, t.squares, t.columnAt = w.products[at*t.fromStep:], to, whole, places(size, g.out)
		run(t)
	}
	if rest := width - whole*size; rest > 0 {
		if whole < o.inside {
			last = at + whole
		}
		t.from, t.to, t.squares, t.columnAt = w.products[last*t.fromStep:], to[whole*t.toStep:], 1, places(min(size, rest), g.out)
		t.narrow = whole == o.inside && g.narrow
		run(t)
	}
}

// places returns n distances and then the last of them again.
func places(n, distance int) (at [4]int) {
	for k := range at {
		at[k] = min(k, n-1) * distance
	}
	return at
}
