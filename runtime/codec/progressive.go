package codec

import "math/bits"

// The procedures of T.81, G.1.2 and G.2 for the blocks of progressive scans. Each
// returns false when the bits are no code or lead beyond the band.

// firstDC decodes the higher bits of a DC coefficient.
func (r *bitReader) firstDC(block *[64]int16, p *part) bool {
	e := r.symbol(p.dc)
	p.before += e.value()
	block[0] = int16(p.before << p.low)
	return e != 0
}

// nextDC decodes one more bit of it.
func (r *bitReader) nextDC(block *[64]int16, p *part) bool {
	block[0] |= int16(r.bits(1) << p.low)
	return true
}

// firstAC decodes the higher bits of a band of AC coefficients.
func (r *bitReader) firstAC(block *[64]int16, p *part) bool {
	if p.ends > 0 {
		p.ends--
		return true
	}
	k := p.from
	for k <= p.to {
		e := r.symbol(p.ac)
		switch {
		case e == 0:
			return false
		case e&tokenEnd == 0:
			k += e.run()
			block[naturalOrder[k&127]&63] = int16(e.value() << p.low)
			*p.filled |= 1 << k
			k++
		case e.run() == 15:
			k += 16
		default:
			p.ends = r.endOfBands(e.run()) - 1
			return true
		}
	}
	return k == p.to+1
}

// endOfBands returns how many bands end, this one among them.
func (r *bitReader) endOfBands(size int) int { return 1<<size + int(r.bits(uint(size))) }

// nextAC decodes one more bit of each coefficient of a band, and those that become
// other than 0 by it.
func (r *bitReader) nextAC(block *[64]int16, p *part) bool {
	k := p.from
	for p.ends == 0 && k <= p.to {
		e := r.symbol(p.ac)
		if e == 0 {
			return false
		}
		value := e.value()
		if e&tokenEnd != 0 {
			value = 0
			if e.run() < 15 {
				p.ends = r.endOfBands(e.run())
				break
			}
		} else if value != 1 && value != -1 {
			return false
		}
		k = r.correct(block, p, k, e.run())
		if value != 0 {
			if k > p.to {
				return false
			}
			block[zigzag[k]] = int16(value << p.low)
			*p.filled |= 1 << k
		}
		k++
	}
	if p.ends > 0 {
		r.correct(block, p, k, 64)
		p.ends--
	}
	return true
}

// correct decodes one more bit of the coefficients that are not 0, from place k of
// the band on until it has passed so many zeros and stands before one more. It
// returns the place where it stands, beyond the band when that ends first.
func (r *bitReader) correct(block *[64]int16, p *part, k, zeros int) int {
	c, data := r.cursor, r.data
	one := int16(1) << p.low
	for rest := *p.filled & (2<<p.to - 1) >> k << k; rest != 0; rest &= rest - 1 {
		next := bits.TrailingZeros64(rest)
		if next-k > zeros {
			break
		}
		zeros -= next - k
		k = next + 1
		if c.count < 1 {
			c = c.fill(data)
		}
		bit := c.peek(1)
		c = c.skip(1)
		v := &block[naturalOrder[next]&63]
		if bit == 0 || *v&one != 0 {
			continue
		}
		if *v > 0 {
			*v += one
		} else {
			*v -= one
		}
	}
	r.cursor = c
	return min(k+zeros, p.to+1)
}
