package dataset

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"os"
	"path/filepath"
	"testing"
)

// FuzzOrientation: whatever a file says, it is upright or one of the eight, and
// nothing beyond its end is read.
func FuzzOrientation(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "pictures", "orientation6.*"))
	if err != nil || len(files) != 4 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 400)])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, format := range []string{"jpeg", "png", "webp", "tiff", "gif"} {
			if o := orientationOf(format, bytes.Clone(file)); o < 1 || o > 8 {
				t.Errorf("%s: orientation %d", format, o)
			}
		}
	})
}

// FuzzCIFAR: a file is refused or gives whole records with labels in range.
func FuzzCIFAR(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 1+cifarLevels))
	f.Add(make([]byte, 2*(2+cifarLevels)-1))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, form := range cifarForms() {
			n := 0
			err := form.parse(file, 10, func(label int, levels []byte) {
				n++
				if label < 0 || label > 9 || len(levels) != cifarLevels {
					t.Errorf("label %d, %d levels", label, len(levels))
				}
			})
			if err == nil && n*(form.labels+cifarLevels) != len(file) {
				t.Errorf("%d records of %d bytes", n, len(file))
			}
		}
	})
}

// FuzzMeta: a MATLAB file is refused or gives synsets, and nothing beyond its end is
// read. What it has compressed stands plain in a second seed, for changes to reach it.
func FuzzMeta(f *testing.F) {
	b, err := os.ReadFile(filepath.Join("testdata", "meta.mat"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	plain := bytes.Clone(b[:matHeader])
	for d := (mat{b[matHeader:]}); len(d.rest) > 0; {
		_, data, err := d.next()
		if err != nil {
			f.Fatal(err)
		}
		_, inside, err := inflated(data)
		if err != nil {
			f.Fatal(err)
		}
		plain = binary.LittleEndian.AppendUint32(plain, matMatrix)
		plain = binary.LittleEndian.AppendUint32(plain, uint32(len(inside)))
		plain = append(plain, inside...)
	}
	if list, err := readMeta(plain); err != nil || len(list) != 3 {
		f.Fatalf("%q, %v", list, err)
	}
	f.Add(plain)
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := readMeta(bytes.Clone(file))
		if err == nil && (len(list) == 0 || len(list) > maxSynsets) {
			t.Errorf("%d synsets", len(list))
		}
	})
}

// FuzzPicture: no file panics or comes out otherwise than its header says.
func FuzzPicture(f *testing.F) {
	for _, name := range []string{"palette.gif", "bilevel.png", "rgb.bmp", "cmyk.jpg", "lzw.tif", "lossy.webp"} {
		b, err := os.ReadFile(filepath.Join("testdata", "pictures", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := readHeader(file)
		if err != nil || h.wide*h.high > 1<<16 {
			return
		}
		r, err := decodePicture(file, 3, color.NRGBA{A: 255})
		if err == nil && (r.wide != h.wide || r.high != h.high || len(r.levels) != 3*r.wide*r.high) {
			t.Errorf("%d×%d, its header says %d×%d", r.wide, r.high, h.wide, h.high)
		}
	})
}
