package kernel

import (
	"cmp"
	"fmt"
	"math"
)

// A ConvShape says what a convolution is: a cross-correlation of H×W×In images
// with Out kernels, then a bias, then bounds, then max pooling.
type ConvShape struct {
	H, W, In, Out int
	Kernel        [2]int // rows and columns
	Stride        [2]int // 0: 1
	Dilation      [2]int // 0: 1
	Pad           [4]int // zeros above, left, below and right
	Groups        int    // 0: 1. In and Out are cut into so many parts; In and Out groups: depthwise
	Pool          int    // edge and stride of the window of max pooling; 0: none
	Bounded       bool   // bound results to Low..High: 0 and +Inf are ReLU, 0 and 6 ReLU6
	Low, High     float32
}

// maxSide bounds any dimension, so that products of three stay far from overflow.
const maxSide = 1 << 16

// resolve puts defaults in and checks the rest.
func (s ConvShape) resolve() (ConvShape, error) {
	for i := range 2 {
		s.Stride[i] = cmp.Or(s.Stride[i], 1)
		s.Dilation[i] = cmp.Or(s.Dilation[i], 1)
	}
	s.Groups = cmp.Or(s.Groups, 1)
	for _, d := range []struct {
		name string
		v    int
		low  int
	}{
		{"height", s.H, 1}, {"width", s.W, 1}, {"channels in", s.In, 1}, {"channels out", s.Out, 1},
		{"kernel rows", s.Kernel[0], 1}, {"kernel columns", s.Kernel[1], 1},
		{"stride", min(s.Stride[0], s.Stride[1]), 1}, {"dilation", min(s.Dilation[0], s.Dilation[1]), 1},
		{"padding", min(s.Pad[0], s.Pad[1], s.Pad[2], s.Pad[3]), 0}, {"groups", s.Groups, 1}, {"pool", s.Pool, 0},
	} {
		if d.v < d.low || d.v > maxSide {
			return s, fmt.Errorf("convolution: %s %d, want %d..%d", d.name, d.v, d.low, maxSide)
		}
	}
	if s.In%s.Groups != 0 || s.Out%s.Groups != 0 {
		return s, fmt.Errorf("convolution: %d groups do not divide %d and %d channels", s.Groups, s.In, s.Out)
	}
	if !s.Bounded {
		s.Low, s.High = float32(math.Inf(-1)), float32(math.Inf(1))
	}
	if !(s.Low < s.High) {
		return s, fmt.Errorf("convolution: bounds %v..%v", s.Low, s.High)
	}
	if h, w := s.summed(); h < 1 || w < 1 || s.Pool > 0 && min(h, w) < s.Pool {
		return s, fmt.Errorf("convolution: a kernel of %v, dilation %v, and a pool of %d do not fit %d×%d with padding %v", s.Kernel, s.Dilation, s.Pool, s.H, s.W, s.Pad)
	}
	return s, nil
}

// summed returns height and width before pooling.
func (s ConvShape) summed() (h, w int) {
	h = s.H + s.Pad[0] + s.Pad[2] - (s.Kernel[0]-1)*s.Dilation[0] - 1
	w = s.W + s.Pad[1] + s.Pad[3] - (s.Kernel[1]-1)*s.Dilation[1] - 1
	if h < 0 || w < 0 {
		return 0, 0
	}
	return h/s.Stride[0] + 1, w/s.Stride[1] + 1
}

// output returns height and width of the result; what a whole window of the pool
// does not cover is left out.
func (s ConvShape) output() (h, w int) {
	h, w = s.summed()
	if s.Pool > 0 {
		h, w = h/s.Pool, w/s.Pool
	}
	return h, w
}

// Output returns the height and width of the result.
func (s ConvShape) Output() (h, w int, err error) {
	if s, err = s.resolve(); err != nil {
		return 0, 0, err
	}
	h, w = s.output()
	return h, w, nil
}

// margined returns height and width of an image with what its taps reach above and
// left of it, below and right.
func (s ConvShape) margined() (h, w int) {
	h, w = s.summed()
	h = max(s.Pad[0]+s.H, (h-1)*s.Stride[0]+(s.Kernel[0]-1)*s.Dilation[0]+1)
	w = max(s.Pad[1]+s.W, (w-1)*s.Stride[1]+(s.Kernel[1]-1)*s.Dilation[1]+1)
	return h, w
}

// weights returns how many the kernels have.
func (s ConvShape) weights() int { return s.Kernel[0] * s.Kernel[1] * s.In / s.Groups * s.Out }

// depthwise tells whether each channel has one kernel of its own.
func (s ConvShape) depthwise() bool { return s.Groups == s.In && s.Groups == s.Out && s.In > 1 }
