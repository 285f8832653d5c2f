package metric

import "fmt"

// TopK returns label among the k largest scores / all. Scores are logits or
// probabilities, len(labels)×classes, image by image. Of equal scores that of
// the lower class counts as larger; a label whose score is NaN is not among
// them.
func TopK(scores []float32, classes int, labels []int, k int) Proportion {
	switch {
	case k < 1 || k > classes:
		panic(fmt.Sprintf("metric: TopK: k = %d of %d classes, want 1..%d", k, classes, classes))
	case len(scores) != len(labels)*classes:
		panic(fmt.Sprintf("metric: TopK: %d scores for %d labels of %d classes", len(scores), len(labels), classes))
	}
	return count(len(labels), "all images", always, func(i int) bool {
		label := labels[i]
		if label < 0 || label >= classes {
			panic(fmt.Sprintf("metric: TopK: image %d has label %d, want 0..%d", i, label, classes-1))
		}
		row := scores[i*classes : (i+1)*classes]
		own, larger := row[label], 0
		for c, s := range row {
			if s > own || s == own && c < label {
				larger++
			}
		}
		return own == own && larger < k
	})
}
