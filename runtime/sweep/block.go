package sweep

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

// A block is a part of the source's images, as an [Attack] sees it.
type block struct {
	First  int // index of its first image among all
	Images *pixel.Batch
	Labels []int
	Model  Model

	gradient []float32
}

// Gradient returns the gradient of the summed loss by the block's samples. It is
// taken once, whatever the number of attacks and budgets.
func (b *block) Gradient(ctx context.Context) ([]float32, error) {
	if b.gradient == nil {
		g, err := attack.Gradient(ctx, b.Model, b.Images, b.Labels)
		if err != nil {
			return nil, err
		}
		b.gradient = g
	}
	return b.gradient, nil
}

// A stage is a block's images at one point of their way, clean or attacked, as a
// [Transform] sees them.
type stage struct {
	First  int // index of the first image among all
	Images *pixel.Batch

	levels packed
	made   map[string]*transformed
}

// transformed is what a transform gave, its images packed.
type transformed struct {
	images packed
	bytes  []int
	tables [][64]int
}

func newStage(first int, images *pixel.Batch) *stage {
	return &stage{First: first, Images: images, levels: pack(images), made: map[string]*transformed{}}
}

// images returns the images after another transform, which is applied at most
// once to a stage.
func (s *stage) images(ctx context.Context, t Transform) (*pixel.Batch, error) {
	y, err := s.through(ctx, t)
	if err != nil {
		return nil, err
	}
	return y.images.batch(), nil
}

func (s *stage) through(ctx context.Context, t Transform) (*transformed, error) {
	name := t.String()
	if y, ok := s.made[name]; ok {
		return y, nil
	}
	y, err := t.apply(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := pixel.SameShape(s.Images, y.Images); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if y.Bytes != nil && len(y.Bytes) != s.Images.N {
		return nil, fmt.Errorf("%s: sizes of %d files for %d images", name, len(y.Bytes), s.Images.N)
	}
	p := &transformed{images: pack(y.Images), bytes: y.Bytes, tables: y.Tables}
	s.made[name] = p
	return p, nil
}

// packed is a batch as 8-bit levels where these are exact, a quarter of its size.
type packed struct {
	n, c, h, w int
	levels     []byte // nil when some sample lies between the levels
	samples    []float32
}

func pack(b *pixel.Batch) packed {
	p := packed{n: b.N, c: b.C, h: b.H, w: b.W}
	levels, exact := b.Levels()
	if exact {
		p.levels = levels
	} else {
		p.samples = b.Data
	}
	return p
}

func (p packed) batch() *pixel.Batch {
	if p.levels == nil {
		return &pixel.Batch{N: p.n, C: p.c, H: p.h, W: p.w, Data: p.samples}
	}
	return pixel.FromBytes(p.n, p.c, p.h, p.w, p.levels)
}
