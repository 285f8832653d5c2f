package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What the kernels are held against: the definitions, in float64 and slow.

// A plain is a convolution by its definition.
type plain struct {
	s      ConvShape
	oh, ow int // of the sums
	ph, pw int // of the result
}

func newPlain(t testing.TB, s ConvShape) plain {
	t.Helper()
	s, err := s.resolve()
	if err != nil {
		t.Fatal(err)
	}
	p := plain{s: s}
	p.oh, p.ow = s.summed()
	p.ph, p.pw = s.output()
	return p
}

// each calls f for each product of image 0: the places of the result before
// pooling, the input and the weight.
func (p plain) each(f func(y, x, w int)) {
	s := p.s
	in, out := s.In/s.Groups, s.Out/s.Groups
	for r := range p.oh {
		for q := range p.ow {
			for o := range s.Out {
				for i := range s.Kernel[0] {
					for j := range s.Kernel[1] {
						row, column := r*s.Stride[0]+i*s.Dilation[0]-s.Pad[0], q*s.Stride[1]+j*s.Dilation[1]-s.Pad[1]
						if row < 0 || row >= s.H || column < 0 || column >= s.W {
							continue
						}
						for c := range in {
							f((r*p.ow+q)*s.Out+o, (row*s.W+column)*s.In+o/out*in+c, ((i*s.Kernel[1]+j)*in+c)*s.Out+o)
						}
					}
				}
			}
		}
	}
}

// forward returns the sums, the sums of magnitudes, and the result.
func (p plain) forward(x, w, bias []float32) (sums, sizes, result []float64) {
	s := p.s
	sums, sizes = make([]float64, p.oh*p.ow*s.Out), make([]float64, p.oh*p.ow*s.Out)
	for i := range sums {
		sums[i] = float64(bias[i%s.Out])
		sizes[i] = math.Abs(sums[i])
	}
	p.each(func(y, a, b int) {
		v := float64(x[a]) * float64(w[b])
		sums[y] += v
		sizes[y] += math.Abs(v)
	})
	bounded := make([]float64, len(sums))
	for i, v := range sums {
		bounded[i] = min(max(v, float64(s.Low)), float64(s.High))
	}
	if s.Pool == 0 {
		return sums, sizes, bounded
	}
	for r := range p.ph {
		for q := range p.pw {
			for o := range s.Out {
				best := math.Inf(-1)
				for i := range s.Pool {
					for j := range s.Pool {
						best = max(best, bounded[((r*s.Pool+i)*p.ow+q*s.Pool+j)*s.Out+o])
					}
				}
				result = append(result, best)
			}
		}
	}
	return sums, sizes, result
}

// back returns the gradient by the sums, given that by the result.
func (p plain) back(sums []float64, dy []float32) []float64 {
	s := p.s
	dz := make([]float64, len(sums))
	pass := func(at int, g float32) {
		if sums[at] > float64(s.Low) && sums[at] < float64(s.High) {
			dz[at] = float64(g)
		}
	}
	if s.Pool == 0 {
		for i, g := range dy {
			pass(i, g)
		}
		return dz
	}
	for i, g := range dy {
		o, q, r := i%s.Out, i/s.Out%p.pw, i/s.Out/p.pw
		best, at := math.Inf(-1), 0
		for k := range s.Pool * s.Pool {
			if z := ((r*s.Pool+k/s.Pool)*p.ow+q*s.Pool+k%s.Pool)*s.Out + o; sums[z] > best {
				best, at = sums[z], z
			}
		}
		pass(at, g)
	}
	return dz
}

// settle sets the gradient by those results to 0 of which rounding decides where
// it goes: two pixels of a window, or a pixel and a bound, are as good as equal.
func (p plain) settle(dy, x, w, bias []float32) {
	s := p.s
	sums, sizes, _ := p.forward(x, w, bias)
	margin := 0.0
	for _, v := range sizes {
		margin = max(margin, 2*relative*v)
	}
	size := max(1, s.Pool)
	for i := range dy {
		o, q, r := i%s.Out, i/s.Out%p.pw, i/s.Out/p.pw
		best, second := math.Inf(-1), math.Inf(-1)
		for k := range size * size {
			z := sums[((r*size+k/size)*p.ow+q*size+k%size)*s.Out+o]
			best, second = max(best, z), max(second, min(best, z))
		}
		// Windows over zeros alone are equal on every path, and the first is taken.
		if best-second < margin && best != second || math.Abs(best-float64(s.Low)) < margin || math.Abs(best-float64(s.High)) < margin {
			dy[i] = 0
		}
	}
}

func random(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// canary is what stands around memory that a kernel writes to.
const canary = 12345.678

// fenced returns n elements between canaries, and a check that these still stand.
func fenced(n int) ([]float32, func(t testing.TB, what any)) {
	const margin = 64
	all := make([]float32, n+2*margin)
	for i := range all {
		all[i] = canary
	}
	return all[margin : margin+n : margin+n], func(t testing.TB, what any) {
		t.Helper()
		for i, c := range all {
			if (i < margin || i >= margin+n) && c != canary {
				t.Fatalf("%v: element %d of %d was written", what, i-margin, n)
			}
		}
	}
}

// guarded returns n elements that are not numbers between canaries, and a check
// that these still stand and all elements were written.
func guarded(n int) ([]float32, func(t testing.TB, what any)) {
	v, whole := fenced(n)
	for i := range v {
		v[i] = float32(math.NaN())
	}
	return v, func(t testing.TB, what any) {
		t.Helper()
		whole(t, what)
		for i, c := range v {
			if c != c {
				t.Fatalf("%v: element %d of %d was not written", what, i, n)
			}
		}
	}
}

// engines returns one for each path of this machine.
func engines(t testing.TB) []*Engine {
	t.Helper()
	var all []*Engine
	for _, p := range Paths() {
		e, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}
