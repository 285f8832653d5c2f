package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A choices turns bytes into numbers; when they are used up, the rest is 0.
type choices []byte

// below returns a number of 0 ≤ v < n.
func (c *choices) below(n int) int {
	if len(*c) == 0 {
		return 0
	}
	v := int((*c)[0])
	*c = (*c)[1:]
	return v % n
}

// convolution returns a shape of a few ten thousand products, or an error where
// the bytes make none.
func (c *choices) convolution() (ConvShape, error) {
	s := ConvShape{H: 1 + c.below(20), W: 1 + c.below(40), In: 1 + c.below(40), Out: 1 + c.below(70)}
	for i := range 2 {
		s.Kernel[i], s.Stride[i], s.Dilation[i] = 1+c.below(5), c.below(5), c.below(4)
	}
	for i := range s.Pad {
		s.Pad[i] = c.below(7)
	}
	switch c.below(4) {
	case 0:
		s.Groups, s.Out = s.In, s.In
	case 1:
		s.Groups = 1 + c.below(4)
		s.In, s.Out = s.In*s.Groups, s.Out*s.Groups
	case 2:
		s.In, s.Out = 16*(1+s.In%3), 16*(1+s.Out%4)
		s.Kernel, s.Stride, s.Dilation = [2]int{3, 3}, [2]int{1, 1}, [2]int{1, 1}
	}
	s.Pool = c.below(5)
	if c.below(2) == 1 {
		s.Bounded, s.Low, s.High = true, -float32(c.below(3)), []float32{1, 6, float32(math.Inf(1))}[c.below(3)]
	}
	return s.resolve()
}

// FuzzConv holds whatever shape there is against the definition, on each path.
func FuzzConv(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("C\a00000000201120000"))                                                 // more zeros at the left than the kernel reaches over
	f.Add([]byte{5, 6, 2, 4, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 3, 2, 1, 0, 1})                // 3×3, pooled and bounded
	f.Add([]byte{8, 9, 23, 0, 2, 2, 1, 2, 1, 0, 1, 0, 1, 0, 0, 0, 0})                     // depthwise, stride 2
	f.Add([]byte{7, 7, 2, 0, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 2, 1, 0, 2})                // Winograd, pooled
	f.Add([]byte{3, 11, 2, 6, 0, 4, 0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 0})                     // a stride beyond the kernel
	f.Add([]byte{6, 10, 3, 8, 1, 1, 3, 1, 1, 2, 6, 5, 4, 3, 1, 2, 3, 1, 1, 0})            // groups, dilation, wide margins
	f.Add([]byte{12, 12, 0, 31, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 3, 2, 1, 0, 2, 9, 8, 7, 6}) // one channel
	f.Add([]byte{11, 12, 0, 47, 2, 1, 0, 2, 1, 0, 1, 1, 1, 1, 3, 2, 1, 0, 2})             // and all in one pass
	all := engines(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c := choices(data)
		s, err := c.convolution()
		if err != nil {
			t.Skip(err)
		}
		if h, w := s.summed(); h*w*s.weights() > 1<<19 {
			t.Skip("too many products")
		}
		for _, e := range all {
			againstDefinition(t, e, s, uint64(len(data)))
		}
	})
}

// FuzzMatMul holds whatever product there is against the definition.
func FuzzMatMul(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{13, 31, 17, 0, 1})
	f.Add([]byte{99, 32, 200, 1, 2, 3, 4})
	f.Add([]byte{6, 240, 2, 0, 3, 5})
	f.Add([]byte{0, 0, 255, 255, 255})
	all := engines(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c := choices(data)
		m, n, k := 1+c.below(120), 1+c.below(256), 1+c.below(256)+256*c.below(3)
		if m*n*k > 1<<21 {
			t.Skip("too many products")
		}
		r := rand.New(rand.NewPCG(uint64(c.below(256)), 8))
		p := newProduct(r, m, n, k, randomFinish(r, n))
		for _, e := range all {
			p.againstDefinition(t, e)
		}
	})
}
