package kernel

// The routines are what differs between paths: small loops over vectors, each
// written once in Go and, by gen, in assembly. They take their operands as a
// struct of slices, so that the Go version needs nothing unsafe, and are called
// only from this package, which sees to it that the slices are long enough. All
// distances are counted in elements.

// routines are those of one path.
type routines struct {
	narrower *routines // for channels that are no multiple of lanes; nil: there is none
	lanes    int       // float32 in a vector
	columns  int       // of a tile, for each of its vectors
	tall     []int     // most rows of a tile of 1, 2, ... vectors

	// tile takes rows of A and vectors of C, both at least 1 and as many as tall says.
	tile            func(t *tile, rows, vectors int)
	mix             func(m *mixing, vectors int)
	pack            func(p *packing)
	inputTransform  func(t *transform)
	outputTransform func(t *transform)
	pooledTransform func(t *transform) // and max pooling 2×2
	kernelTransform func(t *transform)
	maxPool         func(p *pooling)
	monochrome      func(m *monochromeRows)
	alike           func(a *likeness)
	unpool          func(p *pooling)
	// In depthwiseRow.channels, vectors.count, marks.count and adamStep.count these take the
	// number of vectors.
	depthwise        func(d *depthwiseRow)
	depthwiseKernels func(d *depthwiseRow)
	add              func(v *vectors) // to = a + b
	scale            func(v *vectors) // to = (a − low)·high
	pass             func(v *vectors) // to = a where low < b < high, else 0
	mark             func(m *marks)   // bits = low < values < high
	keep             func(m *marks)   // values = 0 where the bit is not set
	adam             func(a *adamStep)
	// sparse takes 1 row, or sparseRows, of so many vectors, which are at most sparseRun elements.
	sparse         func(p *sparseSum, rows, vectors int)
	sparseRows     int
	listRows       func(p *passing)
	listCodes      func(p *passing)
	patches        func(p *patchRow)
	windows        func(v *vectors) // to[4i:] = a[i], a[i+1], b[i], b[i+1] for i < 8·count
	patchKernels   func(p *windowSum)
	transpose      func(t *transposition) // blocks of 8×8
	transposeCodes func(t *codeTransposition)
	peak           func(n int) // n > 0 times peakSums independent multiply-adds
	peakSums       int
}

// A tile is rows×columns sums of C:
//
//	c[i·line+j] = Σ over taps t, k < depth: a[taps[t]+i·row+k·step] · b[(t·depth+k)·wide+j]
//
// starting from the bias or 0, one product after another, each added by one fused
// operation; with accumulate, the sum is added to what c holds.
type tile struct {
	a, b, c    []float32
	bias       []float32 // one a column; nil: 0
	taps       []int     // at least one
	row, step  int
	depth      int // at least 1
	wide, line int
	low, high  float32 // with clamp
	accumulate bool
	clamp      bool // bound the sums to low..high
}

// A mixing is tiles of as many rows as there can be, with one tap. In each of its runs,
// at least one, they follow one another.
type mixing struct {
	a, b, c    []float32
	runs       []tileRun
	bias       []float32
	row, step  int
	wide, line int
	depth      int
	low, high  float32
	accumulate bool
	clamp      bool
	half       bool // the second half of the last vector is left out
}

// A packing copies rows into panels:
//
//	to[q·panel+i·width+j] = from[i·row+q·width+j]
//
// for i < rows, q < panels and j < width, all at least 1 and the last so many vectors.
type packing struct {
	from, to       []float32
	rows, row      int
	panels, panel  int
	vectors, width int
}

// A tileRun is tiles over one panel of B: where its A, B and C begin, and at least one tile.
type tileRun struct{ a, b, c, tiles int }

// A transform is one of Winograd's, for F(4×4, 3×3), over count vectors of
// channels. A square of pixels (6×6 or 3×3) lies in memory with its rows and pixels
// apart by row and pixel; the 36 products lie plane apart.
type transform struct {
	from, to          []float32
	bias              []float32 // of results: one a channel
	row, pixel, plane int
	count             int // vectors
	squares           int // of input and results: at least one, apart by the steps
	fromStep, toStep  int
	// Of input: from begins with the first pixel inside the image, below so many of the
	// square's 6 rows and right of so many of its columns; so many are inside. The others
	// are zeros, of which there are as many as a row of all squares has.
	above, rows   int
	left, columns int
	zeros         []float32
	// Of input: of the square's rows, or columns, only the first 4 are given and matter.
	// Then two more are supposed with which the products with two of the points, −b
	// and ∞, are 0; these are not written. Of results: only the first 4 rows, or
	// columns, of the 6×6 planes are given, and only the first 2 of the square are written.
	// Rows are cut where it is flat, columns where narrow.
	flat, narrow bool
	// Of results: places of the square's 4 rows and columns, 2 when pooled; the first is 0.
	// They are written from the last to the first, so that those beyond an edge may
	// have the place of the last before it.
	rowAt, columnAt [4]int
	low, high       float32 // bounds
}

// A pooling is one row of pixels after max pooling.
type pooling struct {
	from, to  []float32
	codes     []int32 // which tap was the largest, −1 where it is not within low..high; nil: not wanted
	taps      []int   // maxPool: places of the window's pixels
	pixels    int     // after pooling
	channels  int     // a multiple of the vector
	step      int     // maxPool: from one window to the next
	size      int     // unpool: pixels of one row of the window
	first     int     // unpool: code of the first of them
	pitch     int     // unpool: from one pixel to the next in to
	low, high float32
	// maxPool: the share of the largest by which another value has to be smaller, or
	// else equal, unless the code is to be −2; 0: any. Codes of −2 set doubtful, whose
	// bits say nothing more.
	doubt    float32
	doubtful int32
}

// A monochromeRows is rows of windows of 2×2 over the results of a 3×3 convolution of one
// channel. What becomes of a window is what tile and maxPool make of it.
type monochromeRows struct {
	from      []float32 // 2·rows+2 of width elements
	weights   []float32 // 3×3×channels
	bias      []float32
	to        []float32 // rows × pixels × channels
	codes     []int32   // as of a pooling; nil: not wanted
	rows      int
	pixels    int // windows in a row
	width     int // at least 2·pixels+2
	channels  int
	vectors   int     // that the channels fill
	low, high float32 // bounds of the results
}

// A likeness tells for pixels of two rows whether they are the same in all
// channels, a multiple of 8.
type likeness struct {
	a, b             []float32
	to               []uint8 // 1 where they are
	pixels, channels int
}

// A depthwiseRow is one row of pixels of a convolution in which each channel has
// a kernel of its own.
type depthwiseRow struct {
	from      []float32
	weights   []float32 // pitch apart for each tap; depthwiseKernels: the gradient, line apart for each pixel
	bias      []float32
	to        []float32 // line apart for each pixel; depthwiseKernels: pitch apart for each tap
	taps      []int
	pixels    int
	channels  int
	step      int
	line      int
	pitch     int
	low, high float32
}

// vectors are operands of one length.
type vectors struct {
	a, b, to  []float32
	count     int
	low, high float32
}

// marks are bits, one for each of so many values, the first the lowest of a byte.
type marks struct {
	values    []float32
	bits      []uint8
	count     int
	low, high float32
}

// An adamStep moves weights against a gradient.
type adamStep struct {
	weights, gradient, mean, square []float32
	count                           int
	scale                           float32 // of the gradient
	decay1, decay2                  float32 // 1 − β1 and 1 − β2
	alpha, epsilon                  float32
	smallest                        float32 // moments of a smaller size become 0
}

// A transposition is to[j·column+i] = from[i·row+j] for i < 8 and j < 8·blocks.
type transposition struct {
	from, to    []float32
	blocks      int
	row, column int
}

// A codeTransposition is a transposition of codes.
type codeTransposition struct {
	from, to    []int32
	blocks      int
	row, column int
}

// panel returns how wide to cut the columns of a matrix: into the fewest panels, as
// each spreads every element of the other matrix over a register anew, and into the
// narrowest of these, which have the tallest tiles.
func (r *routines) panel(columns int) int {
	vectors, best := ceil(columns, r.columns), 2
	for v := 3; v <= len(r.tall); v++ {
		if ceil(vectors, v) < ceil(vectors, best) {
			best = v
		}
	}
	return best * r.columns
}

// edge returns how many elements the largest tile has.
func (r *routines) edge() int {
	most := 0
	for i, rows := range r.tall {
		most = max(most, rows*(i+1)*r.columns)
	}
	return most
}

// rows returns the most rows of a tile so wide.
func (r *routines) rows(width int) int { return r.tall[ceil(width, r.columns)-1] }

// fitting returns the widest routines whose vectors fill so many channels, and
// how many vectors that is.
func (r *routines) fitting(channels int) (*routines, int) {
	for channels%r.lanes != 0 {
		r = r.narrower
	}
	return r, channels / r.lanes
}

// A sparseSum adds to rows of each part, at least one, the rows that the part's terms
// name:
//
//	to[part.to+i·toLine+j] += factors[t] · from[places[t]+i·fromLine+j]
//
// for first ≤ t < first+count and elements j of row i, one term after another.
type sparseSum struct {
	from, to []float32
	fromLine int
	toLine   int
	places   []int32
	factors  []float32
	parts    []sparsePart
}

// A sparsePart has count terms from the one numbered first on; it may have none.
type sparsePart struct{ to, first, count int32 }

// A passing is what passed a pool: rows of 16·count codes, which of the pixels of a
// window of 2×2 it was, −1 for none, with their values. listRows lists for a part of
// each row the factors that passed, behind one another, and where they belong,
// places[i] + shifts[code], and adds them to sums by their place modulo 16. listCodes
// lists for 4 parts of each row those of each code, and places[i]. After the lists
// there is room for 16 more.
type passing struct {
	codes       []int32
	values      []float32
	places      []int32
	shifts      [16]int32
	rows, count int
	to          []int32
	factors     []float32
	parts       []sparsePart
	sums        []float32
}

// A patchRow adds up what a row of windows of 2×2 gives to the input, a patch of 4×4
// for each, two pixels from the next:
//
//	to[a·line+2i+b] = Σ over channels o: values[i·channels+o] · kernels[(o·5+1+code)·16+4a+b]
//
// for a, b < 4 and the window's code, −1 for none. Rows a < 2 start from what they hold,
// the sums of the windows above, the others from 0.
type patchRow struct {
	codes    []int32
	values   []float32
	kernels  []float32
	to       []float32
	pixels   int
	channels int // a multiple of 8
	line     int
}

// A windowSum adds up, for windows of 2×2 behind 3×3 kernels on one channel, what these
// multiply with the gradient of each channel o that passed:
//
//	to[(3i+j)·channels+o] += Σ over rows r, pixels q: values[o] · from[(2r+i)·line+4·(2q+j)+codes[o]]
//	to[9·channels+o] += Σ values[o]
//
// with the values and codes of the window, channels apart from the next. Codes of −1
// count for 0.
type windowSum struct {
	codes        []int32
	values       []float32
	from, to     []float32
	rows, pixels int
	vectors      int // of channels
	channels     int
	line         int
}
