package main

import (
	"math"
	"runtime"
	"time"

	"jpgreport/runtime/kernel"
)

// product sets c to a·b, all n×n in row order, on as many cores as the process has.
func product(e *kernel.Engine, c, a, b []float32, n int) error {
	return e.MatMul(kernel.Dense(c, n, n), kernel.Dense(a, n, n), kernel.Dense(b, n, n), kernel.Finish{})
}

// factors returns the two matrices of a product, which are not the same.
func factors() (a, b []float32) { return ramp(edge * edge), ramp(edge*edge + 1)[1:] }

// peak returns the floating-point operations that one core does in a second in a
// loop of independent fused multiply-adds: the best of several tries.
func peak() (float64, error) {
	e, err := kernel.New(kernel.Best())
	if err != nil {
		return 0, err
	}
	best := 0.0
	for range 20 {
		start := time.Now()
		operations := e.Peak(1 << 20)
		best = max(best, operations/time.Since(start).Seconds())
	}
	return best, nil
}

// A kernelCase is a convolution of one of the measured networks.
type kernelCase struct {
	name  string
	n     int
	shape kernel.ConvShape
}

func kernelCases() []kernelCase {
	relu, pad := float32(math.Inf(1)), [4]int{1, 1, 1, 1}
	three, one, two := [2]int{3, 3}, [2]int{1, 1}, [2]int{2, 2}
	return []kernelCase{
		{"digits, first", 100, kernel.ConvShape{H: 28, W: 28, In: 1, Out: 32, Kernel: three, Pad: pad, Pool: 2, Bounded: true, High: relu}},
		{"digits, second", 100, kernel.ConvShape{H: 14, W: 14, In: 32, Out: 64, Kernel: three, Pad: pad, Pool: 2, Bounded: true, High: relu}},
		{"3×3, 64 channels, 56×56", 4, kernel.ConvShape{H: 56, W: 56, In: 64, Out: 64, Kernel: three, Pad: pad, Bounded: true, High: relu}},
		{"3×3 stride 2, 3 → 32, 224×224", 4, kernel.ConvShape{H: 224, W: 224, In: 3, Out: 32, Kernel: three, Stride: two, Pad: pad, Bounded: true, High: 6}},
		{"1×1, 24 → 144, 56×56", 4, kernel.ConvShape{H: 56, W: 56, In: 24, Out: 144, Kernel: one, Bounded: true, High: 6}},
		{"1×1, 576 → 96, 14×14", 16, kernel.ConvShape{H: 14, W: 14, In: 576, Out: 96, Kernel: one}},
		{"depthwise, 144 channels, 56×56", 4, kernel.ConvShape{H: 56, W: 56, In: 144, Out: 144, Groups: 144, Kernel: three, Pad: pad, Bounded: true, High: 6}},
	}
}

// measureKernels times each pass of each case: the median of several.
func measureKernels(threads int) ([]measured, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	e, err := kernel.New(kernel.Best())
	if err != nil {
		return nil, err
	}
	var list []measured
	for _, k := range kernelCases() {
		passes, err := k.passes(e)
		if err != nil {
			return nil, err
		}
		for _, p := range passes {
			seconds, err := medianOf(15, p.run)
			if err != nil {
				return nil, err
			}
			list = append(list, measured{k.name + ", " + p.name, p.operations, 4 * float64(p.floats), seconds})
		}
	}
	return list, nil
}

// A pass is one direction of a convolution: what it computes and what it must
// read and write at least.
type pass struct {
	name       string
	operations float64
	floats     int
	run        func() error
}

func (k kernelCase) passes(e *kernel.Engine) ([]pass, error) {
	s := k.shape
	c, err := kernel.NewConv(e, s)
	if err != nil {
		return nil, err
	}
	weights := s.Kernel[0] * s.Kernel[1] * s.In / max(1, s.Groups) * s.Out
	x, w, bias := ramp(k.n*c.Input()), ramp(weights), ramp(s.Out)
	y, dx := make([]float32, k.n*c.Output()), make([]float32, len(x))
	dw, db, dy := make([]float32, weights), make([]float32, s.Out), ramp(len(y))
	if err := c.SetWeights(w, bias); err != nil {
		return nil, err
	}
	s.Pool = 0
	h, width, err := s.Output()
	if err != nil {
		return nil, err
	}
	operations := 2 * float64(k.n*h*width) * float64(weights)
	return []pass{
		{"forward", operations, len(x) + len(w) + len(y), func() error { return c.Forward(y, x, k.n, true) }},
		{"by input", operations, len(dx) + len(w) + len(dy), func() error { return c.InputGradient(dx, dy, y, k.n) }},
		{"by weights", operations, len(x) + len(dw) + len(dy), func() error { return c.WeightGradient(dw, db, x, dy, y, k.n) }},
	}, nil
}

// ramp returns n numbers around 0.
func ramp(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i*7919%1009)/1009 - 0.5
	}
	return v
}

// medianOf returns the median time of so many calls, in seconds, after one that
// does not count.
func medianOf(calls int, f func() error) (float64, error) {
	if err := f(); err != nil {
		return 0, err
	}
	times := make([]float64, calls)
	for i := range times {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start).Seconds()
	}
	return median(times), nil
}
