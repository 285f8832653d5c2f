package spec

import (
	"strconv"
	"strings"
)

// Show returns a parameter's value as a text cites it, with its unit: "5/255,
// 10/255", "2,000", "31 dB".
func (q Param) Show() string {
	var items []string
	switch v := q.Value.(type) {
	case string:
		items = []string{v}
	case []string:
		items = v
	case bool:
		items = []string{strconv.FormatBool(v)}
	default:
		for _, f := range numbers(v) {
			items = append(items, group(number(f)))
		}
	}
	if strings.HasPrefix(q.Unit, "/") {
		for i := range items {
			items[i] += q.Unit
		}
		return strings.Join(items, ", ")
	}
	s := strings.Join(items, ", ")
	if q.Unit == "%" {
		return s + q.Unit
	}
	return strings.TrimSpace(s + " " + q.Unit)
}

// group puts commas between the thousands of a decimal number, and a minus sign
// where it has a hyphen: "10,000", "−1.5".
func group(decimal string) string {
	digits := strings.TrimPrefix(decimal, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if strings.Trim(whole, "0123456789") != "" {
		return decimal // an exponent, or no number
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	s := whole
	if fraction != "" {
		s += "." + fraction
	}
	if digits != decimal {
		s = "−" + s
	}
	return s
}
