package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// frame reads the header of the frame (T.81, B.2.2).
func (d *decoder) frame(marker byte, body []byte) error {
	switch marker {
	case markerSOF0, markerSOF1, markerSOF2:
	case markerDAC:
		return errors.New("arithmetic coding, want Huffman coding")
	default:
		return fmt.Errorf("a frame of the kind SOF%d, want SOF0, SOF1 or SOF2: sequential or progressive with Huffman coding", marker-markerSOF0)
	}
	if d.parts != nil {
		return errors.New("a second frame")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return fmt.Errorf("a frame header of %d bytes", len(body))
	}
	if body[0] != 8 {
		return fmt.Errorf("samples of %d bits, want 8", body[0])
	}
	d.progressive = marker == markerSOF2
	d.height, d.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if d.width < 1 || d.height < 1 {
		return fmt.Errorf("%d×%d pixels, want at least 1 each way", d.width, d.height)
	}
	if n := body[5]; n != 1 && n != 3 && n != 4 {
		return fmt.Errorf("%d components, want 1, 3 or 4", n)
	}
	parts := make([]part, body[5])
	for i := range parts {
		p, b := &parts[i], body[6+3*i:]
		p.id, p.h, p.v, p.quantiser = b[0], int(b[1]>>4), int(b[1]&15), int(b[2])
		if p.h < 1 || p.h > 4 || p.v < 1 || p.v > 4 || p.quantiser > 3 {
			return fmt.Errorf("component %d: sampling factors %d and %d and table %d, want 1..4 and 0..3", i, p.h, p.v, p.quantiser)
		}
		if len(parts) == 1 {
			p.h, p.v = 1, 1 // A.2.2: its blocks come one by one
		}
		d.h, d.v = max(d.h, p.h), max(d.v, p.v)
	}
	d.unitsWide, d.unitsHigh = ceilDiv(d.width, 8*d.h), ceilDiv(d.height, 8*d.v)
	blocks := 0
	for i := range parts {
		p := &parts[i]
		if d.h%p.h != 0 || d.v%p.v != 0 {
			return fmt.Errorf("component %d: sampling factors %d and %d, want divisors of the largest, %d and %d", i, p.h, p.v, d.h, d.v)
		}
		p.component = d.component(p.h, p.v)
		blocks += p.blocksWide * p.blocksHigh
		for k := range p.known {
			p.known[k] = unknown
		}
	}
	if blocks > 8*len(d.file) {
		return fmt.Errorf("cut short: %d bytes for %d×%d pixels", len(d.file), d.width, d.height)
	}
	d.parts = parts
	return nil
}

// channels returns the number of channels that the picture has.
func (d *decoder) channels() int { return min(len(d.parts), 3) }

// complete returns an error unless all components have come, to the last bit of
// the coefficients that libjpeg would smooth otherwise: DC and the first nine.
func (d *decoder) complete() error {
	if d.parts == nil {
		return errNoFrame
	}
	const smoothed = 10
	for i := range d.parts {
		p := &d.parts[i]
		if p.steps == nil {
			return fmt.Errorf("cut short: no scan of component %d", i)
		}
		if !d.progressive {
			continue
		}
		for k, low := range p.known[:smoothed] {
			if low != 0 {
				return fmt.Errorf("cut short: the last bits of coefficient %d of component %d are missing", k, i)
			}
		}
	}
	return nil
}
