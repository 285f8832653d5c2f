package model

import (
	"math"
)

// A curveOp takes each element through a function of one variable.
type curveOp struct {
	size  int // elements of an image
	curve curve
}

// A curve is a function of one variable and its derivative, given x and y.
type curve struct {
	of     func(x float64) float64
	slope  func(x, y float64) float64
	corner []float64 // where it bends, rising; the derivative there is that of the flatter side
}

// pieceElements is how many elements one unit of such work takes.
const pieceElements = 1 << 13

func (o *curveOp) bind(m *machine) (bound, error) {
	var to, from, dy, y []float32
	out := func(_, unit int) {
		a, b := unit*pieceElements, min((unit+1)*pieceElements, m.n*o.size)
		for i := a; i < b; i++ {
			to[i] = float32(o.curve.of(float64(from[i])))
		}
	}
	back := func(_, unit int) {
		a, b := unit*pieceElements, min((unit+1)*pieceElements, m.n*o.size)
		for i := a; i < b; i++ {
			to[i] = dy[i] * float32(o.curve.slope(float64(from[i]), float64(y[i])))
		}
	}
	units := func() int { return (m.n*o.size + pieceElements - 1) / pieceElements }
	return bound{
		forward: func(result []float32, x [][]float32) error {
			to, from = result, x[0]
			m.engine.Each(units(), out)
			return nil
		},
		backward: func(_ int, dx, grad, result []float32, x [][]float32) error {
			to, from, dy, y = dx, x[0], grad, result
			m.engine.Each(units(), back)
			return nil
		},
	}, nil
}

func (o *curveOp) reference(x [][]float64, p *piece) []float64 {
	y := make([]float64, o.size)
	for i, v := range x[0] {
		y[i] = o.curve.of(v)
		if p != nil && len(o.curve.corner) > 0 {
			var where uint16
			for _, c := range o.curve.corner {
				if v > c {
					where++
				}
			}
			*p = append(*p, where)
		}
	}
	return y
}

func leakyCurve(alpha float64) curve {
	return curve{
		of: func(x float64) float64 {
			if x < 0 {
				return alpha * x
			}
			return x
		},
		slope: func(x, _ float64) float64 {
			if x > 0 {
				return 1
			}
			return alpha
		},
		corner: []float64{0},
	}
}

func sigmoidCurve() curve {
	return curve{
		of:    func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		slope: func(_, y float64) float64 { return y * (1 - y) },
	}
}

func tanhCurve() curve {
	return curve{of: math.Tanh, slope: func(_, y float64) float64 { return 1 - y*y }}
}

// hardSigmoidCurve is max(0, min(1, αx + β)).
func hardSigmoidCurve(alpha, beta float64) curve {
	return curve{
		of: func(x float64) float64 { return max(0, min(1, alpha*x+beta)) },
		slope: func(x, _ float64) float64 {
			if v := alpha*x + beta; v > 0 && v < 1 {
				return alpha
			}
			return 0
		},
		corner: []float64{-beta / alpha, (1 - beta) / alpha},
	}
}

// hardSwishCurve is x·max(0, min(1, x/6 + 1/2)).
func hardSwishCurve() curve {
	return curve{
		of: func(x float64) float64 { return x * max(0, min(1, x/6+0.5)) },
		slope: func(x, _ float64) float64 {
			switch {
			case x <= -3:
				return 0
			case x >= 3:
				return 1
			}
			return x/3 + 0.5
		},
		corner: []float64{-3, 3},
	}
}

// A boundOp bounds each element.
type boundOp struct {
	size int
	limits
}

func (o *boundOp) bind(m *machine) (bound, error) {
	low, high := o.ends()
	var to, from []float32
	job := func(_, unit int) {
		a, b := unit*pieceElements, min((unit+1)*pieceElements, m.n*o.size)
		clamp(to[a:b], from[a:b], low, high)
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			m.engine.Each((m.n*o.size+pieceElements-1)/pieceElements, job)
			return nil
		},
		backward: func(_ int, dx, dy, y []float32, _ [][]float32) error {
			m.engine.Pass(dx[:m.n*o.size], dy, y, low, high)
			return nil
		},
	}, nil
}

func clamp(to, from []float32, low, high float32) {
	from = from[:len(to)]
	for i, v := range from {
		to[i] = min(max(v, low), high)
	}
}

func (o *boundOp) reference(x [][]float64, p *piece) []float64 {
	y := make([]float64, o.size)
	for i, v := range x[0] {
		y[i] = o.of(v, p)
	}
	return y
}

// An affineOp multiplies each channel by a number and adds another: what is left of
// a batch normalisation that no convolution has taken in.
type affineOp struct {
	size         int // a multiple of the channels, which stand side by side
	scale, shift []float32
	limits
}

func (o *affineOp) bind(m *machine) (bound, error) {
	low, high := o.ends()
	var to, from, y []float32
	channels := len(o.scale)
	out := func(_, image int) {
		for at := image * o.size; at < (image+1)*o.size; at += channels {
			to, from := to[at:at+channels], from[at:at+channels]
			for c, s := range o.scale {
				to[c] = min(max(from[c]*s+o.shift[c], low), high)
			}
		}
	}
	back := func(_, image int) {
		for at := image * o.size; at < (image+1)*o.size; at += channels {
			to, from, y := to[at:at+channels], from[at:at+channels], y[at:at+channels]
			for c, s := range o.scale {
				to[c] = 0
				if low < y[c] && y[c] < high {
					to[c] = from[c] * s
				}
			}
		}
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			m.engine.Each(m.n, out)
			return nil
		},
		backward: func(_ int, dx, dy, result []float32, _ [][]float32) error {
			to, from, y = dx, dy, result
			m.engine.Each(m.n, back)
			return nil
		},
	}, nil
}

func (o *affineOp) reference(x [][]float64, p *piece) []float64 {
	y := make([]float64, o.size)
	for i, v := range x[0] {
		c := i % len(o.scale)
		y[i] = o.of(v*float64(o.scale[c])+float64(o.shift[c]), p)
	}
	return y
}
