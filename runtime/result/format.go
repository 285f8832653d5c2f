package result

import (
	"math"
	"strconv"
	"strings"
)

// NotShown stands where there is no number to print.
const NotShown = "not shown"

// Digits returns how many decimals give a number three significant digits, and
// none when it is whole.
func Digits(v float64) int {
	v = math.Abs(v)
	if v == math.Trunc(v) || finite(v) == nil {
		return 0
	}
	return max(0, min(6, 2-int(math.Floor(math.Log10(v)))))
}

// Number prints a number with the given decimals as [Fixed] does, and one that
// is too small or too large for them as a power of ten.
func Number(v float64, decimals int) string {
	tiny := v != 0 && math.Abs(v) < 0.5*math.Pow10(-decimals)
	if finite(v) == nil || !tiny && math.Abs(v) < 1e15 {
		return Fixed(v, decimals)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 1, 64), "e")
	n, _ := strconv.Atoi(exponent) // it is a number by its making
	return strings.Replace(mantissa, "-", "−", 1) + " × 10" + superscript.Replace(strconv.Itoa(n))
}

// Fixed prints a number with the given decimals, its thousands apart and a minus
// sign that is one: "−1,234.5". What is not finite is not shown.
func Fixed(v float64, decimals int) string {
	if finite(v) == nil {
		return NotShown
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', min(max(decimals, 0), maxDigits), 64)
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

var superscript = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
	"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
