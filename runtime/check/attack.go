package check

import (
	"fmt"
	"math"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/model"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/result"
)

// Budget checks that every adversarial batch of a sweep is 8-bit, holds no NaN
// and lies within its budget, exactly and on the 0..255 scale (check 1). It
// states the share of samples whose step the range cut short.
func Budget(x *pixel.Batch, s *attack.Sweep) result.Check {
	v := begin(numberBudget, "budget", "The attack stays inside its budget")
	clean, exact := x.Levels()
	if !exact {
		return v.inapplicable("the clean images are not 8-bit, so a budget in grey levels does not apply")
	}
	for k, adv := range s.Batches {
		epsilon := s.Epsilons[k]
		if err := pixel.SameShape(x, adv); err != nil {
			v.fail("ε = %g/255: %v", epsilon, err)
			continue
		}
		levels, exact := adv.Levels()
		if n := notFinite(adv.Data); n > 0 {
			v.fail("ε = %g/255: %d samples are NaN or infinite", epsilon, n)
			continue
		}
		if !exact {
			v.fail("ε = %g/255: samples lie between the 8-bit levels", epsilon)
		}
		largest, outside := 0, 0
		for i := range levels {
			d := max(int(levels[i])-int(clean[i]), int(clean[i])-int(levels[i]))
			largest = max(largest, d)
			if float64(d) > epsilon {
				outside++
			}
		}
		report := v.note
		if outside > 0 {
			report = v.fail
		}
		report("ε = %g/255: largest change %d, %s of %s samples outside, %.1f%% of steps cut by the range 0..255",
			epsilon, largest, count(outside), count(len(levels)), 100*s.Clipped[k])
	}
	return v.end()
}

// Identity checks that an attack with ε = 0 changes neither a byte nor a
// prediction (check 2). Labels are the predictions on x and on adv.
func Identity(x, adv *pixel.Batch, cleanLabels, advLabels []int) result.Check {
	v := begin(numberIdentity, "identity", "ε = 0 is the identity")
	if err := pixel.SameShape(x, adv); err != nil {
		v.fail("%v", err)
		return v.end()
	}
	bytes := 0
	for i := range x.Data {
		if x.Data[i] != adv.Data[i] {
			bytes++
		}
	}
	labels, err := differing(cleanLabels, advLabels)
	switch {
	case err != nil:
		v.fail("%v", err)
	case bytes > 0 || labels > 0:
		v.fail("%s of %s samples and %s of %s predictions differ", count(bytes), count(len(x.Data)), count(labels), count(len(cleanLabels)))
	default:
		v.note("none of %s samples and none of %s predictions differ", count(len(x.Data)), count(len(cleanLabels)))
	}
	return v.end()
}

// Tolerances of check 3.
const (
	// gradientTolerance bounds the error of a derivative, relative to the
	// largest derivative of its image. The float32 gradient is held against
	// float64 differences, so single precision is all that should part them.
	gradientTolerance = 1e-3
	// fewDerivatives is how many should be compared at least.
	fewDerivatives = 50
	// zeroShare is the share of exactly zero derivatives above which an attack
	// leaves a good part of each image alone.
	zeroShare = 0.5
)

// Gradient checks the gradient that the attack follows against central finite
// differences, and states the share of the attack's own gradient that is exactly
// zero (check 3).
func Gradient(g *model.GradientCheck, s *attack.Sweep) result.Check {
	v := begin(numberGradient, "gradient", "The gradient agrees with finite differences")
	if g.Compared == 0 {
		v.fail("no derivative could be compared")
		return v.end()
	}
	if g.Compared < fewDerivatives {
		v.warn("fewer than %d derivatives could be compared", fewDerivatives)
	}
	report := v.note
	if !(g.Error <= gradientTolerance) {
		report = v.fail
	}
	report("%d derivatives compared (%d left out at kinks); the largest error is %s of the image's largest derivative, allowed %s",
		g.Compared, g.Kinks, result.Number(g.Error, 2), result.Number(gradientTolerance, 3))
	report = v.note
	if !(s.ZeroGradient <= zeroShare) {
		report = v.warn
	}
	report("%.2f%% of the attack's gradient is exactly zero, which leaves these samples alone", 100*s.ZeroGradient)
	return v.end()
}

// Step checks the attack's first order (check 4): every sample moves by ⌊ε⌋
// levels along the sign of its derivative g, against it when targeted, and stays
// where g is zero, but for the ends of the range. So before clipping the step d
// satisfies ⟨g, d⟩ = ±⌊ε⌋·‖g‖₁, which is stated for the samples that the range does
// not cut.
func Step(x *pixel.Batch, s *attack.Sweep) result.Check {
	v := begin(numberStep, "step", "The step follows the gradient's sign")
	if len(s.Gradient) != len(x.Data) {
		v.fail("%d derivatives for %d samples", len(s.Gradient), len(x.Data))
		return v.end()
	}
	clean, _ := x.Levels()
	direction, sign := 1.0, ""
	if s.Targeted {
		direction, sign = -1, "−"
	}
	for k, adv := range s.Batches {
		step := math.Floor(s.Epsilons[k])
		if step == 0 {
			continue
		}
		if len(adv.Data) != len(x.Data) {
			v.fail("ε = %g/255: %d samples, want %d", s.Epsilons[k], len(adv.Data), len(x.Data))
			continue
		}
		moved, _ := adv.Levels()
		dot, norm, free, astray := 0.0, 0.0, 0, 0
		for i, g := range s.Gradient {
			from, to := float64(clean[i]), float64(moved[i])
			want := from + direction*step*signum(g)
			if to != min(max(want, 0), 255) {
				astray++
			}
			if want == min(max(want, 0), 255) && g != 0 {
				free++
				dot += float64(g) * (to - from)
				norm += step * math.Abs(float64(g))
			}
		}
		if astray > 0 {
			v.fail("ε = %g/255: %s of %s samples did not move by %g along the sign", s.Epsilons[k], count(astray), count(len(s.Gradient)), step)
		}
		if free == 0 {
			v.warn("ε = %g/255: the range cuts every step, or the gradient is zero", s.Epsilons[k])
			continue
		}
		v.note("ε = %g/255: ⟨g, d⟩ is %s%.6g·ε·‖g‖₁ on the %s samples that the range does not cut", s.Epsilons[k], sign, direction*dot/norm, count(free))
	}
	if len(v.detail) == 0 {
		return v.inapplicable("no ε of at least one grey level")
	}
	return v.end()
}

func signum(g float32) float64 {
	switch {
	case g > 0:
		return 1
	case g < 0:
		return -1
	}
	return 0
}

func notFinite(data []float32) int {
	n := 0
	for _, s := range data {
		if s != s || math.IsInf(float64(s), 0) {
			n++
		}
	}
	return n
}

func differing(a, b []int) (int, error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("%d and %d predictions cannot be compared", len(a), len(b))
	}
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n, nil
}
