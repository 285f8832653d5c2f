package attack

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// The controls. The paper's P4: random noise of the same size as what JPEG
// changes does not win the accuracy back. [PermuteResidual] and [GaussianNoise]
// make such noise, [Dither] stands for rounding to 8 bits without JPEG, and
// [RandomSign] for a step of the attack's L∞ norm in a random direction.
//
// Image i draws from a generator of (seed, i) and the control's stream, so its
// noise depends on its index and on no other image. A [Draw] makes the same
// controls for a part of a larger set.

// Streams keep the draws of two controls of one seed and image apart.
const (
	streamPermute = (iota + 1) << 32
	streamGaussian
	streamDither
	streamSign
)

func generator(seed, stream uint64, image int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream|uint64(image)))
}

// A Draw makes the controls for a part of a set of images: image i of the part
// draws as image First+i of the whole, so that the controls of a set may be made
// in parts of any size. What it makes is not kept in any memory.
type Draw struct {
	Seed  uint64
	First int
}

func (d Draw) generator(stream uint64, image int) *rand.Rand {
	return generator(d.Seed, stream, d.First+image)
}

// PermuteResidual is the function of that name for a part.
func (d Draw) PermuteResidual(from, to *pixel.Batch) (*pixel.Batch, error) {
	if err := pair(from, to); err != nil {
		return nil, fmt.Errorf("permute residual: %w", err)
	}
	return d.permute(from, to), nil
}

// GaussianNoise is the function of that name for a part.
func (d Draw) GaussianNoise(from, to *pixel.Batch) (*pixel.Batch, error) {
	if err := pair(from, to); err != nil {
		return nil, fmt.Errorf("gaussian noise: %w", err)
	}
	base, err := levels(from)
	if err != nil {
		return nil, fmt.Errorf("gaussian noise: %w", err)
	}
	return d.gaussianNoise(from, to, base), nil
}

// PermuteResidual returns from + P(to − from), rounded to 8 bits and clipped: per
// image, P moves the residual to other pixels, all channels of one together. The
// residual keeps its values and its L2 up to clipping, and loses its place. The
// result is kept in the context's memory.
func PermuteResidual(ctx context.Context, from, to *pixel.Batch, seed uint64) (*pixel.Batch, error) {
	if err := pair(from, to); err != nil {
		return nil, fmt.Errorf("permute residual: %w", err)
	}
	return kept(ctx, "attack.PermuteResidual", from, to, seed, func() *pixel.Batch { return Draw{Seed: seed}.permute(from, to) })
}

// pair returns an error unless both batches have one shape and finite samples.
func pair(from, to *pixel.Batch) error {
	if err := pixel.SameShape(from, to); err != nil {
		return err
	}
	for _, b := range []*pixel.Batch{from, to} {
		for i, v := range b.Data {
			if v-v != 0 { // NaN, and the infinities
				return fmt.Errorf("image %d: sample %d is %v, want a finite number", i/b.Size(), i%b.Size(), v)
			}
		}
	}
	return nil
}

// kept returns a control's batch from the context's memory, or makes it.
func kept(ctx context.Context, primitive string, from, to *pixel.Batch, seed uint64, make func() *pixel.Batch) (*pixel.Batch, error) {
	key := work.Key{Primitive: primitive}.With("from", from.Digest()).With("to", to.Digest()).With("seed", seed)
	codec := work.Codec[*pixel.Batch]{
		Encode: (*pixel.Batch).MarshalBinary,
		Decode: func(b []byte) (*pixel.Batch, error) {
			y := new(pixel.Batch)
			if err := y.UnmarshalBinary(b); err != nil {
				return nil, err
			}
			return y, pixel.SameShape(from, y)
		},
	}
	return work.Recalled(ctx, key, codec, func(context.Context) (*pixel.Batch, error) { return make(), nil })
}

func (d Draw) permute(from, to *pixel.Batch) *pixel.Batch {
	out := from.Like()
	plane := from.H * from.W
	work.Share(from.N, 1, func() func(i, _ int) {
		return func(i, _ int) {
			f, t, y := from.Sample(i), to.Sample(i), out.Sample(i)
			for at, source := range d.generator(streamPermute, i).Perm(plane) {
				for c := 0; c < len(f); c += plane {
					y[c+at] = round(float64(f[c+at]) + float64(t[c+source]) - float64(f[c+source]))
				}
			}
		}
	})
	return out
}

// precision is that to which the scale is found, relative: finer than the step
// from one rounding of some sample to the next.
const precision = 1e-7

// GaussianNoise returns from + noise, rounded to 8 bits and clipped: per image,
// Gaussian noise scaled until its L2 after clipping and rounding is as near to
// ‖to − from‖₂ as levels allow. For a fixed draw that L2 does not fall as the
// scale grows, from being 8-bit, so bisection finds it. An image equal to its
// counterpart stays as it is; where clipping keeps the noise from reaching the
// L2 asked for, it comes as near as it can. Package metric measures the L2
// reached. The result is kept in the context's memory.
func GaussianNoise(ctx context.Context, from, to *pixel.Batch, seed uint64) (*pixel.Batch, error) {
	if err := pair(from, to); err != nil {
		return nil, fmt.Errorf("gaussian noise: %w", err)
	}
	base, err := levels(from)
	if err != nil {
		return nil, fmt.Errorf("gaussian noise: %w", err)
	}
	return kept(ctx, "attack.GaussianNoise", from, to, seed, func() *pixel.Batch { return Draw{Seed: seed}.gaussianNoise(from, to, base) })
}

func (d Draw) gaussianNoise(from, to *pixel.Batch, base []byte) *pixel.Batch {
	out, size := from.Like(), from.Size()
	work.Share(from.N, 1, func() func(i, _ int) {
		g := gaussian{draw: make([]float64, size)}
		return func(i, _ int) {
			r := d.generator(streamGaussian, i)
			for k := range g.draw {
				g.draw[k] = r.NormFloat64()
			}
			g.base = base[i*size : (i+1)*size]
			scale := g.scale(255 * distance(to.Sample(i), from.Sample(i)))
			for k := range g.base {
				out.Sample(i)[k] = pixel.Sample(g.level(k, scale))
			}
		}
	})
	return out
}

// A gaussian is one image and one draw of noise for it.
type gaussian struct {
	base []byte // levels
	draw []float64
	open []openLevel
}

// An openLevel is a sample whose level is not the same at both ends of an interval of
// scales; as it moves one way only, the others have theirs throughout.
type openLevel struct {
	sample            int
	low, high, middle byte // levels
}

// level returns sample k with the noise at a scale in levels.
func (g *gaussian) level(k int, scale float64) byte {
	return byte(min(max(float64(g.base[k])+scale*g.draw[k], 0), 255) + 0.5)
}

// reach returns the L2 norm of the noise at a scale, after clipping and rounding.
func (g *gaussian) reach(scale float64) float64 {
	sum := 0
	for k := range g.base {
		sum += g.square(k, g.level(k, scale))
	}
	return math.Sqrt(float64(sum))
}

// scale returns the scale at which reach is nearest to want.
func (g *gaussian) scale(want float64) float64 {
	if want == 0 {
		return 0
	}
	low, high := 0.0, 1.0
	below, above := 0.0, g.reach(high) // what is reached at both ends
	for above < want && high < 1e5 {
		low, high = high, 2*high
		below, above = above, g.reach(high)
	}
	g.open = g.open[:0]
	for k := range g.base {
		g.open = append(g.open, openLevel{sample: k, low: g.level(k, low), high: g.level(k, high)})
	}
	for settled := g.settle(); high-low > precision*high; settled += g.settle() {
		middle, sum := (low+high)/2, settled
		for i := range g.open {
			o := &g.open[i]
			o.middle = g.level(o.sample, middle)
			sum += g.square(o.sample, o.middle)
		}
		if reached := math.Sqrt(float64(sum)); reached < want {
			low, below = middle, reached
			for i := range g.open {
				g.open[i].low = g.open[i].middle
			}
		} else {
			high, above = middle, reached
			for i := range g.open {
				g.open[i].high = g.open[i].middle
			}
		}
	}
	if want-below <= above-want {
		return low
	}
	return high
}

// settle takes those that are no longer open out and returns the sum of their squares.
func (g *gaussian) settle() (sum int) {
	left := g.open[:0]
	for _, o := range g.open {
		if o.low == o.high {
			sum += g.square(o.sample, o.low)
		} else {
			left = append(left, o)
		}
	}
	g.open = left
	return sum
}

// square returns the square of what a level takes sample k from its own.
func (g *gaussian) square(k int, level byte) int {
	d := int(level) - int(g.base[k])
	return d * d
}

// Dither returns x plus uniform noise in (−½, ½) of a grey level, clipped to
// [0,1] and not rounded: what rounding to 8 bits may have taken off. Rounded, it
// gives x back.
func Dither(x *pixel.Batch, seed uint64) *pixel.Batch { return Draw{Seed: seed}.Dither(x) }

// Dither is the function of that name for a part.
func (d Draw) Dither(x *pixel.Batch) *pixel.Batch {
	out := x.Like()
	for i := range x.N {
		r := d.generator(streamDither, i)
		y := out.Sample(i)
		for k, v := range x.Sample(i) {
			// Open at both ends with room for rounding in float32.
			noise := (r.Float64() - 0.5) * (1 - 1e-4)
			y[k] = float32(min(max(float64(v)+noise/255, 0), 1))
		}
	}
	return out
}

// RandomSign returns x with each 8-bit sample moved by ⌊ε⌋ levels up or down at
// random and cut to 0..255: the attack's L∞ norm without its direction. ε is on
// the 0..255 scale.
func RandomSign(x *pixel.Batch, epsilon float64, seed uint64) (*pixel.Batch, error) {
	return Draw{Seed: seed}.RandomSign(x, epsilon)
}

// RandomSign is the function of that name for a part.
func (d Draw) RandomSign(x *pixel.Batch, epsilon float64) (*pixel.Batch, error) {
	signs := make([]float32, len(x.Data))
	for i := range x.N {
		r := d.generator(streamSign, i)
		for k := range x.Size() {
			signs[i*x.Size()+k] = float32(2*int(r.Uint64()&1) - 1)
		}
	}
	y, _, err := Step(x, signs, epsilon, false)
	if err != nil {
		return nil, fmt.Errorf("random sign: %w", err)
	}
	return y, nil
}

// round returns the nearest 8-bit level's sample, inside [0,1].
func round(v float64) float32 { return pixel.Sample(pixel.Level(float32(v))) }

// distance returns the L2 norm of a − b.
func distance(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}
