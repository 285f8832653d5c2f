package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Sums of small whole numbers are exact and often equal, over inputs that are the
// same and over others. What Winograd's transforms make of them must not decide
// where a gradient goes: the first of the largest has it, as by the definition.
func TestEqualResultsStayEqual(t *testing.T) {
	images := map[string]func(r *rand.Rand, y, x int) float32{
		"flat":    func(*rand.Rand, int, int) float32 { return 3 },
		"rows":    func(_ *rand.Rand, y, _ int) float32 { return float32(y % 3) },
		"columns": func(_ *rand.Rand, _, x int) float32 { return float32(x / 3 % 2) },
		"grid":    func(_ *rand.Rand, y, x int) float32 { return float32((y + x) % 2) },
		"noise":   func(r *rand.Rand, _, _ int) float32 { return float32(r.IntN(3) - 1) },
		"spot": func(r *rand.Rand, y, x int) float32 {
			if y/4 == 1 && x/4 == 1 {
				return float32(r.IntN(3))
			}
			return -1
		},
	}
	for _, pool := range []int{1, 2, 4} {
		s := ConvShape{H: 14, W: 13, In: 16, Out: 16, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: pool, Bounded: true, High: 40}
		if !fitsWinograd(newPlain(t, s).s) {
			t.Fatalf("%+v takes no transforms", s)
		}
		for name, pixel := range images {
			for _, e := range engines(t) {
				t.Run(fmt.Sprintf("%v/%s/%d", e.Path(), name, pool), func(t *testing.T) { codesByDefinition(t, e, s, pixel) })
			}
		}
	}
}

func codesByDefinition(t *testing.T, e *Engine, s ConvShape, pixel func(r *rand.Rand, y, x int) float32) {
	const n = 3
	c, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 3))
	x, w, bias, y := make([]float32, n*c.Input()), make([]float32, c.s.weights()), make([]float32, s.Out), make([]float32, n*c.Output())
	for i := range x {
		v := pixel(r, i/s.In/s.W%s.H, i/s.In%s.W)
		x[i] = v * float32(1+i%s.In%2)
	}
	for i := range w {
		w[i] = float32(r.IntN(3) - 1)
	}
	for i := range bias {
		bias[i] = 0.5 // no result is at a bound
	}
	if err := c.SetWeights(w, bias); err != nil {
		t.Fatal(err)
	}
	if err := c.Forward(y, x, n, true); err != nil {
		t.Fatal(err)
	}
	p := newPlain(t, s)
	for image := range n {
		sums, _, _ := p.forward(x[image*c.Input():(image+1)*c.Input()], w, bias)
		for i, code := range c.codes[image*c.Output() : (image+1)*c.Output()] {
			o, q, row := i%s.Out, i/s.Out%p.pw, i/s.Out/p.pw
			want, best := -1, 0.0
			for k := range s.Pool * s.Pool {
				v := sums[((row*s.Pool+k/s.Pool)*p.ow+q*s.Pool+k%s.Pool)*s.Out+o]
				if k == 0 || v > best {
					want, best = k, v
				}
			}
			if best <= float64(s.Low) || best >= float64(s.High) {
				want = -1
			}
			if int(code) != want {
				t.Fatalf("image %d, window (%d, %d), channel %d: code %d, want %d", image, row, q, o, code, want)
			}
		}
	}
}
