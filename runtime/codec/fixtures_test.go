package codec_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"strings"
	"testing"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

// A coding is how a line of testdata/pillow.txt was compressed.
type coding struct {
	name              string
	width, height     int
	coding            string
	quality, optimize int
}

// options returns c's options as the package's.
func (c coding) options() codec.Options {
	o := codec.Options{Quality: c.quality, Optimize: c.optimize == 1}
	switch c.coding {
	case "4:4:4":
		o.Subsampling = codec.Subsampling444
	case "4:2:2":
		o.Subsampling = codec.Subsampling422
	}
	if c.quality == 0 { // own_steps
		o.Steps = make([][64]int, 2)
		for k := range 64 {
			o.Steps[0][k], o.Steps[1][k] = 1+(7*k*k+3*k)%255, 1+(11*k*k+5*k)%255
		}
	}
	return o
}

func (c coding) channels() int {
	if c.coding == "grey" {
		return 1
	}
	return 3
}

// planar returns interleaved levels, as Pillow has them, as a batch of one image.
func planar(levels []byte, channels, height, width int) *pixel.Batch {
	b := pixel.New(1, channels, height, width)
	for i, v := range levels {
		b.Data[i%channels*height*width+i/channels] = pixel.Sample(v)
	}
	return b
}

// interleaved undoes planar.
func interleaved(t testing.TB, b *pixel.Batch) []byte {
	levels, exact := b.Levels()
	if !exact {
		t.Fatal("samples between the 8-bit levels")
	}
	out := make([]byte, len(levels))
	for i := range out {
		out[i] = levels[i%b.C*b.H*b.W+i/b.C]
	}
	return out
}

// xorshift returns the bytes that pillow.py calls noise.
func xorshift(n int) []byte {
	state, out := uint32(2463534242), make([]byte, n)
	for i := range out {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		out[i] = byte(state >> 24)
	}
	return out
}

// picture returns a picture of pillow.py, interleaved.
func picture(t testing.TB, name string, channels, height, width int) []byte {
	n := channels * height * width
	switch name {
	case "noise":
		return xorshift(n)
	case "extremes":
		levels := xorshift(n)
		for i, v := range levels {
			levels[i] = byte(int8(v) >> 7)
		}
		return levels
	case "flat":
		return bytes.Repeat([]byte{37, 200, 118}[:channels], height*width)
	}
	f, err := os.Open("testdata/" + name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	levels := make([]byte, 0, n)
	for k := range height * width {
		r, g, b, _ := m.At(k%width, k/width).RGBA()
		if channels == 1 {
			levels = append(levels, byte(g>>8))
		} else {
			levels = append(levels, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return levels
}

func digest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b))[:10] }

// TestPillow holds sizes, files and pixels against what Pillow gave, bit for bit:
// every quality, all subsamplings, sizes of no whole block, flat pictures, noise,
// text and a photograph, optimised tables and steps of one's own.
func TestPillow(t *testing.T) {
	f, err := os.Open("testdata/pillow.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var c coding
		var size int
		var file, back string
		if _, err := fmt.Sscan(lines.Text(), &c.name, &c.width, &c.height, &c.coding, &c.quality, &c.optimize, &size, &file, &back); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		n++
		x := planar(picture(t, c.name, c.channels(), c.height, c.width), c.channels(), c.height, c.width)
		got, err := codec.JPEG(t.Context(), x, c.options())
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		written, err := codec.File(x, 0, c.options())
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if d := digest(interleaved(t, got.Images)); d != back {
			t.Errorf("%+v: other pixels than Pillow's", c)
		}
		if got.Bytes[0] != size || digest(written) != file {
			t.Errorf("%+v: %d bytes stated, %d in the file, want %d and Pillow's", c, got.Bytes[0], len(written), size)
		}
	}
	if n < 3000 {
		t.Errorf("%d fixtures, want all", n)
	}
}
