package kernel

import (
	"math"
	"runtime"
)

// portable returns the routines in Go, in which a vector is one element.
//
// Note: a float32 product is exact in float64, so the fused sum differs from the
// processor's only where it is rounded twice.
func portable() *routines {
	return &routines{
		lanes: 1, columns: portableColumns, tall: []int{portableRows, portableRows},
		tile:             portableTile,
		mix:              portableMix,
		pack:             portablePack,
		inputTransform:   portableInput,
		outputTransform:  func(t *transform) { portableOutput(t, 1) },
		pooledTransform:  func(t *transform) { portableOutput(t, 2) },
		kernelTransform:  portableKernel,
		maxPool:          portableMaxPool,
		monochrome:       portableMonochrome,
		unpool:           portableUnpool,
		alike:            portableAlike,
		depthwise:        portableDepthwise,
		depthwiseKernels: portableDepthwiseKernels,
		add:              portableAdd,
		scale:            portableScale,
		pass:             portablePass,
		mark:             portableMark,
		keep:             portableKeep,
		adam:             portableAdam,
		sparse:           portableSparse,
		sparseRows:       3,
		listRows:         portableListRows,
		listCodes:        portableListCodes,
		patches:          portablePatches,
		windows:          portableWindows,
		patchKernels:     portablePatchKernels,
		peak:             portablePeak,
		peakSums:         4,
		transpose:        portableTranspose,
		transposeCodes:   portableTransposeCodes,
	}
}

// fma returns a·b + c, rounded to float32 at the end.
func fma(a, b, c float32) float32 { return float32(float64(a)*float64(b) + float64(c)) }

// clamp bounds v; a NaN stays one.
func clamp(v, low, high float32) float32 {
	if v < low {
		return low
	}
	if v > high {
		return high
	}
	return v
}

const (
	portableColumns = 8
	portableRows    = 4
)

func portableTile(t *tile, rows, vectors int) {
	for v := range vectors {
		for i := range rows {
			at := v * portableColumns
			c := t.c[i*t.line+at:][:portableColumns:portableColumns]
			var sum [portableColumns]float32
			if t.bias != nil {
				copy(sum[:], t.bias[at:at+portableColumns])
			}
			for _, tap := range t.taps {
				a := t.a[tap+i*t.row:]
				for k := range t.depth {
					x := a[k*t.step]
					b := t.b[at:][:portableColumns:portableColumns]
					for j := range sum {
						sum[j] += x * b[j]
					}
					at += t.wide
				}
			}
			if t.accumulate {
				for j := range sum {
					sum[j] += c[j]
				}
			}
			if t.clamp {
				for j := range sum {
					sum[j] = clamp(sum[j], t.low, t.high)
				}
			}
			copy(c, sum[:])
		}
	}
}

func portableMix(m *mixing, vectors int) {
	t := tile{
		bias: m.bias, taps: []int{0}, row: m.row, step: m.step, depth: m.depth, wide: m.wide,
		line: m.line, low: m.low, high: m.high, accumulate: m.accumulate, clamp: m.clamp,
	}
	for _, r := range m.runs {
		t.b = m.b[r.b:]
		for i := range r.tiles {
			t.a, t.c = m.a[r.a+i*portableRows*t.row:], m.c[r.c+i*portableRows*t.line:]
			portableTile(&t, portableRows, vectors)
		}
	}
}

func portablePack(p *packing) {
	for i := range p.rows {
		for q := range p.panels {
			copy(p.to[q*p.panel+i*p.width:][:p.width], p.from[i*p.row+q*p.width:])
		}
	}
}

func portableMaxPool(p *pooling) {
	for i := range p.pixels {
		for c := range p.channels {
			at := i*p.step + c
			best, code := p.from[at+p.taps[0]], int32(0)
			for k, tap := range p.taps[1:] {
				if v := p.from[at+tap]; v > best || v != v {
					best, code = v, int32(k+1)
				}
			}
			p.to[i*p.channels+c] = best
			if p.codes != nil {
				if !(best > p.low && best < p.high) {
					code = -1
				} else if p.doubt > 0 && doubtful(p, at, best) {
					code, p.doubtful = undecided, 1
				}
				p.codes[i*p.channels+c] = code
			}
		}
	}
}

func portableMonochrome(m *monochromeRows) {
	const n = portableColumns
	var sums [4 * n]float32
	t := tile{
		taps: []int{0, m.width, 2 * m.width}, row: 1, step: 1, depth: 3, wide: m.channels, line: n, low: m.low, high: m.high, clamp: true,
	}
	p := pooling{from: sums[:], taps: []int{0, n, 2 * n, 3 * n}, pixels: 1, channels: n, low: m.low, high: m.high}
	for r := range m.rows {
		for q := range m.pixels {
			for c := 0; c < m.channels; c += n {
				t.b, t.bias = m.weights[c:], m.bias[c:]
				for i := range 2 {
					t.a, t.c = m.from[(2*r+i)*m.width+2*q:], sums[2*i*n:]
					portableTile(&t, 2, 1)
				}
				at := (r*m.pixels+q)*m.channels + c
				p.to = m.to[at:]
				if m.codes != nil {
					p.codes = m.codes[at:]
				}
				portableMaxPool(&p)
			}
		}
	}
}

func doubtful(p *pooling, at int, best float32) bool {
	limit := max(best*p.doubt, -best*p.doubt)
	for _, tap := range p.taps {
		if d := best - p.from[at+tap]; d > 0 && d < limit {
			return true
		}
	}
	return false
}

func portableAlike(a *likeness) {
	for i := range a.pixels {
		at, same := i*a.channels, uint8(1)
		for c := range a.channels {
			if math.Float32bits(a.a[at+c]) != math.Float32bits(a.b[at+c]) {
				same = 0
				break
			}
		}
		a.to[i] = same
	}
}

func portableUnpool(p *pooling) {
	for i := range p.pixels {
		for k := range p.size {
			to := p.to[(i*p.size+k)*p.pitch:][:p.channels]
			for c := range to {
				to[c] = 0
				if p.codes[i*p.channels+c] == int32(p.first+k) {
					to[c] = p.from[i*p.channels+c]
				}
			}
		}
	}
}

func portableDepthwise(d *depthwiseRow) {
	for i := range d.pixels {
		for c := range d.channels {
			sum := d.bias[c]
			for k, tap := range d.taps {
				sum = fma(d.from[i*d.step+tap+c], d.weights[k*d.pitch+c], sum)
			}
			d.to[i*d.line+c] = clamp(sum, d.low, d.high)
		}
	}
}

func portableDepthwiseKernels(d *depthwiseRow) {
	for k, tap := range d.taps {
		for c := range d.channels {
			sum := d.to[k*d.pitch+c]
			for i := range d.pixels {
				sum = fma(d.from[i*d.step+tap+c], d.weights[i*d.line+c], sum)
			}
			d.to[k*d.pitch+c] = sum
		}
	}
}

func portableAdd(v *vectors) {
	for i := range v.count {
		v.to[i] = v.a[i] + v.b[i]
	}
}

func portableScale(v *vectors) {
	for i := range v.count {
		v.to[i] = (v.a[i] - v.low) * v.high
	}
}

func portablePass(v *vectors) {
	for i := range v.count {
		x := float32(0)
		if v.b[i] > v.low && v.b[i] < v.high {
			x = v.a[i]
		}
		v.to[i] = x
	}
}

func portableMark(f *marks) {
	for i := range f.count {
		if i%8 == 0 {
			f.bits[i/8] = 0
		}
		if v := f.values[i]; v > f.low && v < f.high {
			f.bits[i/8] |= 1 << (i % 8)
		}
	}
}

func portableKeep(f *marks) {
	for i := range f.count {
		if f.bits[i/8]>>(i%8)&1 == 0 {
			f.values[i] = 0
		}
	}
}

// The conversions keep a compiler from fusing: the other paths do not.
func portableAdam(a *adamStep) {
	for i := range a.count {
		g := a.gradient[i] * a.scale
		m := a.mean[i] + float32((g-a.mean[i])*a.decay1)
		v := a.square[i] + float32((float32(g*g)-a.square[i])*a.decay2)
		if m < a.smallest && -m < a.smallest {
			m = 0
		}
		if v < a.smallest {
			v = 0
		}
		a.mean[i], a.square[i] = m, v
		a.weights[i] -= float32(m*a.alpha) / (float32(math.Sqrt(float64(v))) + a.epsilon)
	}
}

func portableTranspose(t *transposition) { turn(t.to, t.column, t.from, t.row, 8, 8*t.blocks) }

func portableTransposeCodes(t *codeTransposition) { turn(t.to, t.column, t.from, t.row, 8, 8*t.blocks) }

// turn sets to[j·column+i] to from[i·row+j] for i < rows and j < columns.
func turn[T any](to []T, column int, from []T, row, rows, columns int) {
	for i := range rows {
		for j := range columns {
			to[j*column+i] = from[i*row+j]
		}
	}
}

func portableSparse(p *sparseSum, rows, vectors int) {
	for _, part := range p.parts {
		for t := part.first; t < part.first+part.count; t++ {
			for i := range rows {
				to := p.to[int(part.to)+i*p.toLine:][:vectors]
				for j, x := range p.from[int(p.places[t])+i*p.fromLine:][:vectors] {
					to[j] = fma(p.factors[t], x, to[j])
				}
			}
		}
	}
}

func portableListRows(p *passing) {
	var at int32
	n := 16 * p.count
	for r := range p.rows {
		part := &p.parts[r]
		part.first = at
		for i, code := range p.codes[r*n:][:n] {
			if v := p.values[r*n+i]; code >= 0 {
				p.to[at], p.factors[at] = p.places[i]+p.shifts[code], v
				p.sums[r*16+i%16] += v
				at++
			}
		}
		part.count = at - part.first
	}
}

func portableListCodes(p *passing) {
	var at int32
	n := 16 * p.count
	for r := range p.rows {
		for k := range int32(4) {
			part := &p.parts[4*r+int(k)]
			part.first = at
			for i, code := range p.codes[r*n:][:n] {
				if code == k {
					p.to[at], p.factors[at] = p.places[i], p.values[r*n+i]
					at++
				}
			}
			part.count = at - part.first
		}
	}
}

func portablePatches(p *patchRow) {
	for a := 2; a < 4; a++ {
		clear(p.to[a*p.line:][:2*p.pixels+2])
	}
	for i := range p.pixels {
		for o, v := range p.values[i*p.channels:][:p.channels] {
			kernel := p.kernels[(o*patchCodes+1+int(p.codes[i*p.channels+o]))*patchPixels:][:patchPixels]
			for a := range 4 {
				to := p.to[a*p.line+2*i:][:4]
				for b := range to {
					to[b] += v * kernel[4*a+b]
				}
			}
		}
	}
}

func portableWindows(v *vectors) {
	for i := range 8 * v.count {
		copy(v.to[4*i:], v.a[i:i+2])
		copy(v.to[4*i+2:], v.b[i:i+2])
	}
}

func portablePatchKernels(p *windowSum) {
	for o := range p.vectors {
		var sums [patchTerms]float32
		for r := range p.rows {
			for q := range p.pixels {
				at := (r*p.pixels+q)*p.channels + o
				code := int(p.codes[at])
				if code < 0 {
					continue
				}
				v := p.values[at]
				for t := range 9 {
					sums[t] += v * p.from[(2*r+t/3)*p.line+4*(2*q+t%3)+code]
				}
				sums[9] += v
			}
		}
		for t, v := range sums {
			p.to[t*p.channels+o] += v
		}
	}
}

func portablePeak(n int) {
	var a, b, c, d float32
	for range n {
		a, b, c, d = a*a+1, b*b+1, c*c+1, d*d+1
	}
	runtime.KeepAlive(a + b + c + d)
}
