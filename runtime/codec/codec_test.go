package codec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// plain is the round trip written out with pixel's pictures and the decoder's
// own conversion to colours.
func plain(t *testing.T, x *pixel.Batch, i, quality int) (levels []byte, size int) {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, x.Image(i), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	size = file.Len()
	m, err := jpeg.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	levels = make([]byte, x.Size())
	for k := range x.H * x.W {
		r, g, b, _ := m.At(k%x.W, k/x.W).RGBA()
		for c, v := range []uint32{r, g, b}[:x.C] {
			levels[c*x.H*x.W+k] = byte(v >> 8)
		}
	}
	return levels, size
}

func TestJPEGIsTheRealCodec(t *testing.T) {
	for _, x := range []*pixel.Batch{
		pictures(5, 1, 28, 28),
		pictures(2, 3, 32, 32),
		pictures(2, 3, 17, 9), // no whole number of 16×16 units
		pictures(2, 1, 5, 11),
		pictures(1, 3, 1, 1),
	} {
		for _, quality := range []int{1, 10, 49, 50, 75, 95, 100} {
			name := fmt.Sprintf("%s at quality %d", x.Shape(), quality)
			c, err := codec.JPEG(t.Context(), x, codec.Options{Quality: quality})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if c.Quality != quality || len(c.Bytes) != x.N {
				t.Errorf("%s: quality %d, %d sizes", name, c.Quality, len(c.Bytes))
			}
			if err := pixel.SameShape(c.Images, x); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i := range x.N {
				want, size := plain(t, x, i, quality)
				got, exact := c.Images.Slice(i, i+1).Levels()
				if !exact || !bytes.Equal(got, want) || c.Bytes[i] != size {
					t.Errorf("%s: image %d has %d bytes and other pixels than image/jpeg gives, which takes %d bytes", name, i, c.Bytes[i], size)
				}
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
	for _, c := range []struct {
		x       *pixel.Batch
		quality int
		want    string
	}{
		{good, 0, "jpeg: quality 0, want 1..100"},
		{good, 101, "jpeg: quality 101, want 1..100"},
		{good, -75, "jpeg: quality -75, want 1..100"},
		{pixel.New(0, 1, 8, 8), 75, "jpeg: no images"},
		{pixel.New(1, 2, 8, 8), 75, "jpeg: 2 channels, want 1 (grey) or 3 (red, green, blue)"},
		{pixel.New(1, 1, 0, 8), 75, "jpeg: images of 0×8, want sides of 1..65535"},
		{pixel.New(1, 1, 1, 65536), 75, "jpeg: images of 1×65536, want sides of 1..65535"},
		{nan, 75, "jpeg: image 1: sample 5 is NaN, want a number"},
	} {
		if _, err := codec.JPEG(t.Context(), c.x, codec.Options{Quality: c.quality}); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestJPEGCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(work.Step) { cancel() }))
	if _, err := codec.JPEG(ctx, pictures(500, 1, 28, 28), codec.Options{Quality: 75}); !errors.Is(err, context.Canceled) {
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

func TestName(t *testing.T) {
	if got := codec.Name(); !strings.HasPrefix(got, "image/jpeg "+runtime.Version()) || !strings.HasSuffix(got, "4:2:0") {
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
