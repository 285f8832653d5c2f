package codec

import (
	"errors"
	"fmt"
	"image"
	"image/color"
)

// A Picture is what [Decode] makes of a file: an [image.Image] of 8-bit levels.
type Picture struct {
	Width, Height int
	Channels      int    // 1, grey; or 3: red, green and blue
	Levels        []byte // row by row, the channels of a pixel together
}

var _ image.Image = (*Picture)(nil)

// ColorModel returns the model of the picture's colours.
func (p *Picture) ColorModel() color.Model {
	if p.Channels == 1 {
		return color.GrayModel
	}
	return color.RGBAModel
}

// Bounds returns the picture's rectangle, from 0, 0 on.
func (p *Picture) Bounds() image.Rectangle { return image.Rect(0, 0, p.Width, p.Height) }

// At returns the colour of a pixel, which must lie within the bounds.
func (p *Picture) At(x, y int) color.Color {
	v := p.Levels[p.Channels*(y*p.Width+x):]
	if p.Channels == 1 {
		return color.Gray{v[0]}
	}
	return color.RGBA{v[0], v[1], v[2], 255}
}

// DecodeConfig returns the size and the colour model of a JPEG file without
// decoding it.
func DecodeConfig(file []byte) (image.Config, error) {
	d, err := newDecoder(file, kernels{})
	if err != nil {
		return image.Config{}, err
	}
	for d.parts == nil {
		marker, err := d.segment()
		if err == nil && (marker == markerSOS || marker == markerEOI) {
			err = errNoFrame
		}
		if err != nil {
			return image.Config{}, err
		}
	}
	p := Picture{Channels: d.channels()}
	return image.Config{ColorModel: p.ColorModel(), Width: d.width, Height: d.height}, nil
}

// Decode decodes a JPEG file of 8 bits and Huffman coding, sequential or
// progressive (T.81, processes of SOF0, SOF1 and SOF2), to the pixels that
// libjpeg-turbo gives with its defaults, bit for bit, so to Pillow's: of one
// component in grey, of three in red, green and blue, of four (CMYK) as Pillow's
// convert("RGB") makes them. What is beyond 16 bits in the inverse transform, as
// no encoder writes it, is lost as in libjpeg-turbo's AVX2 form, but for blocks of
// one row of coefficients.
//
// libjpeg guesses what a damaged file may have been and goes on with a warning.
// Decode does not: a file that is cut short or contradicts itself is an error, and
// so is a progressive file without the last bits of the coefficients that libjpeg
// would smooth. Only bytes between segments are passed over. Arithmetic coding,
// 12 bits, lossless files and sampling factors that do not divide the largest are
// errors too.
//
// Memory is in proportion to the image's size, which DecodeConfig tells; and a
// file is too short for its size when it has less than a bit for each block.
func Decode(file []byte) (*Picture, error) { return decodeFile(file, fastest()) }

var errNoFrame = errors.New("found no header of the frame")

func decodeFile(file []byte, k kernels) (*Picture, error) {
	d, err := newDecoder(file, k)
	if err != nil {
		return nil, err
	}
	for {
		marker, err := d.segment()
		if err != nil {
			return nil, err
		}
		switch marker {
		case markerSOS:
			if err := d.scan(); err != nil {
				return nil, err
			}
			if d.streamed {
				return d.picture(), nil
			}
		case markerEOI:
			if err := d.complete(); err != nil {
				return nil, err
			}
			d.restore()
			return d.picture(), nil
		}
	}
}

// A decoder decodes one file.
type decoder struct {
	kernels
	segments
	shape       // once there is a frame
	progressive bool
	parts       []part // the components, in the frame's order
	tables      [4]*[64]int
	specs       [2][4]*huffmanSpec // of DC and of AC
	restart     int                // units between restarts; 0: none
	jfif        bool
	adobe       bool
	transform   byte // of Adobe's segment

	bitReader
	buffer   []byte // a segment without stuffing
	streamed bool   // the only scan has all components: blocks are transformed as they come
}

// A part is a component of the frame and its part in the current scan.
type part struct {
	component
	id        byte
	quantiser int        // the number of its table of steps
	steps     *[64]int16 // those that held at its first scan; nil before it
	// known is the lowest bit that progressive scans have given of each
	// coefficient in a file's order, unknown before the first.
	known [64]int8

	dc, ac    *lookup
	before    int // DC coefficient of the block before
	from, to  int // the band
	high, low int // the lowest bit of its coefficients before the scan, 0 if none, and after it
	ends      int // bands that end before the next code

	// For progressive scans: which coefficients of each block are not 0, bits in a
	// file's order, and the current block's.
	places []uint64
	filled *uint64
}

const unknown = 127

func newDecoder(file []byte, k kernels) (*decoder, error) {
	s, err := openSegments(file)
	if err != nil {
		return nil, err
	}
	return &decoder{kernels: k, segments: s}, nil
}

// segment reads the next segment, but of a scan only the marker.
func (d *decoder) segment() (marker byte, err error) {
	d.segments.skip()
	if marker, err = d.marker(); err != nil || marker == markerSOS || marker == markerEOI {
		return marker, err
	}
	body, err := d.body()
	if err != nil {
		return marker, err
	}
	start := d.segments.at - len(body)
	switch {
	case marker == markerDQT:
		err = define(&d.tables, body, start)
	case marker == markerDHT:
		err = d.defineCodes(body)
	case marker == markerDRI:
		if len(body) != 2 {
			return marker, fmt.Errorf("offset %d: found a restart interval of %d bytes, want 2", start, len(body))
		}
		d.restart = int(body[0])<<8 | int(body[1])
	case marker == markerAPP0:
		d.jfif = d.jfif || len(body) >= 14 && string(body[:5]) == "JFIF\x00"
	case marker == markerAPP14:
		if len(body) >= 12 && string(body[:5]) == "Adobe" {
			d.adobe, d.transform = true, body[11]
		}
	case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG:
		err = d.frame(marker, body)
	}
	if err != nil && marker != markerDQT {
		err = fmt.Errorf("offset %d: %w", start, err)
	}
	return marker, err
}

// defineCodes reads the tables of a DHT segment (T.81, B.2.4.2).
func (d *decoder) defineCodes(body []byte) error {
	for len(body) > 0 {
		if len(body) < 17 {
			return fmt.Errorf("found %d bytes for a Huffman table, want 17 or more", len(body))
		}
		class, id, n := body[0]>>4, body[0]&15, 0
		if class > 1 || id > 3 {
			return fmt.Errorf("found a Huffman table of class %d and number %d, want 0..1 and 0..3", class, id)
		}
		s := new(huffmanSpec)
		copy(s.counts[:], body[1:17])
		for _, count := range s.counts {
			n += int(count)
		}
		if n > 256 || 17+n > len(body) {
			return fmt.Errorf("found %d codes in a Huffman table, want at most 256 and all their symbols", n)
		}
		s.symbols = body[17 : 17+n]
		d.specs[class][id] = s
		body = body[17+n:]
	}
	return nil
}
