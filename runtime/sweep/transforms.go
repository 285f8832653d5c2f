package sweep

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

// A Transform makes images of others, each of its own counterpart alone. The zero
// Transform leaves them as they are. As with [Attack], the functions of this package
// return all that there are.
type Transform struct{ how transformer }

// A transformer is how a transform goes.
type transformer interface {
	// String names the transform with all its options.
	String() string
	// check returns an error when an option is out of its range for images of x's
	// shape.
	check(x *pixel.Batch) error
	// apply transforms the images of a stage.
	apply(ctx context.Context, s *stage) (*applied, error)
	// passes reports whether the share of a step that passes means anything:
	// whether the transform does to an attacked image what it does to the clean
	// one. Noise made anew for each does not.
	passes() bool
}

// applied is what a transform gives.
type applied struct {
	images *pixel.Batch
	bytes  []int     // sizes of files; nil where there are none
	tables [][64]int // quantisation tables read back from the files; nil likewise
}

// String names the transform with all its options, such as "jpeg 75"; "" for none.
func (t Transform) String() string {
	if t.how == nil {
		return ""
	}
	return t.how.String()
}

// JPEG is the round trip of [codec.JPEG].
func JPEG(o codec.Options) Transform { return Transform{jpeg{o}} }

type jpeg struct{ options codec.Options }

// String leaves out what is as in the zero options.
func (j jpeg) String() string {
	o := j.options
	parts := []string{"jpeg"}
	if o.Quality != 0 {
		parts[0] = fmt.Sprintf("jpeg %d", o.Quality)
	}
	if o.Subsampling != codec.Subsampling420 {
		parts = append(parts, o.Subsampling.String())
	}
	if o.Optimize {
		parts = append(parts, "optimised")
	}
	if o.Steps != nil {
		parts = append(parts, fmt.Sprintf("steps %v", o.Steps))
	}
	if o.Qualities != nil {
		parts = append(parts, fmt.Sprintf("qualities %v", o.Qualities))
	}
	return strings.Join(parts, ", ")
}

func (j jpeg) check(x *pixel.Batch) error { return j.options.Check(x) }

func (j jpeg) apply(ctx context.Context, s *stage) (*applied, error) {
	c, err := codec.JPEG(ctx, s.images, j.options)
	if err != nil {
		return nil, err
	}
	return &applied{images: c.Images, bytes: c.Bytes, tables: c.Tables}, nil
}

func (jpeg) passes() bool { return true }

// Permuted adds what another transform changed, with its pixels permuted, as
// [attack.PermuteResidual] has it.
func Permuted(of Transform, seed uint64) Transform { return Transform{permuted{of, seed}} }

type permuted struct {
	of   Transform
	seed uint64
}

func (p permuted) String() string {
	return fmt.Sprintf("permuted residual of %v, seed %d", p.of, p.seed)
}

func (p permuted) check(x *pixel.Batch) error { return p.of.checkNamed("permuted residual", x) }

// checkNamed checks the transform that another is made from.
func (t Transform) checkNamed(other string, x *pixel.Batch) error {
	if t.how == nil {
		return errors.New(other + ": of no transform")
	}
	return t.how.check(x)
}

func (p permuted) apply(ctx context.Context, s *stage) (*applied, error) {
	to, err := s.through(ctx, p.of)
	if err != nil {
		return nil, err
	}
	y, err := attack.Draw{Seed: p.seed, First: s.first}.PermuteResidual(s.images, to.images.batch())
	return &applied{images: y}, err
}

func (permuted) passes() bool { return false }

// Gaussian adds noise whose L2 norm is that of another transform's change, as
// [attack.GaussianNoise] has it.
func Gaussian(of Transform, seed uint64) Transform { return Transform{gaussian{of, seed}} }

type gaussian struct {
	of   Transform
	seed uint64
}

func (g gaussian) String() string { return fmt.Sprintf("gaussian noise as %v, seed %d", g.of, g.seed) }

func (g gaussian) check(x *pixel.Batch) error { return g.of.checkNamed("gaussian noise", x) }

func (g gaussian) apply(ctx context.Context, s *stage) (*applied, error) {
	to, err := s.through(ctx, g.of)
	if err != nil {
		return nil, err
	}
	y, err := attack.Draw{Seed: g.seed, First: s.first}.GaussianNoise(s.images, to.images.batch())
	return &applied{images: y}, err
}

func (gaussian) passes() bool { return false }

// Dither moves samples between the 8-bit levels by less than half of one, as
// [attack.Dither] has it. Rounding takes it back: against the untransformed images
// it shows what rounding alone does.
func Dither(seed uint64) Transform { return Transform{dither(seed)} }

type dither uint64

func (d dither) String() string { return fmt.Sprintf("dither, seed %d", uint64(d)) }

func (dither) check(*pixel.Batch) error { return nil }

func (d dither) apply(_ context.Context, s *stage) (*applied, error) {
	return &applied{images: attack.Draw{Seed: uint64(d), First: s.first}.Dither(s.images)}, nil
}

func (dither) passes() bool { return false }
