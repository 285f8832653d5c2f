package codec

import (
	"encoding/binary"
	"math/bits"
)

// A scanWriter writes the entropy-coded segments of baseline scans (T.81, F.1.2)
// into memory that it uses again.
type scanWriter struct {
	out    []byte
	length int    // of out that is written
	bits   uint64 // the last count of them are still to be written
	count  uint
}

// maxBlockBytes bounds what a block comes to: 64 times at most 16 bits of code
// and 11 of value, each byte followed by a stuffed one, and what was left before.
const maxBlockBytes = 2*64*27/8 + 16

// begin forgets what was written.
func (w *scanWriter) begin() { w.length, w.bits, w.count = 0, 0, 0 }

// put appends bits, 32 at most.
func (w *scanWriter) put(code uint32, length uint) {
	w.bits = w.bits<<length | uint64(code)
	w.count += length
	if w.count >= 32 {
		w.count -= 32
		w.word(uint32(w.bits >> w.count))
	}
}

// word writes 32 bits, with a zero after each byte of ones (T.81, F.1.2.3).
func (w *scanWriter) word(v uint32) {
	if (v&^(v+0x01010101))&0x80808080 == 0 { // no byte is ff
		binary.BigEndian.PutUint32(w.out[w.length:], v)
		w.length += 4
		return
	}
	for shift := 24; shift >= 0; shift -= 8 {
		w.byte(byte(v >> shift))
	}
}

func (w *scanWriter) byte(b byte) {
	w.out[w.length] = b
	w.length++
	if b == 0xff {
		w.out[w.length] = 0
		w.length++
	}
}

// end fills the last byte with ones (T.81, F.1.2.3) and returns what was written.
func (w *scanWriter) end() []byte {
	for ; w.count >= 8; w.count -= 8 {
		w.byte(byte(w.bits >> (w.count - 8)))
	}
	if w.count > 0 {
		w.byte(byte(w.bits<<(8-w.count)) | 0xff>>w.count)
	}
	return w.out[:w.length]
}

// Symbols of T.81, F.1.2.2.1.
const (
	endOfBlock = 0x00
	zeroRun    = 0xf0 // 16 zeros
)

// block codes the difference of a block's DC coefficient to its predecessor's,
// and its AC coefficients in zig-zag order.
func (w *scanWriter) block(coefs []int16, nonzero uint64, difference int, t *codes) {
	coefs = coefs[:64]
	if len(w.out)-w.length < maxBlockBytes {
		w.out = append(w.out, make([]byte, len(w.out)+maxBlockBytes)...)
	}
	size, value := magnitude(difference)
	c := t.dc[size]
	w.put(c.code<<size|value, uint(c.length)+size)
	last := 0
	for rest := inZigzag(nonzero) &^ 1; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		run := k - last - 1
		last = k
		for ; run > 15; run -= 16 {
			w.put(t.ac[zeroRun].code, uint(t.ac[zeroRun].length))
		}
		size, value := magnitude(int(coefs[zigzag[k]&63]))
		c := t.ac[(uint(run)<<4|size)&0xff]
		w.put(c.code<<(size&15)|value, uint(c.length)+size)
	}
	if last < 63 {
		w.put(t.ac[endOfBlock].code, uint(t.ac[endOfBlock].length))
	}
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
