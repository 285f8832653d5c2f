package metric_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jpgreport/runtime/metric"
)

// TestTopKByHand: three images of four classes.
//
//	scores    0.1 0.4 0.3 0.2   label 2 is the second largest
//	          0.2 0.2 0.2 0.4   label 1 ties with 0 and 2: 3, 0, 1, 2, so the third
//	          NaN 0.5 0.3 0.2   label 0 has no score
func TestTopKByHand(t *testing.T) {
	nan := float32(math.NaN())
	scores := []float32{0.1, 0.4, 0.3, 0.2, 0.2, 0.2, 0.2, 0.4, nan, 0.5, 0.3, 0.2}
	for k, want := range []int{1: 0, 2: 1, 3: 2, 4: 2} {
		if k == 0 {
			continue
		}
		if got := metric.TopK(scores, 4, []int{2, 1, 0}, k); got != (metric.Proportion{K: want, N: 3, Of: "all images"}) {
			t.Errorf("top %d: %+v, want %d of 3", k, got, want)
		}
	}
}

// TestTopKAgainstSorting ranks the classes of random images by sorting; scores
// are few, so that many are equal.
func TestTopKAgainstSorting(t *testing.T) {
	const n, classes = 200, 6
	r := rand.New(rand.NewPCG(1, 2))
	scores, labels := make([]float32, n*classes), make([]int, n)
	for i := range scores {
		scores[i] = float32(r.IntN(4))
	}
	for i := range labels {
		labels[i] = r.IntN(classes)
	}
	for k := 1; k <= classes; k++ {
		want := 0
		for i, l := range labels {
			order := []int{0, 1, 2, 3, 4, 5}
			slices.SortStableFunc(order, func(a, b int) int { return int(scores[i*classes+b] - scores[i*classes+a]) })
			if slices.Contains(order[:k], l) {
				want++
			}
		}
		if got := metric.TopK(scores, classes, labels, k); got.K != want || got.N != n {
			t.Errorf("top %d: %d/%d, want %d/%d", k, got.K, got.N, want, n)
		}
	}
}

func TestTopKPanics(t *testing.T) {
	for want, f := range map[string]func(){
		"metric: TopK: k = 0 of 2 classes, want 1..2":      func() { metric.TopK(make([]float32, 4), 2, []int{0, 1}, 0) },
		"metric: TopK: k = 3 of 2 classes, want 1..2":      func() { metric.TopK(make([]float32, 4), 2, []int{0, 1}, 3) },
		"metric: TopK: 5 scores for 2 labels of 2 classes": func() { metric.TopK(make([]float32, 5), 2, []int{0, 1}, 1) },
		"metric: TopK: image 1 has label 2, want 0..1":     func() { metric.TopK(make([]float32, 4), 2, []int{0, 2}, 1) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
