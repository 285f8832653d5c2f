package codec

import (
	"errors"
	"fmt"
)

// maxUnitBlocks bounds the blocks of a unit (T.81, B.2.3).
const maxUnitBlocks = 10

// scan reads the header of a scan (T.81, B.2.3) and decodes it.
func (d *decoder) scan() error {
	start := d.segments.at
	err := d.readScan()
	if err != nil {
		return fmt.Errorf("scan at offset %d: %w", start, err)
	}
	return nil
}

func (d *decoder) readScan() error {
	if d.parts == nil {
		return errNoFrame
	}
	body, err := d.body()
	if err != nil {
		return err
	}
	if len(body) < 6 || len(body) != 4+2*int(body[0]) || int(body[0]) > len(d.parts) {
		return fmt.Errorf("a header of %d bytes for some of %d components", len(body), len(d.parts))
	}
	parts := make([]*part, 0, 4)
	for b := body[1 : len(body)-3]; len(b) > 0; b = b[2:] {
		p := d.find(b[0], parts)
		if p == nil {
			return fmt.Errorf("component %d, which the frame does not have or the scan has twice", b[0])
		}
		parts = append(parts, p)
	}
	band := body[len(body)-3:]
	block, err := d.band(parts, int(band[0]), int(band[1]), int(band[2]>>4), int(band[2]&15))
	if err != nil {
		return err
	}
	blocks := 0
	for i, p := range parts {
		if err := d.prepare(p, body[2+2*i]); err != nil {
			return err
		}
		blocks += p.h * p.v
	}
	if len(parts) > 1 && blocks > maxUnitBlocks {
		return fmt.Errorf("units of %d blocks, want at most %d", blocks, maxUnitBlocks)
	}
	d.allocate(len(parts))
	return d.units(parts, block)
}

// find returns the component of a number that is not among the parts yet.
func (d *decoder) find(id byte, parts []*part) *part {
	for i := range d.parts {
		p := &d.parts[i]
		taken := false
		for _, q := range parts {
			taken = taken || q == p
		}
		if p.id == id && !taken {
			return p
		}
	}
	return nil
}

// A blockDecoder decodes a block's part of a scan.
type blockDecoder func(r *bitReader, block *[64]int16, p *part) bool

// band sets the band of a scan, from one coefficient to another, whose bits have
// come down to high and come now down to low, and returns what decodes it. Each
// bit comes once, so that a file of scans upon scans ends.
func (d *decoder) band(parts []*part, from, to, high, low int) (blockDecoder, error) {
	if !d.progressive {
		for _, p := range parts {
			if p.steps != nil {
				return nil, errors.New("a component comes a second time")
			}
		}
		return (*bitReader).sequential, nil
	}
	if from > to || to > 63 || from == 0 && to != 0 || from > 0 && len(parts) > 1 || low > 13 || high != 0 && high != low+1 {
		return nil, fmt.Errorf("coefficients %d..%d of %d components, bits %d and %d", from, to, len(parts), high, low)
	}
	want := int8(high)
	if high == 0 {
		want = unknown
	}
	for _, p := range parts {
		for k := from; k <= to; k++ {
			if p.known[k] != want {
				return nil, fmt.Errorf("coefficients %d..%d, bits %d and %d: out of turn", from, to, high, low)
			}
			p.known[k] = int8(low)
		}
		p.from, p.to, p.high, p.low = from, to, high, low
	}
	switch {
	case from == 0 && high == 0:
		return (*bitReader).firstDC, nil
	case from == 0:
		return (*bitReader).nextDC, nil
	case high == 0:
		return (*bitReader).firstAC, nil
	}
	return (*bitReader).nextAC, nil
}

// prepare finds the tables of a component: for quantisation those that hold at its
// first scan, and for codes those whose numbers the scan says.
func (d *decoder) prepare(p *part, numbers byte) (err error) {
	if p.steps == nil {
		t := d.tables[p.quantiser]
		if t == nil {
			return fmt.Errorf("no quantisation table %d", p.quantiser)
		}
		p.steps = new([64]int16)
		for k, step := range t {
			p.steps[k] = int16(step) // its lower bits: only these count
		}
	}
	if !d.progressive || p.from == 0 && p.high == 0 {
		if p.dc, err = d.lookup(0, numbers>>4); err != nil {
			return err
		}
	}
	if !d.progressive || p.from > 0 {
		p.ac, err = d.lookup(1, numbers&15)
	}
	return err
}

// lookup makes the lookup of a table of DC (class 0) or AC (class 1). Sequential
// files may leave out the tables of T.81, K.3, as frames of Motion JPEG do.
func (d *decoder) lookup(class int, id byte) (*lookup, error) {
	if id > 3 {
		return nil, fmt.Errorf("a Huffman table of the number %d, want 0..3", id)
	}
	spec := d.specs[class][id]
	if spec == nil {
		if d.progressive || id > 1 {
			return nil, fmt.Errorf("no Huffman table of class %d and number %d", class, id)
		}
		typical := typicalCodes(int(id))
		spec = []*huffmanSpec{&typical.dc, &typical.ac}[class]
	}
	return newLookup(spec, class == 0)
}

// allocate gives the components memory at the frame's first scan, which has so
// many of them.
func (d *decoder) allocate(scanned int) {
	if d.parts[0].samples != nil {
		return
	}
	d.streamed = !d.progressive && scanned == len(d.parts)
	for i := range d.parts {
		p := &d.parts[i]
		high := d.unitsHigh * p.v
		p.component.allocate(d.unitsWide*p.h, high)
		if d.streamed {
			high = p.v
		}
		p.coefs = make([]int16, 128*p.pairs*high)
		if d.progressive {
			p.places = make([]uint64, 2*p.pairs*high)
		}
	}
}

// units decodes the units of a scan (T.81, A.2): of one component they are the
// blocks that it has samples in, of several whole units of each.
func (d *decoder) units(parts []*part, block blockDecoder) error {
	wide, high := d.unitsWide, d.unitsHigh
	single := len(parts) == 1
	if single {
		wide, high = parts[0].blocksWide, parts[0].blocksHigh
	}
	for n := range wide * high {
		if n == 0 || d.restart > 0 && n%d.restart == 0 {
			if err := d.begin(n, parts); err != nil {
				return err
			}
		}
		for _, p := range parts {
			h, v := p.h, p.v
			if single {
				h, v = 1, 1
			}
			row, column := n/wide*v, n%wide*h
			if d.streamed {
				row = 0
			}
			for k := range h * v {
				at := p.block(row+k/h, column+k%h)
				if d.progressive {
					p.filled = &p.places[at]
				}
				ok := block(&d.bitReader, (*[64]int16)(p.coefs[64*at:]), p)
				if d.overrun() {
					return fmt.Errorf("cut short in unit %d of %d", n+1, wide*high)
				}
				if !ok {
					return fmt.Errorf("unit %d of %d: found no code of the Huffman table, or more coefficients than a block has", n+1, wide*high)
				}
			}
		}
		if d.streamed && n%wide == wide-1 {
			for _, p := range parts {
				d.inverseRows(p, n/wide*p.v, p.v)
				clear(p.coefs)
			}
		}
	}
	return nil
}

// begin goes to the segment that begins with unit n: the first, or the one after
// a restart (T.81, F.2.1.3.1 and G.1.2.2).
func (d *decoder) begin(n int, parts []*part) error {
	if n > 0 {
		s := &d.segments
		want := byte(markerRST0 + (n/d.restart-1)%8)
		for s.at+1 < len(s.file) && s.file[s.at+1] == 0xff {
			s.at++
		}
		if s.at+2 > len(s.file) {
			return fmt.Errorf("cut short before unit %d", n+1)
		}
		if found := s.file[s.at+1]; found != want {
			return fmt.Errorf("unit %d: found ff %02x, want the restart ff %02x", n+1, found, want)
		}
		s.at += 2
	}
	for _, p := range parts {
		p.before, p.ends = 0, 0
	}
	d.buffer = append(d.entropy(d.buffer[:0]), make([]byte, slack)...)
	d.bitReader.begin(d.buffer)
	return nil
}

// inverseRows transforms so many rows of blocks, which are the first in memory
// when the scan is streamed.
func (d *decoder) inverseRows(p *part, from, rows int) {
	for i := range rows {
		row := from + i
		if d.streamed {
			row = i
		}
		d.inverse(p.row(8*(from+i)), p.stride, p.coefs[64*p.block(row, 0):], p.pairs, p.steps)
	}
}

// restore transforms all blocks, of a file of several scans.
func (d *decoder) restore() {
	for i := range d.parts {
		d.inverseRows(&d.parts[i], 0, d.unitsHigh*d.parts[i].v)
	}
}
