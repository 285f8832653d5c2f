package metric

import (
	"fmt"
	"math"

	"jpgreport/runtime/pixel"
)

// each calls f with the samples of each image of some batches of one shape and
// returns what it gives.
func each(function string, f func(images [][]float32) float64, batches ...*pixel.Batch) []float64 {
	for _, b := range batches[1:] {
		if err := pixel.SameShape(batches[0], b); err != nil {
			panic(fmt.Sprintf("metric: %s: %v", function, err))
		}
	}
	values := make([]float64, batches[0].N)
	images := make([][]float32, len(batches))
	for i := range values {
		for k, b := range batches {
			images[k] = b.Sample(i)
		}
		values[i] = f(images)
	}
	return values
}

// Linf returns max|y − x| of each image on the 0..255 scale.
func Linf(x, y *pixel.Batch) []float64 {
	return each("Linf", func(m [][]float32) float64 {
		largest := 0.0
		for k := range m[0] {
			// The difference is taken on the 0..255 scale, where 8-bit samples
			// are whole numbers but for the rounding of level/255.
			d := math.Abs(255*float64(m[1][k]) - 255*float64(m[0][k]))
			if w := math.Round(d); math.Abs(d-w) < 1e-4 {
				d = w
			}
			largest = max(largest, d)
		}
		return largest
	}, x, y)
}

// L2 returns ‖y − x‖₂ of each image, samples in [0,1].
func L2(x, y *pixel.Batch) []float64 {
	return each("L2", func(m [][]float32) float64 {
		return math.Sqrt(squares(m[0], m[1]))
	}, x, y)
}

// PSNR returns the peak signal-to-noise ratio of each image in dB,
// 10·log₁₀(1/MSE) with samples in [0,1]; +Inf for equal images.
func PSNR(x, y *pixel.Batch) []float64 {
	return each("PSNR", func(m [][]float32) float64 {
		return -10 * math.Log10(squares(m[0], m[1])/float64(len(m[0])))
	}, x, y)
}

func squares(x, y []float32) float64 {
	sum := 0.0
	for k := range x {
		d := float64(y[k]) - float64(x[k])
		sum += d * d
	}
	return sum
}

// Survival returns the aligned survival of each perturbation d = adv − x through
// a transform J: ⟨J(adv) − J(x), d⟩ / ‖d‖². 1 means that the whole perturbation
// passes, 0 that nothing of its direction does; NaN where d is 0.
func Survival(x, adv, jx, jadv *pixel.Batch) []float64 {
	return each("Survival", func(m [][]float32) float64 {
		dot, norm := 0.0, 0.0
		for k := range m[0] {
			d := float64(m[1][k]) - float64(m[0][k])
			dot += d * (float64(m[3][k]) - float64(m[2][k]))
			norm += d * d
		}
		return dot / norm
	}, x, adv, jx, jadv)
}

// NormRatio returns ‖J(adv) − J(x)‖ / ‖adv − x‖ of each image; NaN where the
// latter is 0.
func NormRatio(x, adv, jx, jadv *pixel.Batch) []float64 {
	return each("NormRatio", func(m [][]float32) float64 {
		d := squares(m[0], m[1])
		if d == 0 {
			return math.NaN()
		}
		return math.Sqrt(squares(m[2], m[3]) / d)
	}, x, adv, jx, jadv)
}

// SizeInflation returns bytes(adv)/bytes(clean) of each image's file.
func SizeInflation(adv, clean []int) []float64 {
	if len(adv) != len(clean) {
		panic(fmt.Sprintf("metric: SizeInflation: %d and %d files", len(adv), len(clean)))
	}
	ratio := make([]float64, len(adv))
	for i := range adv {
		ratio[i] = float64(adv[i]) / float64(clean[i])
	}
	return ratio
}

// ChangedSamples returns the share of each image's samples in which x and y
// differ.
func ChangedSamples(x, y *pixel.Batch) []float64 {
	return each("ChangedSamples", func(m [][]float32) float64 {
		n := 0
		for k := range m[0] {
			if m[0][k] != m[1][k] {
				n++
			}
		}
		return float64(n) / float64(len(m[0]))
	}, x, y)
}
