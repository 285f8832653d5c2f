package check

import (
	"cmp"
	"fmt"
	"slices"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/metric"
	"jpgreport/runtime/result"
)

// A Trip is what came of compressing some images.
type Trip struct {
	Of      string    // what the images are, such as "clean"
	Quality int       // asked for; 0 where steps or qualities were
	Tables  [][64]int // as read back from the files
	Bytes   []int     // of each image's file
	PSNR    []float64 // of each image against what was compressed, in dB
}

// JPEG checks that compression really took place (check 9): the quantisation
// tables read back from the files are those of the quality asked for, and the
// files of one batch shrink as quality falls. It states the mean PSNR of each trip.
func JPEG(trips []Trip) result.Check {
	v := begin(numberJPEG, "jpeg", "JPEG really ran")
	if len(trips) == 0 {
		return v.inapplicable("nothing was compressed")
	}
	trips = slices.Clone(trips)
	slices.SortStableFunc(trips, func(a, b Trip) int {
		return cmp.Or(cmp.Compare(a.Of, b.Of), a.Quality-b.Quality)
	})
	for i, t := range trips {
		name := fmt.Sprintf("%s, quality %d", t.Of, t.Quality)
		if t.Quality == 0 { // steps of one's own or a quality for each unit
			v.note("%s: compressed with no one quality, to whose tables the files' could be held", t.Of)
			continue
		}
		luma, chroma, err := codec.StandardTables(t.Quality)
		if err != nil {
			v.fail("%s: %v", name, err)
			continue
		}
		for i, table := range t.Tables {
			if want := [][64]int{luma, chroma}[min(i, 1)]; table != want {
				v.fail("%s: quantisation table %d of the files is not the one of this quality", name, i)
			}
		}
		if len(t.Tables) == 0 {
			v.fail("%s: the files have no quantisation table", name)
		}
		size := meanInt(t.Bytes)
		if i > 0 && trips[i-1].Of == t.Of && trips[i-1].Quality > 0 && trips[i-1].Quality < t.Quality {
			switch below := meanInt(trips[i-1].Bytes); {
			case size < below:
				v.fail("%s: files of %.0f bytes on average are smaller than at the quality below, %.0f", name, size, below)
			case size == below:
				v.warn("%s: files are as large as at the quality below", name)
			}
		}
		psnr, n := metric.Mean(t.PSNR)
		if n == 0 {
			v.fail("%s: every image came back unchanged", name)
			continue
		}
		v.note("%s: tables as asked, %.0f bytes an image, PSNR %.1f dB (mean of the %s images that changed)", name, size, psnr, count(n))
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
