package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// A testProduct is a product of matrices with all that one can have.
type testProduct struct {
	a, b    Matrix
	m, n, k int
	far     int // from one row of C to the next
	old     []float32
	finish  Finish
}

// randomMatrix draws a view of random numbers whose rows, or columns when turned,
// lie up to a few elements apart.
func randomMatrix(r *rand.Rand, rows, columns int, turned bool, gap int) Matrix {
	if turned {
		return randomMatrix(r, columns, rows, false, gap).T()
	}
	m := Matrix{Rows: rows, Columns: columns, Row: columns + gap, Column: 1}
	m.Data = random(r, (rows-1)*m.Row+columns) // no element after the last
	return m
}

func newProduct(r *rand.Rand, m, n, k int, f Finish) *testProduct {
	gap := func() int { return max(0, r.IntN(8)-4) }
	p := &testProduct{m: m, n: n, k: k, finish: f}
	p.a, p.b = randomMatrix(r, m, k, r.IntN(2) == 0, gap()), randomMatrix(r, k, n, r.IntN(2) == 0, gap())
	p.far = n + gap()
	p.old = random(r, (m-1)*p.far+n)
	return p
}

func randomFinish(r *rand.Rand, n int) Finish {
	var f Finish
	switch r.IntN(3) {
	case 0:
		f.Bias = random(r, n)
	case 1:
		f.Accumulate = true
	}
	if r.IntN(2) == 0 {
		f.Bounded, f.Low, f.High = true, -1, []float32{2, float32(math.Inf(1))}[r.IntN(2)]
	}
	return f
}

func randomProduct(r *rand.Rand) *testProduct {
	n := 1 + r.IntN(150)
	return newProduct(r, 1+r.IntN(150), n, 1+r.IntN(700), randomFinish(r, n))
}

// compute returns the product, its rows dense, and sees that nothing else of C's
// memory changes.
func (p *testProduct) compute(t testing.TB, e *Engine) []float32 {
	t.Helper()
	memory, whole := fenced(len(p.old))
	copy(memory, p.old)
	c := Matrix{Data: memory, Rows: p.m, Columns: p.n, Row: p.far, Column: 1}
	if err := e.MatMul(c, p.a, p.b, p.finish); err != nil {
		t.Fatal(err)
	}
	whole(t, p)
	var dense []float32
	for i := range memory {
		if i%p.far < p.n {
			dense = append(dense, memory[i])
		} else if memory[i] != p.old[i] {
			t.Fatalf("%v: element %d between the rows of C was written", p, i)
		}
	}
	return dense
}

func (p *testProduct) String() string {
	return fmt.Sprintf("%d×%d×%d, A %d and %d apart, B %d and %d, C %d, bias %t, bounded %t %v %v, accumulate %t",
		p.m, p.n, p.k, p.a.Row, p.a.Column, p.b.Row, p.b.Column, p.far, p.finish.Bias != nil, p.finish.Bounded, p.finish.Low, p.finish.High, p.finish.Accumulate)
}

// againstDefinition compares with sums in float64, relative to the sum of the
// magnitudes of the terms.
func (p *testProduct) againstDefinition(t testing.TB, e *Engine) {
	t.Helper()
	const relative = 1e-6
	got := p.compute(t, e)
	for i := range p.m {
		for j := range p.n {
			sum := 0.0
			switch {
			case p.finish.Accumulate:
				sum = float64(p.old[i*p.far+j])
			case p.finish.Bias != nil:
				sum = float64(p.finish.Bias[j])
			}
			size := math.Abs(sum)
			for q := range p.k {
				v := float64(p.a.Data[i*p.a.Row+q*p.a.Column]) * float64(p.b.Data[q*p.b.Row+j*p.b.Column])
				sum += v
				size += math.Abs(v)
			}
			if p.finish.Bounded {
				sum = min(max(sum, float64(p.finish.Low)), float64(p.finish.High))
			}
			if d := math.Abs(sum - float64(got[i*p.n+j])); !(d <= relative*size) {
				t.Fatalf("%v: %v: element (%d, %d) is %v, want %v", e.Path(), p, i, j, got[i*p.n+j], sum)
			}
		}
	}
}

func TestMatMulAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var all []*testProduct
	// One of each, whole tiles and panels, one more, one less; more terms, rows
	// and columns than a block has.
	for _, s := range [][3]int{
		{1, 1, 1}, {1, 40, 3}, {40, 1, 3}, {1, 1, 700}, {14, 32, 16}, {15, 33, 17}, {13, 31, 1}, {6, 16, 8}, {7, 17, 9},
		{3, 64, blockDepth}, {2, 5, blockDepth + 1}, {5, 32*blockPanels + 1, 2}, {blockRows + 14, 20, 3}, {60, 96, 513}, {30, 640, 20}, {30, 20, 640}, {130, directRow, blockDepth},
	} {
		for _, turned := range []int{0, 1, 2, 3} {
			p := newProduct(r, s[0], s[1], s[2], randomFinish(r, s[1]))
			p.a, p.b = randomMatrix(r, s[0], s[2], turned&1 > 0, 0), randomMatrix(r, s[2], s[1], turned&2 > 0, 0)
			all = append(all, p)
		}
	}
	count := 60
	if testing.Short() {
		all, count = all[:20], 10
	}
	for range count {
		all = append(all, randomProduct(r))
	}
	for _, e := range engines(t) {
		for _, p := range all {
			p.againstDefinition(t, e)
		}
	}
}

// An operand that is no number is not lost on the way, whatever the bounds.
func TestMatMulHandsOnNaN(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for _, e := range engines(t) {
		p := newProduct(r, 20, 40, 300, Finish{Bounded: true, Low: 0, High: 6})
		p.a.Data[5*p.a.Row+270*p.a.Column] = float32(math.NaN())
		for i, v := range p.compute(t, e) {
			if (v != v) != (i/40 == 5) {
				t.Errorf("%v: element %d is %v; row 5 alone has a NaN", e.Path(), i, v)
			}
		}
	}
}

func TestMatMulErrors(t *testing.T) {
	e := engines(t)[0]
	m := func(rows, columns int) Matrix { return Dense(make([]float32, rows*columns), rows, columns) }
	wide := m(2, 3)
	wide.Row, wide.Column = 3, 2
	short := m(2, 3)
	short.Data = short.Data[:5]
	backward := m(2, 3)
	backward.Row = -3
	for _, tt := range []struct {
		c, a, b Matrix
		f       Finish
		want    string
	}{
		{m(2, 4), m(2, 3), m(2, 4), Finish{}, "c 2×4, a 2×3 and b 2×4 do not fit"},
		{m(3, 4), m(2, 3), m(3, 4), Finish{}, "c 3×4, a 2×3 and b 3×4 do not fit"},
		{m(2, 5), m(2, 3), m(3, 4), Finish{}, "c 2×5, a 2×3 and b 3×4 do not fit"},
		{m(4, 2).T(), m(2, 3), m(3, 4), Finish{}, "do not fit"},
		{m(2, 4), m(0, 3), m(3, 4), Finish{}, "a is 0×3, want at least one row and column"},
		{m(2, 4), m(2, 3), m(3, 0), Finish{}, "b is 3×0, want"},
		{m(2, 4), wide, m(3, 4), Finish{}, "a has rows 3 and columns 2 apart, want one of them 1"},
		{m(2, 4), backward, m(3, 4), Finish{}, "a has rows -3 and columns 1 apart"},
		{m(2, 4), short, m(3, 4), Finish{}, "its 5 elements are too few"},
		{Dense(make([]float32, 7), 2, 4), m(2, 3), m(3, 4), Finish{}, "c is 2×4 with rows 4 and columns 1 apart, its 7 elements are too few"},
		{m(2, 4), m(2, 3), m(3, 4), Finish{Bias: make([]float32, 3)}, "a bias of 3 for 4 columns"},
		{m(2, 4), m(2, 3), m(3, 4), Finish{Bounded: true}, "bounds 0..0, want the first below the second"},
		{m(2, 4), m(2, 3), m(3, 4), Finish{Bounded: true, Low: 1, High: float32(math.NaN())}, "bounds 1..NaN"},
	} {
		err := e.MatMul(tt.c, tt.a, tt.b, tt.f)
		if err == nil || !strings.HasPrefix(err.Error(), "matmul: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, p := range Paths() {
		b.Run(p.String(), func(b *testing.B) {
			e, err := New(p)
			if err != nil {
				b.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 2))
			const n = 1024
			x, y, z := random(r, n*n), random(r, n*n), random(r, n*n)
			b.ReportAllocs()
			for b.Loop() {
				if err := e.MatMul(Dense(z, n, n), Dense(x, n, n), Dense(y, n, n), Finish{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
		})
	}
}
