package spec

import (
	"slices"
	"strconv"
	"strings"
)

// Show returns a parameter's value as a text cites it, with its unit: "5/255,
// 10/255", "2,000", "31 dB".
func (q Param) Show() string {
	items := q.items()
	if numbers(q.Value) != nil {
		for i := range items {
			items[i] = group(items[i])
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

// items returns what a value holds, each as it is written.
func (q Param) items() []string {
	switch v := q.Value.(type) {
	case string:
		return []string{v}
	case []string:
		return slices.Clone(v)
	case bool:
		return []string{strconv.FormatBool(v)}
	}
	var items []string
	for _, f := range numbers(q.Value) {
		items = append(items, number(f))
	}
	return items
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
