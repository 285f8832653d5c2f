package attack

import (
	"context"
	"fmt"
	"math"

	"jpgreport/runtime/pixel"
)

// Options of [FGSM].
type Options struct {
	// Epsilons are L∞ radii on the 0..255 scale, at least one. Levels are
	// whole, so a fractional ε acts as ⌊ε⌋.
	Epsilons []float64
	// Targeted means that the labels are targets and the step goes down the
	// loss. Otherwise they are true labels and it goes up.
	Targeted bool
}

// A Sweep is the outcome of one attack for several ε.
type Sweep struct {
	Epsilons []float64      // as asked for, in that order
	Batches  []*pixel.Batch // the adversarial images for each ε
	Gradient []float32      // of the summed loss by the clean samples, NCHW
	Targeted bool           // the step went against the gradient
	// ZeroGradient is the share of samples whose gradient is exactly 0; as
	// sign(0) = 0, the attack leaves them alone.
	ZeroGradient float64
	// Clipped is, for each ε, the share of samples whose step was cut short
	// by the ends of the range 0..255.
	Clipped []float64
}

// At returns the adversarial images for exactly this ε.
func (s *Sweep) At(epsilon float64) (*pixel.Batch, error) {
	for i, e := range s.Epsilons {
		if e == epsilon {
			return s.Batches[i], nil
		}
	}
	return nil, fmt.Errorf("epsilon %v is not in the sweep, want one of %v", epsilon, s.Epsilons)
}

// FGSM returns x + ε·sign(∇loss) for each ε, or x − ε·sign(∇loss) when targeted.
// One backward pass serves the whole sweep, and none is needed when [Gradient]
// has kept the gradient. The clean images must be 8-bit.
func FGSM(ctx context.Context, m Model, x *pixel.Batch, labels []int, o Options) (*Sweep, error) {
	if len(o.Epsilons) == 0 {
		return nil, fmt.Errorf("fgsm: no epsilons, want at least one in 0..255")
	}
	for _, e := range o.Epsilons {
		if err := checkEpsilon(e); err != nil {
			return nil, fmt.Errorf("fgsm: %w", err)
		}
	}
	if _, err := levels(x); err != nil {
		return nil, fmt.Errorf("fgsm: %w", err)
	}
	g, err := Gradient(ctx, m, x, labels)
	if err != nil {
		return nil, fmt.Errorf("fgsm: %w", err)
	}
	s := &Sweep{Epsilons: append([]float64(nil), o.Epsilons...), Gradient: g, Targeted: o.Targeted}
	zero := 0
	for _, v := range g {
		if v == 0 {
			zero++
		}
	}
	s.ZeroGradient = share(zero, len(g))
	for _, e := range o.Epsilons {
		adv, clipped, err := Step(x, g, e, o.Targeted)
		if err != nil {
			return nil, fmt.Errorf("fgsm: %w", err)
		}
		s.Batches = append(s.Batches, adv)
		s.Clipped = append(s.Clipped, clipped)
	}
	return s, nil
}

// Step moves each 8-bit sample of x by ⌊ε⌋ levels along the sign of the gradient,
// against it when targeted, and cuts it to 0..255. It returns the share of samples
// that were cut. A gradient of 0 moves nothing.
func Step(x *pixel.Batch, gradient []float32, epsilon float64, targeted bool) (adv *pixel.Batch, clipped float64, err error) {
	if err := checkEpsilon(epsilon); err != nil {
		return nil, 0, err
	}
	if len(gradient) != len(x.Data) {
		return nil, 0, fmt.Errorf("a gradient of %d samples for a batch of %s", len(gradient), x.Shape())
	}
	clean, err := levels(x)
	if err != nil {
		return nil, 0, err
	}
	// Rounding to nearest and projecting into the budget in one: from whole
	// levels, the largest whole step that stays within ε is ⌊ε⌋.
	up := int(math.Floor(epsilon))
	if targeted {
		up = -up
	}
	cut := 0
	for i, g := range gradient {
		want := int(clean[i])
		switch {
		case g > 0:
			want += up
		case g < 0:
			want -= up
		}
		got := min(max(want, 0), 255)
		if got != want {
			cut++
		}
		clean[i] = byte(got)
	}
	return pixel.FromBytes(x.N, x.C, x.H, x.W, clean), share(cut, len(clean)), nil
}

// checkEpsilon returns an error unless ε is in 0..255, which NaN is not.
func checkEpsilon(e float64) error {
	if !(e >= 0 && e <= 255) {
		return fmt.Errorf("epsilon %v, want 0..255 (an L∞ radius on the 0..255 scale)", e)
	}
	return nil
}

// levels returns the 8-bit levels of x, or an error that names the first sample
// that is none.
func levels(x *pixel.Batch) ([]byte, error) {
	if err := x.Check(); err != nil {
		return nil, err
	}
	l, exact := x.Levels()
	if exact {
		return l, nil
	}
	for i, v := range x.Data {
		if pixel.Sample(l[i]) != v {
			return nil, fmt.Errorf("image %d: sample %d is %v, not an 8-bit level/255; round the batch first", i/x.Size(), i%x.Size(), v)
		}
	}
	panic("unreachable")
}

func share(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}
