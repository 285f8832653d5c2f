package codec

import "jpgreport/runtime/pixel"

// A shape is the geometry of images coded as one or three components (T.81, A.1
// and A.2).
type shape struct {
	width, height        int
	h, v                 int // luma's sampling factors
	unitsWide, unitsHigh int // whole units (MCUs)
}

func newShape(x *pixel.Batch, s Subsampling) shape {
	f := shape{width: x.W, height: x.H, h: 1, v: 1}
	if x.C == 3 {
		f.h, f.v = s.factors()
	}
	f.unitsWide, f.unitsHigh = ceilDiv(x.W, 8*f.h), ceilDiv(x.H, 8*f.v)
	return f
}

// A component is a plane of samples and its blocks.
type component struct {
	h, v                   int // sampling factors, relative to the other components'
	width, height          int // samples that stand for the image
	blocksWide, blocksHigh int // blocks that hold such a sample
	table                  int // 0 for luma's tables, 1 for chroma's

	pairs  int // pairs of blocks in a row: transforms take two at a time, the last pair may be half used
	stride int // from one row of samples to the next
	// samples has margin samples before each row and as many after it, so that
	// neighbours of a row's ends can be read and whole vectors written.
	samples []byte
	blocks      // of this component, in rows of 2·pairs
	first   int // the number of the first one among the blocks of all components
}

// Blocks hold quantised coefficients.
type blocks struct {
	coefs   []int16  // 64 a block, row by row
	nonzero []uint64 // for each block: bit k is set where coefficient k is not 0
}

// some returns n blocks from one on.
func (b blocks) some(first, n int) blocks {
	return blocks{b.coefs[64*first : 64*(first+n)], b.nonzero[first : first+n]}
}

// margin is what lies before and after each row of samples: a vector's width.
const margin = 64

// unit returns the number of the unit that a component's block belongs to.
func (f shape) unit(c *component, row, column int) int {
	return row/c.v*f.unitsWide + column/c.h
}

// component returns a component of sampling factors h and v, without memory.
func (f shape) component(h, v int) component {
	c := component{h: h, v: v}
	c.width, c.height = ceilDiv(f.width*h, f.h), ceilDiv(f.height*v, f.v) // A.1.1
	c.blocksWide, c.blocksHigh = ceilDiv(c.width, 8), ceilDiv(c.height, 8)
	return c
}

// allocate gives a component memory for the samples of so many blocks.
func (c *component) allocate(wide, high int) {
	c.pairs = ceilDiv(wide, 2)
	c.stride = 16*c.pairs + 2*margin
	c.samples = make([]byte, c.stride*8*high)
}

// components returns memory for the components of such images, and all their
// blocks together. After these stands one that remains without coefficients.
func (f shape) components(channels int) ([]component, blocks) {
	list := make([]component, channels)
	n := 0
	for i := range list {
		c := &list[i]
		if i == 0 {
			*c = f.component(f.h, f.v)
		} else {
			*c = f.component(1, 1)
			c.table = 1
		}
		c.allocate(c.blocksWide, c.blocksHigh)
		c.first = n
		n += 2 * c.pairs * c.blocksHigh
	}
	all := blocks{make([]int16, 64*(n+1)), make([]uint64, n+1)}
	for i := range list {
		c := &list[i]
		c.blocks = all.some(c.first, 2*c.pairs*c.blocksHigh)
	}
	return list, all
}

// row returns row y of a component, padding included, from its first sample on.
func (c *component) row(y int) []byte {
	return c.samples[y*c.stride+margin : (y+1)*c.stride]
}

// block returns the index of a block in coefs (times 64) and nonzero.
func (c *component) block(row, column int) int { return row*2*c.pairs + column }

// pad fills a component beyond the image. T.81, A.2.4 leaves the filling to the
// encoder; libjpeg repeats the edge: to the right before chroma is subsampled,
// so that such rows are full already, and downwards after it.
func (c *component) pad(subsampled bool) {
	wide := 16 * c.pairs
	if !subsampled {
		for y := range c.height {
			extend(c.row(y), c.width, wide)
		}
	}
	last := c.row(c.height - 1)[:wide]
	for y := c.height; y < 8*c.blocksHigh; y++ {
		copy(c.row(y), last)
	}
}

// border repeats the first and the last of the decoded samples of each row that
// stand for the image, just outside them: there the triangle filter looks for the
// neighbours that an edge does not have.
func (c *component) border() {
	for y := range c.height {
		at := y*c.stride + margin
		c.samples[at-1] = c.samples[at]
		c.samples[at+c.width] = c.samples[at+c.width-1]
	}
}

// extend repeats the last of n samples until there are total.
func extend(row []byte, n, total int) {
	last := row[n-1]
	for i := n; i < total; i++ {
		row[i] = last
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
