package dataset

import (
	"image"
	"image/color"

	"jpgreport/runtime/codec"
)

// A raster is a picture of 8-bit levels, row by row, channels together: one for
// grey, three for red, green and blue.
type raster struct {
	wide, high, channels int
	levels               []byte
}

func newRaster(wide, high, channels int) *raster {
	return &raster{wide, high, channels, make([]byte, wide*high*channels)}
}

// row returns the levels of a row.
func (r *raster) row(y int) []byte {
	n := r.wide * r.channels
	return r.levels[y*n : (y+1)*n]
}

// rasterOf returns a picture over a background, in as many channels as asked for.
// Levels of 16 bits are rounded to 8. Grey is the luma of ITU-R BT.601, rounded,
// as Pillow has it.
func rasterOf(m image.Image, channels int, background color.NRGBA) *raster {
	if p, ok := m.(*codec.Picture); ok && p.Channels == channels {
		return &raster{p.Width, p.Height, p.Channels, p.Levels}
	}
	size := m.Bounds().Size()
	r := newRaster(size.X, size.Y, channels)
	if gray, ok := m.(*image.Gray); ok && channels == 1 {
		for y := range size.Y {
			copy(r.row(y), gray.Pix[y*gray.Stride:])
		}
		return r
	}
	colours := rowReader(m, background)
	wide := make([]byte, 3*size.X)
	for y := range size.Y {
		if channels == 3 {
			colours(r.row(y), y)
			continue
		}
		colours(wide, y)
		row := r.row(y)
		for x := range row {
			row[x] = luma(wide[3*x], wide[3*x+1], wide[3*x+2])
		}
	}
	return r
}

// luma weighs in 16 bits of fraction by 0.299, 0.587 and 0.114.
func luma(r, g, b byte) byte {
	return byte((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

// rowReader returns what fills rows of red, green and blue from a picture. Common
// kinds of picture have a way of their own: colour by colour takes a second for a
// photograph.
func rowReader(m image.Image, background color.NRGBA) func(row []byte, y int) {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.Gray:
		return func(row []byte, y int) {
			for x, v := range m.Pix[y*m.Stride:][:b.Dx()] {
				row[3*x], row[3*x+1], row[3*x+2] = v, v, v
			}
		}
	case *codec.Picture:
		n := m.Width * m.Channels
		return func(row []byte, y int) {
			if m.Channels == 3 {
				copy(row, m.Levels[y*n:])
				return
			}
			for x, v := range m.Levels[y*n:][:n] {
				row[3*x], row[3*x+1], row[3*x+2] = v, v, v
			}
		}
	case *image.RGBA:
		if m.Opaque() {
			return func(row []byte, y int) { opaque(row, m.Pix[y*m.Stride:]) }
		}
	case *image.NRGBA:
		if m.Opaque() {
			return func(row []byte, y int) { opaque(row, m.Pix[y*m.Stride:]) }
		}
	case *image.Paletted:
		palette := make([][3]byte, 256) // what lies beyond the palette is black, as in an empty picture
		for i, c := range m.Palette {
			palette[i] = over(c, background)
		}
		return func(row []byte, y int) {
			for x, i := range m.Pix[y*m.Stride:][:b.Dx()] {
				copy(row[3*x:3*x+3], palette[i][:])
			}
		}
	}
	return func(row []byte, y int) {
		for x := range b.Dx() {
			c := over(m.At(b.Min.X+x, b.Min.Y+y), background)
			copy(row[3*x:3*x+3], c[:])
		}
	}
}

// opaque drops the fourth of each four bytes.
func opaque(row, pix []byte) {
	for x := range len(row) / 3 {
		copy(row[3*x:3*x+3], pix[4*x:4*x+3])
	}
}

// over lays a colour over an opaque background and rounds to 8 bits.
func over(c color.Color, background color.NRGBA) [3]byte {
	n := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	mix := func(top uint16, under byte) byte {
		a := uint64(n.A)
		sum := uint64(top)*a + uint64(under)*0x101*(0xffff-a) // of 0xffff²
		const level = 0xffff * 0x101
		return byte((sum + level/2) / level)
	}
	return [3]byte{mix(n.R, background.R), mix(n.G, background.G), mix(n.B, background.B)}
}
