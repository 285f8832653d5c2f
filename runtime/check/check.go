// Package check holds the judgements that a report passes on itself. Each
// function looks at what the primitives gave and returns a [result.Check], its
// verdict with the numbers it rests on; a script hands it to out.Check.
//
// In the order of an experiment:
//
//  1. [Budget], [Identity], [Gradient] and [Step] look at the attack,
//  2. [JPEG] and [Rounding] at the transform,
//  3. [Rates] and [SampleSize] at the numbers.
//
// A verdict is PASS, WARN (a number is in doubt), FAIL (the set-up is broken) or
// NA (the check does not apply, and the detail says why). A claim of the paper
// that the numbers refuse is a finding, never a FAIL.
package check

import (
	"fmt"
	"strings"

	"jpgreport/runtime/result"
)

// Numbers of the checks in the order of an experiment. Those between are for
// iterative and adaptive attacks, transfer, further controls and repeated runs,
// which nothing here makes yet.
const (
	numberBudget     = 1
	numberIdentity   = 2
	numberGradient   = 3
	numberStep       = 4
	numberJPEG       = 9
	numberRounding   = 10
	numberRates      = 13
	numberSampleSize = 18
)

// verdict collects what a check finds; the worst finding decides.
type verdict struct {
	check  result.Check
	detail []string
}

func begin(number int, id, title string) *verdict {
	return &verdict{check: result.Check{ID: id, Number: number, Title: title, Status: result.Pass}}
}

// note adds numbers without judging them.
func (v *verdict) note(format string, args ...any) {
	v.detail = append(v.detail, fmt.Sprintf(format, args...))
}

// warn lowers a PASS to WARN.
func (v *verdict) warn(format string, args ...any) {
	if v.check.Status == result.Pass {
		v.check.Status = result.Warn
	}
	v.note(format, args...)
}

// fail lowers the verdict to FAIL.
func (v *verdict) fail(format string, args ...any) {
	v.check.Status = result.Fail
	v.note(format, args...)
}

func (v *verdict) end() result.Check {
	v.check.Detail = strings.Join(v.detail, "; ")
	return v.check
}

// inapplicable returns the verdict NA with its reason.
func (v *verdict) inapplicable(format string, args ...any) result.Check {
	v.check.Status = result.NA
	v.detail = nil
	v.note(format, args...)
	return v.end()
}

// count prints a number of things.
func count(n int) string { return result.Fixed(float64(n), 0) }
