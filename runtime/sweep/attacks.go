package sweep

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

// An Attack makes adversarial images of a block. As with [Transform], the types of
// this package are all that there are; an iterative or an adaptive attack is one
// more with these methods.
type Attack interface {
	// String names the attack with all its options: results are kept under it.
	String() string
	// perturb returns the block's images within a budget, an L∞ radius on the
	// 0..255 scale, on 8-bit levels.
	perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error)
}

var _ = []Attack{FGSM{}, RandomSign{}, PermutedStep{}}

// FGSM is the fast gradient sign method, as [attack.FGSM] has it. One gradient of
// a block serves all budgets.
type FGSM struct {
	Targeted bool // the labels are targets, and the step goes down the loss
}

// String returns "fgsm" or "fgsm, targeted".
func (f FGSM) String() string {
	if f.Targeted {
		return "fgsm, targeted"
	}
	return "fgsm"
}

// perturb steps along the sign of the gradient.
func (f FGSM) perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	g, err := b.Gradient(ctx)
	if err != nil {
		return nil, err
	}
	adv, _, err := attack.Step(b.Images, g, epsilon, f.Targeted)
	return adv, err
}

// RandomSign is a step of the budget's L∞ norm with the sign of each sample drawn
// by a coin, as [attack.RandomSign] has it.
type RandomSign struct{ Seed uint64 }

// String returns the name with the seed.
func (r RandomSign) String() string { return fmt.Sprintf("random sign, seed %d", r.Seed) }

// perturb steps at random.
func (r RandomSign) perturb(_ context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	return attack.Draw{Seed: r.Seed, First: b.First}.RandomSign(b.Images, epsilon)
}

// PermutedStep adds what FGSM's step changed, moved to other pixels of the image,
// as [attack.PermuteResidual] does it: the step's values without their places.
type PermutedStep struct{ Seed uint64 }

// String returns the name with the seed.
func (p PermutedStep) String() string { return fmt.Sprintf("permuted fgsm, seed %d", p.Seed) }

// perturb makes FGSM's step and permutes it.
func (p PermutedStep) perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	adv, err := FGSM{}.perturb(ctx, b, epsilon)
	if err != nil {
		return nil, err
	}
	return attack.Draw{Seed: p.Seed, First: b.First}.PermuteResidual(b.Images, adv)
}
