package kernel

import "math"

// Adam's constants, as in Kingma and Ba, 2015, algorithm 1.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// smallestMoment is the size below which a moment becomes 0. It moves no weight then,
// but that of a weight without gradient decays on to subnormal numbers, of which a
// processor takes fifteen times as long.
const smallestMoment = 0x1p-100

// An Adam has the running moments of the gradient by some weights.
type Adam struct {
	mean, square []float32
	step         int
}

// NewAdam returns the state before the first step, for so many weights.
func NewAdam(weights int) *Adam {
	return &Adam{mean: make([]float32, weights), square: make([]float32, weights)}
}

// An adamRun is the state of one step.
type adamRun struct {
	e      *Engine
	whole  adamStep
	worker []adamStep
	job    func(worker, unit int)
}

func (r *adamRun) init(e *Engine) { r.e, r.job = e, r.chunk }

// Adam moves weights by one step of the given rate against scale times gradient,
// both of the length that a was made for.
func (e *Engine) Adam(a *Adam, weights, gradient []float32, rate float64, scale float32) {
	a.step++
	c1 := 1 - math.Pow(adamBeta1, float64(a.step))
	c2 := 1 - math.Pow(adamBeta2, float64(a.step))
	r := &e.adamRun
	r.whole = adamStep{
		weights: weights, gradient: gradient, mean: a.mean, square: a.square,
		scale: scale, decay1: 1 - adamBeta1, decay2: 1 - adamBeta2,
		// rate·m̂/(√v̂ + ε) with the corrections drawn out of the loop.
		alpha: float32(rate * math.Sqrt(c2) / c1), epsilon: float32(adamEpsilon * math.Sqrt(c2)), smallest: smallestMoment,
	}
	units := ceil(len(a.mean), chunk)
	for len(r.worker) < r.e.team.workers(units) {
		r.worker = append(r.worker, adamStep{})
	}
	e.team.each(units, r.job)
	r.whole = adamStep{}
}

func (r *adamRun) chunk(worker, unit int) {
	a := &r.worker[worker]
	from, to := unit*chunk, min((unit+1)*chunk, len(r.whole.mean))
	*a = r.whole
	a.weights, a.gradient, a.mean, a.square = a.weights[from:to], a.gradient[from:to], a.mean[from:to], a.square[from:to]
	a.count = (to - from) / r.e.lanes
	if a.count > 0 {
		r.e.adam(a)
	}
	if done := a.count * r.e.lanes; done < to-from {
		a.weights, a.gradient, a.mean, a.square = a.weights[done:], a.gradient[done:], a.mean[done:], a.square[done:]
		a.count = to - from - done
		portableAdam(a)
	}
}
