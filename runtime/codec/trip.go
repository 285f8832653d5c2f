package codec

import "jpgreport/runtime/pixel"

// A trip takes images of one shape through the codec, one after another, in
// memory that it uses again.
type trip struct {
	kernels
	shape
	options    *Options
	components []component
	blocks                        // of all components
	turns      []turn             // in the scan, unless options.Qualities is given
	quantisers [2]*quantiser      // of luma and chroma, unless options.Qualities is given:
	units      [101][2]*quantiser // these, by quality
	header     []byte             // of the files, with K.3's Huffman tables
	codes      [2]codes           // K.3's
	lines      [2][2][]byte       // rows of chroma as wide as luma: component, row of two
	rowSums    [2][]uint16        // of rows of chroma, for doubling, with margin beyond
	scan       scanWriter
}

// newTrip prepares for images of x's shape and valid options.
func newTrip(x *pixel.Batch, o *Options, k kernels) *trip {
	t := &trip{kernels: k, shape: newShape(x, o.Subsampling), options: o, scan: scanWriter{kernels: k}}
	t.components, t.blocks = t.shape.components(x.C)
	if o.Qualities != nil {
		for _, q := range o.Qualities {
			if t.units[q][0] == nil {
				luma, chroma := scaledTables(q)
				t.units[q] = [2]*quantiser{newQuantiser(&luma), newQuantiser(&chroma)}
			}
		}
	} else {
		luma, chroma := o.tables()
		t.quantisers = [2]*quantiser{newQuantiser(&luma), newQuantiser(&chroma)}
		typical := [2]huffmanSpecs{typicalCodes(0), typicalCodes(1)}
		t.turns = t.shape.turns(t.components)
		t.header = t.appendHeader(nil, &typical)
		for i := range typical {
			t.codes[i] = typical[i].codes()
		}
	}
	if t.h == 2 {
		for i := range t.lines {
			for v := range t.lines[i] {
				t.lines[i][v] = make([]byte, 32*t.components[1].pairs+2*margin)
			}
			t.rowSums[i] = make([]uint16, t.components[1].width+2+margin)
		}
	}
	return t
}

// image takes an image, in CHW order, there and back. It reports the size of its
// file, 0 where there can be none, and whether all its samples are numbers.
func (t *trip) image(back, src []float32) (size int, numbers bool) {
	numbers = t.split(src)
	t.transform()
	if t.options.Qualities == nil {
		header, scan := t.code()
		size = len(header) + stuffed(scan) + len(endOfImage)
	}
	t.restore()
	t.join(back)
	return size, numbers
}

// split turns an image into the components' samples, chroma subsampled.
func (t *trip) split(src []float32) (numbers bool) {
	w, plane := t.width, t.width*t.height
	numbers = true
	luma := &t.components[0]
	if len(t.components) == 1 {
		for y := range t.height {
			numbers = t.levels(luma.row(y), src[y*w:(y+1)*w]) && numbers
		}
		luma.pad(false)
		return numbers
	}
	halves := halvingOf(t.v)
	for y := range t.height {
		rows := [2][]byte{}
		for i := range rows {
			if t.h == 1 {
				rows[i] = t.components[1+i].row(y)
			} else {
				rows[i] = t.lines[i][y%t.v]
			}
		}
		at := y * w
		numbers = t.toYCC(luma.row(y), rows[0], rows[1],
			src[at:at+w], src[plane+at:plane+at+w], src[2*plane+at:2*plane+at+w]) && numbers
		if t.h == 1 {
			continue
		}
		for i := range rows {
			c := &t.components[1+i]
			extend(rows[i], w, 32*c.pairs)
			if y%t.v < t.v-1 && y < t.height-1 {
				continue // the row that it is averaged with comes next
			}
			t.halve(c.row(y / t.v)[:16*c.pairs], t.lines[i][0], rows[i], halves)
		}
	}
	for i := range t.components {
		t.components[i].pad(i > 0 && t.h > 1)
	}
	return numbers
}

// transform turns samples into quantised coefficients.
func (t *trip) transform() {
	for i := range t.components {
		c := &t.components[i]
		for row := range c.blocksHigh {
			at := c.block(row, 0)
			coefs, nonzero := c.coefs[64*at:], c.nonzero[at:]
			if t.options.Qualities == nil {
				t.forward(coefs, nonzero, c.row(8*row), c.stride, c.pairs, t.quantisers[c.table])
				continue
			}
			for column := range c.blocksWide {
				q := t.unitQuantiser(c, row, column)
				nonzero[column] = forwardQuantised(coefs[64*column:], c.row(8 * row)[8*column:], c.stride, q)
			}
		}
	}
}

// restore turns quantised coefficients back into samples.
func (t *trip) restore() {
	for i := range t.components {
		c := &t.components[i]
		for row := range c.blocksHigh {
			coefs := c.coefs[64*c.block(row, 0):]
			if t.options.Qualities == nil {
				t.inverse(c.row(8*row), c.stride, coefs, c.pairs, t.quantisers[c.table].steps())
				continue
			}
			for column := range c.blocksWide {
				q := t.unitQuantiser(c, row, column)
				inverseQuantised(c.row(8 * row)[8*column:], c.stride, coefs[64*column:], q.steps())
			}
		}
	}
}

func (t *trip) unitQuantiser(c *component, row, column int) *quantiser {
	return t.units[t.options.Qualities[t.unit(c, row, column)]][c.table]
}

// join turns the components' samples into an image, chroma upsampled.
func (t *trip) join(dst []float32) {
	w, plane := t.width, t.width*t.height
	luma := &t.components[0]
	if len(t.components) == 1 {
		for y := range t.height {
			t.samples(dst[y*w:(y+1)*w], luma.row(y))
		}
		return
	}
	if t.h == 2 {
		t.components[1].border()
		t.components[2].border()
	}
	for y := range t.height {
		at := y * w
		r, g, b := dst[at:at+w], dst[plane+at:plane+at+w], dst[2*plane+at:2*plane+at+w]
		if t.h == 2 && t.components[1].width >= minFancy {
			for i := range t.rowSums {
				t.sumRows(i, y)
			}
			t.doubleRGB(r, g, b, luma.row(y), t.rowSums[0], t.rowSums[1], doublingOf(t.v))
			continue
		}
		rows := [2][]byte{}
		for i := range rows {
			rows[i] = t.upsample(t.lines[i][0], &t.components[1+i], y, t.h, t.v)
		}
		t.toRGB(r, g, b, luma.row(y), rows[0], rows[1])
	}
}

// sumRows sums the rows of a chroma component that row y of the image lies
// between.
func (t *trip) sumRows(chroma, y int) {
	c := &t.components[1+chroma]
	near, far := c.between(y, t.v)
	t.sums(t.rowSums[chroma][:c.width+2], c.bordered(near), c.bordered(far))
}
