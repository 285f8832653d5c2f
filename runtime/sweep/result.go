package sweep

import (
	"fmt"
	"strings"
)

// A Result has the rows of a sweep: for each image and arm a few numbers.
type Result struct {
	N      int    // images
	Labels []int  // true ones
	Arms   []*Arm // the clean images first; in the order of the plan

	size  int    // samples of an image
	model string // digest
}

// An Arm is one way through a plan: images clean or attacked, and untransformed or
// transformed. Its methods return a number for each image, or a rate computed from
// these.
type Arm struct {
	Attack    string  // "" for clean images
	Epsilon   float64 // on the 0..255 scale
	Transform string  // "" for none

	attack    Attack
	transform Transform
	result    *Result
	clean     *Arm // the untransformed clean images
	before    *Arm // the same images untransformed; of an attacked arm the clean ones; nil for these
	rows      columns
}

// String returns, for example, "fgsm, ε = 10/255, jpeg 75, 4:2:0".
func (a *Arm) String() string {
	var parts []string
	if a.Attack == "" {
		parts = append(parts, "clean")
	} else {
		parts = append(parts, fmt.Sprintf("%s, ε = %v/255", a.Attack, a.Epsilon))
	}
	if a.Transform != "" {
		parts = append(parts, a.Transform)
	}
	return strings.Join(parts, ", ")
}

// Clean returns the arm of the clean images after a transform. It
// panics when the plan had no such arm.
func (r *Result) Clean(t Transform) *Arm { return r.find("", 0, t) }

// Attacked returns the arm of an attack's images at a budget after a
// transform. It panics when the plan had no such arm.
func (r *Result) Attacked(by Attack, epsilon float64, t Transform) *Arm {
	return r.find(by.String(), epsilon, t)
}

func (r *Result) find(attack string, epsilon float64, t Transform) *Arm {
	want := Arm{Attack: attack, Epsilon: epsilon, Transform: t.String()}
	var have []string
	for _, a := range r.Arms {
		if a.Attack == want.Attack && a.Epsilon == want.Epsilon && a.Transform == want.Transform {
			return a
		}
		have = append(have, a.String())
	}
	panic(fmt.Sprintf("sweep: no arm %q, want one of the plan's: %s", want.String(), strings.Join(have, "; ")))
}
