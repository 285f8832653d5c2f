package check

import (
	"slices"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/result"
)

// JPEG checks that compression really took place (check 9): the quantisation
// tables read back from the files are those of the quality asked for, and files
// shrink as quality falls. It states the mean PSNR at each quality.
func JPEG(x *pixel.Batch, rounds []*codec.Compressed) result.Check {
	v := begin(numberJPEG, "jpeg", "JPEG really ran")
	if len(rounds) == 0 {
		return v.inapplicable("nothing was compressed")
	}
	rounds = slices.Clone(rounds)
	slices.SortStableFunc(rounds, func(a, b *codec.Compressed) int { return a.Quality - b.Quality })
	before := 0.0
	for _, r := range rounds {
		luma, chroma, err := codec.StandardTables(r.Quality)
		if err != nil {
			v.fail("%v", err)
			continue
		}
		for i, t := range r.Tables {
			if want := [][64]int{luma, chroma}[min(i, 1)]; t != want {
				v.fail("quality %d: quantisation table %d of the files is not the one of this quality", r.Quality, i)
			}
		}
		if len(r.Tables) == 0 {
			v.fail("quality %d: the files have no quantisation table", r.Quality)
		}
		size := meanInt(r.Bytes)
		if size < before {
			v.fail("quality %d: files of %.0f bytes on average are smaller than at the quality below, %.0f", r.Quality, size, before)
		}
		before = size
		psnr, n := metric.Mean(metric.PSNR(x, r.Images))
		if n == 0 {
			v.fail("quality %d: every image came back unchanged", r.Quality)
			continue
		}
		v.note("quality %d: tables as asked, %.0f bytes an image, PSNR %.1f dB (mean of the %s images that changed)", r.Quality, size, psnr, count(n))
	}
	return v.end()
}

// Rounding is significant below this level, and matters above this share.
const (
	roundingLevel = 0.05
	roundingShare = 0.01
)

// Rounding checks that 8-bit rounding alone does not explain what is ascribed to
// JPEG (check 10). It takes the predictions on images between the grey levels
// and on the same images rounded, and the true labels.
func Rounding(unrounded, rounded, labels []int) result.Check {
	v := begin(numberRounding, "rounding", "8-bit rounding alone changes nothing")
	n := len(labels)
	changed, err := differing(unrounded, rounded)
	if err != nil {
		v.fail("%v", err)
		return v.end()
	}
	if n == 0 {
		return v.inapplicable("no images")
	}
	share := metric.Proportion{K: changed, N: n, Of: "all images"}
	test := metric.McNemar(metric.Correct(unrounded, labels), metric.Correct(rounded, labels))
	report := v.note
	if test.P < roundingLevel || share.Value() > roundingShare {
		report = v.warn
	}
	report("rounding changed %s of %s predictions; %s images turned right and %s wrong (exact McNemar p = %s)",
		count(changed), count(n), count(test.OnlyB), count(test.OnlyA), result.Number(test.P, 3))
	return v.end()
}

func meanInt(values []int) float64 {
	sum := 0
	for _, n := range values {
		sum += n
	}
	return float64(sum) / float64(max(len(values), 1))
}
