package codec

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestDecodeCutShort cuts files wherever it goes: an error, or the whole picture
// where only what follows the last code is missing.
func TestDecodeCutShort(t *testing.T) {
	for _, name := range []string{"420-17x9", "gray-17x9", "cmyk-5x33", "photo-RGB", "text-L"} {
		file := named(t, name)
		want, err := Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(file) - 1 {
			p, err := Decode(file[:n])
			if err == nil && (n < len(file)-40 || !bytes.Equal(p.Levels, want.Levels)) {
				t.Errorf("%s: %d of %d bytes decode", name, n, len(file))
			}
		}
	}
}

// frameOf returns a SOF segment.
func frameOf(marker byte, precision byte, high, wide int, components ...byte) []byte {
	n := len(components) / 3
	b := []byte{0xff, marker, 0, byte(8 + len(components)), precision, byte(high >> 8), byte(high), byte(wide >> 8), byte(wide), byte(n)}
	return append(b, components...)
}

// TestDecodeRefuses: errors say what is wrong and where.
func TestDecodeRefuses(t *testing.T) {
	join := func(parts ...[]byte) []byte {
		return append(bytes.Join(append([][]byte{{0xff, 0xd8}}, parts...), nil), 0xff, 0xd9)
	}
	gray := frameOf(0xc0, 8, 8, 8, 1, 0x11, 0)
	three := frameOf(0xc0, 8, 8, 8, 1, 0x22, 0, 2, 0x22, 0, 3, 0x22, 0)
	progressive := frameOf(0xc2, 8, 8, 8, 1, 0x11, 0)
	steps := append([]byte{0xff, 0xdb, 0, 67, 0}, bytes.Repeat([]byte{1}, 64)...)
	scan := func(b ...byte) []byte { return append([]byte{0xff, 0xda, 0, byte(2 + len(b))}, b...) }
	codes := func(head byte, counts [16]byte, symbols ...byte) []byte {
		return bytes.Join([][]byte{{0xff, 0xc4, 0, byte(19 + len(symbols)), head}, counts[:], symbols}, nil)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"a PNG", []byte("\x89PNG"), "offset 0: found 89 50, want ff d8, the start of a JPEG file"},
		{"nothing in it", join(), "found no header of the frame"},
		{"a scan alone", join(scan(1, 1, 0, 0, 63, 0)), "scan at offset 4: found no header of the frame"},
		{"lossless", join(frameOf(0xc3, 8, 8, 8, 1, 0x11, 0)), "offset 6: a frame of the kind SOF3, want SOF0, SOF1 or SOF2: sequential or progressive with Huffman coding"},
		{"arithmetic", join(frameOf(0xca, 8, 8, 8, 1, 0x11, 0)), "offset 6: a frame of the kind SOF10, want SOF0, SOF1 or SOF2: sequential or progressive with Huffman coding"},
		{"arithmetic tables", join([]byte{0xff, 0xcc, 0, 2}), "offset 6: arithmetic coding, want Huffman coding"},
		{"12 bits", join(frameOf(0xc1, 12, 8, 8, 1, 0x11, 0)), "offset 6: samples of 12 bits, want 8"},
		{"no height", join(frameOf(0xc0, 8, 0, 8, 1, 0x11, 0)), "offset 6: 8×0 pixels, want at least 1 each way"},
		{"two components", join(frameOf(0xc0, 8, 8, 8, 1, 0x11, 0, 2, 0x11, 0)), "offset 6: 2 components, want 1, 3 or 4"},
		{"factor 5", join(frameOf(0xc0, 8, 8, 8, 1, 0x51, 0)), "offset 6: component 0: sampling factors 5 and 1 and table 0, want 1..4 and 0..3"},
		{"3 to 2", join(frameOf(0xc0, 8, 8, 8, 1, 0x31, 0, 2, 0x21, 0, 3, 0x11, 0)), "offset 6: component 1: sampling factors 2 and 1, want divisors of the largest, 3 and 1"},
		{"two frames", join(gray, gray), "offset 19: a second frame"},
		{"too large a lie", join(frameOf(0xc0, 8, 65535, 65535, 1, 0x11, 0)), "offset 6: cut short: 17 bytes for 65535×65535 pixels"},
		{"a short frame", join([]byte{0xff, 0xc0, 0, 4, 8, 0}), "offset 6: a frame header of 2 bytes"},
		{"no scan", join(gray), "cut short: no scan of component 0"},
		{"no steps", join(gray, scan(1, 1, 0, 0, 63, 0)), "scan at offset 17: no quantisation table 0"},
		{"another component", join(gray, steps, scan(1, 7, 0, 0, 63, 0)), "scan at offset 86: component 7, which the frame does not have or the scan has twice"},
		{"a component twice", join(three, steps, scan(2, 1, 0, 1, 0, 0, 63, 0)), "scan at offset 92: component 1, which the frame does not have or the scan has twice"},
		{"large units", join(three, steps, scan(3, 1, 0, 2, 0, 3, 0, 0, 63, 0)), "scan at offset 92: units of 12 blocks, want at most 10"},
		{"a short scan header", join(gray, steps, scan(1, 1, 0, 0)), "scan at offset 86: a header of 4 bytes for some of 1 components"},
		{"no table", join(gray, steps, scan(1, 1, 0x20, 0, 63, 0)), "scan at offset 86: no Huffman table of class 0 and number 2"},
		{"a table beyond", join(gray, steps, scan(1, 1, 0x40, 0, 63, 0)), "scan at offset 86: a Huffman table of the number 4, want 0..3"},
		{"no table, progressive", join(progressive, steps, scan(1, 1, 0, 0, 0, 0)), "scan at offset 86: no Huffman table of class 0 and number 0"},
		{"DC with AC", join(progressive, steps, scan(1, 1, 0, 0, 5, 0)), "scan at offset 86: coefficients 0..5 of 1 components, bits 0 and 0"},
		{"two bits at once", join(progressive, steps, scan(1, 1, 0, 1, 5, 0x20)), "scan at offset 86: coefficients 1..5 of 1 components, bits 2 and 0"},
		{"out of turn", join(progressive, steps, scan(1, 1, 0, 1, 5, 0x10)), "scan at offset 86: coefficients 1..5, bits 1 and 0: out of turn"},
		{"nothing coded", join(gray, steps, scan(1, 1, 0, 0, 63, 0)), "scan at offset 86: cut short in unit 1 of 1"},
		{"no code", join(gray, steps, scan(1, 1, 0, 0, 63, 0), []byte{0xff, 0, 0xff, 0, 0xff, 0}), "scan at offset 86: unit 1 of 1: found no code of the Huffman table, or more coefficients than a block has"},
		{"all ones", join(codes(0, [16]byte{2}, 0, 1), gray, steps, scan(1, 1, 0, 0, 63, 0)), "scan at offset 109: a Huffman table has more codes of up to 1 bits than there can be"},
		{"DC of 16 bits", join(codes(0, [16]byte{1}, 16), gray, steps, scan(1, 1, 0, 0, 63, 0)), "scan at offset 108: a Huffman table has the symbol 16 for DC, want 0..15"},
		{"half a table of codes", join([]byte{0xff, 0xc4, 0, 4, 0, 1}), "offset 6: found 2 bytes for a Huffman table, want 17 or more"},
		{"codes without symbols", join(codes(0, [16]byte{5}, 0)), "offset 6: found 5 codes in a Huffman table, want at most 256 and all their symbols"},
		{"a class beyond", join(codes(0x20, [16]byte{1}, 0)), "offset 6: found a Huffman table of class 2 and number 0, want 0..1 and 0..3"},
		{"a long interval", join([]byte{0xff, 0xdd, 0, 5, 0, 1, 2}), "offset 6: found a restart interval of 3 bytes, want 2"},
	} {
		if _, err := Decode(c.file); err == nil || err.Error() != c.want {
			t.Errorf("%s: error\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

// TestDecodeRefusesRestarts: a restart that is another or none.
func TestDecodeRefusesRestarts(t *testing.T) {
	for _, d := range decodings(t) {
		i := bytes.Index(d.file, []byte{0xff, markerRST0})
		if i < 0 {
			continue
		}
		file := bytes.Clone(d.file)
		file[i+1]++
		if _, err := Decode(file); err == nil || !strings.Contains(err.Error(), "found ff d1, want the restart ff d0") {
			t.Errorf("%s: error %v", d.name, err)
		}
		return
	}
	t.Error("no file with restarts")
}

// TestDecodeWantsTheLastBits: a progressive file whose last scan is left out is no
// picture, as libjpeg would smooth it.
func TestDecodeWantsTheLastBits(t *testing.T) {
	n := 0
	for _, d := range decodings(t) {
		if !bytes.Contains(d.file, []byte{0xff, markerSOF2, 0}) {
			continue
		}
		last := bytes.LastIndex(d.file, []byte{0xff, markerSOS, 0, 8})
		if last < 0 || d.file[last+7] == 0 || d.file[last+7] > 9 {
			continue
		}
		n++
		file := append(bytes.Clone(d.file[:last]), 0xff, markerEOI)
		if _, err := Decode(file); err == nil || !strings.HasPrefix(err.Error(), "cut short: the last bits of coefficient ") {
			t.Errorf("%s: error %v", d.name, err)
		}
	}
	if n < 5 {
		t.Errorf("%d files", n)
	}
}

// TestDecodeBoundsMemory: what a header claims is not believed.
func TestDecodeBoundsMemory(t *testing.T) {
	file := bytes.Clone(named(t, "444-40x23"))
	at := bytes.Index(file, []byte{0, 17, 8, 0, 23, 0, 40}) // in the frame's header
	copy(file[at+3:], []byte{0x20, 0, 0x20, 0})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(file)
	runtime.ReadMemStats(&after)
	if want := fmt.Sprintf("cut short: %d bytes for 8192×8192 pixels", len(file)); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes of memory for a file of %d", n, len(file))
	}
}

// FuzzDecode: no file panics, and what decodes is as large as its header says and
// the same with all inner loops.
func FuzzDecode(f *testing.F) {
	for i, d := range decodings(f) {
		if i%7 == 0 && len(d.file) < 2000 {
			f.Add(d.file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := DecodeConfig(file)
		if err != nil || c.Width*c.Height > 1<<16 {
			return
		}
		p, err := Decode(file)
		if err != nil {
			return
		}
		if p.Width != c.Width || p.Height != c.Height || len(p.Levels) != p.Width*p.Height*p.Channels {
			t.Errorf("%v and %d levels, its header says %d×%d", p.Bounds(), len(p.Levels), c.Width, c.Height)
		}
		if q, err := decodeFile(file, kernels{}); err != nil || !bytes.Equal(p.Levels, q.Levels) {
			t.Errorf("other pixels by the portable loops, %v", err)
		}
	})
}
