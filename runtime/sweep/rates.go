package sweep

import (
	"math"

	"jpgreport/runtime/metric"
)

// Before returns the arm that this one's change is measured from: of transformed
// images the untransformed, of attacked ones the clean. The clean images are their
// own.
func (a *Arm) Before() *Arm {
	if a.before == nil {
		return a
	}
	return a.before
}

// Predictions returns the label that the model gives to each image.
func (a *Arm) Predictions() []int { return whole(a.rows.prediction) }

// Confidence returns the probability of the predicted label, to 1/65535.
func (a *Arm) Confidence() []float64 { return shares(a.rows.confidence) }

// TopProbability returns the probability of the label that the model gives to the
// clean image, to 1/65535.
func (a *Arm) TopProbability() []float64 { return shares(a.rows.top) }

// Bytes returns the size of each image's file; nil where there are none.
func (a *Arm) Bytes() []int { return whole(a.rows.bytes) }

// L2 returns ‖change‖₂ from [Arm.Before], samples in [0,1].
func (a *Arm) L2() []float64 { return doubles(a.rows.l2) }

// Linf returns the largest change from [Arm.Before] on the 0..255 scale.
func (a *Arm) Linf() []float64 { return doubles(a.rows.linf) }

// PSNR returns the peak signal-to-noise ratio against [Arm.Before] in dB, +Inf for
// an unchanged image.
func (a *Arm) PSNR() []float64 {
	v := a.L2()
	for i := range v {
		v[i] = -10 * math.Log10(v[i]*v[i]/float64(a.result.size))
	}
	return v
}

// Survival returns the aligned survival of the attack's step through the transform,
// as [metric.Survival] has it; nil where that means nothing.
func (a *Arm) Survival() []float64 { return doubles(a.rows.survival) }

// NormRatio returns ‖J(adv) − J(x)‖ / ‖adv − x‖, as [metric.NormRatio] has it; nil
// where that means nothing.
func (a *Arm) NormRatio() []float64 { return doubles(a.rows.normRatio) }

// Tables returns the quantisation tables read back from the files; nil where there
// are none.
func (a *Arm) Tables() [][64]int {
	var tables [][64]int
	for k, step := range a.rows.tables {
		if k%64 == 0 {
			tables = append(tables, [64]int{})
		}
		tables[len(tables)-1][k%64] = int(step)
	}
	return tables
}

// Correct returns whether each prediction is the true label.
func (a *Arm) Correct() []bool { return metric.Correct(a.Predictions(), a.result.Labels) }

// Accuracy returns correct / all.
func (a *Arm) Accuracy() metric.Proportion { return metric.Accuracy(a.Predictions(), a.result.Labels) }

// TopK returns the share of images whose true label is among the k of the largest
// logits, the lower label first among equals.
func (a *Arm) TopK(k int) metric.Proportion {
	p := metric.Proportion{N: len(a.rows.rank), Of: "all images"}
	for _, r := range a.rows.rank {
		if int(r) < k {
			p.K++
		}
	}
	return p
}

// AttackSuccess returns wrong here / correct on the clean images, among the latter.
func (a *Arm) AttackSuccess() metric.Proportion {
	return metric.AttackSuccess(a.clean.Predictions(), a.Predictions(), a.result.Labels)
}

// Recovered returns, of the images that were correct clean and wrong attacked, the
// share that is correct here.
func (a *Arm) Recovered() metric.Proportion {
	return metric.Recovered(a.clean.Predictions(), a.Before().Predictions(), a.Predictions(), a.result.Labels)
}

// NewlyBroken returns, of the images that were correct in [Arm.Before], the share
// that is wrong here.
func (a *Arm) NewlyBroken() metric.Proportion {
	return metric.NewlyBroken(a.Before().Predictions(), a.Predictions(), a.result.Labels)
}

// Transitions follows each image from clean to attacked to here.
func (a *Arm) Transitions() metric.Transition {
	return metric.Transitions(a.clean.Predictions(), a.Before().Predictions(), a.Predictions(), a.result.Labels)
}

// McNemar compares this arm, A, with another, B, of the same images.
func (a *Arm) McNemar(b *Arm) metric.Test { return metric.McNemar(a.Correct(), b.Correct()) }

func whole[T uint16 | uint32](column []T) []int {
	if column == nil {
		return nil
	}
	v := make([]int, len(column))
	for i, n := range column {
		v[i] = int(n)
	}
	return v
}

func shares(column []uint16) []float64 {
	v := make([]float64, len(column))
	for i, n := range column {
		v[i] = float64(n) / math.MaxUint16
	}
	return v
}

func doubles(column []float32) []float64 {
	if column == nil {
		return nil
	}
	v := make([]float64, len(column))
	for i, n := range column {
		v[i] = float64(n)
	}
	return v
}
