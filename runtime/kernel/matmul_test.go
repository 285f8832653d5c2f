package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestQuick(t *testing.T) {
	for _, p := range Paths() {
		e, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			m, n, k := 1+r.IntN(150), 1+r.IntN(150), 1+r.IntN(700)
			a, b, c := random(r, m*k), random(r, k*n), random(r, m*n)
			ma, mb := Dense(a, m, k), Dense(b, k, n)
			if r.IntN(2) == 0 {
				ma = Dense(a, k, m).T()
			}
			if r.IntN(2) == 0 {
				mb = Dense(b, n, k).T()
			}
			if err := e.MatMul(Dense(c, m, n), ma, mb, Finish{}); err != nil {
				t.Fatal(err)
			}
			for i := range m {
				for j := range n {
					s, l := 0.0, 0.0
					for q := range k {
						x := float64(ma.Data[i*ma.Row+q*ma.Column]) * float64(mb.Data[q*mb.Row+j*mb.Column])
						s += x
						l += max(x, -x)
					}
					if d := s - float64(c[i*n+j]); d > 1e-6*l || -d > 1e-6*l {
						t.Fatalf("%v %d %d %d: %v %v", p, m, n, k, s, c[i*n+j])
					}
				}
			}
		}
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, p := range Paths() {
		b.Run(p.String(), func(b *testing.B) {
			e, _ := New(p)
			r := rand.New(rand.NewPCG(1, 2))
			const n = 1024
			x, y, z := random(r, n*n), random(r, n*n), random(r, n*n)
			b.ReportAllocs()
			for b.Loop() {
				e.MatMul(Dense(z, n, n), Dense(x, n, n), Dense(y, n, n), Finish{})
			}
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
		})
	}
}
