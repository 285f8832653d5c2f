package codec

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/pixel"
)

// A decoding is a JPEG file of testdata/files.zip and what Pillow made of it.
type decoding struct {
	name                    string
	file                    []byte
	width, height, channels int
	digest                  string
}

// decodings returns the files of testdata/files.py.
func decodings(t testing.TB) (list []decoding) {
	t.Helper()
	files, err := zip.OpenReader("testdata/files.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	want, err := os.Open("testdata/files.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	for lines := bufio.NewScanner(want); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var d decoding
		if _, err := fmt.Sscan(lines.Text(), &d.name, &d.width, &d.height, &d.channels, &d.digest); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		f, err := files.Open(d.name)
		if err != nil {
			t.Fatal(err)
		}
		if d.file, err = io.ReadAll(f); err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	if len(list) < 200 {
		t.Fatalf("%d files, want all", len(list))
	}
	return list
}

// named returns the first file whose name has a part.
func named(t testing.TB, part string) []byte {
	list := decodings(t)
	i := slices.IndexFunc(list, func(d decoding) bool { return strings.Contains(d.name, part) })
	if i < 0 {
		t.Fatalf("no file %s", part)
	}
	return list[i].file
}

// TestDecode holds pixels against Pillow's, bit for bit, with all choices of inner
// loops: sequential and progressive files, of one scan and of several, all
// sampling factors, colours, restarts, tables, and coefficients that no image has.
func TestDecode(t *testing.T) {
	for _, d := range decodings(t) {
		c, err := DecodeConfig(d.file)
		if err != nil || c.Width != d.width || c.Height != d.height || c.ColorModel == color.GrayModel != (d.channels == 1) {
			t.Errorf("%s: a header of %+v, %v; want %d×%d, %d channels", d.name, c, err, d.width, d.height, d.channels)
		}
		for _, k := range choices() {
			p, err := decodeFile(d.file, k)
			if err != nil {
				t.Errorf("%s: %v", d.name, err)
				continue
			}
			if p.Width != d.width || p.Height != d.height || p.Channels != d.channels {
				t.Errorf("%s: %v and %d channels, want %d×%d and %d", d.name, p.Bounds(), p.Channels, d.width, d.height, d.channels)
			}
			if got := fmt.Sprintf("%x", sha256.Sum256(p.Levels))[:10]; got != d.digest {
				t.Errorf("%s, %+v: other pixels than Pillow's", d.name, k)
			}
		}
	}
}

// TestPictureIsAnImage: its colours are its levels.
func TestPictureIsAnImage(t *testing.T) {
	gray := &Picture{Width: 2, Height: 1, Channels: 1, Levels: []byte{7, 9}}
	colour := &Picture{Width: 1, Height: 2, Channels: 3, Levels: []byte{1, 2, 3, 4, 5, 6}}
	for _, c := range []struct {
		m    image.Image
		x, y int
		want color.Color
	}{{gray, 1, 0, color.Gray{9}}, {colour, 0, 1, color.RGBA{4, 5, 6, 255}}} {
		if got := c.m.At(c.x, c.y); got != c.want || c.m.ColorModel().Convert(got) != c.want {
			t.Errorf("%v at %d, %d, want %v", got, c.x, c.y, c.want)
		}
	}
}

// BenchmarkDecode decodes a large file and a small progressive one, and has
// image/jpeg do so, which stops short of the colours.
func BenchmarkDecode(b *testing.B) {
	x := pixel.New(1, 3, 768, 1024)
	for i := range x.Data {
		x.Data[i] = float32(0.5 + 0.4*math.Sin(float64(i%x.W)/19+float64(i/x.W)/17) + 0.03*math.Sin(float64(i*i)))
	}
	large, err := File(x, 0, Options{Quality: 90})
	if err != nil {
		b.Fatal(err)
	}
	small := slices.IndexFunc(decodings(b), func(d decoding) bool {
		return strings.Contains(d.name, "photo-RGB") && bytes.Contains(d.file, []byte{0xff, markerSOF2, 0})
	})
	for _, f := range []struct {
		name string
		file []byte
	}{{"1024x768", large}, {"progressive", decodings(b)[small].file}} {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(f.file); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(f.name+"/go", func(b *testing.B) {
			for b.Loop() {
				if _, err := jpeg.Decode(bytes.NewReader(f.file)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
