package kernel

import (
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
		switch r.IntN(5) {
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
		case 3: // as a monochrome takes it
			s.Kernel, s.Stride, s.Dilation = [2]int{3, 3}, [2]int{}, [2]int{}
			s.In, s.Out, s.Pool = 1, 8*one(8), 2
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

// cornerShapes are convolutions at the ends of what there is.
var cornerShapes = []ConvShape{
	{H: 1, W: 1, In: 1, Out: 1, Kernel: [2]int{1, 1}},
	{H: 1, W: 1, In: 1, Out: 1, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}},
	{H: 1, W: 1, In: 33, Out: 65, Kernel: [2]int{1, 1}},
	{H: 1, W: 23, In: 5, Out: 7, Kernel: [2]int{1, 5}},
	{H: 23, W: 1, In: 5, Out: 7, Kernel: [2]int{5, 1}, Pad: [4]int{2, 0, 2, 0}},
	{H: 4, W: 4, In: 2, Out: 3, Kernel: [2]int{4, 4}},                                                               // one result
	{H: 9, W: 11, In: 3, Out: 5, Kernel: [2]int{1, 1}, Stride: [2]int{3, 4}},                                        // a stride beyond the kernel: most pixels meet no tap
	{H: 9, W: 11, In: 9, Out: 5, Kernel: [2]int{2, 2}, Stride: [2]int{5, 3}},                                        // the same by phases
	{H: 9, W: 11, In: 16, Out: 16, Groups: 16, Kernel: [2]int{1, 2}, Stride: [2]int{2, 3}},                          // the same depthwise
	{H: 8, W: 8, In: 16, Out: 16, Kernel: [2]int{3, 3}, Stride: [2]int{9, 9}},                                       // a stride beyond the image
	{H: 2, W: 3, In: 3, Out: 4, Kernel: [2]int{3, 3}, Pad: [4]int{6, 5, 4, 7}},                                      // results that see zeros only
	{H: 7, W: 5, In: 4, Out: 4, Kernel: [2]int{3, 2}, Dilation: [2]int{3, 4}},                                       // taps far apart
	{H: 11, W: 13, In: 16, Out: 32, Kernel: [2]int{3, 3}, Pad: [4]int{0, 1, 2, 0}},                                  // Winograd's squares cut at the edges
	{H: 13, W: 11, In: 32, Out: 16, Kernel: [2]int{3, 3}, Pad: [4]int{2, 2, 2, 2}, Pool: 4, Bounded: true, High: 1}, // and pooled by whole squares
	{H: 13, W: 9, In: 16, Out: 48, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2},
	{H: 7, W: 7, In: 3, Out: 5, Kernel: [2]int{3, 3}, Pool: 3, Bounded: true, High: 6}, // the last rows and columns in no window
	{H: 5, W: 5, In: 3, Out: 5, Kernel: [2]int{1, 1}, Pool: 5},                         // one window
	{H: 5, W: 6, In: 3, Out: 5, Kernel: [2]int{3, 3}, Pool: 1, Bounded: true, High: 6}, // windows of one
	{H: 6, W: 6, In: 12, Out: 20, Groups: 4, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}},
	{H: 6, W: 6, In: 3, Out: 6, Groups: 3, Kernel: [2]int{2, 2}}, // two kernels a channel
	{H: 6, W: 6, In: 24, Out: 24, Groups: 24, Kernel: [2]int{3, 3}, Dilation: [2]int{2, 2}, Pad: [4]int{2, 2, 2, 2}, Pool: 2},
	{H: 6, W: 17, In: 7, Out: 7, Groups: 7, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Bounded: true, Low: -1, High: 1},
	{H: 3, W: 130, In: 2, Out: 2, Kernel: [2]int{2, 3}}, // a row of many tiles
	{H: 40, W: 4, In: 1, Out: 1, Kernel: [2]int{3, 3}, Pool: 2},
	{H: 28, W: 28, In: 1, Out: 32, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: 1}, // patches
	{H: 9, W: 12, In: 1, Out: 24, Kernel: [2]int{3, 3}, Pad: [4]int{0, 2, 3, 0}, Pool: 2},                          // whose last rows are in no window
	{H: 3, W: 2, In: 1, Out: 8, Kernel: [2]int{3, 3}, Pad: [4]int{5, 6, 0, 1}, Pool: 2},                            // most of which are beyond the image
}

func TestConvAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	shapes, count := cornerShapes, 160
	if testing.Short() {
		count = 30
	}
	for range count {
		shapes = append(shapes, randomShape(r))
	}
	for _, e := range engines(t) {
		for i, s := range shapes {
			againstDefinition(t, e, s, uint64(i))
		}
	}
}

func againstDefinition(t testing.TB, e *Engine, s ConvShape, seed uint64) {
	t.Helper()
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
	for i := range n {
		p.settle(dy[i*c.Output():(i+1)*c.Output()], x[i*c.Input():(i+1)*c.Input()], w, bias)
	}
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
				t.Fatalf("%v: %+v: image %d: result %d is %v, want %v", e.Path(), s, i, k, y[k], v)
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
		near(t, e, s, "gradient by input", dx[i*c.Input():(i+1)*c.Input()], wantX, sizeX)
	}
	near(t, e, s, "gradient by weights", dw, wantW, sizeW)
	near(t, e, s, "gradient by bias", db, wantB, sizeB)
}

// near compares sums, relative to the largest sum of magnitudes.
func near(t testing.TB, e *Engine, s ConvShape, what string, got []float32, want, sizes []float64) {
	t.Helper()
	largest := 0.0
	for _, v := range sizes {
		largest = max(largest, v)
	}
	for k, v := range want {
		if d := math.Abs(float64(got[k]) - v); !(d <= relative*largest) {
			t.Fatalf("%v: %+v: %s: element %d is %v, want %v", e.Path(), s, what, k, got[k], v)
		}
	}
}
