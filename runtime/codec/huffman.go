package codec

// A huffmanSpec is a Huffman table as a file has it (T.81, B.2.4.2): how many
// codes there are of each length from 1 to 16, and the symbols by rising code.
type huffmanSpec struct {
	counts  [16]byte
	symbols []byte
}

// A code is a symbol's code word, moved up by the number of additional bits that
// follow it, and in the lowest bits the length of both, 27 at most. A symbol
// without a code word has length 0.
type code uint32

const (
	codeShift  = 5
	codeLength = 1<<codeShift - 1
)

// codes are the tables that one component's blocks are coded with: DC's by
// category and from acCodes on AC's by symbol.
type codes [acCodes + 256]code

const acCodes = 16

// assign fills codes by symbol (T.81, C.2: figures C.1 to C.3). A symbol's low
// four bits say how many additional bits follow it (F.1.2.1 and F.1.2.2).
func (s *huffmanSpec) assign(table []code) {
	next, k := uint32(0), 0
	for length, count := range s.counts {
		for range count {
			symbol := s.symbols[k]
			more := symbol & 15
			table[symbol] = code(next<<(more+codeShift) | uint32(length+1) + uint32(more))
			next, k = next+1, k+1
		}
		next <<= 1
	}
}

// huffmanSpecs are the tables of luma or chroma.
type huffmanSpecs struct{ dc, ac huffmanSpec }

func (s *huffmanSpecs) codes() (c codes) {
	s.dc.assign(c[:acCodes])
	s.ac.assign(c[acCodes:])
	return c
}

// fit returns the tables that code counted symbols in the fewest bits.
func (c *census) fit() huffmanSpecs { return huffmanSpecs{fitted(&c.dc), fitted(&c.ac)} }

// fitted makes a table by the procedures of T.81, K.2. A symbol that does not
// occur takes part, as the longest code, which consists of ones, is not used.
func fitted(occurs *[256]int) huffmanSpec {
	const symbols = 257
	var frequency, size, next [symbols]int
	copy(frequency[:], occurs[:])
	frequency[256] = 1
	for i := range next {
		next[i] = -1
	}
	for { // figure K.1
		v1, v2 := -1, -1
		for v, f := range frequency {
			switch {
			case f == 0:
			case v1 < 0 || f <= frequency[v1]: // of equals the last
				v1, v2 = v, v1
			case v2 < 0 || f <= frequency[v2]:
				v2 = v
			}
		}
		if v2 < 0 {
			break
		}
		frequency[v1] += frequency[v2]
		frequency[v2] = 0
		for size[v1]++; next[v1] >= 0; size[v1]++ {
			v1 = next[v1]
		}
		next[v1] = v2
		for size[v2]++; next[v2] >= 0; size[v2]++ {
			v2 = next[v2]
		}
	}
	var count [symbols + 1]int // figure K.2
	for _, s := range size {
		if s > 0 {
			count[s]++
		}
	}
	for i := symbols; i > 16; { // figure K.3
		if count[i] == 0 {
			i--
			continue
		}
		j := i - 2
		for count[j] == 0 {
			j--
		}
		count[i] -= 2
		count[i-1]++
		count[j+1] += 2
		count[j]--
	}
	longest := 16
	for count[longest] == 0 {
		longest--
	}
	count[longest]-- // the code that is not used
	var spec huffmanSpec
	for i := range spec.counts {
		spec.counts[i] = byte(count[i+1])
	}
	for s := 1; s <= symbols; s++ { // figure K.4
		for v := range 256 {
			if size[v] == s {
				spec.symbols = append(spec.symbols, byte(v))
			}
		}
	}
	return spec
}
