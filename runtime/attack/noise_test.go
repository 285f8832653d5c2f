package attack_test

import (
	"math"
	"slices"
	"testing"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

func l2(a, b *pixel.Batch, i int) float64 {
	sum := 0.0
	for k, v := range a.Sample(i) {
		d := 255 * (float64(v) - float64(b.Sample(i)[k]))
		sum += d * d
	}
	return math.Sqrt(sum)
}

// pair returns mid-grey images and versions a little off, so that nothing clips.
func pair(n int) (from, to *pixel.Batch) {
	x, _ := batch(n, 9)
	from, to = x.Like(), x.Like()
	for i, v := range x.Data {
		l := pixel.Level(v)
		from.Data[i] = pixel.Sample(100 + l/8)
		to.Data[i] = pixel.Sample(100 + l/8 + l%13)
	}
	return from, to
}

// Without clipping the permuted residual has the same values, pixel by pixel
// with all their channels, in another order.
func TestPermuteResidual(t *testing.T) {
	from, to := pair(3)
	got, err := attack.PermuteResidual(t.Context(), from, to, 1)
	if err != nil {
		t.Fatal(err)
	}
	plane := from.H * from.W
	for i := range from.N {
		residual := func(b *pixel.Batch) (all [][3]int) {
			for p := range plane {
				var r [3]int
				for c := range 3 {
					r[c] = int(pixel.Level(b.Sample(i)[c*plane+p])) - int(pixel.Level(from.Sample(i)[c*plane+p]))
				}
				all = append(all, r)
			}
			return all
		}
		was, is := residual(to), residual(got)
		if slices.Equal(was, is) {
			t.Errorf("image %d: the residual stayed in place", i)
		}
		order := func(a, b [3]int) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(was, order)
		slices.SortFunc(is, order)
		if !slices.Equal(was, is) {
			t.Errorf("image %d: the residual's pixels changed:\n%v\n%v", i, was, is)
		}
	}
}

func TestGaussianNoiseMatchesL2(t *testing.T) {
	const tolerance = 0.01 // relative: one level more at one of 60 samples moves the L2 by about this
	from, to := pair(5)
	copy(to.Sample(4), from.Sample(4)) // a pair without a difference
	dark := from.Like()                // half of the noise is cut off at 0
	for name, from := range map[string]*pixel.Batch{"grey": from, "dark": dark} {
		got, err := attack.GaussianNoise(t.Context(), from, to, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, exact := got.Levels(); !exact {
			t.Fatalf("%s: the result is not 8-bit", name)
		}
		for i := range from.N {
			if want, got := l2(to, from, i), l2(got, from, i); math.Abs(got-want) > tolerance*want {
				t.Errorf("%s, image %d: L2 %v, want %v", name, i, got, want)
			}
		}
	}
}

func TestDitherRoundsBack(t *testing.T) {
	var levels []byte
	for i := range 256 * 64 {
		levels = append(levels, byte(i))
	}
	x := pixel.FromBytes(1, 1, 64, 256, levels)
	d := attack.Dither(x, 3)
	if d.Round().Digest() != x.Digest() {
		t.Error("rounding does not undo the dither")
	}
	if _, exact := d.Levels(); exact {
		t.Error("the dither changes nothing")
	}
	var up, down float64
	for i, v := range d.Data {
		if v < 0 || v > 1 {
			t.Fatalf("sample %v outside [0,1]", v)
		}
		e := 255 * (float64(v) - float64(x.Data[i]))
		up, down = max(up, e), min(down, e)
	}
	if up < 0.49 || down > -0.49 {
		t.Errorf("noise in (%v, %v) of a level, want about ±½", down, up)
	}
}

func TestRandomSign(t *testing.T) {
	from, _ := pair(4)
	got, err := attack.RandomSign(from, 7.5, 4)
	if err != nil {
		t.Fatal(err)
	}
	up := 0
	for i, v := range got.Data {
		switch d := int(pixel.Level(v)) - int(pixel.Level(from.Data[i])); d {
		case 7:
			up++
		case -7:
		default:
			t.Fatalf("sample %d moved by %d, want ±7", i, d)
		}
	}
	// 240 fair coins: 4 standard deviations are 31.
	if up < 120-31 || up > 120+31 {
		t.Errorf("%d of %d samples went up", up, len(got.Data))
	}
}

// The noise of image i depends on the seed and on i, and not on what else is in
// the batch; every image has its own.
func TestNoiseIsPerImage(t *testing.T) {
	from, to := pair(3)
	for i := range from.N { // three equal pairs
		copy(from.Sample(i), from.Sample(0))
		copy(to.Sample(i), to.Sample(0))
	}
	for name, f := range map[string]func(from, to *pixel.Batch, seed uint64) (*pixel.Batch, error){
		"permute": func(from, to *pixel.Batch, seed uint64) (*pixel.Batch, error) {
			return attack.PermuteResidual(t.Context(), from, to, seed)
		},
		"gaussian": func(from, to *pixel.Batch, seed uint64) (*pixel.Batch, error) {
			return attack.GaussianNoise(t.Context(), from, to, seed)
		},
		"dither": func(from, _ *pixel.Batch, seed uint64) (*pixel.Batch, error) {
			return attack.Dither(from, seed), nil
		},
		"sign": func(from, _ *pixel.Batch, seed uint64) (*pixel.Batch, error) {
			return attack.RandomSign(from, 3, seed)
		},
	} {
		all, err := f(from, to, 5)
		if err != nil {
			t.Fatal(err)
		}
		part, err := f(from.Slice(0, 2), to.Slice(0, 2), 5)
		if err != nil {
			t.Fatal(err)
		}
		other, err := f(from, to, 6)
		if err != nil {
			t.Fatal(err)
		}
		if all.Slice(0, 2).Digest() != part.Digest() {
			t.Errorf("%s: a smaller batch gives its images other noise", name)
		}
		if all.Slice(0, 1).Digest() == all.Slice(1, 2).Digest() {
			t.Errorf("%s: two images share their noise", name)
		}
		if all.Digest() == other.Digest() {
			t.Errorf("%s: the seed changes nothing", name)
		}
	}
}
