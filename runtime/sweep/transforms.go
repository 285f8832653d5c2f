package sweep

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

// A Transform makes images of others, each of its own counterpart alone. The types
// of this package are all that there are: what a sweep does is known by name, and a
// result kept under the name is what the code of this package gives.
type Transform interface {
	// String names the transform with all its options: results are kept under it.
	String() string
	// check returns an error when an option is out of its range.
	check() error
	// apply transforms the images of a stage.
	apply(ctx context.Context, s *stage) (*applied, error)
}

var _ = []Transform{JPEG{}, Permuted{}, Gaussian{}, Blur{}, Dither{}}

// applied is what a transform gives.
type applied struct {
	Images *pixel.Batch
	Bytes  []int     // sizes of files; nil where there are none
	Tables [][64]int // quantisation tables read back from the files; nil likewise
}

// JPEG is the round trip of [codec.JPEG].
type JPEG struct {
	Quality     int // 1..100
	Subsampling codec.Subsampling
}

// String returns, for example, "jpeg 75, 4:2:0".
func (j JPEG) String() string { return fmt.Sprintf("jpeg %d, %v", j.Quality, j.Subsampling) }

// check refuses a quality outside 1..100 and a subsampling that is none.
func (j JPEG) check() error {
	if j.Quality < 1 || j.Quality > 100 {
		return fmt.Errorf("jpeg: quality %d, want 1..100", j.Quality)
	}
	if j.Subsampling < codec.Subsampling420 || j.Subsampling > codec.Subsampling444 {
		return fmt.Errorf("jpeg: subsampling %d, want Subsampling420, Subsampling422 or Subsampling444", int(j.Subsampling))
	}
	return nil
}

// apply compresses and decodes.
func (j JPEG) apply(ctx context.Context, s *stage) (*applied, error) {
	c, err := codec.JPEG(ctx, s.Images, codec.Options{Quality: j.Quality, Subsampling: j.Subsampling})
	if err != nil {
		return nil, err
	}
	return &applied{Images: c.Images, Bytes: c.Bytes, Tables: c.Tables}, nil
}

// Permuted adds what another transform changed, with its pixels permuted, as
// [attack.PermuteResidual] has it.
type Permuted struct {
	Of   Transform
	Seed uint64
}

// String names the transform whose change is permuted, and the seed.
func (p Permuted) String() string {
	return fmt.Sprintf("permuted residual of %v, seed %d", p.Of, p.Seed)
}

// check refuses what Of refuses.
func (p Permuted) check() error { return checkOf("permuted residual", p.Of) }

func checkOf(name string, of Transform) error {
	if of == nil {
		return fmt.Errorf("%s: of no transform", name)
	}
	return of.check()
}

// apply makes the other transform's images, unless the stage has them, and
// permutes the residual.
func (p Permuted) apply(ctx context.Context, s *stage) (*applied, error) {
	to, err := s.images(ctx, p.Of)
	if err != nil {
		return nil, err
	}
	y, err := attack.Draw{Seed: p.Seed, First: s.First}.PermuteResidual(s.Images, to)
	return &applied{Images: y}, err
}

// Gaussian adds noise whose L2 norm is that of another transform's change, as
// [attack.GaussianNoise] has it.
type Gaussian struct {
	Of   Transform
	Seed uint64
}

// String names the transform whose change is matched, and the seed.
func (g Gaussian) String() string { return fmt.Sprintf("gaussian noise as %v, seed %d", g.Of, g.Seed) }

// check refuses what Of refuses.
func (g Gaussian) check() error { return checkOf("gaussian noise", g.Of) }

// apply makes the other transform's images, unless the stage has them, and noise
// of their distance.
func (g Gaussian) apply(ctx context.Context, s *stage) (*applied, error) {
	to, err := s.images(ctx, g.Of)
	if err != nil {
		return nil, err
	}
	y, err := attack.Draw{Seed: g.Seed, First: s.First}.GaussianNoise(s.Images, to)
	return &applied{Images: y}, err
}

// Dither moves samples between the 8-bit levels by less than half of one, as
// [attack.Dither] has it. Rounding takes it back: against the untransformed images
// it shows what rounding alone does.
type Dither struct{ Seed uint64 }

// String returns the name with the seed.
func (d Dither) String() string { return fmt.Sprintf("dither, seed %d", d.Seed) }

// check refuses nothing.
func (Dither) check() error { return nil }

// apply moves the samples.
func (d Dither) apply(_ context.Context, s *stage) (*applied, error) {
	return &applied{Images: attack.Draw{Seed: d.Seed, First: s.First}.Dither(s.Images)}, nil
}
