package dataset_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"jpgreport/runtime/dataset"
)

// idx returns an IDX file of unsigned bytes.
func idx(data []byte, dims ...int) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, data...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func count(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestReadIDX(t *testing.T) {
	raw := idx(count(24), 2, 3, 4)
	for name, file := range map[string][]byte{"raw": raw, "gzipped": gzipped(raw)} {
		a, err := dataset.ReadIDX("f", bytes.NewReader(file), dataset.ImageDims)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(a.Data, count(24)) || len(a.Dims) != 3 || a.Dims[2] != 4 {
			t.Errorf("%s: dimensions %v, data %v", name, a.Dims, a.Data)
		}
		// printf '\0\0\b\3\0\0\0\2\0\0\0\3\0\0\0\4' and the bytes 0 to 23, through sha256sum
		if want := "a51c98759421959402851916f9b92885907c60a39b5a4ffeb856ea22cd940c51"; a.SHA256 != want {
			t.Errorf("%s: SHA-256 %s, want %s", name, a.SHA256, want)
		}
	}
}

func TestReadIDXRefuses(t *testing.T) {
	images, labels := idx(count(24), 2, 3, 4), idx([]byte{7, 2}, 2)
	badSum := gzipped(images)
	badSum[len(badSum)-8] ^= 1
	for _, c := range []struct {
		name string
		file []byte
		dims int
		want string
	}{
		{"nothing", nil, 3, "f: offset 0: found the end of the file, want a header of 16 bytes"},
		{"half a header", images[:6], 3, "f: offset 6: found the end of the file, want a header of 16 bytes"},
		{"labels for images", labels, 3, "f: offset 0: found magic number 0x00000801 (labels), want 0x00000803 (images)"},
		{"images for labels", images, 1, "f: offset 0: found magic number 0x00000803 (images), want 0x00000801 (labels)"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), 3, "f: offset 0: found magic number 0x89504e47 (not IDX), want 0x00000803 (images)"},
		{"floats", []byte{0, 0, 13, 3}, 3, "f: offset 0: found magic number 0x00000d03 (other than unsigned bytes), want 0x00000803 (images)"},
		{"colour images", idx(count(24), 2, 1, 3, 4), 3, "f: offset 0: found magic number 0x00000804 (4 dimensions), want 0x00000803 (images)"},
		{"no images", idx(nil, 0, 3, 4), 3, "f: offset 4: found 0 images, want at least 1"},
		{"no columns", idx(nil, 2, 3, 0), 3, "f: offset 12: found 0 columns, want at least 1"},
		{"no labels", idx(nil, 0), 1, "f: offset 4: found 0 labels, want at least 1"},
		{"cut short", images[:26], 3, "f: offset 26: found the end of the file, want 14 more bytes for the 2×3×4 of the header"},
		{"cut short, gzipped whole", gzipped(images[:26]), 3, "f: offset 26: found the end of the file, want 14 more bytes for the 2×3×4 of the header"},
		{"cut short by gzip", gzipped(images)[:24], 3, ""}, // the place depends on the compressor
		{"gzip without its checksum", gzipped(images)[:len(gzipped(images))-8], 3, "f: offset 40: found the end of the file, want the end of the file after the 2×3×4 of the header"},
		{"gzip with a wrong checksum", badSum, 3, "f: offset 40: gzip: invalid checksum, want the end of the file after the 2×3×4 of the header"},
		{"gzip in name only", []byte("\x1f\x8bjunkjunkjunk"), 3, "f: offset 0: gzip: invalid header, want gzipped IDX data"},
		{"a byte too many", append(images[:40:40], 0), 3, "f: offset 40: found more bytes, want the end of the file after the 2×3×4 of the header"},
		{"a lying header", idx(count(5), 1<<28), 1, "f: offset 13: found the end of the file, want 268435451 more bytes for the 268435456 of the header"},
		{"a header beyond all bounds", idx(nil, 1<<32-1, 1<<32-1, 1<<32-1), 3, "f: offset 4: found 4294967295 images, in all more than 536870912 bytes, want less"},
		{"dimensions that multiply to too much", idx(nil, 1<<20, 1<<9, 2), 3, "f: offset 12: found 2 columns, in all more than 536870912 bytes, want less"},
		{"dimensions that are not there", images, 2, "f: 2 dimensions asked for, want 1 or 3"},
	} {
		_, err := dataset.ReadIDX("f", bytes.NewReader(c.file), c.dims)
		switch {
		case err == nil:
			t.Errorf("%s: no error", c.name)
		case c.want == "" && !strings.Contains(err.Error(), "found the end of the file"), c.want != "" && err.Error() != c.want:
			t.Errorf("%s: error\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

// TestLyingHeaderCostsNoMemory: a file of 13 bytes that promises 512 MiB.
func TestLyingHeaderCostsNoMemory(t *testing.T) {
	file := idx(count(5), dataset.MaxBytes)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := dataset.ReadIDX("f", bytes.NewReader(file), dataset.LabelDims); err == nil {
		t.Fatal("no error")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("%d bytes allocated for a file of %d", got, len(file))
	}
}

// endless gives zeros for ever and counts them.
type endless int

func (e *endless) Read(b []byte) (int, error) {
	clear(b)
	*e += endless(len(b))
	return len(b), nil
}

// TestBombIsNotRead: what comes after the data that the header promises is not
// read, but for what the reader buffers.
func TestBombIsNotRead(t *testing.T) {
	var more endless
	_, err := dataset.ReadIDX("f", io.MultiReader(bytes.NewReader(idx(count(100), 100)), &more), dataset.LabelDims)
	if want := "f: offset 108: found more bytes, want the end of the file after the 100 of the header"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if more > 1<<16 {
		t.Errorf("%d bytes read beyond the data", more)
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte, image bool) {
		dims := dataset.LabelDims
		if image {
			dims = dataset.ImageDims
		}
		a, err := dataset.ReadIDX("f", bytes.NewReader(file), dims)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f: offset ") {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		size := 1
		for _, d := range a.Dims {
			size *= d
		}
		if len(a.Data) != size || len(a.Dims) != dims {
			t.Errorf("%d bytes for %v", len(a.Data), a.Dims)
		}
		again, err := dataset.ReadIDX("f", bytes.NewReader(idx(a.Data, a.Dims...)), dims)
		if err != nil || again.SHA256 != a.SHA256 {
			t.Errorf("written again it is another file: %v", err)
		}
	})
}
