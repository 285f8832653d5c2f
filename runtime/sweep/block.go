package sweep

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

// A block is a part of the source's images, as an attacker sees it.
type block struct {
	first  int // index of its first image among all
	images *pixel.Batch
	labels []int
	model  Model

	gradient []float32
}

// inputGradient returns the gradient of the summed loss by the block's samples. It is
// taken once, whatever the number of attacks and budgets.
func (b *block) inputGradient(ctx context.Context) ([]float32, error) {
	if b.gradient == nil {
		g, err := attack.Gradient(ctx, b.model, b.images, b.labels)
		if err != nil {
			return nil, err
		}
		b.gradient = g
	}
	return b.gradient, nil
}

// A stage is a block's images at one point of their way, clean or attacked, as a
// transformer sees them.
type stage struct {
	first  int // index of the first image among all
	images *pixel.Batch

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
	return &stage{first: first, images: images, levels: pack(images), made: map[string]*transformed{}}
}

// through returns the images after a transform, which is applied at most once to a
// stage.
func (s *stage) through(ctx context.Context, t Transform) (*transformed, error) {
	name := t.String()
	if y, ok := s.made[name]; ok {
		return y, nil
	}
	y, err := t.how.apply(ctx, s)
	if err == nil {
		err = pixel.SameShape(s.images, y.images)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &transformed{images: pack(y.images), bytes: y.bytes, tables: y.tables}
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
