package kernel

import (
	"fmt"
	"math"
)

// A Conv is a convolution of one shape, with memory of its own for what its
// passes need. It is used by one goroutine at a time.
//
// Call [Conv.SetWeights], then [Conv.Forward]; the gradients belong to the images
// of the last Forward.
type Conv struct {
	e         *Engine
	s         ConvShape
	oh, ow    int // of the sums
	ph, pw    int // of the result
	depthwise bool
	width     int // of a panel

	weights, bias []float32
	forward       pass
	input         source
	gradient      source // of the sums
	backward      []pass // by input; made when first needed
	kernels       interface{ run(dw, db []float32, n int) }
	codes         []int32
	workers       []worker
	// Whether the weights are packed for each of the passes.
	packed, packedB bool
	turned          []float32
	byOut           []float32 // the weights by channel out, for exact sums; empty: not yet
}

// A pass is a way to compute a convolution.
type pass interface {
	pack(w []float32)
	run(y []float32, codes []int32, n int)
}

// NewConv plans a convolution on an engine. A shape that is no convolution is an
// error.
func NewConv(e *Engine, shape ConvShape) (*Conv, error) {
	s, err := shape.resolve()
	if err != nil {
		return nil, err
	}
	c := &Conv{e: e, s: s, depthwise: s.depthwise(), width: 2 * e.columns}
	c.oh, c.ow = s.summed()
	c.ph, c.pw = s.output()
	c.input = source{h: s.H, w: s.W, c: s.In}
	c.gradient = source{h: c.oh, w: c.ow, c: s.Out, pool: s.Pool, low: s.Low, high: s.High}
	c.bias = make([]float32, c.groups()*ceil(s.Out/c.groups(), c.width)*c.width)
	switch {
	case fitsWinograd(s):
		g := &winograd{
			c: c, source: &c.input, pad: [2]int{s.Pad[0], s.Pad[1]}, h: c.oh, w: c.ow, out: s.Out,
			bias: c.bias, low: s.Low, high: s.High, pool: s.Pool,
		}
		g.plan()
		c.forward = g
	case fitsMonochrome(s):
		c.forward = newMonochrome(c)
	default:
		c.forward = c.direct()
	}
	return c, nil
}

// direct plans the forward pass by direct sums.
func (c *Conv) direct() pass {
	s := c.s
	f := &stencil{
		c: c, source: &c.input, stride: s.Stride, rows: c.oh, cols: c.ow, step: [2]int{1, 1}, h: c.oh, w: c.ow, out: s.Out,
		groups: s.Groups, bias: c.bias, bounded: s.Bounded, low: s.Low, high: s.High, pool: s.Pool,
	}
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			f.taps = append(f.taps, tapPlace{i*s.Dilation[0] - s.Pad[0], j*s.Dilation[1] - s.Pad[1]})
		}
	}
	f.plan()
	return &direct{stencil: f}
}

// groups returns how many parts the channels out are summed in.
func (c *Conv) groups() int {
	if c.depthwise {
		return 1
	}
	return c.s.Groups
}

// Output returns the number of elements of one image's result.
func (c *Conv) Output() int { return c.ph * c.pw * c.s.Out }

// Input returns the number of elements of one image.
func (c *Conv) Input() int { return c.s.H * c.s.W * c.s.In }

// SetWeights takes the kernels, rows × columns × In/Groups × Out, and the bias, one
// for each channel out or nil for 0. It keeps the kernels and has to be called
// again when they have changed.
func (c *Conv) SetWeights(w, bias []float32) error {
	if len(w) != c.s.weights() || bias != nil && len(bias) != c.s.Out {
		return fmt.Errorf("convolution: %d weights and a bias of %d, want %d and %d", len(w), len(bias), c.s.weights(), c.s.Out)
	}
	c.weights, c.packed, c.packedB, c.byOut = w, false, false, c.byOut[:0]
	clear(c.bias)
	out := c.s.Out / c.groups()
	for g := 0; g*out < len(bias); g++ {
		copy(c.bias[g*ceil(out, c.width)*c.width:], bias[g*out:(g+1)*out])
	}
	return nil
}

// Forward sets y, n×height×width×Out, to the results for x, n×H×W×In. It remembers
// which pixels the pool took when traced, as the gradients need; behind a pool the
// results may then differ in the last bits.
func (c *Conv) Forward(y, x []float32, n int, traced bool) error {
	if len(x) < n*c.Input() || len(y) < n*c.Output() {
		return fmt.Errorf("convolution: %d and %d elements for %d images, want %d and %d", len(x), len(y), n, n*c.Input(), n*c.Output())
	}
	if c.weights == nil {
		return fmt.Errorf("convolution: no weights are set")
	}
	if !c.packed {
		c.forward.pack(c.weights)
		c.packed = true
	}
	var codes []int32
	c.codes = c.codes[:0]
	if c.s.Pool > 0 && traced {
		c.codes = grown(c.codes, n*c.Output())
		codes = c.codes
	}
	c.input.data = x
	c.forward.run(y, codes, n)
	c.input.data = nil
	return nil
}

// trace readies the gradient before bounds and pool from that of the result.
func (c *Conv) trace(dy, y []float32, n int) error {
	if len(dy) < n*c.Output() {
		return fmt.Errorf("convolution: a gradient of %d elements for %d images, want %d", len(dy), n, n*c.Output())
	}
	c.gradient.data = dy
	switch {
	case c.s.Pool > 0:
		if len(c.codes) < n*c.Output() {
			return fmt.Errorf("convolution: the last forward pass left no trace of %d images", n)
		}
		c.gradient.codes = c.codes
	case c.s.Bounded:
		if len(y) < n*c.Output() {
			return fmt.Errorf("convolution: %d elements of the result for %d images, want %d", len(y), n, n*c.Output())
		}
		c.gradient.result = y
	}
	return nil
}

// InputGradient sets dx, n×H×W×In, to the gradient by the images, given that by
// the results, dy, and the results themselves, y, which are needed with bounds
// and without a pool. Where a bound was reached no gradient passes.
func (c *Conv) InputGradient(dx, dy, y []float32, n int) error {
	if err := c.trace(dy, y, n); err != nil {
		return err
	}
	if len(dx) < n*c.Input() {
		return fmt.Errorf("convolution: %d elements for the gradient by %d images, want %d", len(dx), n, n*c.Input())
	}
	if c.backward == nil {
		c.planBackward()
	}
	if !c.packedB {
		for _, p := range c.backward {
			p.pack(c.weights)
		}
		c.packedB = true
	}
	for _, p := range c.backward {
		p.run(dx, nil, n)
	}
	c.release()
	return nil
}

// WeightGradient sets dw and db to the gradients by the kernels and the bias,
// summed over n images; db may be nil.
func (c *Conv) WeightGradient(dw, db, x, dy, y []float32, n int) error {
	if err := c.trace(dy, y, n); err != nil {
		return err
	}
	if len(x) < n*c.Input() || len(dw) != c.s.weights() || db != nil && len(db) != c.s.Out {
		return fmt.Errorf("convolution: %d elements of %d images, %d weights and a bias of %d, want %d, %d and %d", len(x), n, len(dw), len(db), n*c.Input(), c.s.weights(), c.s.Out)
	}
	if c.kernels == nil {
		switch {
		case fitsPatch(c.s):
			c.kernels = newPatchGradient(c)
		case fitsSparse(c.s):
			c.kernels = newSparseGradient(c)
		default:
			c.kernels = newKernelGradient(c)
		}
	}
	c.input.data = x
	c.kernels.run(dw, db, n)
	c.input.data = nil
	c.release()
	return nil
}

func (c *Conv) release() {
	c.gradient.data, c.gradient.codes, c.gradient.result = nil, nil, nil
}

// fewChannels would fill less than half a vector, of 16 with AVX-512.
const fewChannels = 8

// planBackward chooses how the gradient by the input is computed.
func (c *Conv) planBackward() {
	s := c.s
	infinite := float32(math.Inf(1))
	few := s.In/s.Groups < fewChannels && !c.depthwise
	switch {
	case fitsSparseInput(s):
		c.backward = []pass{newSparseInput(c)}
	case fitsPatch(s):
		c.backward = []pass{newPatchInput(c)}
	case fitsWinograd(ConvShape{
		H: c.oh, W: c.ow, In: s.Out, Out: s.In, Kernel: s.Kernel, Stride: s.Stride, Dilation: s.Dilation, Groups: s.Groups,
		Pad: [4]int{2 - s.Pad[0], 2 - s.Pad[1], 2 - s.Pad[2], 2 - s.Pad[3]},
	}):
		g := &winograd{
			c: c, source: &c.gradient, pad: [2]int{2 - s.Pad[0], 2 - s.Pad[1]}, h: s.H, w: s.W, out: s.In,
			bias: make([]float32, ceil(s.In, c.width)*c.width), low: -infinite, high: infinite,
		}
		g.plan()
		c.backward = []pass{&turnedWinograd{winograd: g}}
	case few && fitsGather(s):
		c.backward = []pass{newGather(c)}
	case few:
		c.backward = []pass{newScatter(c)}
	default:
		for i := range s.Stride[0] {
			for j := range s.Stride[1] {
				if p := c.phase(i, j); p != nil {
					c.backward = append(c.backward, p)
				}
			}
		}
	}
}
