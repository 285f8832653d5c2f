package codec

import (
	"math"
	"math/rand/v2"
	"testing"

	"jpgreport/runtime/pixel"
)

// smooth returns an image of waves with some noise, on multiples of 2⁻⁸ within
// [1/16, 15/16].
func smooth(seed uint64, n, c, h, w int) *pixel.Batch {
	r := rand.New(rand.NewPCG(seed, 9))
	x := pixel.New(n, c, h, w)
	for i := range x.Data {
		v := 128 + 60*math.Sin(float64(i%w)/5+float64(i/w)/9) + 40*r.Float64()
		x.Data[i] = float32(math.Round(min(max(v, 16), 240))) / 256
	}
	return x
}

// TestGradient holds the gradient against central differences in every sample.
// The steps are binary fractions, so that adding them rounds nothing.
func TestGradient(t *testing.T) {
	const h = 1.0 / (1 << 16)
	luma, chroma := scaledTables(30)
	for _, c := range []struct {
		channels, height, width int
		o                       Options
	}{
		{1, 11, 13, Options{Quality: 50}},
		{1, 9, 5, Options{Qualities: []int{20, 90}}},
		{3, 9, 11, Options{Quality: 75}},
		{3, 5, 4, Options{Quality: 40}}, // chroma too narrow to be interpolated
		{3, 10, 9, Options{Quality: 85, Subsampling: Subsampling422}},
		{3, 8, 10, Options{Steps: [][64]int{luma, chroma}, Subsampling: Subsampling444}},
	} {
		x := smooth(1, 1, c.channels, c.height, c.width)
		r := rand.New(rand.NewPCG(2, 3))
		weights := x.Like()
		for i := range weights.Data {
			weights.Data[i] = float32(r.NormFloat64())
		}
		got, err := Gradient(t.Context(), x, weights, c.o)
		if err != nil {
			t.Fatal(err)
		}
		trip := newSoftTrip(x, &c.o, cubic)
		back := make([]float32, x.Size())
		loss := func() float64 {
			trip.image(back, x.Data)
			sum := 0.0
			for i, w := range weights.Data { // not from back, whose float32 are too coarse
				v := trip.colours[i/(c.height*c.width)][i%(c.height*c.width)]
				sum += float64(w) * min(max(v, 0), 255) / 255
			}
			return sum
		}
		largest := 0.0
		for i := range x.Data {
			old := x.Data[i]
			x.Data[i] = old + h
			above := loss()
			x.Data[i] = old - h
			below := loss()
			x.Data[i] = old
			want := (above - below) / (2 * h)
			largest = max(largest, math.Abs(want))
			if d := math.Abs(float64(got.Data[i]) - want); d > 1e-4 {
				t.Errorf("%+v: the gradient by sample %d is %v, and %v by differences", c, i, got.Data[i], want)
			}
		}
		if largest < 0.3 {
			t.Errorf("%+v: no gradient exceeds %v, which tests nothing", c, largest)
		}
	}
}

// TestHardForm holds the transform in real numbers, with rounding as it is,
// against the integer one. With steps of 1 samples agree within a few roundings,
// wherever they lie; with larger ones a coefficient near a half may round the
// other way, which a whole block shows.
func TestHardForm(t *testing.T) {
	for _, c := range []struct {
		channels, height, width int
		o                       Options
		levels                  float64 // largest difference but for one sample in a hundred
		mean                    float64
	}{
		{1, 60, 61, Options{Quality: 100}, 1, 0.3},
		{3, 60, 61, Options{Quality: 100, Subsampling: Subsampling444}, 3, 0.8},
		{3, 60, 61, Options{Quality: 100, Subsampling: Subsampling422}, 3, 0.8},
		{3, 60, 61, Options{Quality: 100}, 3, 0.8},
		{3, 7, 4, Options{Quality: 100}, 3, 0.8},
		{1, 60, 61, Options{Quality: 75}, 5, 0.6},
		{3, 60, 61, Options{Quality: 75}, 9, 1.5},
	} {
		x := smooth(4, 2, c.channels, c.height, c.width).Round()
		want, err := JPEG(t.Context(), x, c.o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := soften(t.Context(), x, &c.o, hard)
		if err != nil {
			t.Fatal(err)
		}
		far, sum := 0, 0.0
		for i, v := range got.Data {
			d := 255 * math.Abs(float64(v-want.Images.Data[i]))
			sum += d
			if d > c.levels {
				far++
			}
		}
		n := float64(len(got.Data))
		if float64(far)/n > 0.01 || sum/n > c.mean {
			t.Errorf("%+v: %.4f of the samples differ by more than %g levels, all by %.3f on average", c.o, float64(far)/n, c.levels, sum/n)
		}
	}
}

// TestCubic: the rounding's value and slope where they are known.
func TestCubic(t *testing.T) {
	for _, c := range []struct{ v, rounded, slope float64 }{
		{3, 3, 0}, {3.25, 3.015625, 0.1875}, {-1.25, -1.015625, 0.1875}, {0.5, 1 - 0.125, 0.75},
	} {
		if rounded, slope := cubic(c.v); rounded != c.rounded || slope != c.slope {
			t.Errorf("cubic(%v) = %v, slope %v, want %v and %v", c.v, rounded, slope, c.rounded, c.slope)
		}
	}
}

// TestSoftRefuses: the entries check what they are given.
func TestSoftRefuses(t *testing.T) {
	x := smooth(1, 2, 1, 8, 8)
	nan := smooth(1, 2, 1, 8, 8)
	nan.Data[70] = float32(math.NaN())
	for _, c := range []struct {
		x, byBack *pixel.Batch
		o         Options
		want      string
	}{
		{x, x, Options{}, "gradient of differentiable jpeg: quality 0, want 1..100"},
		{nan, x, Options{Quality: 50}, "gradient of differentiable jpeg: image 1: sample 6 is NaN, want a number"},
		{x, x.Slice(0, 1), Options{Quality: 50}, "gradient of differentiable jpeg: batches differ in shape: 2×1×8×8 and 1×1×8×8"},
	} {
		if _, err := Gradient(t.Context(), c.x, c.byBack, c.o); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	if _, err := Differentiable(t.Context(), nan, Options{Quality: 50}); err == nil || err.Error() != "differentiable jpeg: image 1: sample 6 is NaN, want a number" {
		t.Errorf("error %v", err)
	}
}
