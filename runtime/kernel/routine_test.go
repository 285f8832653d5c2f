package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Each routine against the same lines of Go, at sizes of whole vectors. Those that
// only compare, move or round once an operation give the same bits; a fused sum in
// Go rounds to float64 first, which shows in a last bit at most.
func TestRoutinesAgainstGo(t *testing.T) {
	plain := portable()
	for _, e := range engines(t)[1:] {
		r := rand.New(rand.NewPCG(4, 4))
		for i := range 40 {
			rounds := fmt.Sprint(e.Path(), " round ", i)
			sameRoutine(t, rounds+" elements", r, plain, e.routines, elementRoutines, 0)
			sameRoutine(t, rounds+" pooling", r, plain, e.routines, poolRoutines, 0)
			sameRoutine(t, rounds+" one channel", r, plain, e.routines, monochromeRoutine, 0)
			sameRoutine(t, rounds+" lists", r, plain, e.routines, listRoutines, 0)
			sameRoutine(t, rounds+" sums", r, plain, e.routines, sumRoutines, 4)
			sameRoutine(t, rounds+" patches", r, plain, e.routines, patchRoutines, 64)
		}
	}
}

// sameRoutine runs the same work, drawn from r, by both sets of routines; vector is
// how many elements the counts of the other's operands stand for.
func sameRoutine(t *testing.T, what string, r *rand.Rand, plain, other *routines, work func(r *rand.Rand, f *routines, vector int) outcome, units uint32) {
	t.Helper()
	seed := r.Uint64()
	draw := func() *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
	want, got := work(draw(), plain, other.lanes), work(draw(), other, other.lanes)
	for name, v := range want {
		for i, x := range v {
			if y := got[name][i]; !within(x, y, units) {
				t.Fatalf("%s: %s: element %d of %d is %v, in Go %v", what, name, i, len(v), y, x)
			}
		}
	}
}

// within tells whether two numbers are so many of the smallest steps apart, counted
// where the numbers are of size 1.
func within(x, y float32, units uint32) bool {
	if units == 0 {
		return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
	}
	return math.Abs(float64(x)-float64(y)) <= float64(units)*0x1p-23*max(1, math.Abs(float64(x)))
}

// elementRoutines are add, scale, pass, mark, keep, pack and transpose. The portable
// routines count elements, where the others count vectors.
func elementRoutines(r *rand.Rand, f *routines, vector int) outcome {
	n := vector * (1 + r.IntN(9))
	count := n / f.lanes
	a, b := random(r, n), random(r, n)
	a[r.IntN(n)] = float32(math.NaN())
	out := func() []float32 { return make([]float32, n) }
	o := outcome{"add": out(), "scale": out(), "pass": out(), "keep": append([]float32(nil), b...), "bits": make([]float32, ceil(n, 8)), "transpose": make([]float32, 8*8*3)}
	f.add(&vectors{a: a, b: b, to: o["add"], count: count})
	f.scale(&vectors{a: a, to: o["scale"], count: count, low: 0.5, high: 1.7})
	f.pass(&vectors{a: b, b: a, to: o["pass"], count: count, low: -0.3, high: 0.9})
	bits := make([]uint8, ceil(n, 8))
	f.mark(&marks{values: a, bits: bits, count: count, low: -0.3, high: 0.9})
	f.keep(&marks{values: o["keep"], bits: bits, count: count})
	for i, v := range bits {
		o["bits"][i] = float32(v)
	}
	rows, panels := 1+r.IntN(5), 1+r.IntN(4)
	o["pack"] = make([]float32, panels*(rows*n+3))
	f.pack(&packing{from: random(r, rows*(panels*n+2)), to: o["pack"], rows: rows, row: panels*n + 2, panels: panels, panel: rows*n + 3, vectors: count, width: n})
	f.transpose(&transposition{from: random(r, 8*24), to: o["transpose"], blocks: 3, row: 24, column: 8})
	codes := codeTransposition{from: make([]int32, 8*24), to: make([]int32, 8*24), blocks: 3, row: 24, column: 8}
	for i := range codes.from {
		codes.from[i] = int32(r.IntN(5)) - 1
	}
	f.transposeCodes(&codes)
	o["transposed codes"] = make([]float32, len(codes.to))
	for i, v := range codes.to {
		o["transposed codes"][i] = float32(v)
	}
	return o
}

// poolRoutines are maxPool, whose values are whole numbers and hairs beside them,
// so that all cases of equal and nearly equal occur, unpool and alike.
func poolRoutines(r *rand.Rand, f *routines, vector int) outcome {
	pixels, channels := 1+r.IntN(4), vector*(1+r.IntN(3))
	from := make([]float32, pixels*4*channels)
	for i := range from {
		from[i] = float32(r.IntN(4)-1) * (1 + float32(r.IntN(3))*0x1p-15)
	}
	from[r.IntN(len(from))] = float32(math.NaN())
	p := pooling{
		from: from, to: make([]float32, pixels*channels), codes: make([]int32, pixels*channels), taps: []int{0, channels, 2 * channels, 3 * channels},
		pixels: pixels, channels: channels, step: 4 * channels, low: 0, high: 2, doubt: float32(r.IntN(2)) * nearness,
	}
	f.maxPool(&p)
	o := outcome{"largest": p.to, "codes": make([]float32, len(p.codes)), "doubtful": {0}, "unpool": make([]float32, 2*pixels*channels), "alike": make([]float32, pixels)}
	for i, c := range p.codes {
		o["codes"][i] = float32(c)
	}
	if p.doubtful != 0 {
		o["doubtful"][0] = 1
	}
	f.unpool(&pooling{from: p.to, codes: p.codes, to: o["unpool"], pixels: pixels, channels: channels, size: 2, first: 2, pitch: channels})
	other := append([]float32(nil), from...)
	for i := range pixels {
		if r.IntN(2) == 0 {
			other[i*channels+r.IntN(channels)] += 1
		}
	}
	alike := make([]uint8, pixels)
	f.alike(&likeness{a: from, b: other, to: alike, pixels: pixels, channels: channels})
	for i, v := range alike {
		o["alike"][i] = float32(v)
	}
	return o
}

// monochromeRoutine is over whole numbers, whose sums are exact and often equal.
func monochromeRoutine(r *rand.Rand, f *routines, vector int) outcome {
	rows, pixels, channels := 1+r.IntN(3), 1+r.IntN(4), vector*(1+r.IntN(5))
	width := 2*pixels + 2 + r.IntN(3)
	n := rows * pixels * channels
	m := monochromeRows{
		from: whole(r, (2*rows+2)*width), weights: whole(r, 9*channels), bias: whole(r, channels), to: make([]float32, n),
		rows: rows, pixels: pixels, width: width, channels: channels, vectors: channels / f.lanes, low: 0, high: 4,
	}
	o := outcome{"codes": make([]float32, n)}
	f.monochrome(&m)
	o["untraced"] = append([]float32(nil), m.to...)
	m.codes = make([]int32, n)
	f.monochrome(&m)
	o["traced"] = m.to
	for i, c := range m.codes {
		o["codes"][i] = float32(c)
	}
	return o
}

// sumRoutines are sparse and adam.
func sumRoutines(r *rand.Rand, f *routines, vector int) outcome {
	n := vector * (1 + r.IntN(sparseRun/vector))
	parts := 1 + r.IntN(4)
	p := sparseSum{from: random(r, 8*n), to: random(r, 3*parts*n), fromLine: n, toLine: parts * n}
	for i := range parts {
		part := sparsePart{to: int32(i * n), first: int32(len(p.places)), count: int32(r.IntN(6))}
		for range part.count {
			p.places, p.factors = append(p.places, int32(r.IntN(5*n))), append(p.factors, r.Float32()-0.5)
		}
		p.parts = append(p.parts, part)
	}
	for i := 0; i < 3; i += f.sparseRows {
		at := p
		at.from, at.to = p.from[i*p.fromLine:], p.to[i*p.toLine:]
		f.sparse(&at, f.sparseRows, n/f.lanes)
	}
	f.sparse(&p, 1, n/f.lanes)
	w, m, v := random(r, n), random(r, n), random(r, n)
	for i := range v {
		v[i] = v[i]*v[i] + 0.1
	}
	f.adam(&adamStep{weights: w, gradient: random(r, n), mean: m, square: v, count: n / f.lanes, scale: 0.1, decay1: 0.1, decay2: 0.001, alpha: 0.01, epsilon: 1e-8, smallest: 0.01})
	return outcome{"sparse": p.to, "weights": w, "mean": m, "square": v}
}

// listRoutines are listRows and listCodes, of some or none passed.
func listRoutines(r *rand.Rand, f *routines, _ int) outcome {
	rows, count := 1+r.IntN(5), 1+r.IntN(5)
	n := 16 * count
	some := 1 + r.IntN(6)
	p := passing{codes: make([]int32, rows*n), values: random(r, rows*n), rows: rows, count: count, sums: random(r, 16*rows)}
	for i := range p.codes {
		p.codes[i] = int32(r.IntN(4+some)) - int32(some)
		p.codes[i] = max(p.codes[i], -1)
	}
	for range n {
		p.places = append(p.places, int32(r.IntN(1000)))
	}
	for k := range 4 {
		p.shifts[k] = int32(r.IntN(1000))
	}
	o := outcome{}
	for _, routine := range []struct {
		name  string
		list  func(p *passing)
		parts int
	}{{"rows", f.listRows, rows}, {"codes", f.listCodes, 4 * rows}} {
		p.to, p.factors = make([]int32, rows*n+listSlack), make([]float32, rows*n+listSlack)
		p.parts = make([]sparsePart, routine.parts)
		routine.list(&p)
		last := p.parts[len(p.parts)-1]
		end := last.first + last.count
		parts := []float32{}
		for _, part := range p.parts {
			parts = append(parts, float32(part.first), float32(part.count))
		}
		o[routine.name+": parts"] = parts
		o[routine.name+": factors"] = p.factors[:end]
		places := make([]float32, end)
		for i := range places {
			places[i] = float32(p.to[i])
		}
		o[routine.name+": places"] = places
	}
	o["sums"] = p.sums
	return o
}

// patchRoutines are patches, windows and patchKernels, of windows with all codes.
func patchRoutines(r *rand.Rand, f *routines, vector int) outcome {
	rows, pixels, channels := 1+r.IntN(3), 1+r.IntN(6), vector*(1+r.IntN(3))
	line := 2*pixels + 2 + r.IntN(3)
	p := patchRow{
		codes: make([]int32, rows*pixels*channels), values: random(r, rows*pixels*channels), kernels: random(r, channels*patchCodes*patchPixels),
		to: random(r, 4*line), pixels: pixels, channels: channels, line: line,
	}
	for i := range p.codes {
		p.codes[i] = int32(r.IntN(patchCodes)) - 1
	}
	f.patches(&p)
	v := vectors{a: random(r, 8*3+1), b: random(r, 8*3+1), to: make([]float32, 4*8*3), count: 3}
	f.windows(&v)
	k := windowSum{
		codes: p.codes, values: p.values, from: random(r, (2*rows+1)*4*(2*pixels+1)), to: random(r, patchTerms*channels),
		rows: rows, pixels: pixels, vectors: channels / f.lanes, channels: channels, line: 4 * (2*pixels + 1),
	}
	f.patchKernels(&k)
	return outcome{"patches": p.to, "windows": v.to, "kernels": k.to}
}
