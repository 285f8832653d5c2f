package metric

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// finite returns the values that are neither NaN nor infinite.
func finite(values []float64) []float64 {
	var kept []float64
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Mean returns the mean of the finite values and how many there are; NaN when
// there are none.
func Mean(values []float64) (mean float64, n int) {
	kept := finite(values)
	if len(kept) == 0 {
		return math.NaN(), 0
	}
	return stat.Mean(kept, nil), len(kept)
}

// MeanSD returns mean and standard deviation (n − 1 in the denominator) of the
// finite values; the deviation of fewer than two is NaN.
func MeanSD(values []float64) (mean, sd float64) {
	kept := finite(values)
	if len(kept) == 0 {
		return math.NaN(), math.NaN()
	}
	if len(kept) == 1 {
		return kept[0], math.NaN()
	}
	return stat.MeanStdDev(kept, nil)
}

// Range returns the smallest and the largest finite value, NaN when there are
// none.
func Range(values []float64) (low, high float64) {
	low, high = math.NaN(), math.NaN()
	for i, v := range finite(values) {
		if i == 0 || v < low {
			low = v
		}
		if i == 0 || v > high {
			high = v
		}
	}
	return low, high
}
