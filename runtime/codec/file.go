package codec

import (
	"encoding/binary"
	"fmt"

	"jpgreport/runtime/pixel"
)

// File returns image i of x as a baseline JFIF file: of the size that [JPEG]
// states and, decoded as libjpeg does by default, of the pixels that it gives.
// With the same options Pillow's file has the same bytes. Options with Qualities
// are an error: no baseline file has a quality for each unit.
func File(x *pixel.Batch, i int, o Options) ([]byte, error) {
	if err := check(x, &o); err != nil {
		return nil, fmt.Errorf("jpeg file: %w", err)
	}
	if i < 0 || i >= x.N {
		return nil, fmt.Errorf("jpeg file: image %d, want 0..%d", i, x.N-1)
	}
	if o.Qualities != nil {
		return nil, fmt.Errorf("jpeg file: a quality for each unit, want one quality or steps: a baseline file has one table a component")
	}
	t := newTrip(x, &o, kernels{})
	if !t.split(x.Sample(i)) {
		return nil, fmt.Errorf("jpeg file: %w", notNumber(x, i))
	}
	t.transform()
	header, scan := t.code()
	file := make([]byte, 0, len(header)+stuffed(scan)+len(endOfImage))
	file = append(file, header...)
	file = appendStuffed(file, scan)
	return append(file, endOfImage...), nil
}

// endOfImage is what follows the scan.
const endOfImage = "\xff\xd9"

// code returns the file's header and its only scan, not yet stuffed, in memory
// that the next image takes.
func (t *trip) code() (header, scan []byte) {
	header, tables := t.header, &t.codes
	if t.options.Optimize {
		specs := t.fit()
		tables = &[2]codes{specs[0].codes(), specs[1].codes()}
		header = t.appendHeader(nil, &specs)
	}
	w := &t.scan
	w.begin()
	w.blocks(t.blocks, t.turns, tables)
	return header, w.end()
}

// fit counts the symbols of the scan and makes tables for them.
func (t *trip) fit() (specs [2]huffmanSpecs) {
	var counts [2]census
	for _, u := range t.turns {
		counts[u.table].block(t.blocks, u)
	}
	for i := range min(2, len(t.components)) {
		specs[i] = counts[i].fit()
	}
	return specs
}

// appendHeader appends all that comes before the scan, in the order in which
// libjpeg writes it (T.81, B.2; JFIF 1.02, page 5).
func (t *trip) appendHeader(b []byte, specs *[2]huffmanSpecs) []byte {
	segment := func(marker byte, size int) {
		b = append(b, 0xff, marker)
		b = binary.BigEndian.AppendUint16(b, uint16(2+size))
	}
	b = append(b, 0xff, markerSOI)
	const version, units, density = 0x0101, 0, 1
	segment(markerAPP0, 14)
	b = append(b, "JFIF\x00"...)
	b = binary.BigEndian.AppendUint16(b, version)
	b = append(b, units)
	b = binary.BigEndian.AppendUint16(b, density)
	b = binary.BigEndian.AppendUint16(b, density)
	b = append(b, 0, 0) // no thumbnail

	tables := min(2, len(t.components))
	for i := range tables {
		segment(markerDQT, 65)
		b = append(b, byte(i))
		for _, place := range zigzag {
			b = append(b, byte(t.quantisers[i].tables[quantiserStep][place]))
		}
	}
	segment(markerSOF0, 6+3*len(t.components))
	b = append(b, 8)
	b = binary.BigEndian.AppendUint16(b, uint16(t.height))
	b = binary.BigEndian.AppendUint16(b, uint16(t.width))
	b = append(b, byte(len(t.components)))
	for i, c := range t.components {
		b = append(b, byte(1+i), byte(c.h<<4|c.v), byte(c.table))
	}
	for i := range tables {
		for class, s := range []huffmanSpec{specs[i].dc, specs[i].ac} {
			segment(markerDHT, 17+len(s.symbols))
			b = append(b, byte(class<<4|i))
			b = append(b, s.counts[:]...)
			b = append(b, s.symbols...)
		}
	}
	segment(markerSOS, 4+2*len(t.components))
	b = append(b, byte(len(t.components)))
	for i, c := range t.components {
		b = append(b, byte(1+i), byte(c.table<<4|c.table))
	}
	return append(b, 0, 63, 0)
}
