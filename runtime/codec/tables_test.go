package codec_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"jpgreport/runtime/codec"
)

// real returns a file of image/jpeg.
func real(t testing.TB, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStandardTables holds the tables of annex K and their scaling against the
// files that image/jpeg writes, at every quality.
func TestStandardTables(t *testing.T) {
	for quality := 1; quality <= 100; quality++ {
		luma, chroma, err := codec.StandardTables(quality)
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Tables(real(t, quality))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, [][64]int{luma, chroma}) {
			t.Errorf("quality %d: the file has %v, want %v and %v", quality, got, luma, chroma)
		}
	}
	for quality, want := range map[int]string{0: "quality 0, want 1..100", 101: "quality 101, want 1..100"} {
		if _, _, err := codec.StandardTables(quality); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestStandardTablesAtFifty: at 50 percent quality the tables are those of
// annex K as printed. (0,0), (0,7), (7,0) and (7,7) of K.1 are 16, 61, 72, 99.
func TestStandardTablesAtFifty(t *testing.T) {
	luma, chroma, err := codec.StandardTables(50)
	if err != nil {
		t.Fatal(err)
	}
	if luma[0] != 16 || luma[7] != 61 || luma[56] != 72 || luma[63] != 99 || chroma[0] != 17 || chroma[3] != 47 {
		t.Errorf("luma %v, chroma %v", luma, chroma)
	}
}

// segment returns a segment: marker, length, body.
func segment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// steps returns a DQT body: the head byte and elements 1 to 64 in file order.
func steps(head byte, wide bool) []byte {
	b := []byte{head}
	for k := range 64 {
		if wide {
			b = append(b, 1)
		}
		b = append(b, byte(k+1))
	}
	return b
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

var (
	soi = []byte{0xff, 0xd8}
	sos = []byte{0xff, 0xda}
)

func TestTables(t *testing.T) {
	app := segment(0xe0, 0xff, 0xdb, 0, 3, 9) // what looks like a marker in a segment is none
	file := join(soi, app, []byte{0xff, 0xff, 0xff}, segment(0xdb, join(steps(2, false), steps(0x10, true))...), []byte{0xff, 0xd0}, sos)
	got, err := codec.Tables(file)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d tables, %v; want 2", len(got), err)
	}
	// In file order the coefficients are (0,0), (0,1), (1,0), (2,0), (1,1), (0,2) and at last (7,7).
	for place, want := range map[int]int{0: 1, 1: 2, 8: 3, 16: 4, 9: 5, 2: 6, 63: 64} {
		if got[1][place] != want || got[0][place] != 256+want {
			t.Errorf("coefficient %d has the steps %d (16 bits) and %d, want %d and %d", place, got[0][place], got[1][place], 256+want, want)
		}
	}

	flat := bytes.Repeat([]byte{7}, 64)
	twice := join(soi, segment(0xdb, steps(0, false)...), segment(0xdb, append([]byte{0}, flat...)...), sos)
	if got, err := codec.Tables(twice); err != nil || len(got) != 1 || got[0][5] != 7 {
		t.Errorf("defined twice: %v, %v; want the last", got, err)
	}
	if got, err := codec.Tables(join(soi, []byte{0xff, 0xd9})); err != nil || len(got) != 0 {
		t.Errorf("a file without tables: %v, %v", got, err)
	}
}

func TestTablesRefuses(t *testing.T) {
	zero := steps(0, false)
	zero[5] = 0
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "offset 0: found , want ff d8, the start of a JPEG file"},
		{"a PNG", []byte("\x89PNG"), "offset 0: found 89 50, want ff d8, the start of a JPEG file"},
		{"no more", soi, "offset 2: found the end of the file, want a marker"},
		{"no marker", join(soi, []byte{1, 2}), "offset 2: found 01, want ff, the start of a marker"},
		{"a stuffed zero", join(soi, []byte{0xff, 0}), "offset 2: found ff 00, want the marker of a segment"},
		{"no length", join(soi, []byte{0xff, 0xdb, 0}), "offset 5: found the end of the file, want the length of a segment"},
		{"too short a length", join(soi, []byte{0xff, 0xe0, 0, 1, 0}), "offset 4: found a segment of 1 bytes, want at least 2"},
		{"beyond the end", join(soi, segment(0xdb, steps(0, false)...)[:30]), "offset 4: cut short in a segment of 67 bytes, of which 28 are there"},
		{"half a table", join(soi, segment(0xdb, steps(0, false)[:40]...), sos), "offset 6: found 40 bytes for a table, want 65"},
		{"32-bit steps", join(soi, segment(0xdb, steps(0x20, false)...), sos), "offset 6: found precision 2 and table 0, want 0..1 and 0..3"},
		{"a fifth table", join(soi, segment(0xdb, steps(4, false)...), sos), "offset 6: found precision 0 and table 4, want 0..1 and 0..3"},
		{"a step of 0", join(soi, segment(0xdb, zero...), sos), "offset 11: found a step of 0, want at least 1"},
	} {
		if _, err := codec.Tables(c.file); err == nil || err.Error() != c.want {
			t.Errorf("%s: error\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

func FuzzTables(f *testing.F) {
	f.Add(real(f, 75))
	f.Fuzz(func(t *testing.T, file []byte) {
		tables, err := codec.Tables(file)
		if err != nil {
			return
		}
		if len(tables) > 4 {
			t.Errorf("%d tables", len(tables))
		}
		for _, q := range tables {
			for _, step := range q {
				if step < 1 || step > 65535 {
					t.Errorf("a step of %d", step)
				}
			}
		}
	})
}
