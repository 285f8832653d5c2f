package metric_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
)

// A record takes what has these methods for a proportion; it looks at nothing else.
var _ interface {
	Counts() (k, n int)
	Denominator() string
	Interval() (low, high float64)
} = metric.Proportion{}

// TestRatesFollowFromTheTransitions: whatever the predictions, the rates are
// what the table's cells give, and each states the denominator it has.
func TestRatesFollowFromTheTransitions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	predict := func() []int {
		p := make([]int, 300)
		for i := range p {
			p[i] = r.IntN(4)
		}
		return p
	}
	for range 20 {
		labels, clean, adv, restored := predict(), predict(), predict(), predict()
		w := metric.Transitions(clean, adv, restored, labels)
		held, broken := w.Kept+w.NewlyBroken, w.Recovered+w.SameWrong+w.ThirdLabel
		for _, c := range []struct{ got, want metric.Proportion }{
			{metric.Accuracy(clean, labels), metric.Proportion{K: held + broken, N: 300, Of: "all images"}},
			{metric.AttackSuccess(clean, adv, labels), metric.Proportion{K: broken, N: held + broken, Of: "correct on the clean image"}},
			{metric.Recovered(clean, adv, restored, labels),
				metric.Proportion{K: w.Recovered, N: broken, Of: "correct on the clean image and wrong on the attacked one"}},
			{metric.NewlyBroken(clean, restored, labels),
				metric.Proportion{K: w.NewlyBroken + w.SameWrong + w.ThirdLabel, N: held + broken, Of: "correct before"}},
			{metric.Accuracy(restored, labels), metric.Proportion{K: w.Kept + w.Recovered + w.WrongFixed, N: 300, Of: "all images"}},
		} {
			if c.got != c.want {
				t.Errorf("%+v, the transitions give %+v", c.got, c.want)
			}
		}
		if w.Sum() != 300 {
			t.Errorf("the cells add up to %d, want 300", w.Sum())
		}
	}
}

// TestMcNemarAgainstEveryToss counts, among all tosses of the coin for the
// images that differ, those split at least as unevenly as observed.
func TestMcNemarAgainstEveryToss(t *testing.T) {
	for n := range 11 {
		for onlyA := range n + 1 {
			uneven := 0
			for toss := range 1 << n {
				heads := 0
				for bit := toss; bit > 0; bit >>= 1 {
					heads += bit & 1
				}
				if max(heads, n-heads) >= max(onlyA, n-onlyA) {
					uneven++
				}
			}
			want := float64(uneven) / float64(int(1)<<n)
			if got := mcnemar(onlyA, n-onlyA).P; math.Abs(got-want) > 1e-12 {
				t.Errorf("%d against %d: p = %v, want %v", onlyA, n-onlyA, got, want)
			}
		}
	}
}

// TestChangedSamplesByHand: two of four samples differ, then none.
func TestChangedSamplesByHand(t *testing.T) {
	x := pixel.FromBytes(2, 1, 2, 2, []byte{0, 1, 2, 3, 9, 9, 9, 9})
	y := pixel.FromBytes(2, 1, 2, 2, []byte{0, 2, 2, 0, 9, 9, 9, 9})
	if got := metric.ChangedSamples(x, y); !slices.Equal(got, []float64{0.5, 0}) {
		t.Errorf("%v, want 0.5 and 0", got)
	}
}
