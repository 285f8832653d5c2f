package dataset

import (
	"image"
	"io"

	"golang.org/x/image/webp"
)

// decodeWebP decodes a WebP file in colours, as libwebp does by default, bit for
// bit. Lossy WebP has the range of television (RFC 6386, 9.2; BT.601: luma in
// 16..235), which package image takes for that of JPEG, and halved chroma, which
// package image repeats.
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
	wide, high := m.Rect.Dx(), m.Rect.Dy()
	to := image.NewNRGBA(image.Rect(0, 0, wide, high))
	cb, cr := make([]byte, wide), make([]byte, wide)
	for y := range high {
		near, far := videoRows(y, (high+1)/2)
		doubleChroma(cb, m.Cb[near*m.CStride:], m.Cb[far*m.CStride:])
		doubleChroma(cr, m.Cr[near*m.CStride:], m.Cr[far*m.CStride:])
		luma, row := m.Y[y*m.YStride:], to.Pix[y*to.Stride:]
		for x := range wide {
			l, u, v := int(luma[x])*19077>>8, int(cb[x]), int(cr[x])
			row[4*x] = video(l + v*26149>>8 - 14234)
			row[4*x+1] = video(l - u*6419>>8 - v*13320>>8 + 8708)
			row[4*x+2] = video(l + u*33050>>8 - 17685)
			row[4*x+3] = 255
			if alpha != nil {
				row[4*x+3] = alpha[y*stride+x]
			}
		}
	}
	return to
}

// videoRows returns the two rows of n that a row of the picture lies between, the
// nearer first. Beyond the edge it is the edge's own.
func videoRows(y, n int) (near, far int) {
	near = y / 2
	return near, min(max(near-1+y%2*2, 0), n-1)
}

// doubleChroma fills a row of the picture from two of halved chroma: 9, 3, 3 and 1
// sixteenths of the four samples around each new one, halves rounded up.
func doubleChroma(dst, near, far []byte) {
	n := (len(dst) + 1) / 2
	for x := range dst {
		a, b := videoRows(x, n)
		sum := 3*(3*uint16(near[a])+uint16(near[b])) + 3*uint16(far[a]) + uint16(far[b])
		dst[x] = byte((sum + 8) >> 4)
	}
}

func video(v int) byte { return byte(min(max(v>>6, 0), 255)) }
