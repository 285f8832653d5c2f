package codec_test

import (
	"slices"
	"testing"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

func compressed(t *testing.T, x *pixel.Batch, o codec.Options) *codec.Compressed {
	t.Helper()
	c, err := codec.JPEG(t.Context(), x, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOptimize: fitted Huffman tables change the size alone.
func TestOptimize(t *testing.T) {
	x := pictures(3, 3, 40, 33)
	typical, fitted := compressed(t, x, codec.Options{Quality: 75}), compressed(t, x, codec.Options{Quality: 75, Optimize: true})
	if typical.Images.Digest() != fitted.Images.Digest() || !slices.Equal(typical.Tables, fitted.Tables) {
		t.Error("other pixels or quantisation tables")
	}
	for i, n := range fitted.Bytes {
		if n >= typical.Bytes[i] {
			t.Errorf("image %d has %d bytes, no fewer than %d", i, n, typical.Bytes[i])
		}
	}
}

// TestSteps: a quality's tables given as steps are that quality.
func TestSteps(t *testing.T) {
	x := pictures(2, 3, 20, 31)
	luma, chroma, err := codec.StandardTables(60)
	if err != nil {
		t.Fatal(err)
	}
	want, got := compressed(t, x, codec.Options{Quality: 60}), compressed(t, x, codec.Options{Steps: [][64]int{luma, chroma}})
	if got.Images.Digest() != want.Images.Digest() || !slices.Equal(got.Bytes, want.Bytes) || !slices.Equal(got.Tables, want.Tables) || got.Quality != 0 {
		t.Error("the same steps give another result")
	}
}

// TestQualities: each unit comes back as it does when the whole image has its
// quality, where its neighbours do not reach into it by interpolated chroma.
func TestQualities(t *testing.T) {
	for _, c := range []struct {
		channels, height, width int
		s                       codec.Subsampling
		wide, high              int // of a unit
	}{
		{1, 28, 28, codec.Subsampling420, 8, 8},
		{3, 20, 27, codec.Subsampling444, 8, 8},
		{3, 20, 37, codec.Subsampling420, 16, 16},
		{3, 20, 37, codec.Subsampling422, 16, 8},
	} {
		x := pictures(1, c.channels, c.height, c.width)
		across, down := (c.width+c.wide-1)/c.wide, (c.height+c.high-1)/c.high
		qualities := make([]int, across*down)
		whole := make([]*pixel.Batch, len(qualities))
		for i := range qualities {
			qualities[i] = 1 + 37*i%100
			whole[i] = compressed(t, x, codec.Options{Quality: qualities[i], Subsampling: c.s}).Images
		}
		got := compressed(t, x, codec.Options{Qualities: qualities, Subsampling: c.s})
		if got.Bytes != nil || got.Tables != nil || got.Quality != 0 {
			t.Errorf("%s: sizes or tables of a file that cannot be", c.s)
		}
		edge := 0 // pixels at a unit's edge that see its neighbour's chroma
		if c.wide > 8 {
			edge = 1
		}
		for k, v := range got.Images.Data {
			row, column := k/c.width%c.height, k%c.width
			inside := column%c.wide >= edge && column%c.wide < c.wide-edge &&
				(c.high == 8 || row%c.high >= edge && row%c.high < c.high-edge)
			if want := whole[row/c.high*across+column/c.wide].Data[k]; inside && v != want {
				t.Fatalf("%s: sample %d is %v, want %v", c.s, k, v, want)
			}
		}
	}
}
