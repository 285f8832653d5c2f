package report

import (
	"fmt"
	"math"

	"jpgreport/runtime/result"
)

// A number is a value as the page prints it: a share as a percentage, a whole
// number with its thousands apart, a minus that is one.
type number struct {
	value     float64
	low, high float64
	interval  bool
	n         int
	of        string // of a share, its denominator in words
	k         int
	share     bool // value lies in [0,1] and is printed in per cent
	unit      string
}

func numberOf(e result.Estimate) number {
	return number{
		value: e.Value, low: e.Low, high: e.High, interval: e.HasInterval(),
		n: e.N, of: e.Of, k: e.K, share: e.IsProportion(), unit: e.Unit,
	}
}

// text returns "92.4% [91.2, 93.5]"; digits are those of plain numbers, or -1
// to choose them from the number itself.
func (x number) text(digits int) string {
	if math.IsNaN(x.value) || math.IsInf(x.value, 0) {
		return result.NotShown
	}
	if x.share {
		s := result.Fixed(100*x.value, 1) + "%"
		if x.interval {
			s += " [" + result.Fixed(100*x.low, 1) + ", " + result.Fixed(100*x.high, 1) + "]"
		}
		return s
	}
	if digits < 0 {
		digits = result.Digits(x.value)
	}
	s := result.Number(x.value, digits)
	if x.interval {
		s += " [" + result.Number(x.low, digits) + ", " + result.Number(x.high, digits) + "]"
	}
	return s
}

// basis returns what a share or mean rests on: "1,848 of 2,000, all images".
func (x number) basis() string {
	switch {
	case x.share && x.n > 0:
		return count(x.k) + " of " + count(x.n) + ": " + x.of
	case x.share:
		return "of none: " + x.of
	case x.n > 0:
		return "n = " + count(x.n)
	}
	return ""
}

// columnDigits gives a column of numbers without a stated precision one that
// suits its largest: whole numbers none, others three significant digits.
func columnDigits(vs []float64) int {
	largest, whole := 0.0, true
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		largest = max(largest, math.Abs(v))
		whole = whole && v == math.Trunc(v)
	}
	if whole || largest == 0 {
		return 0
	}
	return max(0, min(6, 2-int(math.Floor(math.Log10(largest)))))
}

func count(n int) string { return result.Fixed(float64(n), 0) }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// seconds prints a duration for people.
func seconds(s float64) string {
	switch {
	case s < 0.1:
		return result.Fixed(1000*s, 0) + " ms"
	case s < 10:
		return result.Fixed(s, 1) + " s"
	case s < 90:
		return result.Fixed(s, 0) + " s"
	}
	return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60)
}
