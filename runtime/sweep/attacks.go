package sweep

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

// An Attack makes adversarial images. The zero Attack makes none. Attacks are what
// the functions of this package return and no others: an attack is known by its
// name, and what is kept under it is what the code of this package gives.
type Attack struct{ how attacker }

// An attacker is how an attack goes. An iterative or an adaptive one is one more
// type with these methods.
type attacker interface {
	// String names the attack with all its options.
	String() string
	// perturb returns the block's images within a budget, an L∞ radius on the
	// 0..255 scale, on 8-bit levels.
	perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error)
}

// String names the attack with all its options, such as "fgsm".
func (a Attack) String() string {
	if a.how == nil {
		return ""
	}
	return a.how.String()
}

// FGSM is the fast gradient sign method, as [attack.FGSM] has it. One gradient of
// a block serves all budgets.
func FGSM() Attack { return Attack{fgsm{}} }

// TargetedFGSM goes down the loss instead of up: the labels are targets.
func TargetedFGSM() Attack { return Attack{fgsm{targeted: true}} }

type fgsm struct{ targeted bool }

func (f fgsm) String() string {
	if f.targeted {
		return "fgsm, targeted"
	}
	return "fgsm"
}

func (f fgsm) perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	g, err := b.inputGradient(ctx)
	if err != nil {
		return nil, err
	}
	adv, _, err := attack.Step(b.images, g, epsilon, f.targeted)
	return adv, err
}

// RandomSign is a step of the budget's L∞ norm with the sign of each sample drawn
// by a coin, as [attack.RandomSign] has it.
func RandomSign(seed uint64) Attack { return Attack{randomSign(seed)} }

type randomSign uint64

func (r randomSign) String() string { return fmt.Sprintf("random sign, seed %d", uint64(r)) }

func (r randomSign) perturb(_ context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	return attack.Draw{Seed: uint64(r), First: b.first}.RandomSign(b.images, epsilon)
}

// PermutedStep adds what FGSM's step changed, moved to other pixels of the image,
// as [attack.PermuteResidual] does it: the step's values without their places.
func PermutedStep(seed uint64) Attack { return Attack{permutedStep(seed)} }

type permutedStep uint64

func (p permutedStep) String() string { return fmt.Sprintf("permuted fgsm, seed %d", uint64(p)) }

func (p permutedStep) perturb(ctx context.Context, b *block, epsilon float64) (*pixel.Batch, error) {
	adv, err := fgsm{}.perturb(ctx, b, epsilon)
	if err != nil {
		return nil, err
	}
	return attack.Draw{Seed: uint64(p), First: b.first}.PermuteResidual(b.images, adv)
}
