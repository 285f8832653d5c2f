package kernel

// A stencil is a convolution as sums over taps: result (r, q) is the sum over taps
// of a pixel of the source at (r·stride + tap.row, q·stride + tap.column) times
// that tap's weights. The forward pass is one; the gradient by the input is one
// for each phase of the stride, as only some taps reach a pixel.
type stencil struct {
	c          *Conv
	source     *source
	taps       []tapPlace
	stride     [2]int
	rows, cols int    // of the results
	first      [2]int // where result (0, 0) stands in the image
	step       [2]int // from one result to the next
	h, w       int    // of the image of results
	out        int    // its channels
	groups     int
	bias       []float32 // padded; nil: none
	bounded    bool
	low, high  float32
	pool       int

	top, left, right int // margins: rows before, columns at the sides
	span             int // rows of the source under one row of results
	offsets          []int
	depth            int       // elements of a run
	panels           []float32 // groups × panels × terms × width
	terms            int
	band, bands      int // rows of results in a unit; units in an image
	y                []float32
	codes            []int32
	job              func(worker, unit int)
}

type tapPlace struct{ row, column int }

// stripPixels is about how many results a unit has, for which a panel of weights
// stays in the first-level cache.
const stripPixels = 112

// plan derives the rest from taps and sizes.
func (s *stencil) plan() {
	src := s.source
	low, high := s.taps[0], s.taps[0]
	for _, t := range s.taps {
		low.row, high.row = min(low.row, t.row), max(high.row, t.row)
		low.column, high.column = min(low.column, t.column), max(high.column, t.column)
	}
	s.top, s.span = -low.row, high.row-low.row+1
	s.left = max(0, -low.column)
	s.right = max(0, (s.cols-1)*s.stride[1]+high.column-(src.w-1))
	width := (s.left + src.w + s.right) * src.c
	for _, t := range s.taps {
		s.offsets = append(s.offsets, (t.row-low.row)*width+(t.column+s.left)*src.c)
	}
	s.depth = src.c / s.groups
	s.terms = len(s.taps) * s.depth
	if s.groups == 1 {
		s.merge()
	}
	unit := max(1, s.pool)
	s.band = max(unit, ceil(stripPixels, s.cols)/unit*unit)
	s.band = min(s.band, ceil(s.rows, unit)*unit)
	s.bands = ceil(s.rows, s.band)
	s.job = s.unit
}

// merge joins taps that stand side by side into one run each.
func (s *stencil) merge() {
	run := 1
	for run < len(s.offsets) && s.offsets[run] == s.offsets[run-1]+s.depth {
		run++
	}
	if len(s.offsets)%run != 0 {
		return
	}
	var starts []int
	for i, o := range s.offsets {
		switch {
		case i%run == 0:
			starts = append(starts, o)
		case o != s.offsets[i-1]+s.depth:
			return
		}
	}
	s.offsets, s.depth = starts, s.depth*run
}

// run computes the results for n images.
func (s *stencil) run(y []float32, codes []int32, n int) {
	s.y, s.codes = y, codes
	s.c.ready(n * s.bands)
	s.c.e.team.each(n*s.bands, s.job)
	s.y, s.codes = nil, nil
}

func (s *stencil) unit(worker, unit int) {
	w, e, src := &s.c.workers[worker], s.c.e, s.source
	image, r0 := unit/s.bands, unit%s.bands*s.band
	r1 := min(r0+s.band, s.rows)
	first, rows := r0*s.stride[0]-s.top, (r1-1-r0)*s.stride[0]+s.span
	width := (s.left + src.w + s.right) * src.c
	from := []float32(nil)
	if src.plain() && s.left == 0 && s.right == 0 && first >= 0 && first+rows <= src.h {
		from = src.data[(image*src.h+first)*width:][:rows*width]
	} else {
		w.strip = grown(w.strip, rows*width)
		from = w.strip
		src.strip(e, w, from, image, first, rows, s.left, s.right, src.c)
	}
	to := s.y
	at, line, pixel := ((image*s.h+s.first[0]+r0*s.step[0])*s.w+s.first[1])*s.out, s.step[0]*s.w*s.out, s.step[1]*s.out
	slack := 0 // elements after a pixel's channels that may be written
	if s.pool > 0 {
		pixel = ceil(s.out, s.c.width) * s.c.width
		line, at, slack = s.cols*pixel, 0, pixel
		w.out = grown(w.out, (r1-r0)*line)
		to = w.out
	}
	if s.c.depthwise {
		s.depthwise(w, from, to[at:], r1-r0, width, line, pixel)
	} else {
		s.sum(w, from, to[at:], r1-r0, width, line, pixel, slack)
	}
	if s.pool > 0 {
		s.c.pooled(w, s.y, s.codes, image, r0, r1-r0, s.cols, pixel, 0)
	}
}

// sum computes rows of results by tiles.
func (s *stencil) sum(w *worker, from, to []float32, rows, width, line, pixel, slack int) {
	e, src := s.c.e, s.source
	t := &w.tile
	*t = tile{
		taps: s.offsets, row: s.stride[1] * src.c, step: 1, depth: s.depth, wide: s.c.width, line: pixel,
		clamp: s.bounded, low: s.low, high: s.high,
	}
	in, out := src.c/s.groups, s.out/s.groups
	panels := ceil(out, s.c.width)
	cols := s.cols
	if s.stride[0]*width == cols*t.row && line == cols*pixel {
		cols, rows = cols*rows, 1 // rows follow one another: tiles need not end with them
	}
	tiles := ceil(cols, e.rows(s.c.width))
	for g := range s.groups {
		for p := range panels {
			b := g*panels + p
			t.b = s.panels[b*s.terms*s.c.width:][:s.terms*s.c.width]
			if s.bias != nil {
				t.bias = s.bias[b*s.c.width:][:s.c.width]
			}
			columns := min(s.c.width, out-p*s.c.width)
			if slack > 0 && s.groups == 1 {
				columns = ceil(columns, e.columns) * e.columns
			}
			for r := range rows {
				for i := range tiles {
					q0, q1 := i*cols/tiles, (i+1)*cols/tiles
					t.a = from[r*s.stride[0]*width+q0*t.row+g*in:]
					t.c = to[r*line+q0*pixel+g*out+p*s.c.width:]
					e.part(t, q1-q0, columns, w.edge)
				}
			}
		}
	}
}

func (s *stencil) depthwise(w *worker, from, to []float32, rows, width, line, pixel int) {
	src := s.source
	f, count := s.c.e.fitting(src.c)
	w.depthwise = depthwiseRow{
		weights: s.panels, bias: s.bias, taps: s.offsets, pixels: s.cols, channels: count,
		step: s.stride[1] * src.c, line: pixel, pitch: src.c, low: s.low, high: s.high,
	}
	for r := range rows {
		w.depthwise.from, w.depthwise.to = from[r*s.stride[0]*width:], to[r*line:]
		f.depthwise(&w.depthwise)
	}
}
