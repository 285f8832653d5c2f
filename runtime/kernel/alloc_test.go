package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// allocations returns how many a call makes on average, once warm, rounded down.
// The standard function of that name knows one core only.
func allocations(cores int, call func()) uint64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	const runs = 50
	for range runs { // a core may join in late
		call()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		call()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / runs
}

// A training step makes no garbage: the collector would cost more than some of
// its passes.
func TestNothingIsAllocated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	infinite := float32(math.Inf(1))
	var calls []struct {
		name string
		do   func(e *Engine) (func(), error)
	}
	add := func(name string, do func(e *Engine) (func(), error)) {
		calls = append(calls, struct {
			name string
			do   func(e *Engine) (func(), error)
		}{name, do})
	}
	for name, s := range map[string]ConvShape{
		"stencil":   {H: 10, W: 10, In: 3, Out: 20, Kernel: [2]int{3, 3}, Stride: [2]int{2, 1}, Bounded: true, High: 6},
		"phases":    {H: 10, W: 10, In: 9, Out: 20, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}},
		"winograd":  {H: 12, W: 12, In: 16, Out: 16, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: infinite},
		"one pass":  {H: 12, W: 12, In: 1, Out: 24, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: infinite},
		"depthwise": {H: 10, W: 10, In: 24, Out: 24, Groups: 24, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}},
	} {
		const n = 4
		conv := func(e *Engine) (c *Conv, x, y, w, b []float32, err error) {
			if c, err = NewConv(e, s); err != nil {
				return
			}
			x, y, w, b = random(r, n*c.Input()), make([]float32, n*c.Output()), random(r, c.s.weights()), random(r, s.Out)
			if err = c.SetWeights(w, b); err == nil {
				err = c.Forward(y, x, n, true)
			}
			return
		}
		add(name+" forward", func(e *Engine) (func(), error) {
			c, x, y, w, b, err := conv(e)
			return func() { // as in training, where weights change at each step
				if c.SetWeights(w, b) != nil || c.Forward(y, x, n, true) != nil {
					panic("forward")
				}
			}, err
		})
		add(name+" input gradient", func(e *Engine) (func(), error) {
			c, x, y, w, b, err := conv(e)
			dx, dy := make([]float32, len(x)), random(r, len(y))
			return func() {
				if c.SetWeights(w, b) != nil || c.InputGradient(dx, dy, y, n) != nil {
					panic("input gradient")
				}
			}, err
		})
		add(name+" weight gradient", func(e *Engine) (func(), error) {
			c, x, y, w, b, err := conv(e)
			dw, db, dy := make([]float32, len(w)), make([]float32, len(b)), random(r, len(y))
			return func() {
				if c.WeightGradient(dw, db, x, dy, y, n) != nil {
					panic("weight gradient")
				}
			}, err
		})
	}
	add("matmul", func(e *Engine) (func(), error) {
		// C and B in panels of their own, A with rows far apart.
		p := newProduct(r, 40, 70, directRow+8, Finish{Bias: random(r, 70), Bounded: true, High: infinite})
		p.b = randomMatrix(r, directRow+8, 70, true, 0)
		c := Dense(make([]float32, 40*70), 40, 70)
		return func() {
			if e.MatMul(c, p.a, p.b, p.finish) != nil {
				panic("matmul")
			}
		}, nil
	})
	const n, channels, pixels = 5, 20, 400
	x, y, m := random(r, n*channels*pixels), random(r, n*channels*pixels), make([]float32, n*channels)
	a := NewAdam(len(x))
	for name, call := range map[string]func(e *Engine){
		"adam":                   func(e *Engine) { e.Adam(a, x, y, 0.001, 0.01) },
		"add":                    func(e *Engine) { e.Add(y, x, x) },
		"pass":                   func(e *Engine) { e.Pass(y, x, x, 0, 6) },
		"normalise":              func(e *Engine) { e.Normalise(y, x, n, channels, pixels, 0.5, 2) },
		"normalise one channel":  func(e *Engine) { e.Normalise(y, x, n, 1, channels*pixels, 0.5, 2) },
		"gradient of normalise":  func(e *Engine) { e.NormaliseGradient(y, x, n, channels, pixels, 2) },
		"mean":                   func(e *Engine) { e.Mean(m, x, n, pixels, channels) },
		"gradient of mean":       func(e *Engine) { e.MeanGradient(y, m, n, pixels, channels) },
		"cross-entropy":          func(*Engine) { CrossEntropy(x[:10], 3) },
		"cross-entropy gradient": func(*Engine) { CrossEntropyGradient(y[:10], x[:10], 3, 1) },
	} {
		add(name, func(e *Engine) (func(), error) { return func() { call(e) }, nil })
	}
	for _, p := range Paths() {
		for _, tt := range calls {
			for _, cores := range []int{1, 2} {
				e, err := New(p)
				if err != nil {
					t.Fatal(err)
				}
				call, err := tt.do(e)
				if err != nil {
					t.Fatal(err)
				}
				if got := allocations(cores, call); got > 0 {
					t.Errorf("%v: %s on %d cores allocates %d times a call", p, tt.name, cores, got)
				}
			}
		}
	}
}
