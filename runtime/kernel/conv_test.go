package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// randomShape draws a convolution of a few thousand products, with all that a
// shape can have.
func randomShape(r *rand.Rand) ConvShape {
	for {
		one := func(n int) int { return 1 + r.IntN(n) }
		s := ConvShape{
			H: one(14), W: one(20), In: []int{1, 2, 3, 8, 16, 17, 32}[r.IntN(7)], Out: []int{1, 3, 8, 16, 24, 32, 48}[r.IntN(7)],
			Kernel: [2]int{one(4), one(4)}, Stride: [2]int{one(3), one(3)}, Dilation: [2]int{one(2), one(2)},
			Pad: [4]int{r.IntN(4), r.IntN(4), r.IntN(4), r.IntN(4)},
		}
		switch r.IntN(4) {
		case 0: // as Winograd takes it
			s.Kernel, s.Stride, s.Dilation = [2]int{3, 3}, [2]int{}, [2]int{}
			s.In, s.Out = 16*one(3), 16*one(3)
			s.Pad = [4]int{r.IntN(3), r.IntN(3), r.IntN(3), r.IntN(3)}
		case 1:
			s.In = []int{2, 3, 8, 16, 24, 40}[r.IntN(6)]
			s.Groups, s.Out = s.In, s.In
		case 2:
			s.Groups = one(3)
			s.In, s.Out = s.Groups*one(20), s.Groups*one(40)
		}
		if r.IntN(2) == 0 {
			s.Bounded, s.Low, s.High = true, 0, []float32{2, float32(math.Inf(1))}[r.IntN(2)]
		}
		if r.IntN(3) == 0 {
			s.Pool = one(3)
		}
		if _, err := s.resolve(); err == nil {
			return s
		}
	}
}

// relative bounds the error of a sum, relative to the sum of the magnitudes of
// its terms; Winograd's transforms add some of their own.
const relative = 4e-6

func TestConvAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	count := 400
	if testing.Short() {
		count = 60
	}
	all := engines(t)
	for i := range count {
		s := randomShape(r)
		for _, e := range all {
			t.Run(fmt.Sprintf("%d/%v", i, e.Path()), func(t *testing.T) { againstDefinition(t, e, s, uint64(i)) })
		}
	}
}

func againstDefinition(t *testing.T, e *Engine, s ConvShape, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	p := newPlain(t, s)
	c, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	const n = 2
	x, w, bias := random(r, n*c.Input()), random(r, p.s.weights()), random(r, s.Out)
	y, whole := guarded(n * c.Output())
	if err := c.SetWeights(w, bias); err != nil {
		t.Fatal(err)
	}
	if err := c.Forward(y, x, n, true); err != nil {
		t.Fatal(err)
	}
	whole(t, s)

	dy := random(r, len(y))
	dx, wholeX := guarded(len(x))
	dw, wholeW := guarded(len(w))
	db, wholeB := guarded(s.Out)
	if err := c.InputGradient(dx, dy, y, n); err != nil {
		t.Fatal(err)
	}
	if err := c.WeightGradient(dw, db, x, dy, y, n); err != nil {
		t.Fatal(err)
	}
	wholeX(t, s)
	wholeW(t, s)
	wholeB(t, s)

	wantW, sizeW := make([]float64, len(w)), make([]float64, len(w))
	wantB, sizeB := make([]float64, s.Out), make([]float64, s.Out)
	for i := range n {
		x, y, dy := x[i*c.Input():(i+1)*c.Input()], y[i*c.Output():(i+1)*c.Output()], dy[i*c.Output():(i+1)*c.Output()]
		sums, sizes, want := p.forward(x, w, bias)
		largest := 0.0
		for _, v := range sizes {
			largest = max(largest, v)
		}
		for k, v := range want {
			if d := math.Abs(float64(y[k]) - v); !(d <= relative*largest) {
				t.Fatalf("%+v: image %d: result %d is %v, want %v", s, i, k, y[k], v)
			}
		}
		dz := p.back(sums, dy)
		wantX, sizeX := make([]float64, c.Input()), make([]float64, c.Input())
		p.each(func(at, a, b int) {
			v := dz[at] * float64(w[b])
			wantX[a] += v
			sizeX[a] += math.Abs(v)
			v = dz[at] * float64(x[a])
			wantW[b] += v
			sizeW[b] += math.Abs(v)
		})
		for at, g := range dz {
			wantB[at%s.Out] += g
			sizeB[at%s.Out] += math.Abs(g)
		}
		near(t, s, "gradient by input", dx[i*c.Input():(i+1)*c.Input()], wantX, sizeX)
	}
	near(t, s, "gradient by weights", dw, wantW, sizeW)
	near(t, s, "gradient by bias", db, wantB, sizeB)
}

// near compares sums, relative to the largest sum of magnitudes.
func near(t *testing.T, s ConvShape, what string, got []float32, want, sizes []float64) {
	t.Helper()
	largest := 0.0
	for _, v := range sizes {
		largest = max(largest, v)
	}
	for k, v := range want {
		if d := math.Abs(float64(got[k]) - v); !(d <= relative*largest) {
			t.Fatalf("%+v: %s: element %d is %v, want %v", s, what, k, got[k], v)
		}
	}
}
