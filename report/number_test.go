package report

import (
	"math"
	"testing"

	"jpgreport/runtime/result"
)

func TestNumberText(t *testing.T) {
	for _, test := range []struct {
		e      result.Estimate
		digits int
		want   string
	}{
		{result.Estimate{Value: 0.924, K: 1848, N: 2000, Of: "all", Low: 0.9118, High: 0.935}, -1, "92.4% [91.2, 93.5]"},
		{result.Estimate{Value: 0, N: 10, Of: "all", Low: 0, High: 0.278}, -1, "0.0% [0.0, 27.8]"},
		{result.Estimate{Value: 1, K: 3, N: 3, Of: "all"}, -1, "100.0%"},
		{result.Estimate{Value: math.NaN(), Of: "none"}, -1, "not shown"},
		{result.Estimate{Value: math.Inf(1)}, 2, "not shown"},
		{result.Estimate{Value: 60000}, -1, "60,000"},
		{result.Estimate{Value: -1234567.5}, 1, "−1,234,567.5"},
		{result.Estimate{Value: -0.001}, 2, "−1.0 × 10⁻³"},
		{result.Estimate{Value: 31.41592}, -1, "31.4"},
		{result.Estimate{Value: 0.0123456}, -1, "0.0123"},
		{result.Estimate{Value: 4.2e-9}, -1, "4.2 × 10⁻⁹"},
		{result.Estimate{Value: 2.5e18}, -1, "2.5 × 10¹⁸"},
		{result.Estimate{Value: 0}, 2, "0.00"},
		{result.Estimate{Value: 1.5, Low: -0.25, High: 3}, 2, "1.50 [−0.25, 3.00]"},
		{result.Estimate{Value: 999.96}, 1, "1,000.0"},
	} {
		if got := numberOf(test.e).text(test.digits); got != test.want {
			t.Errorf("%v with %d digits: %q, want %q", test.e, test.digits, got, test.want)
		}
	}
}

func TestColumnDigits(t *testing.T) {
	for _, test := range []struct {
		vs   []float64
		want int
	}{
		{nil, 0}, {[]float64{1, 2, 300}, 0}, {[]float64{0, 0}, 0}, {[]float64{0.5, 2}, 2},
		{[]float64{12.5, 3}, 1}, {[]float64{1234.5}, 0}, {[]float64{0.00123}, 5}, {[]float64{math.NaN(), 7}, 0},
	} {
		if got := columnDigits(test.vs); got != test.want {
			t.Errorf("%v: %d digits, want %d", test.vs, got, test.want)
		}
	}
}
