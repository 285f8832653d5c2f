package codec

import "jpgreport/runtime/pixel"

// The colour conversion of JFIF 1.02 (page 3; BT.601 with full range) in fixed
// point, with 16 bits of fraction: the equations' decimals are rounded to that,
// and so is the sum, once. Halves round up, but for chroma from colours, whose
// halves round down so that a saturated colour stays at 255.
const (
	colourBits = 16
	colourHalf = 1 << (colourBits - 1)

	yR, yG, yB    = 19595, 38470, 7471 // 0.299, 0.587, 0.114
	cbR, cbG, cbB = -11059, -21709, 32768
	crR, crG, crB = 32768, -27439, -5329
	chromaOffset  = 128<<colourBits + colourHalf - 1

	rCr = 91881  // 1.402
	gCb = -22554 // −0.34414
	gCr = -46802 // −0.71414
	bCb = 116130 // 1.772
)

// levels sets dst to the nearest 8-bit levels of samples and reports whether all
// samples are numbers.
func levels(dst []byte, src []float32) bool {
	dst = dst[:len(src)]
	numbers := true
	for i, v := range src {
		dst[i] = pixel.Level(v)
		numbers = numbers && v == v
	}
	return numbers
}

// toYCC converts red, green and blue samples, rounded to 8-bit levels, to luma
// and chroma. It reports whether all samples are numbers.
func toYCC(y, cb, cr []byte, r, g, b []float32) bool {
	n := len(r)
	y, cb, cr, g, b = y[:n], cb[:n], cr[:n], g[:n], b[:n]
	numbers := true
	for i := range r {
		numbers = numbers && r[i] == r[i] && g[i] == g[i] && b[i] == b[i]
		red, green, blue := int32(pixel.Level(r[i])), int32(pixel.Level(g[i])), int32(pixel.Level(b[i]))
		y[i] = byte((yR*red + yG*green + yB*blue + colourHalf) >> colourBits)
		cb[i] = byte((cbR*red + cbG*green + cbB*blue + chromaOffset) >> colourBits)
		cr[i] = byte((crR*red + crG*green + crB*blue + chromaOffset) >> colourBits)
	}
	return numbers
}

// samples sets dst to the samples of 8-bit levels.
func samples(dst []float32, src []byte) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = pixel.Sample(v)
	}
}

// toRGB converts luma and chroma to red, green and blue samples.
func toRGB(r, g, b []float32, y, cb, cr []byte) {
	n := len(r)
	g, b, y, cb, cr = g[:n], b[:n], y[:n], cb[:n], cr[:n]
	for i := range r {
		r[i], g[i], b[i] = pixelRGB(y[i], cb[i], cr[i])
	}
}

// doubleRGB is toRGB of chroma that is yet to be doubled along the row, from sums
// of its rows that start one sample before the first and end one after the last.
func doubleRGB(r, g, b []float32, y []byte, cb, cr []uint16, d doubling) {
	n := len(r)
	g, b, y = g[:n], b[:n], y[:n]
	for i := range ceilDiv(n, 2) {
		u0, u1 := d.pair(cb[i], cb[i+1], cb[i+2])
		v0, v1 := d.pair(cr[i], cr[i+1], cr[i+2])
		k := 2 * i
		r[k], g[k], b[k] = pixelRGB(y[k], u0, v0)
		if k++; k < n {
			r[k], g[k], b[k] = pixelRGB(y[k], u1, v1)
		}
	}
}

func pixelRGB(y, cb, cr byte) (r, g, b float32) {
	luma, u, v := int32(y), int32(cb)-128, int32(cr)-128
	return pixel.Sample(clamp(luma + (rCr*v+colourHalf)>>colourBits)),
		pixel.Sample(clamp(luma + (gCb*u+gCr*v+colourHalf)>>colourBits)),
		pixel.Sample(clamp(luma + (bCb*u+colourHalf)>>colourBits))
}

func clamp(v int32) byte { return byte(min(max(v, 0), 255)) }

// toLevels converts luma and chroma to red, green and blue levels, those of a
// pixel together.
func toLevels(dst, y, cb, cr []byte) {
	n := len(dst) / 3
	y, cb, cr = y[:n], cb[:n], cr[:n]
	for i := range n {
		luma, u, v := int32(y[i]), int32(cb[i])-128, int32(cr[i])-128
		d := dst[3*i : 3*i+3 : 3*i+3]
		d[0] = clamp(luma + (rCr*v+colourHalf)>>colourBits)
		d[1] = clamp(luma + (gCb*u+gCr*v+colourHalf)>>colourBits)
		d[2] = clamp(luma + (bCb*u+colourHalf)>>colourBits)
	}
}
