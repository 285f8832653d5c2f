package codec

// A huffmanSpec is a Huffman table as a file has it (T.81, B.2.4.2): how many
// codes there are of each length from 1 to 16, and the symbols by rising code.
type huffmanSpec struct {
	counts  [16]byte
	symbols []byte
}

// A code is a symbol's code word; a symbol without one has length 0.
type code struct {
	code   uint32
	length uint8
}

// codes are the tables that one component's blocks are coded with.
type codes struct {
	dc [16]code
	ac [256]code
}

// assign fills codes by symbol (T.81, C.2: figures C.1 to C.3).
func (s *huffmanSpec) assign(table []code) {
	next, k := uint32(0), 0
	for length, count := range s.counts {
		for range count {
			table[s.symbols[k]] = code{next, uint8(length + 1)}
			next, k = next+1, k+1
		}
		next <<= 1
	}
}

// huffmanSpecs are the tables of luma or chroma.
type huffmanSpecs struct{ dc, ac huffmanSpec }

func (s *huffmanSpecs) codes() *codes {
	c := new(codes)
	s.dc.assign(c.dc[:])
	s.ac.assign(c.ac[:])
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
