package model

// A binaryOp adds, subtracts, multiplies or divides two values, or a value and a
// constant, element by element. Along a dimension where an operand has a stride of
// 0 it has one element for all.
type binaryOp struct {
	kind     byte      // + - * /
	dims     []int     // of the result, in storing order
	strides  [2][]int  // of the operands
	sizes    [2]int    // elements of the operands
	size     int       // of the result
	constant []float32 // instead of the operand which, the same for each image
	which    int
	limits
}

// operands returns the operands' elements for an image.
func (o *binaryOp) operands(x [][]float32, image int) (a, b []float32) {
	var v [2][]float32
	k := 0
	for i := range v {
		if o.constant != nil && o.which == i {
			v[i] = o.constant
			continue
		}
		v[i] = x[k][image*o.sizes[i]:][:o.sizes[i]]
		k++
	}
	return v[0], v[1]
}

// walk calls row for each row of the last dimension, with the places of its first
// elements.
func (o *binaryOp) walk(row func(at, a, b int)) {
	last := len(o.dims) - 1
	index := make([]int, last)
	at, a, b := 0, 0, 0
	for {
		row(at, a, b)
		at += o.dims[last]
		d := last - 1
		for ; d >= 0; d-- {
			index[d]++
			a += o.strides[0][d]
			b += o.strides[1][d]
			if index[d] < o.dims[d] {
				break
			}
			a -= index[d] * o.strides[0][d]
			b -= index[d] * o.strides[1][d]
			index[d] = 0
		}
		if d < 0 {
			return
		}
	}
}

func (o *binaryOp) bind(m *machine) (bound, error) {
	low, high := o.ends()
	last := len(o.dims) - 1
	n, sa, sb := o.dims[last], o.strides[0][last], o.strides[1][last]
	var to, grad, result []float32
	var x [][]float32
	var wrt int
	out := func(_, image int) {
		u, v := o.operands(x, image)
		y := to[image*o.size:][:o.size]
		o.walk(func(at, a, b int) {
			y := y[at : at+n]
			combine(o.kind, y, u[a:], v[b:], sa, sb)
			if o.bounded {
				clamp(y, y, low, high)
			}
		})
	}
	back := func(_, image int) {
		u, v := o.operands(x, image)
		dy, y := grad[image*o.size:][:o.size], result[image*o.size:][:o.size]
		dx := to[image*o.sizes[wrt]:][:o.sizes[wrt]]
		clear(dx)
		o.walk(func(at, a, b int) {
			from, step := a, sa
			if wrt == 1 {
				from, step = b, sb
			}
			for i := range n {
				g := dy[at+i]
				if o.bounded && !(low < y[at+i] && y[at+i] < high) {
					continue
				}
				switch {
				case o.kind == '*' && wrt == 0:
					g *= v[b+i*sb]
				case o.kind == '*':
					g *= u[a+i*sa]
				case o.kind == '/' && wrt == 0:
					g /= v[b+i*sb]
				case o.kind == '/':
					g *= -u[a+i*sa] / (v[b+i*sb] * v[b+i*sb])
				case o.kind == '-' && wrt == 1:
					g = -g
				}
				dx[from+i*step] += g
			}
		})
	}
	return bound{
		forward: func(y []float32, in [][]float32) error {
			to, x = y, in
			m.engine.Each(m.n, out)
			return nil
		},
		backward: func(i int, dx, dy, y []float32, in [][]float32) error {
			to, grad, result, x, wrt = dx, dy, y, in, i
			if o.constant != nil {
				wrt = 1 - o.which
			}
			m.engine.Each(m.n, back)
			return nil
		},
	}, nil
}

// combine sets y to the operands' combination; each moves on by its step, 0 or 1.
func combine(kind byte, y, u, v []float32, su, sv int) {
	switch {
	case kind == '+' && su == 1 && sv == 1:
		u, v = u[:len(y)], v[:len(y)]
		for i := range y {
			y[i] = u[i] + v[i]
		}
	case kind == '*' && su == 1 && sv == 1:
		u, v = u[:len(y)], v[:len(y)]
		for i := range y {
			y[i] = u[i] * v[i]
		}
	case kind == '+':
		for i := range y {
			y[i] = u[i*su] + v[i*sv]
		}
	case kind == '-':
		for i := range y {
			y[i] = u[i*su] - v[i*sv]
		}
	case kind == '*':
		for i := range y {
			y[i] = u[i*su] * v[i*sv]
		}
	case kind == '/':
		for i := range y {
			y[i] = u[i*su] / v[i*sv]
		}
	}
}

func (o *binaryOp) reference(x [][]float64, p *piece) []float64 {
	var v [2][]float64
	k := 0
	for i := range v {
		if o.constant != nil && o.which == i {
			v[i] = widen(o.constant)
			continue
		}
		v[i] = x[k]
		k++
	}
	y := make([]float64, o.size)
	last := len(o.dims) - 1
	o.walk(func(at, a, b int) {
		for i := range o.dims[last] {
			u, v := v[0][a+i*o.strides[0][last]], v[1][b+i*o.strides[1][last]]
			switch o.kind {
			case '+':
				u += v
			case '-':
				u -= v
			case '*':
				u *= v
			case '/':
				u /= v
			}
			y[at+i] = o.of(u, p)
		}
	})
	return y
}
