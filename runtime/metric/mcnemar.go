package metric

import (
	"fmt"
	"math"
)

// A Test is the outcome of an exact McNemar test of treatments A and B on the
// same images.
type Test struct {
	OnlyA, OnlyB int     // images right under one treatment only
	P            float64 // two-sided
}

// McNemar returns the exact test (McNemar, 1947, with the binomial distribution
// instead of its approximation): under the hypothesis that the treatments are
// alike, each image on which they disagree falls to either side with probability
// one half. P is twice the smaller tail, at most 1.
func McNemar(a, b []bool) Test {
	if len(a) != len(b) {
		panic(fmt.Sprintf("metric: McNemar: %d and %d images", len(a), len(b)))
	}
	var t Test
	for i := range a {
		switch {
		case a[i] && !b[i]:
			t.OnlyA++
		case b[i] && !a[i]:
			t.OnlyB++
		}
	}
	n, tail := t.OnlyA+t.OnlyB, 0.0
	for k := range min(t.OnlyA, t.OnlyB) + 1 {
		tail += math.Exp(logChoose(n, k) - float64(n)*math.Ln2)
	}
	t.P = min(2*tail, 1)
	return t
}

// logChoose returns the logarithm of the binomial coefficient.
func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
