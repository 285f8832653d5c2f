package model

import "math"

// hot returns the index of the first element that is not 0, or −1.
func hot(row []float32) int {
	for i, v := range row {
		if v != 0 {
			return i
		}
	}
	return -1
}

// crossEntropy returns −log softmax(logits)[label]. It keeps its relative
// precision as the probability of the label comes near 1.
func crossEntropy[T float32 | float64](logits []T, label int) float64 {
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

// crossEntropyGradient sets out to scale times the gradient of crossEntropy by
// the logits: softmax − one-hot.
func crossEntropyGradient(out, logits []float32, label int, scale float64) {
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
