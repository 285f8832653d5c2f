// Package metric turns predictions and images into numbers, each with its
// denominator and, for a proportion, its interval.
//
//  1. [Accuracy], [TopK], [AttackSuccess], [Recovered], [NewlyBroken] and
//     [Agreement] count predictions into a [Proportion].
//  2. [Transitions] follows each image from clean to attacked to compressed.
//  3. [Correct] and [McNemar] compare two treatments of the same images.
//     [Clusters] does both where images are not independent of each other.
//  4. [Linf], [L2], [PSNR], [ChangedSamples], [Survival], [NormRatio] and
//     [SizeInflation] measure images, one number each; [Mean], [MeanSD] and
//     [Range] summarise such numbers.
//
// Slices that belong together have equal lengths; that they do not is a mistake
// in the calling code, and the functions panic.
package metric

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Proportion is K of N things.
type Proportion struct {
	K, N int
	Of   string // the N things, in words, such as "all images"
}

// Value returns K/N, NaN when N is 0.
func (p Proportion) Value() float64 {
	if p.N == 0 {
		return math.NaN()
	}
	return float64(p.K) / float64(p.N)
}

// Counts returns K and N.
func (p Proportion) Counts() (k, n int) { return p.K, p.N }

// Denominator returns what the N things are.
func (p Proportion) Denominator() string { return p.Of }

// Interval returns [Proportion.Wilson].
func (p Proportion) Interval() (low, high float64) { return p.Wilson() }

// z95 is the normal quantile of a two-sided 95% interval.
var z95 = distuv.UnitNormal.Quantile(0.975)

// Wilson returns the 95% score interval (Wilson, 1927, equation 4), NaN when N
// is 0. It stays inside [0,1] and has a width when K is 0 or N.
func (p Proportion) Wilson() (low, high float64) {
	if p.N == 0 {
		return math.NaN(), math.NaN()
	}
	n, v, z2 := float64(p.N), p.Value(), z95*z95
	centre := (v + z2/(2*n)) / (1 + z2/n)
	half := z95 / (1 + z2/n) * math.Sqrt(v*(1-v)/n+z2/(4*n*n))
	low, high = max(centre-half, 0), min(centre+half, 1)
	if p.K == 0 {
		low = 0 // not the rounding error of centre − half
	}
	if p.K == p.N {
		high = 1
	}
	return low, high
}

// String returns the percentage, its interval and the counts, as in
// "92.4% [91.2, 93.5] (1848/2000)".
func (p Proportion) String() string {
	if p.N == 0 {
		return "not shown (n = 0)"
	}
	low, high := p.Wilson()
	return fmt.Sprintf("%s%% [%s, %s] (%d/%d)", percent(p.Value()), percent(low), percent(high), p.K, p.N)
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) }
