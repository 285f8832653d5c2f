package kernel

import ("testing";"fmt")

func BenchmarkTileX(b *testing.B) {
	r := &routinesAVX512
	for _, c := range []struct{ rows, k, nA, nB, nC int }{{14, 192, 1, 1, 1}, {14,192,8,1,1},{14,192,64,1,1},{14,192,512,1,1}, {14,192,1,8,1},{14,192,1,64,1},{14,192,1,1,64},{14,192,1,1,1024},{14,192,64,1,64},{8,32,1,1,1},{11,32,1,1,1},{14,32,1,1,1},{11,32,1,1,64},{11,32,64,1,64},{11,32,64,32,64},{14,64,1,1,1},{14,96,1,1,1},{14,128,1,1,1}} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			a, bb, cc := make([]float32, c.nA*c.rows*c.k), make([]float32, c.nB*c.k*32), make([]float32, c.nC*c.rows*32)
			t := &tile{a: a, b: bb, c: cc, taps: []int{0}, row: c.k, step: 1, depth: c.k, wide: 32, line: 32}
			for i := 0; b.Loop(); i++ {
				t.a, t.b, t.c = a[i%c.nA*c.rows*c.k:], bb[i%c.nB*c.k*32:], cc[i%c.nC*c.rows*32:]
				r.tile(t, c.rows, 2)
			}
			b.ReportMetric(float64(b.N)*float64(2*c.rows*2*16*c.k)/b.Elapsed().Seconds()*1e-9, "GF")
		})
	}
}
