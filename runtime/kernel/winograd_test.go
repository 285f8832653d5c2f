package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Results are pooled while they are in registers, but for those whose codes are
// wanted, which go by way of memory. Both are the same bits, and a NaN stays one. Of
// results over the same inputs this does not hold: only where codes are wanted are
// they made equal.
func TestTracingChangesNoResult(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	for i := 0; i < 60; {
		s := randomShape(r)
		s.Pool = []int{0, 1, 2, 2, 2, 4}[r.IntN(6)]
		if s, err := s.resolve(); err != nil || !fitsWinograd(s) {
			continue
		}
		i++
		for _, e := range engines(t) {
			c, err := NewConv(e, s)
			if err != nil {
				t.Fatal(err)
			}
			const n = 3
			r := rand.New(rand.NewPCG(21, uint64(i)))
			x, w, bias := random(r, n*c.Input()), random(r, c.s.weights()), random(r, s.Out)
			if i%3 == 0 {
				x[r.IntN(len(x))], x[r.IntN(len(x))] = float32(math.NaN()), float32(math.Inf(1))
			}
			traced, untraced := make([]float32, n*c.Output()), make([]float32, n*c.Output())
			for _, err := range []error{c.SetWeights(w, bias), c.Forward(traced, x, n, true), c.Forward(untraced, x, n, false)} {
				if err != nil {
					t.Fatalf("%+v: %v", s, err)
				}
			}
			sameBits(t, fmt.Sprintf("%v: %+v", e.Path(), s), outcome{"result": traced}, outcome{"result": untraced})
		}
	}
}

// A square may hang over the right and the lower edge, and its products may hold
// NaN and infinities: pooled it is what pooling makes of it, and nothing beyond the
// edge is written.
func TestPooledTransformIsThePoolOfTheTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	for _, e := range engines(t) {
		for range 200 {
			channels := 16 * (1 + r.IntN(2))
			rows, columns := 1+r.IntN(2), 1+r.IntN(2)
			p := transform{
				from: random(r, 36*channels), bias: random(r, channels), plane: channels, count: channels / e.lanes, squares: 1,
				low: []float32{0, float32(math.Inf(-1))}[r.IntN(2)], high: []float32{3, float32(math.Inf(1))}[r.IntN(2)],
			}
			for range r.IntN(40) {
				p.from[r.IntN(len(p.from))] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}[r.IntN(3)]
			}
			all, want, got := make([]float32, 16*channels), random(r, 4*channels), make([]float32, 4*channels)
			copy(got, want)
			p.to, p.rowAt, p.columnAt = all, places(4, 4*channels), places(4, channels)
			e.outputTransform(&p)
			for i := range rows {
				e.maxPool(&pooling{
					from: all[8*i*channels:], to: want[2*i*channels:], taps: []int{0, channels, 4 * channels, 5 * channels},
					pixels: columns, channels: channels, step: 2 * channels,
				})
			}
			p.to, p.rowAt, p.columnAt = got, places(rows, 2*channels), places(columns, channels)
			e.pooledTransform(&p)
			if i := different(want, got); i >= 0 {
				t.Fatalf("%v: %d rows, %d columns, bounds %v and %v: element %d is %v, want %v", e.Path(), rows, columns, p.low, p.high, i, got[i], want[i])
			}
		}
	}
}
