package codec

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A scanWriter writes the entropy-coded segments of baseline scans (T.81, F.1.2)
// into memory that it uses again, as yet without the zero that follows each byte
// of ones in a file: so nothing depends on the bits that are written, and the
// zeros are soon counted.
type scanWriter struct {
	kernels
	out []byte
	pen
}

// A pen is where a scanWriter writes.
type pen struct {
	at      int    // what is written of out
	pending uint64 // its last count bits are still to be written, others mean nothing
	count   uint   // below 8
}

// maxBlockBytes bounds what a block comes to: 64 times at most 16 bits of code
// and 11 of value. spareBytes is what is written at once.
const (
	maxBlockBytes = 64 * 27 / 8
	spareBytes    = 8
)

// begin forgets what was written.
func (w *scanWriter) begin() { w.pen = pen{} }

// end fills the last byte with ones (T.81, F.1.2.3) and returns what was written.
func (w *scanWriter) end() []byte {
	if w.count > 0 {
		w.out[w.at] = byte(w.pending<<(8-w.count)) | 0xff>>w.count
		w.at++
	}
	return w.out[:w.at]
}

// stuffed returns the length of a scan in a file, where each byte of ones is
// followed by a zero (T.81, F.1.2.3).
func stuffed(scan []byte) int { return len(scan) + bytes.Count(scan, ones) }

var ones = []byte{0xff}

// appendStuffed appends a scan as it stands in a file.
func appendStuffed(file, scan []byte) []byte {
	for _, b := range scan {
		if file = append(file, b); b == 0xff {
			file = append(file, 0)
		}
	}
	return file
}

// Symbols of T.81, F.1.2.2.1.
const (
	endOfBlock = 0x00
	zeroRun    = 0xf0 // 16 zeros
)

// put takes a code with its additional bits. At most 56 bits may be pending
// afterwards.
func (p *pen) put(c code, value uint32) {
	p.pending = p.pending<<(c&codeLength) | uint64(uint32(c)>>codeShift|value)
	p.count += uint(c & codeLength)
}

// flush writes eight bytes and moves on by the whole ones among them, which takes
// no branch.
func (p *pen) flush(out []byte) {
	binary.BigEndian.PutUint64(out[p.at:], p.pending<<((64-p.count)&63))
	p.at += int(p.count / 8)
	p.count &= 7
}

// A turn is a block's in the scan.
type turn struct {
	block, before uint32 // the numbers of this block and of its component's last one
	table         uint32 // of [codes]
}

// turnsAtOnce is for how many blocks there is memory before they are written.
const turnsAtOnce = 64

// blocks codes blocks by turns: the difference of the DC coefficient to that of
// the component's block before (T.81, F.1.1.5.1), and the AC coefficients in
// zig-zag order.
func (w *scanWriter) blocks(b blocks, turns []turn, t *[2]codes) {
	for some := range slices.Chunk(turns, turnsAtOnce) {
		if need := len(some)*maxBlockBytes + spareBytes; len(w.out)-w.at < need {
			w.out = append(w.out, make([]byte, len(w.out)+need)...)
		}
		w.pen = w.writeBlocks(w.out, w.pen, b, some, t)
	}
}

// writeBlocks is the scan's inner loop.
func writeBlocks(out []byte, p pen, b blocks, turns []turn, tables *[2]codes) pen {
	for _, u := range turns {
		t := &tables[u.table]
		coefs := (*[64]int16)(b.coefs[64*u.block:])
		size, value := magnitude(int(coefs[0]) - int(b.coefs[64*u.before]))
		p.put(t[size&15], value)
		p.flush(out)
		last := 0
		for rest := inZigzag(b.nonzero[u.block]) &^ 1; rest != 0; rest &= rest - 1 {
			k := bits.TrailingZeros64(rest)
			run := uint(k - last - 1)
			last = k
			for ; run > 15; run -= 16 {
				p.put(t[acCodes+zeroRun], 0)
				p.flush(out)
			}
			size, value := magnitude(int(coefs[zigzag[k&63]&63]))
			p.put(t[acCodes+(run<<4|size)&0xff], value)
			p.flush(out)
		}
		if last < 63 {
			p.put(t[acCodes+endOfBlock], 0)
			p.flush(out)
		}
	}
	return p
}

// magnitude returns a value's category and its additional bits (T.81, F.1.2.1.1
// and table F.1).
func magnitude(v int) (size uint, value uint32) {
	sign := v >> 63
	size = uint(bits.Len32(uint32((v ^ sign) - sign)))
	return size, uint32(v+sign) & (1<<(size&31) - 1)
}

// A census counts the symbols that writeBlocks would code.
type census struct{ dc, ac [256]int }

func (c *census) block(b blocks, u turn) {
	coefs := b.coefs[64*u.block:]
	size, _ := magnitude(int(coefs[0]) - int(b.coefs[64*u.before]))
	c.dc[size]++
	last := 0
	for rest := inZigzag(b.nonzero[u.block]) &^ 1; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		run := k - last - 1
		last = k
		c.ac[zeroRun] += run >> 4
		size, _ := magnitude(int(coefs[zigzag[k]]))
		c.ac[uint(run&15)<<4|size]++
	}
	if last < 63 {
		c.ac[endOfBlock]++
	}
}

// inZigzag moves bits from the places of coefficients row by row to their places
// in zig-zag order.
func inZigzag(rows uint64) uint64 {
	m := uint64(0)
	for y := range zigzagBits {
		m |= zigzagBits[y][byte(rows>>(8*y))]
	}
	return m
}

// zigzagBits has, for each row of a block and each set of its coefficients, their
// places in zig-zag order.
var zigzagBits = func() (table [8][256]uint64) {
	for k, place := range zigzag {
		for set := range 256 {
			if set>>(place%8)&1 == 1 {
				table[place/8][set] |= 1 << k
			}
		}
	}
	return table
}()

// turns returns the blocks of the scan in the order of T.81, A.2, unit by unit
// and in each unit component by component. A block that fills up a unit beyond
// the image repeats the DC coefficient of the one before and has no others: it is
// the one without coefficients, after itself, as the first blocks come after it.
func (f shape) turns(components []component) []turn {
	perUnit, last := 0, components[len(components)-1]
	empty := uint32(last.first + len(last.nonzero))
	before := make([]uint32, len(components))
	for i, c := range components {
		perUnit += c.h * c.v
		before[i] = empty
	}
	list := make([]turn, 0, f.unitsHigh*f.unitsWide*perUnit)
	for uy := range f.unitsHigh {
		for ux := range f.unitsWide {
			for i := range components {
				c := &components[i]
				for k := range c.h * c.v {
					row, column := uy*c.v+k/c.h, ux*c.h+k%c.h
					if row >= c.blocksHigh || column >= c.blocksWide {
						list = append(list, turn{empty, empty, uint32(c.table)})
						continue
					}
					block := uint32(c.first + c.block(row, column))
					list = append(list, turn{block, before[i], uint32(c.table)})
					before[i] = block
				}
			}
		}
	}
	return list
}
