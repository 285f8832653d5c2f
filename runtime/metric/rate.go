package metric

import "fmt"

// count returns the proportion of images that meet numerator, among those that
// meet denominator.
func count(n int, of string, denominator, numerator func(i int) bool) Proportion {
	p := Proportion{Of: of}
	for i := range n {
		if !denominator(i) {
			continue
		}
		p.N++
		if numerator(i) {
			p.K++
		}
	}
	return p
}

// sameLength panics unless all predictions are as many as the labels.
func sameLength(function string, labels []int, predictions ...[]int) {
	for _, p := range predictions {
		if len(p) != len(labels) {
			panic(fmt.Sprintf("metric: %s: %d predictions for %d labels", function, len(p), len(labels)))
		}
	}
}

func always(int) bool { return true }

// Correct returns, for each image, whether the prediction is its label.
func Correct(predictions, labels []int) []bool {
	sameLength("Correct", labels, predictions)
	right := make([]bool, len(labels))
	for i := range labels {
		right[i] = predictions[i] == labels[i]
	}
	return right
}

// Accuracy returns correct / all.
func Accuracy(predictions, labels []int) Proportion {
	sameLength("Accuracy", labels, predictions)
	return count(len(labels), "all images", always, func(i int) bool { return predictions[i] == labels[i] })
}

// Agreement returns same prediction / all, for two sets of predictions on the
// same images.
func Agreement(a, b []int) Proportion {
	sameLength("Agreement", a, b)
	return count(len(a), "all images", always, func(i int) bool { return a[i] == b[i] })
}

// AttackSuccess returns wrong on adv / correct on clean, among the latter.
func AttackSuccess(clean, adv, labels []int) Proportion {
	sameLength("AttackSuccess", labels, clean, adv)
	return count(len(labels), "correct on the clean image",
		func(i int) bool { return clean[i] == labels[i] },
		func(i int) bool { return adv[i] != labels[i] })
}

// Recovered returns Σ correct(x)·wrong(adv)·correct(restored) /
// Σ correct(x)·wrong(adv): the destruction rate of Kurakin, Goodfellow and
// Bengio, 2016, equation 1.
func Recovered(clean, adv, restored, labels []int) Proportion {
	sameLength("Recovered", labels, clean, adv, restored)
	return count(len(labels), "correct on the clean image and wrong on the attacked one",
		func(i int) bool { return clean[i] == labels[i] && adv[i] != labels[i] },
		func(i int) bool { return restored[i] == labels[i] })
}

// NewlyBroken returns Σ correct(before)·wrong(after) / Σ correct(before).
func NewlyBroken(before, after, labels []int) Proportion {
	sameLength("NewlyBroken", labels, before, after)
	return count(len(labels), "correct before",
		func(i int) bool { return before[i] == labels[i] },
		func(i int) bool { return after[i] != labels[i] })
}
