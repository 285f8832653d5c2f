package dataset

import (
	"image"
	"io"

	"golang.org/x/image/webp"

	"jpgreport/runtime/codec"
)

// decodeWebP decodes a WebP file in colours. Lossy WebP has the range of television
// (RFC 6386, 9.2; BT.601: luma in 16..235), which package image takes for that of
// JPEG.
func decodeWebP(r io.Reader) (image.Image, error) {
	m, err := webp.Decode(r)
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return fromVideo(m, nil, 0), nil
	case *image.NYCbCrA:
		return fromVideo(&m.YCbCr, m.A, m.AStride), nil
	}
	return m, nil
}

// fromVideo converts in libwebp's fixed point: products lose 8 bits, sums 6.
func fromVideo(m *image.YCbCr, alpha []byte, stride int) *image.NRGBA {
	to := image.NewNRGBA(image.Rect(0, 0, m.Rect.Dx(), m.Rect.Dy()))
	codec.Chroma(m, func(y int, luma, cb, cr []byte) {
		row := to.Pix[y*to.Stride:]
		for x := range luma {
			l, u, v := int(luma[x])*19077>>8, int(cb[x]), int(cr[x])
			row[4*x] = video(l + v*26149>>8 - 14234)
			row[4*x+1] = video(l - u*6419>>8 - v*13320>>8 + 8708)
			row[4*x+2] = video(l + u*33050>>8 - 17685)
			row[4*x+3] = 255
			if alpha != nil {
				row[4*x+3] = alpha[y*stride+x]
			}
		}
	})
	return to
}

func video(v int) byte { return byte(min(max(v>>6, 0), 255)) }
