package kernel

import "fmt"

// A Matrix is a view of memory: element (i, j) stands at Data[i·Row + j·Column].
// One of Row and Column is 1.
type Matrix struct {
	Data          []float32
	Rows, Columns int
	Row, Column   int
}

// Dense returns the rows×columns matrix whose rows follow one another in data.
func Dense(data []float32, rows, columns int) Matrix {
	return Matrix{Data: data, Rows: rows, Columns: columns, Row: columns, Column: 1}
}

// T returns the transpose, in the same memory.
func (m Matrix) T() Matrix {
	return Matrix{Data: m.Data, Rows: m.Columns, Columns: m.Rows, Row: m.Column, Column: m.Row}
}

func (m Matrix) check(name string) error {
	switch {
	case m.Rows < 1 || m.Columns < 1:
		return fmt.Errorf("%s is %d×%d, want at least one row and column", name, m.Rows, m.Columns)
	case m.Row < 1 || m.Column < 1 || m.Row != 1 && m.Column != 1:
		return fmt.Errorf("%s has rows %d and columns %d apart, want one of them 1", name, m.Row, m.Column)
	}
	if last := (m.Rows-1)*m.Row + (m.Columns-1)*m.Column; last >= len(m.Data) {
		return fmt.Errorf("%s is %d×%d with rows %d and columns %d apart, its %d elements are too few", name, m.Rows, m.Columns, m.Row, m.Column, len(m.Data))
	}
	return nil
}

// A Finish is what is done with a sum before it is stored. The zero value stores
// it as it is.
type Finish struct {
	Bias       []float32 // added first, one a column; nil: none
	Bounded    bool      // bound to Low..High: 0 and +Inf are ReLU
	Low, High  float32
	Accumulate bool // add to what c holds, instead of the bias
}

// About the most rows, and the most panels and terms of a block: of A 128×1024 stay in
// the second-level cache while panels of B pass through the first, and of B few enough
// for the next block of A to find them there. For several workers a small product is cut
// into smaller blocks, leastUnits for each, and B is packed by at most packedRows.
const (
	blockRows   = 128
	blockPanels = 2
	blockDepth  = 1024
	leastUnits  = 3
	packedRows  = 64
)

// A product is the state of one multiplication.
type product struct {
	e       *Engine
	c, a, b Matrix
	finish  Finish
	width   int       // of a panel
	panels  []float32 // B by panels, each depth×width; empty: b itself serves
	bias    []float32 // padded to whole panels
	rows    int       // of a tile
	tiles   int
	groups  int // of tiles
	across  int // panels in a chunk
	atOnce  int // rows of B that are packed
	worker  []productWorker
	// As values, as to make one takes memory.
	packRow, packColumn, compute func(worker, unit int)
}

type productWorker struct {
	tile    tile
	mixing  mixing
	turn    transposition
	packing packing
	a       []float32 // a block of A
	edge    []float32 // a tile at the right edge
	taps    []int
	_       apart
}

func (p *product) init(e *Engine) {
	p.e = e
	p.packRow, p.packColumn, p.compute = p.packRows, p.packPanel, p.block
}

// MatMul sets c to a·b, finished as f says. a is m×k, b k×n, c m×n with its rows
// in memory one after another. Shapes that do not fit are an error.
func (e *Engine) MatMul(c, a, b Matrix, f Finish) error {
	for _, m := range []struct {
		name string
		m    Matrix
	}{{"a", a}, {"b", b}, {"c", c}} {
		if err := m.m.check(m.name); err != nil {
			return fmt.Errorf("matmul: %w", err)
		}
	}
	if a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns || c.Column != 1 {
		return fmt.Errorf("matmul: c %d×%d, a %d×%d and b %d×%d do not fit", c.Rows, c.Columns, a.Rows, a.Columns, b.Rows, b.Columns)
	}
	if f.Bias != nil && len(f.Bias) != c.Columns {
		return fmt.Errorf("matmul: a bias of %d for %d columns", len(f.Bias), c.Columns)
	}
	if f.Bounded && !(f.Low < f.High) {
		return fmt.Errorf("matmul: bounds %v..%v, want the first below the second", f.Low, f.High)
	}
	e.product.run(c, a, b, f)
	return nil
}

// directRow is the largest distance of two rows of B, in elements, at which they are read
// where they stand: hardware prefetches along them. More than directTiles do so only if a
// block of B takes less than directBlock elements from its first to its last, as a
// larger one would leave the second-level cache from tile to tile.
const (
	directRow   = 512
	directTiles = 8
	directBlock = 384 << 10
)

// packs tells whether B is copied into panels.
func (p *product) packs() bool {
	b := p.b
	if b.Column != 1 || b.Columns%p.width != 0 {
		return true
	}
	block := b.Row * ceil(b.Rows, ceil(b.Rows, blockDepth))
	return p.tiles > 1 && b.Row > directRow || p.tiles > directTiles && block >= directBlock
}

func (p *product) run(c, a, b Matrix, f Finish) {
	p.c, p.a, p.b, p.finish = c, a, b, f
	p.width = p.e.panel(b.Columns)
	panels := ceil(b.Columns, p.width)
	p.panels = p.panels[:0]
	p.bias = p.bias[:0]
	if f.Bias != nil {
		p.bias = grown(p.bias, panels*p.width)
		clear(p.bias[copy(p.bias, f.Bias):])
	}
	p.rows = p.e.rows(p.width)
	p.tiles = ceil(a.Rows, p.rows)
	least := 1
	if n := p.e.team.workers(p.tiles * panels); n > 1 {
		least = leastUnits * n
	}
	p.groups = min(p.tiles, max(ceil(a.Rows, blockRows), ceil(least, panels)))
	p.across = max(1, min(blockPanels, panels*p.groups/least))
	units := p.groups * ceil(panels, p.across)
	p.atOnce = min(packedRows, ceil(b.Rows, 2*p.e.team.workers(b.Rows)))
	pack, blocks := p.packRow, ceil(b.Rows, p.atOnce)
	if b.Column != 1 {
		pack, blocks = p.packColumn, panels
	}
	n := max(p.e.team.workers(units), p.e.team.workers(blocks))
	for len(p.worker) < n {
		p.worker = append(p.worker, productWorker{edge: make([]float32, p.e.edge()), taps: []int{0}})
	}
	if p.packs() {
		p.panels = grown(p.panels, panels*b.Rows*p.width)
		p.e.team.each(blocks, pack)
	}
	p.e.team.each(units, p.compute)
	p.c, p.a, p.b, p.finish = Matrix{}, Matrix{}, Matrix{}, Finish{}
}

// packRows copies a block of rows of B into its panels, with zeros beyond the last column.
// It reads them from end to end, where from panel to panel each row would be in a page of
// its own.
func (p *product) packRows(worker, block int) {
	first := block * p.atOnce
	last := min(first+p.atOnce, p.b.Rows)
	whole := p.b.Columns / p.width
	if whole > 0 {
		w := &p.worker[worker]
		w.packing = packing{
			from: p.b.Data[first*p.b.Row:], to: p.panels[first*p.width:], rows: last - first, row: p.b.Row,
			panels: whole, panel: p.b.Rows * p.width, vectors: p.width / p.e.lanes, width: p.width,
		}
		p.e.pack(&w.packing)
	}
	if at := whole * p.width; at < p.b.Columns {
		for k := first; k < last; k++ {
			row := p.panels[at*p.b.Rows+k*p.width:][:p.width]
			clear(row[copy(row, p.b.Data[k*p.b.Row+at:][:p.b.Columns-at]):])
		}
	}
}

// packPanel copies one panel of B by columns, with zeros beyond the last.
func (p *product) packPanel(worker, panel int) {
	first := panel * p.width
	columns := min(p.width, p.b.Columns-first)
	to := p.panels[panel*p.b.Rows*p.width:][:p.b.Rows*p.width]
	w := &p.worker[worker]
	p.e.turn(&w.turn, to, p.width, p.b.Data[first*p.b.Column:], p.b.Column, columns, p.b.Rows)
	if columns < p.width {
		for k := range p.b.Rows {
			clear(to[k*p.width+columns : (k+1)*p.width])
		}
	}
}

// turn sets to[j·column+i] to from[i·row+j] for i < rows and j < columns.
func (e *Engine) turn(t *transposition, to []float32, column int, from []float32, row, rows, columns int) {
	eights(rows, columns, func(i int) {
		*t = transposition{from: from[i*row:], to: to[i:], blocks: columns / 8, row: row, column: column}
		e.transpose(t)
	})
	turnRest(to, column, from, row, rows, columns)
}

// turnCodes is turn for codes.
func (e *Engine) turnCodes(t *codeTransposition, to []int32, column int, from []int32, row, rows, columns int) {
	eights(rows, columns, func(i int) {
		*t = codeTransposition{from: from[i*row:], to: to[i:], blocks: columns / 8, row: row, column: column}
		e.transposeCodes(t)
	})
	turnRest(to, column, from, row, rows, columns)
}

// eights calls block with the first of every 8 rows. The last 8 begin earlier where fewer are
// left: some are turned again, which costs less than to turn the others one by one.
func eights(rows, columns int, block func(first int)) {
	if rows < 8 || columns < 8 {
		return
	}
	for i := 0; i < rows; i += 8 {
		block(min(i, rows-8))
	}
}

// turnRest turns what eights leaves.
func turnRest[T any](to []T, column int, from []T, row, rows, columns int) {
	done := columns &^ 7
	if rows < 8 {
		done = 0
	}
	if done < columns {
		turn(to[done*column:], column, from[done:], row, rows, columns-done)
	}
}

// block computes a group of tiles of one chunk of panels. Blocks of one chunk of panels
// follow one another.
func (p *product) block(worker, unit int) {
	w := &p.worker[worker]
	group, chunk := unit%p.groups, unit/p.groups
	row0, row1 := p.rowOf(group), p.rowOf(group+1)
	panels := min((chunk+1)*p.across, ceil(p.b.Columns, p.width))
	depth := p.a.Columns
	parts := ceil(depth, blockDepth)
	for i := range parts {
		k := i * depth / parts
		terms := (i+1)*depth/parts - k
		t := &w.tile
		*t = tile{taps: w.taps, depth: terms, line: p.c.Row, accumulate: p.finish.Accumulate || k > 0}
		if k+terms == depth {
			t.clamp, t.low, t.high = p.finish.Bounded, p.finish.Low, p.finish.High
		}
		a := p.rowsOf(w, row0, row1, k, terms)
		t.row, t.step = a.Row, a.Column
		for panel := chunk * p.across; panel < panels; panel++ {
			at := panel * p.width
			if len(p.panels) > 0 {
				t.b, t.wide = p.panels[(panel*depth+k)*p.width:], p.width
			} else {
				t.b, t.wide = p.b.Data[k*p.b.Row+at:], p.b.Row
			}
			t.bias = nil
			if len(p.bias) > 0 && !t.accumulate {
				t.bias = p.bias[at : at+p.width]
			}
			p.e.tiles(t, &w.mixing, row1-row0, min(p.width, p.c.Columns-at), a.Data, p.c.Data[row0*p.c.Row+at:], w.edge)
		}
	}
}

// rowOf returns the first row of a group, with which a tile begins.
func (p *product) rowOf(group int) int {
	return min(group*p.tiles/p.groups*p.rows, p.a.Rows)
}

// rowsOf returns the rows and terms of A as a matrix that is well to read: A itself,
// unless its terms are so far apart that they have few places in the cache to stand at.
func (p *product) rowsOf(w *productWorker, row0, row1, k, terms int) Matrix {
	a := p.a
	view := Matrix{Data: a.Data[row0*a.Row+k*a.Column:], Rows: row1 - row0, Columns: terms, Row: a.Row, Column: a.Column}
	if a.Column < directRow || a.Column%(1<<8) != 0 {
		return view
	}
	view.Column = view.Rows + 16 // not a power of two
	w.a = grown(w.a, terms*view.Column)
	for i := range terms {
		copy(w.a[i*view.Column:][:view.Rows], view.Data[i*a.Column:])
	}
	view.Data = w.a
	return view
}

// tiles computes rows of so many columns, those of A at a and those of C at c, the rest
// as t says: full tiles in one go where that can be.
func (e *Engine) tiles(t *tile, m *mixing, rows, columns int, a, c, edge []float32) {
	vectors := ceil(columns, e.columns)
	most := e.tall[vectors-1]
	left := vectors*e.columns - columns
	if whole := rows / most; whole > 0 && (left == 0 || 2*left == e.columns && e.lanes > 1) {
		*m = mixing{
			a: a, b: t.b, c: c, bias: t.bias, row: t.row, step: t.step, line: t.line, wide: t.wide, depth: t.depth, runs: append(m.runs[:0], tileRun{tiles: whole}),
			low: t.low, high: t.high, accumulate: t.accumulate, clamp: t.clamp, half: left > 0,
		}
		e.mix(m, vectors)
		if rows -= whole * most; rows == 0 {
			return
		}
		a, c = a[whole*most*t.row:], c[whole*most*t.line:]
	}
	tiles := ceil(rows, most)
	for i, first := 0, 0; i < tiles; i++ {
		last := (i + 1) * rows / tiles
		t.a, t.c = a[first*t.row:], c[first*t.line:]
		e.part(t, last-first, columns, edge)
		first = last
	}
}

// part runs a tile of as many vectors as the columns need, of which only some may
// belong to c.
func (e *Engine) part(t *tile, rows, columns int, edge []float32) {
	vectors := ceil(columns, e.columns)
	if columns == vectors*e.columns {
		e.tile(t, rows, vectors)
		return
	}
	c, line := t.c, t.line
	t.c, t.line = edge, vectors*e.columns
	if t.accumulate {
		for i := range rows {
			copyFew(edge[i*t.line:], c[i*line:], columns)
		}
	}
	e.tile(t, rows, vectors)
	for i := range rows {
		copyFew(c[i*line:], edge[i*t.line:], columns)
	}
	t.c, t.line = c, line
}

// copyFew copies a few elements, for which a call of copy costs more than they do.
func copyFew(to, from []float32, n int) {
	for ; n >= 8; n -= 8 {
		*(*[8]float32)(to) = *(*[8]float32)(from)
		to, from = to[8:], from[8:]
	}
	for i, v := range from[:n] {
		to[i] = v
	}
}
