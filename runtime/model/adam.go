package model

import "math"

// Adam's constants, as in Kingma and Ba, 2015, algorithm 1.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// adam holds the running moments of the gradient over the flat weights.
type adam struct {
	m, v []float32
	step int
}

func newAdam(weights int) *adam {
	return &adam{m: make([]float32, weights), v: make([]float32, weights)}
}

// update moves the weights one step down the gradient.
func (a *adam) update(weights, gradient []float32, rate float64) {
	a.step++
	c1 := 1 - math.Pow(adamBeta1, float64(a.step))
	c2 := 1 - math.Pow(adamBeta2, float64(a.step))
	// rate·m̂/(√v̂ + ε) with the corrections drawn out of the loop.
	alpha := float32(rate * math.Sqrt(c2) / c1)
	epsilon := float32(adamEpsilon * math.Sqrt(c2))
	m, v := a.m[:len(weights)], a.v[:len(weights)]
	for i, g := range gradient[:len(weights)] {
		m[i] += (1 - adamBeta1) * (g - m[i])
		v[i] += (1 - adamBeta2) * (g*g - v[i])
		weights[i] -= alpha * m[i] / (float32(math.Sqrt(float64(v[i]))) + epsilon)
	}
}

// rate returns the learning rate of a step, 0 ≤ step < steps: a linear rise over
// the first twentieth, then half a cosine down towards 0. The small last steps
// are worth more than a further epoch at a constant rate.
func rate(peak float64, step, steps int) float64 {
	warm := steps / 20
	if step < warm {
		return peak * float64(step+1) / float64(warm+1)
	}
	t := (float64(step-warm) + 0.5) / float64(steps-warm)
	return peak * (1 + math.Cos(math.Pi*t)) / 2
}
