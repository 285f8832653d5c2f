package codec

import "image"

// RGB returns the red, green and blue levels, row by row, of a JPEG picture whose
// planes have been decoded, as libjpeg-turbo makes them with its defaults. Package
// image itself repeats the samples of chroma, which shows at the edges of colours.
func RGB(m *image.YCbCr) []byte {
	size := m.Rect.Size()
	levels := make([]byte, 3*size.X*size.Y)
	Chroma(m, func(y int, luma, cb, cr []byte) {
		row := levels[3*size.X*y:][:3*size.X]
		for x, l := range luma {
			l, u, v := int32(l), int32(cb[x])-128, int32(cr[x])-128
			row[3*x] = clamp(l + (rCr*v+colourHalf)>>colourBits)
			row[3*x+1] = clamp(l + (gCb*u+gCr*v+colourHalf)>>colourBits)
			row[3*x+2] = clamp(l + (bCb*u+colourHalf)>>colourBits)
		}
	})
	return levels
}

// Chroma calls each for the rows of a picture, from the top, with luma and chroma
// at full width, valid until it returns: halved chroma is doubled by the triangle
// filter, see [JPEG]. Planes of other factors than 1 and 2 across, or halved
// downwards only, are repeated.
func Chroma(m *image.YCbCr, each func(y int, luma, cb, cr []byte)) {
	size := m.Rect.Size()
	cb, cr := newChroma(m, m.Cb), newChroma(m, m.Cr)
	for y := range size.Y {
		luma := m.Y[m.YOffset(m.Rect.Min.X, m.Rect.Min.Y+y):][:size.X]
		each(y, luma, cb.row(y)[:size.X], cr.row(y)[:size.X])
	}
}

// A chroma gives the rows of a plane of chroma at full width.
type chroma struct {
	m          *image.YCbCr
	plane      []byte
	wide, high int    // samples of the plane that stand for the picture
	doubled    []byte // a row
	near, far  []byte // rows of the plane with a sample before and after
}

func newChroma(m *image.YCbCr, plane []byte) *chroma {
	size := m.Rect.Size()
	c := &chroma{m: m, plane: plane, wide: ceilDiv(size.X, 2), high: size.Y}
	if m.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		c.high = ceilDiv(size.Y, 2)
	}
	c.doubled = make([]byte, max(2*c.wide, size.X))
	c.near, c.far = make([]byte, c.wide+2), make([]byte, c.wide+2)
	return c
}

// row returns row y of the picture, valid until the next call.
func (c *chroma) row(y int) []byte {
	r := c.m.SubsampleRatio
	switch {
	case c.wide >= minFancy && r == image.YCbCrSubsampleRatio422:
		c.bordered(c.near, y)
		triangle(c.doubled, c.near, c.near, c.wide, doublingOf(1))
	case c.wide >= minFancy && r == image.YCbCrSubsampleRatio420:
		near := y / 2
		c.bordered(c.near, near)
		c.bordered(c.far, min(max(near-1+y%2*2, 0), c.high-1))
		triangle(c.doubled, c.near, c.far, c.wide, doublingOf(2))
	default:
		for x := range c.m.Rect.Dx() {
			c.doubled[x] = c.plane[c.m.COffset(c.m.Rect.Min.X+x, c.m.Rect.Min.Y+y)]
		}
	}
	return c.doubled
}

// bordered copies a row of the plane, its ends repeated.
func (c *chroma) bordered(dst []byte, y int) {
	copy(dst[1:1+c.wide], c.plane[y*c.m.CStride:])
	dst[0], dst[c.wide+1] = dst[1], dst[c.wide]
}
