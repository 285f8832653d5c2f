package codec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// pictures returns images of soft blobs with some noise, between the levels.
func pictures(n, c, h, w int) *pixel.Batch {
	r := rand.New(rand.NewPCG(7, uint64(n*c*h*w)))
	b := pixel.New(n, c, h, w)
	for i := range n {
		s := b.Sample(i)
		for ch := range c {
			cy, cx := r.Float64()*float64(h), r.Float64()*float64(w)
			for k := range h * w {
				dy, dx := float64(k/w)-cy, float64(k%w)-cx
				v := math.Exp(-(dy*dy+dx*dx)/float64(h*w)*8) + 0.05*r.NormFloat64()
				s[ch*h*w+k] = float32(min(max(v, 0), 1))
			}
		}
	}
	return b
}

// TestAnotherDecoder holds files and pixels against image/jpeg, whose transform
// is another one: a level of grey may differ by 1, and one of a colour by as much
// in luma and in chroma, times at most 1.772. Interpolated chroma it does not have.
func TestAnotherDecoder(t *testing.T) {
	for _, x := range []*pixel.Batch{
		pictures(5, 1, 28, 28),
		pictures(2, 3, 32, 32),
		pictures(2, 3, 17, 9), // no whole number of 16×16 units
		pictures(2, 1, 5, 11),
		pictures(1, 3, 1, 1),
	} {
		for _, o := range []codec.Options{
			{Quality: 1, Subsampling: codec.Subsampling444}, {Quality: 50, Subsampling: codec.Subsampling444, Optimize: true},
			{Quality: 100, Subsampling: codec.Subsampling444}, {Quality: 75}, {Quality: 75, Subsampling: codec.Subsampling422},
		} {
			name := fmt.Sprintf("%s at quality %d, %s", x.Shape(), o.Quality, o.Subsampling)
			c, err := codec.JPEG(t.Context(), x, o)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := pixel.SameShape(c.Images, x); err != nil || c.Quality != o.Quality {
				t.Fatalf("%s: %v, quality %d", name, err, c.Quality)
			}
			for i := range x.N {
				file, err := codec.File(x, i, o)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if tables, err := codec.Tables(file); err != nil || !slices.Equal(tables, c.Tables) || len(file) != c.Bytes[i] {
					t.Errorf("%s: the file has %d bytes, and JPEG says %d and the tables %v; %v", name, len(file), c.Bytes[i], c.Tables, err)
				}
				m, err := jpeg.Decode(bytes.NewReader(file))
				if err != nil {
					t.Fatalf("%s: image %d: %v", name, i, err)
				}
				want := map[codec.Subsampling]image.YCbCrSubsampleRatio{codec.Subsampling420: image.YCbCrSubsampleRatio420,
					codec.Subsampling422: image.YCbCrSubsampleRatio422, codec.Subsampling444: image.YCbCrSubsampleRatio444}[o.Subsampling]
				if m, ok := m.(*image.YCbCr); ok != (x.C == 3) || ok && m.SubsampleRatio != want {
					t.Errorf("%s: the file decodes as %T", name, m)
				}
				if x.C == 1 || o.Subsampling == codec.Subsampling444 {
					within(t, name, c.Images.Sample(i), m, []int{1: 1, 3: 3}[x.C])
				}
			}
		}
	}
}

// within compares levels with a picture's.
func within(t *testing.T, name string, samples []float32, m image.Image, difference int) {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for k := range w * h {
		r, g, b, _ := m.At(k%w, k/w).RGBA()
		for c, v := range []uint32{r, g, b}[:len(samples)/(w*h)] {
			if got, other := int(pixel.Level(samples[c*w*h+k])), int(v>>8); got > other+difference || got < other-difference {
				t.Errorf("%s: channel %d of pixel %d is %d, and %d as image/jpeg decodes it", name, c, k, got, other)
			}
		}
	}
}

func TestJPEGLosesMoreAtLowerQuality(t *testing.T) {
	x := pictures(3, 1, 28, 28).Round()
	size, wrong := math.MaxInt, -1.0
	for _, quality := range []int{100, 75, 25, 5} {
		c, err := codec.JPEG(t.Context(), x, codec.Options{Quality: quality})
		if err != nil {
			t.Fatal(err)
		}
		s, e := 0, 0.0
		for _, b := range c.Bytes {
			s += b
		}
		for k, v := range c.Images.Data {
			e += math.Pow(float64(v-x.Data[k]), 2)
		}
		if s >= size || e <= wrong {
			t.Errorf("quality %d: %d bytes and an error of %v, no better than at the quality above", quality, s, e)
		}
		size, wrong = s, e
	}
}

// TestJPEGRoundsFirst: an image between the levels is compressed as its nearest
// levels, and a sample beyond the range as the range's end.
func TestJPEGRoundsFirst(t *testing.T) {
	x := pictures(2, 1, 16, 16)
	x.Data[3], x.Data[40] = -0.2, 1.7
	want, err := codec.JPEG(t.Context(), x.Round(), codec.Options{Quality: 80})
	if err != nil {
		t.Fatal(err)
	}
	got, err := codec.JPEG(t.Context(), x, codec.Options{Quality: 80})
	if err != nil {
		t.Fatal(err)
	}
	if got.Images.Digest() != want.Images.Digest() {
		t.Error("rounding by hand first gives other pixels")
	}
}

func TestJPEGWhateverTheCores(t *testing.T) {
	x := pictures(40, 3, 16, 24)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var digests []string
	for _, procs := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(procs)
		c, err := codec.JPEG(t.Context(), x, codec.Options{Quality: 60})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, c.Images.Digest()+fmt.Sprint(c.Bytes))
	}
	if digests[0] != digests[1] || digests[0] != digests[2] {
		t.Error("the result depends on GOMAXPROCS")
	}
}

func TestJPEGRefuses(t *testing.T) {
	nan := pixel.New(3, 1, 4, 4)
	nan.Data[21] = float32(math.NaN())
	good := pixel.New(1, 1, 8, 8)
	colour := pixel.New(1, 3, 20, 9)
	zero := make([][64]int, 1)
	at75 := codec.Options{Quality: 75}
	for _, c := range []struct {
		x    *pixel.Batch
		o    codec.Options
		want string
	}{
		{good, codec.Options{}, "jpeg: quality 0, want 1..100"},
		{good, codec.Options{Quality: 101}, "jpeg: quality 101, want 1..100"},
		{good, codec.Options{Quality: -75}, "jpeg: quality -75, want 1..100"},
		{good, codec.Options{Quality: 75, Subsampling: 3}, "jpeg: subsampling 3, want Subsampling420, Subsampling422 or Subsampling444"},
		{good, codec.Options{Quality: 75, Steps: zero}, "jpeg: quality 75 beside steps or qualities that take its place, want 0"},
		{good, codec.Options{Steps: zero}, "jpeg: table 0: step 0 is 0, want 1..255"},
		{good, codec.Options{Steps: zero[:0]}, "jpeg: steps of 0 tables, want 1"},
		{colour, codec.Options{Steps: zero}, "jpeg: steps of 1 tables, want 2"},
		{colour, codec.Options{Qualities: []int{75}}, "jpeg: qualities of 1 units, want 2 (2 rows of 1)"},
		{colour, codec.Options{Qualities: []int{75, 0}}, "jpeg: unit 1: quality 0, want 1..100"},
		{good, codec.Options{Qualities: []int{75}, Optimize: true}, "jpeg: a quality for each unit beside steps or optimised tables, want it alone"},
		{pixel.New(0, 1, 8, 8), at75, "jpeg: no images"},
		{pixel.New(1, 2, 8, 8), at75, "jpeg: 2 channels, want 1 (grey) or 3 (red, green, blue)"},
		{pixel.New(1, 1, 0, 8), at75, "jpeg: images of 0×8, want sides of 1..65535"},
		{pixel.New(1, 1, 1, 65536), at75, "jpeg: images of 1×65536, want sides of 1..65535"},
		{nan, at75, "jpeg: image 1: sample 5 is NaN, want a number"},
	} {
		if _, err := codec.JPEG(t.Context(), c.x, c.o); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	for _, c := range []struct {
		x    *pixel.Batch
		i    int
		o    codec.Options
		want string
	}{
		{nan, 1, at75, "jpeg file: image 1: sample 5 is NaN, want a number"},
		{nan, 3, at75, "jpeg file: image 3, want 0..2"},
		{good, 0, codec.Options{}, "jpeg file: quality 0, want 1..100"},
		{good, 0, codec.Options{Qualities: []int{75}}, "jpeg file: a quality for each unit, want one quality or steps: a baseline file has one table a component"},
	} {
		if _, err := codec.File(c.x, c.i, c.o); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestJPEGCancelled(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // more would be done before the word gets round
	ctx, cancel := context.WithCancel(t.Context())
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(work.Step) { cancel() }))
	if _, err := codec.JPEG(ctx, pictures(2000, 1, 28, 28), codec.Options{Quality: 75}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestJPEGReportsProgress(t *testing.T) {
	var steps []work.Step
	ctx := work.WithProgress(t.Context(), work.ProgressFunc(func(s work.Step) { steps = append(steps, s) }))
	if _, err := codec.JPEG(ctx, pictures(120, 1, 8, 8), codec.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	if len(steps) == 0 || len(steps) > 61 {
		t.Fatalf("%d steps", len(steps))
	}
	if want := (work.Step{Task: "compress at quality 75", Done: 120, Total: 120, Unit: "images"}); steps[len(steps)-1] != want {
		t.Errorf("the last step is %+v, want %+v", steps[len(steps)-1], want)
	}
	if !slices.IsSortedFunc(steps, func(a, b work.Step) int { return a.Done - b.Done }) {
		t.Error("progress goes back")
	}
}

// memory keeps results in a map and counts the hits.
type memory struct {
	kept map[string][]byte
	hits int
}

func (m *memory) Recall(k work.Key) ([]byte, bool) {
	b, ok := m.kept[fmt.Sprint(k)]
	if ok {
		m.hits++
	}
	return b, ok
}

func (m *memory) Keep(k work.Key, value []byte) { m.kept[fmt.Sprint(k)] = value }

func TestJPEGIsRecalled(t *testing.T) {
	m := &memory{kept: map[string][]byte{}}
	computed := 0
	ctx := work.WithMemory(t.Context(), m)
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(s work.Step) {
		if s.Done == s.Total {
			computed++
		}
	}))
	x := pictures(4, 3, 16, 16)
	compress := func(x *pixel.Batch, quality int) *codec.Compressed {
		c, err := codec.JPEG(ctx, x, codec.Options{Quality: quality})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, again := compress(x, 75), compress(x, 75)
	if computed != 1 || m.hits != 1 {
		t.Errorf("computed %d times and recalled %d times, want once each", computed, m.hits)
	}
	if again.Images.Digest() != first.Images.Digest() || !slices.Equal(again.Bytes, first.Bytes) ||
		!slices.Equal(again.Tables, first.Tables) || again.Quality != 75 {
		t.Error("recalled otherwise than computed")
	}
	compress(x, 74)
	compress(x.Slice(0, 3), 75)
	if computed != 3 {
		t.Errorf("another quality and another batch: computed %d times in all, want 3", computed)
	}
	others := &memory{kept: map[string][]byte{}}
	for i, o := range []codec.Options{
		{Quality: 75}, {Quality: 75, Subsampling: codec.Subsampling444}, {Quality: 75, Optimize: true},
		{Steps: make([][64]int, 2)}, {Steps: make([][64]int, 2)}, {Qualities: []int{75}}, {Qualities: []int{74}},
	} {
		for k := range 128 {
			if o.Steps != nil {
				o.Steps[k/64][k%64] = 1 + i
			}
		}
		for range 2 {
			if _, err := codec.JPEG(work.WithMemory(t.Context(), others), x, o); err != nil {
				t.Fatal(err)
			}
		}
		if len(others.kept) != i+1 || others.hits != i+1 {
			t.Errorf("options %d: %d results kept and %d recalled, want %d each", i, len(others.kept), others.hits, i+1)
		}
	}
	for k, b := range m.kept {
		for name, damaged := range map[string][]byte{"nothing": nil, "half": b[:len(b)/2], "a long head": {255, 255, 255, 255, 0}} {
			m.kept[k] = damaged
			before := computed
			compress(x, 74)
			compress(x.Slice(0, 3), 75)
			if got := compress(x, 75); computed != before+1 || got.Images.Digest() != first.Images.Digest() {
				t.Errorf("%s left of an entry: computed %d times, want once", name, computed-before)
			}
		}
	}
}

// TestName: the codec's name says what pixels depend on, which the Go release is
// not.
func TestName(t *testing.T) {
	if got := codec.Name(); !strings.Contains(got, "libjpeg-turbo") || strings.Contains(got, runtime.Version()) {
		t.Errorf("%s", got)
	}
}

func BenchmarkJPEG(b *testing.B) {
	for _, c := range []struct {
		name string
		x    *pixel.Batch
	}{{"grey 1000×28×28", pictures(1000, 1, 28, 28)}, {"colour 16×224×224", pictures(16, 3, 224, 224)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.x.Data)))
			for b.Loop() {
				if _, err := codec.JPEG(b.Context(), c.x, codec.Options{Quality: 75}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
