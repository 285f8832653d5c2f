package kernel

import "math"

// CrossEntropy returns −log softmax(logits)[label], in nats. It keeps its relative
// precision as the probability of the label comes near 1.
func CrossEntropy[T float32 | float64](logits []T, label int) float64 {
	top := label
	for k, z := range logits {
		if z > logits[top] {
			top = k
		}
	}
	var rest float64 // of the sum of exponentials, without the largest
	for k, z := range logits {
		if k != top {
			rest += math.Exp(float64(z) - float64(logits[top]))
		}
	}
	return math.Log1p(rest) + (float64(logits[top]) - float64(logits[label]))
}

// CrossEntropyGradient sets out to scale times the gradient of [CrossEntropy] by
// the logits: softmax − one-hot.
//
// Note: p − 1 in float32 would lose the true label's share to cancellation from
// p = 1 − 10⁻⁷ on, and with it the sign that an attack follows. It is minus the
// sum of the others.
func CrossEntropyGradient(out, logits []float32, label int, scale float64) {
	top := float64(logits[0])
	for _, z := range logits {
		top = max(top, float64(z))
	}
	var sum, others float64
	for k, z := range logits {
		e := math.Exp(float64(z) - top)
		sum += e
		if k != label {
			others += e
		}
	}
	for k, z := range logits {
		out[k] = float32(scale * math.Exp(float64(z)-top) / sum)
	}
	out[label] = float32(-scale * others / sum)
}
