package kernel

// Work on single elements is cut into chunks of one size, so that results do not
// depend on the number of goroutines.
const chunk = 1 << 14

// An elementwise is the state of one such call.
type elementwise struct {
	e       *Engine
	vectors vectors // operands in full
	n       int
	f, rest func(v *vectors)
	worker  []vectors
	job     func(worker, unit int)

	images struct { // of calls that go image by image
		y, x             []float32
		pixels, channels int
		mean, factor     float32
	}
	normalise, denormalise, average, spread func(worker, image int)
}

func (l *elementwise) init(e *Engine) {
	l.e, l.job = e, l.chunk
	l.normalise, l.denormalise, l.average, l.spread = l.normaliseImage, l.denormaliseImage, l.averageImage, l.spreadImage
}

func (l *elementwise) run(f, rest func(v *vectors), v vectors, n int) {
	l.f, l.rest, l.vectors, l.n = f, rest, v, n
	units := ceil(n, chunk)
	for len(l.worker) < l.e.team.workers(units) {
		l.worker = append(l.worker, vectors{})
	}
	l.e.team.each(units, l.job)
	l.vectors = vectors{}
}

func (l *elementwise) chunk(worker, unit int) {
	from, to := unit*chunk, min((unit+1)*chunk, l.n)
	v := &l.worker[worker]
	*v = vectors{a: l.vectors.a[from:to], to: l.vectors.to[from:to], low: l.vectors.low, high: l.vectors.high}
	if l.vectors.b != nil {
		v.b = l.vectors.b[from:to]
	}
	l.e.over(l.f, l.rest, v, to-from)
}

// Add sets y to a + b, of one length; y may be one of them.
func (e *Engine) Add(y, a, b []float32) {
	e.elementwise.run(e.add, portableAdd, vectors{a: a, b: b, to: y}, len(y))
}

// Pass sets dx to dy where low < y < high, and else to 0: the gradient through
// bounds, given the bounded results y.
func (e *Engine) Pass(dx, dy, y []float32, low, high float32) {
	e.elementwise.run(e.pass, portablePass, vectors{a: dy, b: y, to: dx, low: low, high: high}, len(dx))
}

// Normalise sets y, n×pixels×channels, to (x − mean)·factor for x,
// n×channels×pixels.
func (e *Engine) Normalise(y, x []float32, n, channels, pixels int, mean, factor float32) {
	if channels == 1 {
		e.elementwise.run(e.scale, portableScale, vectors{a: x, to: y, low: mean, high: factor}, n*pixels)
		return
	}
	e.elementwise.image(n, y, x, channels, pixels, mean, factor, e.elementwise.normalise)
}

// NormaliseGradient sets dx, n×channels×pixels, to the gradient by x of
// [Engine.Normalise], given that by y.
func (e *Engine) NormaliseGradient(dx, dy []float32, n, channels, pixels int, factor float32) {
	if channels == 1 {
		e.elementwise.run(e.scale, portableScale, vectors{a: dy, to: dx, high: factor}, n*pixels)
		return
	}
	e.elementwise.image(n, dx, dy, channels, pixels, 0, factor, e.elementwise.denormalise)
}

// Mean sets y, n×channels, to the mean over the pixels of x, n×pixels×channels.
func (e *Engine) Mean(y, x []float32, n, pixels, channels int) {
	e.elementwise.image(n, y, x, channels, pixels, 0, 1/float32(pixels), e.elementwise.average)
}

// MeanGradient sets dx, n×pixels×channels, to the gradient by x of [Engine.Mean].
func (e *Engine) MeanGradient(dx, dy []float32, n, pixels, channels int) {
	e.elementwise.image(n, dx, dy, channels, pixels, 0, 1/float32(pixels), e.elementwise.spread)
}

func (l *elementwise) image(n int, y, x []float32, channels, pixels int, mean, factor float32, job func(worker, image int)) {
	m := &l.images
	m.y, m.x, m.channels, m.pixels, m.mean, m.factor = y, x, channels, pixels, mean, factor
	for len(l.worker) < l.e.team.workers(n) {
		l.worker = append(l.worker, vectors{})
	}
	l.e.team.each(n, job)
	m.y, m.x = nil, nil
}

func (l *elementwise) normaliseImage(_, image int) {
	m := &l.images
	size := m.channels * m.pixels
	if m.channels == 3 {
		x, y := m.x[image*size:][:size], m.y[image*size:][:size]
		red, green, blue := x[:m.pixels], x[m.pixels:2*m.pixels], x[2*m.pixels:]
		green, blue = green[:len(red)], blue[:len(red)]
		for i := range red {
			to := y[3*i : 3*i+3 : 3*i+3]
			to[0], to[1], to[2] = (red[i]-m.mean)*m.factor, (green[i]-m.mean)*m.factor, (blue[i]-m.mean)*m.factor
		}
		return
	}
	for c := range m.channels {
		at := image*size + c
		for _, v := range m.x[image*size+c*m.pixels:][:m.pixels] {
			m.y[at] = (v - m.mean) * m.factor
			at += m.channels
		}
	}
}

func (l *elementwise) denormaliseImage(_, image int) {
	m := &l.images
	size := m.channels * m.pixels
	if m.channels == 3 {
		x, y := m.x[image*size:][:size], m.y[image*size:][:size]
		red, green, blue := y[:m.pixels], y[m.pixels:2*m.pixels], y[2*m.pixels:]
		green, blue = green[:len(red)], blue[:len(red)]
		for i := range red {
			from := x[3*i : 3*i+3 : 3*i+3]
			red[i], green[i], blue[i] = from[0]*m.factor, from[1]*m.factor, from[2]*m.factor
		}
		return
	}
	for c := range m.channels {
		at := image*size + c
		to := m.y[image*size+c*m.pixels:][:m.pixels]
		for i := range to {
			to[i] = m.x[at] * m.factor
			at += m.channels
		}
	}
}

func (l *elementwise) averageImage(worker, image int) {
	m, v := &l.images, &l.worker[worker]
	y := m.y[image*m.channels:][:m.channels]
	clear(y)
	for p := range m.pixels {
		*v = vectors{a: m.x[(image*m.pixels+p)*m.channels:], b: y, to: y}
		l.e.over(l.e.add, portableAdd, v, m.channels)
	}
	*v = vectors{a: y, to: y, high: m.factor}
	l.e.over(l.e.scale, portableScale, v, m.channels)
}

func (l *elementwise) spreadImage(worker, image int) {
	m, v := &l.images, &l.worker[worker]
	to := m.y[image*m.pixels*m.channels:][:m.pixels*m.channels]
	*v = vectors{a: m.x[image*m.channels:], to: to, high: m.factor}
	l.e.over(l.e.scale, portableScale, v, m.channels)
	for p := m.channels; p < len(to); p += m.channels {
		copy(to[p:], to[:m.channels])
	}
}
