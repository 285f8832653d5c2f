package kernel

// An apart between what two goroutines write keeps it on different lines of the
// cache, and off the pairs of lines that are fetched together.
type apart [128]byte

// A worker is what one goroutine of a convolution works with.
type worker struct {
	tile       tile
	mixing     mixing
	transform  transform
	pooling    pooling
	vectors    vectors
	depthwise  depthwiseRow
	monochrome monochromeRows
	sparse     sparseSum
	turn       transposition
	turnCodes  codeTransposition
	likeness   likeness
	patches    patchRow
	windowSum  windowSum
	strip      []float32 // rows of the source
	other      []float32 // rows of a second source
	out        []float32 // results before pooling
	planes     []float32 // Winograd's transformed input, sums before they are laid out
	products   []float32
	turned     []float32 // products by term
	edge       []float32 // a tile at the right edge
	ones       []float32
	alike      []uint8 // of pixels beside and above each other
	taps       []int
	passing    passing
	places     []int32 // of terms
	factors    []float32
	parts      []sparsePart
	codes      []int32 // by channel, as the next
	values     []float32
	listed     int // pixels that these are of
	_          apart
}

// ready returns workers for so many units, made when first needed.
func (c *Conv) ready(units int) {
	for len(c.workers) < c.e.team.workers(units) {
		c.workers = append(c.workers, worker{edge: make([]float32, c.e.edge()), ones: []float32{1}})
	}
}
