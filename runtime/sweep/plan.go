package sweep

import (
	"context"
	"errors"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

// A Model is what a sweep needs of a classifier.
type Model interface {
	attack.Model
	// Logits returns N×classes logits for the images of x, image by image. Those
	// of an image do not depend on the others.
	Logits(ctx context.Context, x *pixel.Batch) (logits []float32, classes int, err error)
}

// A Source has labelled images, all of one shape and on 8-bit levels. Its images
// need not be in memory at once: a sweep asks for those of each block once, in
// order, from one goroutine, which is not the caller's.
type Source interface {
	// Len returns the number of images.
	Len() int
	// Batch returns images from ≤ i < to and their labels, which are not changed
	// thereafter.
	Batch(ctx context.Context, from, to int) (*pixel.Batch, []int, error)
}

// Images is a [Source] of images in memory.
type Images struct {
	Images *pixel.Batch
	Labels []int
}

var _ Source = Images{}

// Len returns the number of images, 0 without any.
func (s Images) Len() int {
	if s.Images == nil {
		return 0
	}
	return s.Images.N
}

// Batch returns a part of the images, in their own memory.
func (s Images) Batch(_ context.Context, from, to int) (*pixel.Batch, []int, error) {
	if err := s.Images.Check(); err != nil {
		return nil, nil, err
	}
	if len(s.Labels) != s.Images.N {
		return nil, nil, fmt.Errorf("%d labels for %d images", len(s.Labels), s.Images.N)
	}
	return s.Images.Slice(from, to), s.Labels[from:to:to], nil
}

// A Plan says what a sweep does. The zero plan classifies the clean images.
type Plan struct {
	Clean   []Transform // what the clean images go through, besides nothing
	Attacks []Attacked

	// Batch is the number of images in a block, the unit of work and of what is
	// kept. The result does not depend on it. 0: as many as [DefaultSamples] hold,
	// [MaxBatch] at most.
	Batch int
}

// An Attacked is an attack, its budgets and what its images go through. An attack
// may stand in a plan again with other budgets.
type Attacked struct {
	By         Attack
	Epsilons   []float64   // L∞ radii on the 0..255 scale, at least one, each once
	Transforms []Transform // besides nothing
}

// Bounds of a block.
const (
	DefaultSamples = 1 << 22 // 27 photographs of 224×224 in colour
	MaxBatch       = 1000    // by default
)

// check returns an error that names what is wrong with a plan.
func (p *Plan) check() error {
	if p.Batch < 0 {
		return fmt.Errorf("a batch of %d images, want 1 or more, or 0 for the default", p.Batch)
	}
	if err := checkTransforms(p.Clean); err != nil {
		return fmt.Errorf("clean images: %w", err)
	}
	type budget struct {
		attack  string
		epsilon float64
	}
	seen := map[budget]bool{}
	for i, a := range p.Attacks {
		name := a.By.String()
		if name == "" {
			return fmt.Errorf("attack %d is none", i)
		}
		if len(a.Epsilons) == 0 {
			return fmt.Errorf("attack %q has no epsilons, want at least one in 0..255", name)
		}
		for _, e := range a.Epsilons {
			if !(e >= 0 && e <= 255) {
				return fmt.Errorf("attack %q: epsilon %v, want 0..255 (an L∞ radius on the 0..255 scale)", name, e)
			}
			if seen[budget{name, e}] {
				return fmt.Errorf("attack %q: epsilon %v stands twice in the plan", name, e)
			}
			seen[budget{name, e}] = true
		}
		if err := checkTransforms(a.Transforms); err != nil {
			return fmt.Errorf("attack %q: %w", name, err)
		}
	}
	return nil
}

func checkTransforms(list []Transform) error {
	seen := map[string]bool{}
	for i, t := range list {
		if t.how == nil {
			return fmt.Errorf("transform %d is none; the untransformed images are there without it", i)
		}
		if seen[t.String()] {
			return fmt.Errorf("transform %q stands twice", t)
		}
		seen[t.String()] = true
	}
	return nil
}

// checkFor returns an error when a transform cannot take images of x's shape.
func (p *Plan) checkFor(x *pixel.Batch) error {
	all := p.Clean
	for _, a := range p.Attacks {
		all = append(all[:len(all):len(all)], a.Transforms...)
	}
	for _, t := range all {
		if err := t.how.check(x); err != nil {
			return err
		}
	}
	return nil
}

// batch returns the size of a block of images of so many samples each.
func (p *Plan) batch(samples int) int {
	if p.Batch > 0 {
		return p.Batch
	}
	return min(max(DefaultSamples/max(samples, 1), 1), MaxBatch)
}

// arms returns an arm for each way through the plan: the clean images first, and
// in each group the untransformed images first.
func (p *Plan) arms() []*Arm {
	var arms []*Arm
	group := func(by Attack, epsilon float64, transforms []Transform) {
		before := &Arm{attack: by, Attack: by.String(), Epsilon: epsilon}
		arms = append(arms, before)
		for _, t := range transforms {
			a := &Arm{attack: by, transform: t, Attack: before.Attack, Epsilon: epsilon, Transform: t.String(), before: before}
			arms = append(arms, a)
		}
	}
	group(Attack{}, 0, p.Clean)
	for _, a := range p.Attacks {
		for _, e := range a.Epsilons {
			group(a.By, e, a.Transforms)
		}
	}
	for _, a := range arms {
		a.clean = arms[0]
		if a.before == nil && a != a.clean {
			a.before = a.clean
		}
	}
	return arms
}

// checkSource returns an error unless a source has images.
func checkSource(s Source) error {
	if s == nil {
		return errors.New("no source of images")
	}
	if s.Len() < 1 {
		return errors.New("no images")
	}
	return nil
}
