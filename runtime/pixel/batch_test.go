package pixel_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"jpgreport/runtime/pixel"
)

func ramp(n, c, h, w int) *pixel.Batch {
	levels := make([]byte, n*c*h*w)
	for i := range levels {
		levels[i] = byte(i)
	}
	return pixel.FromBytes(n, c, h, w, levels)
}

func TestEveryLevelSurvives(t *testing.T) {
	for l := range 256 {
		if got := pixel.Level(pixel.Sample(byte(l))); int(got) != l {
			t.Errorf("level %d came back as %d", l, got)
		}
	}
}

func TestLevelRoundsToNearest(t *testing.T) {
	for _, c := range []struct {
		sample float32
		want   byte
	}{
		{-1, 0}, {0.4 / 255, 0}, {0.6 / 255, 1}, {254.4 / 255, 254}, {254.6 / 255, 255}, {7, 255},
		{float32(math.NaN()), 0}, {float32(math.Inf(1)), 255},
	} {
		if got := pixel.Level(c.sample); got != c.want {
			t.Errorf("Level(%v) = %d, want %d", c.sample, got, c.want)
		}
	}
}

func TestBinaryRoundTrip(t *testing.T) {
	exact := ramp(2, 3, 5, 7)
	between := ramp(2, 1, 3, 3)
	between.Data[4] += 1e-4
	odd := ramp(1, 1, 2, 2)
	odd.Data[0] = -3 // outside the range, so not a level
	for name, b := range map[string]*pixel.Batch{"levels": exact, "samples": between, "out of range": odd} {
		enc, err := b.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got pixel.Batch
		if err := got.UnmarshalBinary(enc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Digest() != b.Digest() || got.Shape() != b.Shape() {
			t.Errorf("%s: came back as another batch", name)
		}
	}
	if n := 17 + 2*3*5*7; len(must(exact.MarshalBinary())) != n {
		t.Errorf("8-bit samples are not kept in one byte each")
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func FuzzUnmarshalBinary(f *testing.F) {
	f.Add(must(ramp(1, 1, 2, 3).MarshalBinary()))
	f.Add([]byte("b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, enc []byte) {
		var b pixel.Batch
		if b.UnmarshalBinary(enc) != nil {
			return
		}
		if len(b.Data) != b.N*b.Size() {
			t.Errorf("%s with %d samples", b.Shape(), len(b.Data))
		}
	})
}

func TestDigestTellsShapesAndSamplesApart(t *testing.T) {
	seen := map[string]string{}
	changed := ramp(1, 1, 4, 4)
	changed.Data[7] = pixel.Sample(200)
	for name, b := range map[string]*pixel.Batch{
		"4×4": ramp(1, 1, 4, 4), "2×8": ramp(1, 1, 2, 8), "4 of 2×2": ramp(4, 1, 2, 2), "one sample changed": changed,
	} {
		if other, ok := seen[b.Digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[b.Digest()] = name
	}
}

func TestPickAndSlice(t *testing.T) {
	b := ramp(4, 1, 2, 2)
	if got := b.Pick([]int{3, 0}); got.Sample(0)[0] != b.Sample(3)[0] || got.Sample(1)[3] != b.Sample(0)[3] {
		t.Error("Pick took the wrong images")
	}
	s := b.Slice(1, 3)
	if s.N != 2 || &s.Data[0] != &b.Data[4] {
		t.Error("Slice does not share the batch's memory")
	}
}

func TestImages(t *testing.T) {
	grey, colour := ramp(2, 1, 3, 5), ramp(2, 3, 3, 5)
	for name, b := range map[string]*pixel.Batch{"grey": grey, "colour": colour} {
		back, err := pixel.FromImages([]image.Image{b.Image(0), b.Image(1)})
		if err != nil {
			t.Fatal(err)
		}
		if back.Digest() != b.Digest() {
			t.Errorf("%s images came back otherwise", name)
		}
	}
}

func TestFromImagesRefuses(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	clear.SetNRGBA(1, 0, color.NRGBA{A: 9})
	for _, c := range []struct {
		images []image.Image
		want   string
	}{
		{nil, "no images"},
		{[]image.Image{image.NewGray(image.Rect(0, 0, 2, 2)), image.NewGray(image.Rect(0, 0, 3, 2))}, "image 1 is 3×2, the first is 2×2"},
		{[]image.Image{clear}, "image 0 is transparent at 0,0"},
	} {
		if _, err := pixel.FromImages(c.images); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestDifferenceIsAmplifiedAroundGrey(t *testing.T) {
	x := pixel.FromBytes(1, 1, 1, 4, []byte{100, 100, 100, 100})
	y := pixel.FromBytes(1, 1, 1, 4, []byte{100, 103, 90, 255})
	got := pixel.Difference(x, y, 0, 4).(*image.Gray).Pix
	if want := []byte{128, 140, 88, 255}; !bytes.Equal(got, want) {
		t.Errorf("levels %v, want %v", got, want)
	}
}

func TestSameShape(t *testing.T) {
	err := pixel.SameShape(ramp(1, 1, 2, 2), ramp(1, 1, 2, 3))
	if err == nil || !strings.Contains(err.Error(), "1×1×2×2 and 1×1×2×3") {
		t.Errorf("error %v", err)
	}
}

func TestRound(t *testing.T) {
	b := ramp(1, 1, 2, 2)
	off := b.Like()
	copy(off.Data, b.Data)
	for i := range off.Data {
		off.Data[i] += 0.3 / 255
	}
	if off.Round().Digest() != b.Digest() {
		t.Error("samples less than half a level away do not round back")
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		b    *pixel.Batch
		want string
	}{
		{pixel.New(2, 1, 3, 3), ""},
		{nil, "no batch (nil)"},
		{&pixel.Batch{N: 4, C: 1, H: 8, W: 8, Data: make([]float32, 64)}, "a batch of 4×1×8×8 with 64 samples, want 256"},
		{&pixel.Batch{N: 1 << 62, C: 1, H: 2, W: 2}, "a batch of 4611686018427387904×1×2×2, want sizes of 0 or more and at most 2147483648 samples"},
		{&pixel.Batch{N: -4, C: -1, H: 1, W: 1, Data: make([]float32, 4)}, "a batch of -4×-1×1×1, want sizes of 0 or more and at most 2147483648 samples"},
	} {
		got := ""
		if err := c.b.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
