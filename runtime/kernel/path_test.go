package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

func TestParsePath(t *testing.T) {
	for _, p := range Paths() {
		if got, err := ParsePath(p.String()); err != nil || got != p {
			t.Errorf("%v parses as %v, %v", p, got, err)
		}
	}
	for _, name := range []string{"", "AVX2", "sse2", "path 1"} {
		_, err := ParsePath(name)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q, want one that this machine has: portable", name)) {
			t.Errorf("%q: error %v, want one that names the paths there are", name, err)
		}
	}
	for _, p := range []Path{-1, AVX512 + 1} {
		if _, err := New(p); err == nil {
			t.Errorf("an engine on %v", p)
		}
	}
	if Best() != Paths()[len(Paths())-1] {
		t.Errorf("the best of %v is %v", Paths(), Best())
	}
}

// outcome is what an engine makes of some random operands.
type outcome map[string][]float32

// convOutcome runs the three passes of a convolution.
func convOutcome(t testing.TB, e *Engine, s ConvShape, n int, seed uint64) outcome {
	t.Helper()
	c, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 3))
	x, w, bias, dy := random(r, n*c.Input()), random(r, c.s.weights()), random(r, s.Out), random(r, n*c.Output())
	y, dx, dw, db := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w)), make([]float32, s.Out)
	untraced := make([]float32, len(y))
	for _, err := range []error{
		c.SetWeights(w, bias), c.Forward(untraced, x, n, false), c.Forward(y, x, n, true), c.InputGradient(dx, dy, y, n), c.WeightGradient(dw, db, x, dy, y, n),
	} {
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
	}
	return outcome{"result": y, "untraced result": untraced, "gradient by input": dx, "gradient by weights": dw, "gradient by bias": db, "terms": {float32(len(w) / s.Out)}}
}

// matMulOutcome multiplies once with bias and bounds, and adds the product twice.
func matMulOutcome(t testing.TB, e *Engine, seed uint64) outcome {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	p := randomProduct(r)
	c := p.compute(t, e)
	p.finish = Finish{Accumulate: true}
	return outcome{"product": c, "sum": p.compute(t, e), "terms": {float32(p.k)}}
}

// adamOutcome takes three steps.
func adamOutcome(_ testing.TB, e *Engine, seed uint64) outcome {
	r := rand.New(rand.NewPCG(seed, 5))
	n := 1 + r.IntN(3*chunk)
	w, g, a := random(r, n), random(r, n), NewAdam(n)
	for range 3 {
		e.Adam(a, w, g, 0.01, 1.0/32)
	}
	return outcome{"weights": w, "mean": a.mean, "square": a.square}
}

// elementOutcome does what goes element by element or image by image.
func elementOutcome(_ testing.TB, e *Engine, seed uint64) outcome {
	r := rand.New(rand.NewPCG(seed, 6))
	n, channels, pixels := 1+r.IntN(9), 1+r.IntN(40), 1+r.IntN(200)
	x, y := random(r, n*channels*pixels), random(r, n*channels*pixels)
	like := func() []float32 { return make([]float32, len(x)) }
	o := outcome{"add": like(), "pass": like(), "normalise": like(), "normalise gradient": like(), "mean": make([]float32, n*channels), "mean gradient": like()}
	e.Add(o["add"], x, y)
	e.Pass(o["pass"], x, y, -0.5, 0.7)
	e.Normalise(o["normalise"], x, n, channels, pixels, 0.3, 1.7)
	e.NormaliseGradient(o["normalise gradient"], y, n, channels, pixels, 1.7)
	e.Mean(o["mean"], x, n, pixels, channels)
	e.MeanGradient(o["mean gradient"], y, n, pixels, channels)
	return o
}

// sameBits compares two outcomes; NaN are one value.
func sameBits(t testing.TB, where string, a, b outcome) {
	t.Helper()
	for what, v := range a {
		if i := different(v, b[what]); i >= 0 {
			t.Fatalf("%s: %s: element %d of %d is %v and %v", where, what, i, len(v), v[i], b[what][i])
		}
	}
}

// different returns the first place where two slices have not the same bits, or
// one has a NaN alone; −1 when there is none.
func different(a, b []float32) int {
	for i, v := range a {
		if math.Float32bits(v) != math.Float32bits(b[i]) && !(v != v && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

// eachOutcome calls f for what stands for a package's work: random shapes, and
// convolutions large enough to be cut into many units.
func eachOutcome(t *testing.T, count int, f func(name string, run func(t testing.TB, e *Engine) outcome)) {
	if testing.Short() {
		count /= 5
	}
	r := rand.New(rand.NewPCG(7, 7))
	for i := range count {
		seed, s := uint64(i), randomShape(r)
		f(fmt.Sprintf("%+v", s), func(t testing.TB, e *Engine) outcome { return convOutcome(t, e, s, 1+i%4, seed) })
		if i%5 == 0 {
			f(fmt.Sprint("matmul ", i), func(t testing.TB, e *Engine) outcome { return matMulOutcome(t, e, seed) })
			f(fmt.Sprint("adam ", i), func(t testing.TB, e *Engine) outcome { return adamOutcome(t, e, seed) })
			f(fmt.Sprint("elements ", i), func(t testing.TB, e *Engine) outcome { return elementOutcome(t, e, seed) })
		}
	}
	for i, s := range []ConvShape{
		{H: 28, W: 28, In: 1, Out: 32, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: float32(math.Inf(1))},
		{H: 14, W: 14, In: 32, Out: 64, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}, Pool: 2, Bounded: true, High: 6},
		{H: 3, W: 2, In: 512, Out: 48, Kernel: [2]int{3, 3}, Pad: [4]int{1, 1, 1, 1}}, // whose gradient is summed in few slices
	} {
		f(fmt.Sprintf("%+v", s), func(t testing.TB, e *Engine) outcome { return convOutcome(t, e, s, 17, uint64(i)) })
	}
}

// Who runs an experiment on another processor with AVX2 gets the same digests.
func TestPathsGiveTheSameBits(t *testing.T) {
	all := engines(t)
	if len(all) < 3 {
		t.Skipf("this machine has %v only", Paths())
	}
	eachOutcome(t, 200, func(name string, run func(t testing.TB, e *Engine) outcome) {
		sameBits(t, name, run(t, all[AVX2]), run(t, all[AVX512]))
	})
}

// The portable path is the same arithmetic but for fused operations. Gradients
// are held against the definition, as a pool may take another of two results that
// are nearly equal.
func TestPortablePathIsNear(t *testing.T) {
	all := engines(t)
	const tolerance = 5e-7 // of a sum of products of numbers of size 1, for each of its terms
	eachOutcome(t, 50, func(name string, run func(t testing.TB, e *Engine) outcome) {
		want := run(t, all[0])
		for _, e := range all[1:] {
			got := run(t, e)
			terms := 1.0
			if v := want["terms"]; v != nil {
				terms = float64(v[0])
			}
			for _, what := range []string{"result", "untraced result", "product", "sum", "weights", "mean", "mean gradient", "normalise"} {
				for i, v := range want[what] {
					if d := math.Abs(float64(v) - float64(got[what][i])); !(d <= tolerance*(terms+1)) {
						t.Fatalf("%s: %s: element %d is %v on %v, %v in Go", name, what, i, got[what][i], e.Path(), v)
					}
				}
			}
		}
	})
}

// The number of cores changes no digest: the same engine on one core, then on
// more, as a study may find itself moved, and one that stays on one, which must not call
// for help.
func TestCoresChangeNoBit(t *testing.T) {
	all := engines(t)
	single := map[Path]*Engine{}
	for _, e := range all {
		var err error
		if single[e.Path()], err = NewSingle(e.Path()); err != nil {
			t.Fatal(err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachOutcome(t, 40, func(name string, run func(t testing.TB, e *Engine) outcome) {
		for _, e := range all {
			var one outcome
			for _, cores := range []int{1, 2, 3, 8} {
				runtime.GOMAXPROCS(cores)
				o := run(t, e)
				if cores == 1 {
					one = o
					continue
				}
				sameBits(t, fmt.Sprintf("%v, one core and %d: %s", e.Path(), cores, name), one, o)
			}
			s := single[e.Path()]
			sameBits(t, fmt.Sprintf("%v, one core and an engine of one: %s", e.Path(), name), one, run(t, s))
			if s.team.parts != nil || s.team.standing.Load() > 0 {
				t.Fatalf("%v: an engine of one core has helpers: %s", e.Path(), name)
			}
		}
	})
}
