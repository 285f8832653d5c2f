package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"jpgreport/runtime/codec"
)

// Bounds of a picture. A file of some kilobytes may claim, or really hold, more
// than a machine's memory.
const (
	MaxPictureBytes  = 128 << 20 // of the file
	MaxPicturePixels = 64 << 20  // width times height
)

// A format is a kind of picture file, told by its first bytes and never by its
// name.
type format struct {
	name    string
	starts  []string // ? stands for any byte
	endings []string // of file names
	config  func(file []byte) (image.Config, error)
	decode  func(file []byte) (image.Image, error)
}

// formats returns the formats that can be read.
func formats() []format {
	return []format{
		{"bmp", []string{"BM????\x00\x00\x00\x00"}, []string{".bmp"}, reads(bmp.DecodeConfig), reads(bmp.Decode)},
		{"gif", []string{"GIF87a", "GIF89a"}, []string{".gif"}, reads(gif.DecodeConfig), reads(gif.Decode)},
		{"jpeg", []string{"\xff\xd8\xff"}, []string{".jpg", ".jpeg", ".jpe", ".jfif"}, codec.DecodeConfig, decodeJPEG},
		{"png", []string{"\x89PNG\r\n\x1a\n"}, []string{".png"}, reads(png.DecodeConfig), reads(png.Decode)},
		{"tiff", []string{"II*\x00", "MM\x00*"}, []string{".tif", ".tiff"}, reads(tiff.DecodeConfig), reads(tiff.Decode)},
		{"webp", []string{"RIFF????WEBP"}, []string{".webp"}, reads(webp.DecodeConfig), reads(decodeWebP)},
	}
}

// reads turns what reads from a reader into what reads a file in memory.
func reads[T any](f func(io.Reader) (T, error)) func(file []byte) (T, error) {
	return func(file []byte) (T, error) { return f(bytes.NewReader(file)) }
}

func decodeJPEG(file []byte) (image.Image, error) {
	p, err := codec.Decode(file)
	if err != nil {
		return nil, err // and no picture, where one that is nil would be an image
	}
	return p, nil
}

// formatOf returns the format of a file; ok is false when it is none of them.
func formatOf(file []byte) (f format, ok bool) {
	for _, f := range formats() {
		for _, s := range f.starts {
			if matches(file, s) {
				return f, true
			}
		}
	}
	return format{}, false
}

func matches(file []byte, start string) bool {
	if len(file) < len(start) {
		return false
	}
	for i := range len(start) {
		if start[i] != '?' && start[i] != file[i] {
			return false
		}
	}
	return true
}

// A header is what a picture's file says of it before it is decoded.
type header struct {
	format
	orientation orientation
	wide, high  int // upright
}

// readHeader reads a picture's header and holds it to the bounds.
func readHeader(file []byte) (h header, err error) {
	defer recovered(&err)
	var ok bool
	if h.format, ok = formatOf(file); !ok {
		if len(file) == 0 {
			return h, errors.New("the file is empty")
		}
		return h, fmt.Errorf("no picture: it begins with %q, want PNG, JPEG, GIF, WebP, BMP or TIFF", file[:min(len(file), 8)])
	}
	c, err := h.config(file)
	if err != nil {
		return h, decodeError(h.name, err)
	}
	if c.Width < 1 || c.Height < 1 {
		return h, fmt.Errorf("a picture of %d×%d pixels", c.Width, c.Height)
	}
	if pixels := int64(c.Width) * int64(c.Height); pixels > MaxPicturePixels {
		return h, fmt.Errorf("%d×%d pixels, want at most %d in all", c.Width, c.Height, MaxPicturePixels)
	}
	h.orientation = orientationOf(h.name, file)
	h.wide, h.high = c.Width, c.Height
	if h.orientation.exchanged() {
		h.wide, h.high = h.high, h.wide
	}
	return h, nil
}

// decodePicture decodes a picture upright. Of several frames it has the first.
func decodePicture(file []byte, channels int, background color.NRGBA) (r *raster, err error) {
	defer recovered(&err)
	h, err := readHeader(file)
	if err != nil {
		return nil, err
	}
	m, err := h.decode(file)
	if err != nil {
		return nil, decodeError(h.name, err)
	}
	size := image.Rect(0, 0, h.wide, h.high)
	if h.orientation.exchanged() {
		size = image.Rect(0, 0, h.high, h.wide)
	}
	if b := m.Bounds(); b != size {
		if !b.In(size) {
			return nil, fmt.Errorf("%s: %v pixels, its header says %v", h.name, b.Size(), size.Size())
		}
		whole := image.NewNRGBA(size) // a frame of a GIF may be smaller than its picture
		draw.Draw(whole, b, m, b.Min, draw.Src)
		m = whole
	}
	return rasterOf(m, channels, background).upright(h.orientation), nil
}

// recovered turns a decoder's panic into an error: a picture that upsets one is
// broken, which is no reason for a run to end.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the decoder failed: %v", r)
	}
}

func decodeError(format string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: cut short", format)
	}
	return fmt.Errorf("%s: %s", format, strings.TrimPrefix(err.Error(), format+": ")) // most say it themselves
}
