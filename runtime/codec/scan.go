package codec

import (
	"bytes"
	"encoding/binary"
	"math/bits"
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
	pending uint64 // the first count of these bits are still to be written
	count   uint   // below 8
}

// maxBlockBytes bounds what a block comes to: 64 times at most 16 bits of code
// and 11 of value, and eight bytes that are written at once.
const maxBlockBytes = 64*27/8 + 8

// begin forgets what was written.
func (w *scanWriter) begin() { w.pen = pen{} }

// end fills the last byte with ones (T.81, F.1.2.3) and returns what was written.
func (w *scanWriter) end() []byte {
	if w.count > 0 {
		w.out[w.at] = byte(w.pending>>56) | 0xff>>w.count
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

// put writes a code with its additional bits. It writes eight bytes and moves on
// by the whole ones among them, which takes no branch.
func (p pen) put(out []byte, c code, value uint32) pen {
	p.count += uint(c & codeLength)
	p.pending |= uint64(uint32(c)>>codeShift|value) << ((64 - p.count) & 63)
	binary.BigEndian.PutUint64(out[p.at:], p.pending)
	p.at += int(p.count / 8)
	p.pending <<= p.count &^ 7 & 63
	p.count &= 7
	return p
}

// block codes the difference of a block's DC coefficient to its predecessor's,
// and its AC coefficients in zig-zag order.
func (w *scanWriter) block(coefs []int16, nonzero uint64, difference int, t *codes) {
	if len(w.out)-w.at < maxBlockBytes {
		w.out = append(w.out, make([]byte, len(w.out)+maxBlockBytes)...)
	}
	w.pen = w.writeBlock(w.out, w.pen, coefs, inZigzag(nonzero)&^1, difference, t)
}

// writeBlock is block's inner loop; rest has the places of the AC coefficients
// that are not 0, in zig-zag order.
func writeBlock(out []byte, p pen, coefs []int16, rest uint64, difference int, t *codes) pen {
	b := (*[64]int16)(coefs)
	size, value := magnitude(difference)
	p = p.put(out, t[size&15], value)
	last := 0
	for ; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		run := uint(k - last - 1)
		last = k
		for ; run > 15; run -= 16 {
			p = p.put(out, t[acCodes+zeroRun], 0)
		}
		size, value := magnitude(int(b[zigzag[k&63]&63]))
		p = p.put(out, t[acCodes+(run<<4|size)&0xff], value)
	}
	if last < 63 {
		p = p.put(out, t[acCodes+endOfBlock], 0)
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

// A census counts the symbols that block would code.
type census struct{ dc, ac [256]int }

func (c *census) block(coefs []int16, nonzero uint64, difference int) {
	size, _ := magnitude(difference)
	c.dc[size]++
	last := 0
	for rest := inZigzag(nonzero) &^ 1; rest != 0; rest &= rest - 1 {
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

// walk calls visit for each block of the scan in the order of T.81, A.2, unit by
// unit and in each unit component by component, with the difference of its DC
// coefficient to that of the component's block before (F.1.1.5.1). A block that
// fills up a unit beyond the image repeats that one's and has no others.
func (t *trip) walk(visit func(c *component, coefs []int16, nonzero uint64, difference int)) {
	var before [3]int
	for uy := range t.unitsHigh {
		for ux := range t.unitsWide {
			for i := range t.components {
				c := &t.components[i]
				for k := range c.h * c.v {
					row, column := uy*c.v+k/c.h, ux*c.h+k%c.h
					if row >= c.blocksHigh || column >= c.blocksWide {
						visit(c, filler[:], 0, 0)
						continue
					}
					at := c.block(row, column)
					coefs := c.coefs[64*at : 64*at+64]
					visit(c, coefs, c.nonzero[at], int(coefs[0])-before[i])
					before[i] = int(coefs[0])
				}
			}
		}
	}
}

// filler is a block without coefficients.
var filler [64]int16
