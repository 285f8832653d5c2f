package codec

import "fmt"

// A symbol is a Huffman code's meaning: the low four bits say how many additional
// bits follow it, the high four how many zeros precede the value (T.81, F.1.2.2.1).
//
// A token is what a lookup tells of the bits that come next, from the lowest bit:
//
//	6 bits   how many bits it stands for
//	1 bit    tokenMore: the additional bits are not among them
//	1 bit    tokenEnd: there are none, the symbol ends a block or a band, or is a
//	         run of 16 zeros
//	8 bits   the zeros before the value
//	16 bits  the value, signed, or how many additional bits it has
//
// With both flags and nothing else the code is longer than the lookup.
type token uint32

const (
	tokenBits = 1<<6 - 1
	tokenMore = 1 << 6
	tokenEnd  = 1 << 7
	tokenLong = tokenMore | tokenEnd
)

func (e token) bits() uint { return uint(e & tokenBits) }
func (e token) run() int   { return int(e >> 8 & 0xff) }
func (e token) value() int { return int(int16(e >> 16)) }

// newToken returns the token of a symbol whose code has so many bits.
func newToken(symbol byte, bits int) token {
	run, more := token(symbol>>4)<<8, token(symbol&15)
	if more == 0 {
		return run | tokenEnd | token(bits)
	}
	return more<<16 | run | tokenMore | token(bits)
}

// lookBits is how many bits are looked up at once: with more, small tables leave
// the cache.
const lookBits = 10

// A lookup decodes a Huffman table.
type lookup struct {
	tokens [1 << lookBits]token
	// For longer codes by their length: the first one that is too large, moved up
	// to 16 bits, and what to add to a code for the index of its symbol.
	limit   [17]uint32
	offset  [17]int
	symbols []byte
}

// newLookup makes the lookup of a table; DC says that symbols are categories
// (T.81, F.2.2.1), which have four bits.
func newLookup(s *huffmanSpec, dc bool) (*lookup, error) {
	t := &lookup{symbols: s.symbols}
	for i := range t.tokens {
		t.tokens[i] = tokenLong
	}
	code, k := 0, 0
	for i, count := range s.counts {
		length := i + 1
		t.offset[length] = k - code
		for range count {
			if code+1 >= 1<<length { // no code consists of ones (C.2)
				return nil, fmt.Errorf("a Huffman table has more codes of up to %d bits than there can be", length)
			}
			symbol := s.symbols[k]
			if dc && symbol > 15 {
				return nil, fmt.Errorf("a Huffman table has the symbol %d for DC, want 0..15", symbol)
			}
			if length <= lookBits {
				t.fill(code<<(lookBits-length), symbol, length)
			}
			code, k = code+1, k+1
		}
		t.limit[length] = uint32(code) << (16 - length)
		code <<= 1
	}
	return t, nil
}

// fill sets the tokens from the first on that begin with a symbol's code.
func (t *lookup) fill(first int, symbol byte, length int) {
	e := newToken(symbol, length)
	size, rest := int(symbol&15), lookBits-length
	for low := range 1 << rest {
		if size == 0 || size > rest {
			t.tokens[first+low] = e
			continue
		}
		value := signed(uint64(low>>(rest-size)), size)
		t.tokens[first+low] = token(uint16(value))<<16 | e&0xff00 | token(length+size)
	}
}

// long returns the token of a code that is longer than the lookup, and 0 where
// there is none: bits are the next 16.
func (t *lookup) long(bits uint32) token {
	for length := lookBits + 1; length <= 16; length++ {
		if bits < t.limit[length] {
			return newToken(t.symbols[t.offset[length]+int(bits>>(16-length))], length)
		}
	}
	return 0
}

// signed returns the value of additional bits (T.81, F.2.2.1, figure F.12).
func signed(bits uint64, size int) int {
	v := int(bits)
	if v>>(size-1) == 0 {
		v += -1<<size + 1
	}
	return v
}
