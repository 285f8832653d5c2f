package codec

// A tap is a share of an old sample in a new one.
type tap struct {
	at    int
	share float64
}

// A resampling makes planes of one size into planes of another: every new
// sample is a sum of old ones, by the taps of its row times those of its column.
type resampling struct{ rows, columns [][]tap }

// apply fills dst, of so many samples a row, from src.
func (r resampling) apply(dst, src []float64, dstWide, srcWide int) {
	for y, row := range r.rows {
		for x, column := range r.columns {
			sum := 0.0
			for _, v := range row {
				for _, h := range column {
					sum += v.share * h.share * src[v.at*srcWide+h.at]
				}
			}
			dst[y*dstWide+x] = sum
		}
	}
}

// transposed fills src from dst by the transpose of apply.
func (r resampling) transposed(src, dst []float64, dstWide, srcWide int) {
	clear(src)
	for y, row := range r.rows {
		for x, column := range r.columns {
			for _, v := range row {
				for _, h := range column {
					src[v.at*srcWide+h.at] += v.share * h.share * dst[y*dstWide+x]
				}
			}
		}
	}
}

// downTaps are those of total samples, of which n stand for the image's, from
// whole ones: averages of so many, the edge repeated. Where it is repeated only
// after the averaging, samples beyond n are as the last of these.
func downTaps(total, n, whole, factor int, after bool) [][]tap {
	taps := make([][]tap, total)
	for i := range taps {
		first := i * factor
		if after {
			first = min(i, n-1) * factor
		}
		for k := range factor {
			taps[i] = append(taps[i], tap{min(first+k, whole-1), 1 / float64(factor)})
		}
	}
	return taps
}

// upTaps are those of whole samples from n: the triangle filter where n is
// doubled and a component is wide enough for it, else repeated samples.
func upTaps(whole, n, factor, width int) [][]tap {
	taps := make([][]tap, whole)
	for i := range taps {
		near := i / factor
		if factor == 1 || width < minFancy {
			taps[i] = []tap{{near, 1}}
			continue
		}
		far := min(max(near-1+i%2*2, 0), n-1)
		taps[i] = []tap{{near, 0.75}, {far, 0.25}}
	}
	return taps
}
