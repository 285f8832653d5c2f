package kernel

// A pointwise is a matrix that multiplies the channels of each pixel.
type pointwise struct {
	in, out int
	width   int       // of a panel
	panels  []float32 // panels × in × width
	bias    []float32 // padded to whole panels
}

func newPointwise(e *Engine, in, out int) *pointwise {
	width := e.panel(out)
	panels := ceil(out, width)
	return &pointwise{in: in, out: out, width: width, panels: make([]float32, panels*in*width), bias: make([]float32, panels*width)}
}

// count returns the number of panels.
func (p *pointwise) count() int { return ceil(p.out, p.width) }

// pack takes the matrix w, in×out.
func (p *pointwise) pack(w, bias []float32) {
	for q := range p.count() {
		first := q * p.width
		columns := min(p.width, p.out-first)
		for k := range p.in {
			copy(p.panels[(q*p.in+k)*p.width:][:columns], w[k*p.out+first:])
		}
	}
	copy(p.bias, bias)
}

// packTurned takes the transpose of the matrix w, out×in.
func (p *pointwise) packTurned(e *Engine, w []float32) {
	var t transposition
	for q := range p.count() {
		first := q * p.width
		e.turn(&t, p.panels[q*p.in*p.width:], p.width, w[first*p.in:], p.in, min(p.width, p.out-first), p.in)
	}
}

// panel multiplies so many pixels by one panel, as t says beside. The pixels stand
// t.row apart at from, and t.line apart at to.
func (p *pointwise) panel(e *Engine, t *tile, m *mixing, edge []float32, q int, from, to []float32, pixels int) {
	t.b = p.panels[q*p.in*p.width:][:p.in*p.width]
	t.bias = p.bias[q*p.width:][:p.width]
	e.tiles(t, m, pixels, min(p.width, p.out-q*p.width), from, to[q*p.width:], edge)
}
