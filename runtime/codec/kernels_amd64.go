package codec

import "golang.org/x/sys/cpu"

//go:generate go run ./gen -out vector_amd64.s -stubs vector_amd64.go -pkg codec

// kernels is the choice of the inner loops: those in assembly or the portable
// ones, which give the same bits.
type kernels struct {
	avx2   bool // with FMA, BMI1 and BMI2, which every such processor has
	avx512 bool // with BW and DQ, besides; for rows of samples
}

// choices returns what this processor can run, the fastest last.
func choices() []kernels {
	list := []kernels{{}}
	if x := cpu.X86; x.HasAVX2 && x.HasFMA && x.HasBMI1 && x.HasBMI2 {
		list = append(list, kernels{avx2: true})
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ {
			list = append(list, kernels{avx2: true, avx512: true})
		}
	}
	return list
}

func (k kernels) levels(dst []byte, src []float32) (numbers bool) {
	if !k.avx2 {
		return levels(dst, src)
	}
	if k.avx512 {
		return levelsAVX512(&dst[0], &src[0], len(src)) == 0
	}
	return levelsAVX2(&dst[0], &src[0], len(src)) == 0
}

func (k kernels) samples(dst []float32, src []byte) {
	if !k.avx2 {
		samples(dst, src)
		return
	}
	if k.avx512 {
		samplesAVX512(&dst[0], &src[0], len(dst))
		return
	}
	samplesAVX2(&dst[0], &src[0], len(dst))
}

func (k kernels) toYCC(y, cb, cr []byte, r, g, b []float32) (numbers bool) {
	if !k.avx2 {
		return toYCC(y, cb, cr, r, g, b)
	}
	if k.avx512 {
		return toYCCAVX512(&y[0], &cb[0], &cr[0], &r[0], &g[0], &b[0], len(r)) == 0
	}
	return toYCCAVX2(&y[0], &cb[0], &cr[0], &r[0], &g[0], &b[0], len(r)) == 0
}

func (k kernels) toRGB(r, g, b []float32, y, cb, cr []byte) {
	if !k.avx2 {
		toRGB(r, g, b, y, cb, cr)
		return
	}
	if k.avx512 {
		toRGBAVX512(&r[0], &g[0], &b[0], &y[0], &cb[0], &cr[0], len(r))
		return
	}
	toRGBAVX2(&r[0], &g[0], &b[0], &y[0], &cb[0], &cr[0], len(r))
}

func (k kernels) toLevels(dst, y, cb, cr []byte) {
	if n := len(dst) / 3 &^ 15; k.avx2 && n > 0 {
		toLevelsAVX2(&dst[0], &y[0], &cb[0], &cr[0], n)
		dst, y, cb, cr = dst[3*n:], y[n:], cb[n:], cr[n:]
	}
	toLevels(dst, y, cb, cr)
}

func (k kernels) halve(dst, top, bottom []byte, h halving) {
	if !k.avx2 {
		halve(dst, top, bottom, h)
		return
	}
	halveAVX2(&dst[0], &top[0], &bottom[0], len(dst), uint32(h.even)|uint32(h.odd)<<16)
}

func (k kernels) triangle(dst, near, far []byte, n int, d doubling) {
	if !k.avx2 {
		triangle(dst, near, far, n, d)
		return
	}
	triangleAVX2(&dst[0], &near[0], &far[0], n, d.left, d.right)
}

func (k kernels) sums(dst []uint16, near, far []byte) {
	if !k.avx2 {
		sums(dst, near, far)
		return
	}
	if k.avx512 {
		sumsAVX512(&dst[0], &near[0], &far[0], len(dst))
		return
	}
	sumsAVX2(&dst[0], &near[0], &far[0], len(dst))
}

func (k kernels) doubleRGB(r, g, b []float32, y []byte, cb, cr []uint16, d doubling) {
	if !k.avx2 {
		doubleRGB(r, g, b, y, cb, cr, d)
		return
	}
	if k.avx512 {
		doubleRGBAVX512(&r[0], &g[0], &b[0], &y[0], &cb[0], &cr[0], len(r), d.left, d.right)
		return
	}
	doubleRGBAVX2(&r[0], &g[0], &b[0], &y[0], &cb[0], &cr[0], len(r), d.left, d.right)
}

func (k kernels) forward(coefs []int16, nonzero []uint64, samples []byte, stride, pairs int, q *quantiser) {
	if !k.avx2 {
		forwardRow(coefs, nonzero, samples, stride, pairs, q)
		return
	}
	done := 0
	if k.avx512 && pairs > 1 {
		forwardAVX512(&coefs[0], &nonzero[0], &samples[0], stride, pairs/2, &q.tables[0][0])
		done = pairs &^ 1
	}
	if done < pairs {
		forwardAVX2(&coefs[128*done], &nonzero[2*done], &samples[16*done], stride, pairs-done, &q.tables[0][0])
	}
}

func (k kernels) inverse(samples []byte, stride int, coefs []int16, pairs int, steps *[64]int16) {
	if !k.avx2 {
		inverseRow(samples, stride, coefs, pairs, steps)
		return
	}
	done := 0
	if k.avx512 && pairs > 1 {
		inverseAVX512(&samples[0], stride, &coefs[0], pairs/2, &steps[0])
		done = pairs &^ 1
	}
	if done < pairs {
		inverseAVX2(&samples[16*done], stride, &coefs[128*done], pairs-done, &steps[0])
	}
}

func (k kernels) writeBlocks(out []byte, p pen, b blocks, turns []turn, t *[2]codes) pen {
	if !k.avx2 {
		return writeBlocks(out, p, b, turns, t)
	}
	written, pending, count := blocksBMI2(&out[p.at], p.pending, uint64(p.count), &b.coefs[0], &b.nonzero[0],
		&turns[0].block, len(turns), (*uint32)(&t[0][0]), &zigzagBits[0][0], &zigzag[0])
	return pen{p.at + written, pending, uint(count)}
}
