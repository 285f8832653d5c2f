package codec

import "encoding/binary"

// A bitReader reads an entropy-coded segment.
type bitReader struct {
	data []byte // without stuffing, and slack zeros
	end  int    // of the segment in data
	cursor
}

// slack is what may be read beyond the end of a segment before anyone looks: a
// block, at most 64 codes of 16 bits with 15 more, up to eight bytes ahead, and
// eight bytes at once.
const slack = 64*31/8 + 8 + 8

// A cursor is where a bitReader reads.
type cursor struct {
	next  uint64 // the next count bits, from the highest
	count uint
	at    int // the byte that follows them
}

// begin starts with a segment, which has its slack already.
func (r *bitReader) begin(data []byte) {
	r.data, r.end, r.cursor = data, len(data)-slack, cursor{}
}

// overrun reports whether more was read than there is.
func (r *bitReader) overrun() bool { return 8*r.at-int(r.count) > 8*r.end }

// fill makes 56 bits or more ready.
func (c cursor) fill(data []byte) cursor {
	c.next |= binary.BigEndian.Uint64(data[c.at:]) >> (c.count & 63)
	c.at += int(63-c.count) / 8
	c.count |= 56
	return c
}

func (c cursor) skip(n uint) cursor {
	c.next <<= n & 63
	c.count -= n
	return c
}

// peek returns the next n bits, 1 or more.
func (c cursor) peek(n uint) uint64 { return c.next >> ((64 - n) & 63) }

// bits reads up to 16 bits.
func (r *bitReader) bits(n uint) uint64 {
	if n == 0 {
		return 0
	}
	c := r.fill(r.data)
	v := c.peek(n)
	r.cursor = c.skip(n)
	return v
}

// symbol reads a code and the additional bits of its value. Of a code that the
// table does not have it is 0, which stands for no bits.
func (r *bitReader) symbol(t *lookup) token {
	c := r.fill(r.data)
	e := t.tokens[c.next>>(64-lookBits)]
	if e&tokenLong != 0 {
		c, e = c.rest(e, t)
	}
	r.cursor = c.skip(e.bits())
	return e
}

// rest completes a token that is not all in the lookup.
func (c cursor) rest(e token, t *lookup) (cursor, token) {
	if e == tokenLong {
		e = t.long(uint32(c.next >> 48))
	}
	if e&tokenMore == 0 {
		return c, e
	}
	size := uint(e >> 16)
	c = c.skip(e.bits())
	value := signed(c.peek(size), int(size))
	return c, token(uint16(value))<<16 | e&0xff00 | token(size)
}

// naturalOrder is zigzag, and goes on with the last place for runs that lead
// beyond a block.
var naturalOrder = func() (order [128]uint8) {
	for k := range order {
		order[k] = uint8(zigzag[min(k, 63)])
	}
	return order
}()

// sequential decodes a block of a sequential scan (T.81, F.2.2) into zeros. It
// returns false when the bits are no code.
func (r *bitReader) sequential(block *[64]int16, p *part) bool {
	e := r.symbol(p.dc)
	if e == 0 {
		return false
	}
	p.before += e.value()
	block[0] = int16(p.before)
	c, data, t := r.cursor, r.data, p.ac
	k := 1
	for k < 64 {
		if c.count < 32 {
			c = c.fill(data)
		}
		e := t.tokens[c.next>>(64-lookBits)]
		if e&tokenLong != 0 {
			if e == tokenLong || e&tokenMore != 0 {
				if c, e = c.rest(e, t); e == 0 {
					return false
				}
			}
			if e&tokenEnd != 0 {
				c = c.skip(e.bits())
				if e.run() < 15 {
					break
				}
				k += 16
				continue
			}
		}
		c = c.skip(e.bits())
		k += e.run()
		block[naturalOrder[k&127]&63] = int16(e.value())
		k++
	}
	r.cursor = c
	return k <= 64
}
