package model

// A gatherOp makes each result a copy of one element, or a constant: a transposed
// image, a padded one.
type gatherOp struct {
	from  []int32 // the place of each result's element; −1: fill
	in    int
	fill  float32
	zeros *[4]int // it does no more than put zeros above, left of, below and right of an image
}

func (o *gatherOp) bind(m *machine) (bound, error) {
	var to, from []float32
	out := func(_, image int) {
		y, x := to[image*len(o.from):][:len(o.from)], from[image*o.in:][:o.in]
		for i, k := range o.from {
			if k < 0 {
				y[i] = o.fill
			} else {
				y[i] = x[k]
			}
		}
	}
	back := func(_, image int) {
		dx, dy := to[image*o.in:][:o.in], from[image*len(o.from):][:len(o.from)]
		clear(dx)
		for i, k := range o.from {
			if k >= 0 {
				dx[k] += dy[i]
			}
		}
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			m.engine.Each(m.n, out)
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
			to, from = dx, dy
			m.engine.Each(m.n, back)
			return nil
		},
	}, nil
}

func (o *gatherOp) reference(x [][]float64, _ *piece) []float64 {
	y := make([]float64, len(o.from))
	for i, k := range o.from {
		y[i] = float64(o.fill)
		if k >= 0 {
			y[i] = x[0][k]
		}
	}
	return y
}

// A concatOp puts rows of several values side by side.
type concatOp struct {
	rows   int
	widths []int // of each value's rows
	width  int   // their sum
}

func (o *concatOp) bind(m *machine) (bound, error) {
	return bound{
		forward: func(y []float32, x [][]float32) error {
			m.engine.Each(m.n, func(_, image int) {
				at := image * o.rows * o.width
				for r := range o.rows {
					for i, w := range o.widths {
						copy(y[at:at+w], x[i][(image*o.rows+r)*w:])
						at += w
					}
				}
			})
			return nil
		},
		backward: func(i int, dx, dy, _ []float32, _ [][]float32) error {
			first := 0
			for _, w := range o.widths[:i] {
				first += w
			}
			w := o.widths[i]
			m.engine.Each(m.n, func(_, image int) {
				for r := image * o.rows; r < (image+1)*o.rows; r++ {
					copy(dx[r*w:(r+1)*w], dy[r*o.width+first:])
				}
			})
			return nil
		},
	}, nil
}

func (o *concatOp) reference(x [][]float64, _ *piece) []float64 {
	var y []float64
	for r := range o.rows {
		for i, w := range o.widths {
			y = append(y, x[i][r*w:(r+1)*w]...)
		}
	}
	return y
}
