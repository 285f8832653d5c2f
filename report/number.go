package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

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
		return "not shown"
	}
	if x.share {
		s := fixed(100*x.value, 1) + "%"
		if x.interval {
			s += " [" + fixed(100*x.low, 1) + ", " + fixed(100*x.high, 1) + "]"
		}
		return s
	}
	if digits < 0 {
		digits = digitsFor(x.value)
	}
	s := plain(x.value, digits)
	if x.interval {
		s += " [" + plain(x.low, digits) + ", " + plain(x.high, digits) + "]"
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

// digitsFor gives a number four significant digits, and none after the point
// when it is whole.
func digitsFor(v float64) int {
	v = math.Abs(v)
	if v == math.Trunc(v) || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return max(0, min(6, 3-int(math.Floor(math.Log10(v)))))
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

// plain prints a number that is too small for its digits as a power of ten.
func plain(v float64, digits int) string {
	if v != 0 && math.Abs(v) < 0.5*math.Pow10(-digits) || math.Abs(v) >= 1e15 {
		m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', 1, 64), "e")
		exp, _ := strconv.Atoi(e)
		return minus(m) + " × 10" + superscript(exp)
	}
	return fixed(v, digits)
}

// fixed prints a number with the given digits after the point.
func fixed(v float64, digits int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "not shown"
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	whole, rest, has := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if has {
		whole += "." + rest
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		whole = "−" + whole
	}
	return whole
}

func count(n int) string { return fixed(float64(n), 0) }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

func superscript(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// seconds prints a duration for people.
func seconds(s float64) string {
	switch {
	case s < 0.1:
		return fixed(1000*s, 0) + " ms"
	case s < 10:
		return fixed(s, 1) + " s"
	case s < 90:
		return fixed(s, 0) + " s"
	}
	return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60)
}
