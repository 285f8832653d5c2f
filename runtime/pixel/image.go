package pixel

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// Image returns image i at 8 bits: *image.Gray for one channel, *image.NRGBA for
// three (red, green, blue).
func (b *Batch) Image(i int) image.Image {
	s := b.Sample(i)
	return b.picture(func(k int) byte { return Level(s[k]) })
}

// Difference returns the picture of (y−x) of image i, amplified by gain and
// centred on mid-grey: level 128 means no difference. What exceeds the range is
// clipped, so a caption states the gain.
func Difference(x, y *Batch, i int, gain float64) image.Image {
	xs, ys := x.Sample(i), y.Sample(i)
	return x.picture(func(k int) byte {
		d := math.Round(255*gain*(float64(ys[k])-float64(xs[k]))) + 128
		return byte(min(max(d, 0), 255))
	})
}

// picture draws one image of the batch's shape from a level for each of its
// samples, which are indexed in CHW order.
func (b *Batch) picture(level func(k int) byte) image.Image {
	r := image.Rect(0, 0, b.W, b.H)
	plane := b.H * b.W
	if b.C == 1 {
		g := image.NewGray(r)
		for k := range plane {
			g.Pix[k] = level(k)
		}
		return g
	}
	m := image.NewNRGBA(r)
	for k := range plane {
		m.Pix[4*k], m.Pix[4*k+1], m.Pix[4*k+2], m.Pix[4*k+3] = level(k), level(plane+k), level(2*plane+k), 255
	}
	return m
}

// FromImages returns the batch of the given images, all of one size, with one
// channel when every image is *image.Gray and three otherwise. Transparency is
// an error: what shines through is not known.
func FromImages(images []image.Image) (*Batch, error) {
	if len(images) == 0 {
		return nil, fmt.Errorf("no images")
	}
	channels := 1
	for _, m := range images {
		if _, ok := m.(*image.Gray); !ok {
			channels = 3
		}
	}
	size := images[0].Bounds().Size()
	b := New(len(images), channels, size.Y, size.X)
	for i, m := range images {
		if got := m.Bounds().Size(); got != size {
			return nil, fmt.Errorf("image %d is %d×%d, the first is %d×%d", i, got.X, got.Y, size.X, size.Y)
		}
		if err := b.draw(i, m); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *Batch) draw(i int, m image.Image) error {
	s, plane, o := b.Sample(i), b.H*b.W, m.Bounds().Min
	for y := range b.H {
		for x := range b.W {
			k := y*b.W + x
			c := color.NRGBAModel.Convert(m.At(o.X+x, o.Y+y)).(color.NRGBA)
			if c.A != 255 {
				return fmt.Errorf("image %d is transparent at %d,%d", i, x, y)
			}
			s[k] = Sample(c.R)
			if b.C == 3 {
				s[plane+k], s[2*plane+k] = Sample(c.G), Sample(c.B)
			}
		}
	}
	return nil
}
