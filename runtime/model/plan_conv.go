package model

import (
	"math"

	"jpgreport/runtime/kernel"
)

// limits are the bounds of a step's results. The zero value bounds nothing.
type limits struct {
	bounded   bool
	low, high float32
}

func (l limits) ends() (low, high float32) {
	if !l.bounded {
		return float32(math.Inf(-1)), float32(math.Inf(1))
	}
	return l.low, l.high
}

// of bounds v and, unless p is nil, notes on which side of the bounds it lies.
func (l limits) of(v float64, p *piece) float64 {
	if !l.bounded {
		return v
	}
	low, high := float64(l.low), float64(l.high)
	if p != nil {
		var where uint16
		switch {
		case v >= high:
			where = 2
		case v > low:
			where = 1
		}
		*p = append(*p, where)
	}
	return min(max(v, low), high)
}

// An inputOp takes samples, C×H×W, to pixels of C channels, less the channel's mean
// and over its standard deviation.
type inputOp struct {
	channels, pixels int
	mean, factor     []float32
}

func (o *inputOp) bind(m *machine) (bound, error) {
	even := true
	for c := range o.mean {
		even = even && o.mean[c] == o.mean[0] && o.factor[c] == o.factor[0]
	}
	size := o.channels * o.pixels
	var to, from []float32
	out := func(_, image int) {
		for c := range o.channels {
			mean, factor, at := o.mean[c], o.factor[c], image*size+c
			for _, v := range from[image*size+c*o.pixels:][:o.pixels] {
				to[at] = (v - mean) * factor
				at += o.channels
			}
		}
	}
	back := func(_, image int) {
		for c := range o.channels {
			factor, at := o.factor[c], image*size+c
			row := to[image*size+c*o.pixels:][:o.pixels]
			for i := range row {
				row[i] = from[at] * factor
				at += o.channels
			}
		}
	}
	return bound{
		forward: func(y []float32, x [][]float32) error {
			to, from = y, x[0]
			if m.seen != nil {
				from = m.seen
			}
			if even {
				m.engine.Normalise(to, from, m.n, o.channels, o.pixels, o.mean[0], o.factor[0])
			} else {
				m.engine.Each(m.n, out)
			}
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error {
			to, from = dx, dy
			if even {
				m.engine.NormaliseGradient(dx, dy, m.n, o.channels, o.pixels, o.factor[0])
			} else {
				m.engine.Each(m.n, back)
			}
			return nil
		},
	}, nil
}

func (o *inputOp) reference(x [][]float64, _ *piece) []float64 {
	y := make([]float64, o.channels*o.pixels)
	for i := range y {
		c := i % o.channels
		y[i] = (x[0][c*o.pixels+i/o.channels] - float64(o.mean[c])) * float64(o.factor[c])
	}
	return y
}

// A convOp is a convolution with what is fused into it. A shape with an In of the
// kernels' own stands for one without weights.
type convOp struct {
	shape        kernel.ConvShape
	weight, bias []float32 // rows × columns × In/Groups × Out; Out
}

func (o *convOp) bind(m *machine) (bound, error) {
	c, err := kernel.NewConv(m.engine, o.shape)
	if err != nil {
		return bound{}, err
	}
	if err := c.SetWeights(o.weight, o.bias); err != nil {
		return bound{}, err
	}
	return bound{
		forward:  func(y []float32, x [][]float32) error { return c.Forward(y, x[0], m.n, m.purpose != forward) },
		backward: func(_ int, dx, dy, y []float32, _ [][]float32) error { return c.InputGradient(dx, dy, y, m.n) },
	}, nil
}

func (o *convOp) reference(x [][]float64, p *piece) []float64 {
	s := o.shape
	pool := s.Pool
	s.Pool = 0
	h, w, err := s.Output()
	if err != nil {
		panic(err) // the importer has asked before
	}
	in, out := s.In/s.Groups, s.Out/s.Groups
	bounds := limits{s.Bounded, s.Low, s.High}
	y := make([]float64, 0, h*w*s.Out)
	for r := range h {
		for c := range w {
			for k := range s.Out {
				sum := float64(o.bias[k])
				for i := range s.Kernel[0] {
					for j := range s.Kernel[1] {
						ir, ic := r*s.Stride[0]+i*s.Dilation[0]-s.Pad[0], c*s.Stride[1]+j*s.Dilation[1]-s.Pad[1]
						if ir < 0 || ir >= s.H || ic < 0 || ic >= s.W {
							continue
						}
						for l := range in {
							sum += x[0][(ir*s.W+ic)*s.In+k/out*in+l] * float64(o.weight[((i*s.Kernel[1]+j)*in+l)*s.Out+k])
						}
					}
				}
				y = append(y, bounds.of(sum, p))
			}
		}
	}
	if pool > 0 {
		q := window{h: h, w: w, channels: s.Out, kernel: [2]int{pool, pool}, stride: [2]int{pool, pool}, dilation: [2]int{1, 1}, oh: h / pool, ow: w / pool}
		return (&maxPoolOp{q}).reference([][]float64{y}, p)
	}
	return y
}

// An invertedOp is an inverted residual.
type invertedOp struct {
	shape   kernel.InvertedShape
	weights kernel.InvertedWeights
	parts   []*convOp // the same as convolutions
}

func (o *invertedOp) bind(m *machine) (bound, error) {
	v, err := kernel.NewInverted(m.engine, o.shape)
	if err != nil {
		return bound{}, err
	}
	if err := v.SetWeights(o.weights); err != nil {
		return bound{}, err
	}
	return bound{
		forward:  func(y []float32, x [][]float32) error { return v.Forward(y, x[0], m.n, m.purpose != forward) },
		backward: func(_ int, dx, dy, _ []float32, _ [][]float32) error { return v.InputGradient(dx, dy, m.n) },
	}, nil
}

func (o *invertedOp) reference(x [][]float64, p *piece) []float64 {
	y := x[0]
	for _, c := range o.parts {
		y = c.reference([][]float64{y}, p)
	}
	if o.shape.Residual {
		y = referenceAdd(y, x[0])
	}
	return y
}

// A denseOp multiplies rows by a matrix, in × out.
type denseOp struct {
	rows, in, out int
	weight, bias  []float32 // no bias: nil
	limits
}

func (o *denseOp) bind(m *machine) (bound, error) {
	low, high := o.ends()
	w := kernel.Dense(o.weight, o.in, o.out)
	var dz []float32
	return bound{
		forward: func(y []float32, x [][]float32) error {
			rows := m.n * o.rows
			return m.engine.MatMul(kernel.Dense(y, rows, o.out), kernel.Dense(x[0], rows, o.in), w,
				kernel.Finish{Bias: o.bias, Bounded: o.bounded, Low: low, High: high})
		},
		backward: func(_ int, dx, dy, y []float32, _ [][]float32) error {
			rows := m.n * o.rows
			if o.bounded {
				if dz == nil {
					dz = make([]float32, len(dy))
				}
				m.engine.Pass(dz[:rows*o.out], dy, y, low, high)
				dy = dz
			}
			return m.engine.MatMul(kernel.Dense(dx, rows, o.in), kernel.Dense(dy, rows, o.out), w.T(), kernel.Finish{})
		},
	}, nil
}

func (o *denseOp) reference(x [][]float64, p *piece) []float64 {
	y := make([]float64, o.rows*o.out)
	for i := range y {
		sum := 0.0
		if o.bias != nil {
			sum = float64(o.bias[i%o.out])
		}
		for k := range o.in {
			sum += x[0][i/o.out*o.in+k] * float64(o.weight[k*o.out+i%o.out])
		}
		y[i] = o.of(sum, p)
	}
	return y
}
