package result

import (
	"fmt"
	"math"
	"slices"
)

// A Cell is a part of a run: prose, or a script with what it put out. A script
// sees its own cell as out and calls the methods below. They panic with an
// [*Error] when they are handed something that cannot be recorded; a run then
// ends the cell at that line.
type Cell struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"` // "text" or "script"
	Status  Status   `json:"status"`
	Error   *Error   `json:"error,omitempty"`
	Outputs []Output `json:"outputs"`
	Digest  string   `json:"digest"` // of the outputs

	recorder *Recorder
	id       string // as the recorder knows it, whatever a script does to ID
}

// Kinds of cell.
const (
	KindText   = "text"
	KindScript = "script"
)

// An Output is one thing that a cell shows: exactly one field besides Kind is
// set.
type Output struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text,omitempty"`  // Markdown
	Print   string   `json:"print,omitempty"` // verbatim
	Table   *Table   `json:"table,omitempty"`
	Chart   *Chart   `json:"chart,omitempty"`
	Gallery *Gallery `json:"gallery,omitempty"`
	Compare *Compare `json:"compare,omitempty"`
	Metric  *Metric  `json:"metric,omitempty"`
	Check   *Check   `json:"check,omitempty"`
	Warning *Warning `json:"warning,omitempty"`
	Rows    *Rows    `json:"rows,omitempty"`
}

// A Metric is a named number that text can cite.
type Metric struct {
	Name     string   `json:"name"` // snake_case
	Estimate Estimate `json:"estimate"`
}

// A Check is a judgement of a run on itself.
type Check struct {
	ID     string  `json:"id"`               // such as "budget"
	Number int     `json:"number,omitempty"` // in the project's list of checks; 0: a script's own
	Title  string  `json:"title"`
	Status Verdict `json:"status"`
	Detail string  `json:"detail"` // with the numbers
	Cell   string  `json:"cell"`
}

// A Verdict is what a check says.
type Verdict string

const (
	Pass Verdict = "PASS"
	Warn Verdict = "WARN"
	Fail Verdict = "FAIL"
	NA   Verdict = "NA" // does not apply, and Detail says why
)

// A Recorder makes the cells of one run and passes on what they put out. The
// zero Recorder passes nothing on.
type Recorder struct {
	Sink func(cell string, o Output) // called for each output as it comes

	names map[string]string // "metric x" → the cell that defined it
}

// Cell returns a new script cell.
func (r *Recorder) Cell(id string) *Cell {
	return &Cell{ID: id, Kind: KindScript, Outputs: []Output{}, recorder: r, id: id}
}

// NewCell returns a cell for a plain Go program or test.
func NewCell(id string) *Cell { return new(Recorder).Cell(id) }

func (c *Cell) add(o Output) {
	c.Outputs = append(c.Outputs, o)
	if c.recorder != nil && c.recorder.Sink != nil {
		c.recorder.Sink(c.id, o)
	}
}

func (c *Cell) fail(format string, args ...any) {
	panic(&Error{Cell: c.ID, Message: fmt.Sprintf(format, args...)})
}

// claim gives name to this cell, or fails when another output has it.
func (c *Cell) claim(kind, name string) {
	if c.recorder == nil {
		c.recorder = new(Recorder)
	}
	if c.recorder.names == nil {
		c.recorder.names = map[string]string{}
	}
	key := kind + " " + name
	if owner, taken := c.recorder.names[key]; taken {
		c.fail("%s %q stands already in cell %q", kind, name, owner)
	}
	c.recorder.names[key] = c.ID
}

// Bounds of one output. What is larger is no help to a reader, and drawing it
// would take the time and memory that a run itself is not given.
const (
	MaxText   = 64 << 10 // bytes of Markdown
	maxCells  = 100_000  // of a table
	maxDigits = 17       // decimals that a float64 can fill
)

// Text adds Markdown, at most [MaxText] bytes. It may cite results: {{metric
// "name"}}, {{param "name"}}.
func (c *Cell) Text(markdown string) {
	if len(markdown) > MaxText {
		c.fail("a text of %d bytes, want at most %d", len(markdown), MaxText)
	}
	c.add(Output{Kind: "text", Text: markdown})
}

// Print adds verbatim text, as fmt.Print in a script does.
func (c *Cell) Print(text string) { c.add(Output{Kind: "print", Print: text}) }

// Warn adds a warning, for example that a sample is too small.
func (c *Cell) Warn(text string) {
	c.add(Output{Kind: "warning", Warning: &Warning{Cell: c.ID, Text: text}})
}

// Metric records a number under a snake_case name that is unique in the run.
// The value is a Proportion, an Estimate, a float64 or an int; title says in
// words what it is.
func (c *Cell) Metric(name, title string, value any) {
	e, ok := estimate(value)
	switch {
	case !snakeCase(name):
		c.fail("metric name %q, want snake_case: letters a to z, digits and underscores", name)
	case !ok:
		c.fail("metric %q has a value of type %T, want a proportion, an Estimate, a float64 or an int", name, value)
	case e.possible() != nil:
		c.fail("metric %q: %v", name, e.possible())
	}
	c.claim("metric", name)
	e.Title = title
	if !e.Shown() {
		c.Warn(fmt.Sprintf("Metric %s is not shown: it came out as %v with n = %d.", name, e.Value, e.N))
	}
	c.add(Output{Kind: "metric", Metric: &Metric{Name: name, Estimate: e}})
}

// Check records what a check says; its id is unique in the run.
func (c *Cell) Check(k Check) {
	if !slices.Contains([]Verdict{Pass, Warn, Fail, NA}, k.Status) {
		c.fail("check %q has status %q, want PASS, WARN, FAIL or NA", k.ID, k.Status)
	}
	c.claim("check", k.ID)
	k.Cell = c.ID
	c.add(Output{Kind: "check", Check: &k})
}

// Table adds a table.
func (c *Cell) Table(t Table) {
	if n := len(t.Rows) * len(t.Columns); n > maxCells {
		c.fail("table %q has %d cells, want at most %d", t.Title, n, maxCells)
	}
	for _, col := range t.Columns {
		if col.Digits < 0 || col.Digits > maxDigits {
			c.fail("table %q: column %q has %d digits, want 0 to %d", t.Title, col.Name, col.Digits, maxDigits)
		}
	}
	t.Cells = make([][]Datum, len(t.Rows))
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			c.fail("table %q: row %d has %d cells for %d columns", t.Title, i, len(row), len(t.Columns))
		}
		t.Cells[i] = make([]Datum, len(row))
		for j, v := range row {
			d, err := datum(v)
			if err != nil {
				c.fail("table %q: row %d, column %q: %v", t.Title, i, t.Columns[j].Name, err)
			}
			t.Cells[i][j] = d
		}
	}
	t.Rows = nil
	c.add(Output{Kind: "table", Table: &t})
}

// Line adds a line chart.
func (c *Cell) Line(k Chart) { c.chart("line", k) }

// Bar adds a bar chart; its X axis has categories.
func (c *Cell) Bar(k Chart) { c.chart("bar", k) }

// Scatter adds a scatter chart.
func (c *Cell) Scatter(k Chart) { c.chart("scatter", k) }

// HeatMap adds a heat map: X has categories, each series is a row.
func (c *Cell) HeatMap(k Chart) { c.chart("heatmap", k) }

// Box adds a box chart: each series is a sample, shown as minimum, quartiles and
// maximum.
func (c *Cell) Box(k Chart) {
	k.Series = slices.Clone(k.Series)
	for i, s := range k.Series {
		k.Series[i].Y = fiveNumbers(s.Y)
		k.Series[i].N = []int{len(s.Y)}
	}
	c.chart("box", k)
}

func (c *Cell) chart(kind string, k Chart) {
	k.Kind = kind
	gaps := 0
	for _, s := range k.Series {
		want := len(s.Y)
		if len(k.X.Categories) > 0 && kind != "box" {
			want = len(k.X.Categories)
		} else if kind == "line" || kind == "scatter" {
			want = len(s.X)
		}
		if len(s.Y) != want {
			c.fail("chart %q: series %q has %d values for %d places along the horizontal axis", k.Title, s.Name, len(s.Y), want)
		}
		for _, v := range [][]float64{s.Low, s.High} {
			if v != nil && len(v) != len(s.Y) {
				c.fail("chart %q: series %q has %d interval ends for %d values", k.Title, s.Name, len(v), len(s.Y))
			}
		}
		for _, v := range [][]float64{s.X, s.Y, s.Low, s.High} {
			for _, y := range v {
				if math.IsNaN(y) || math.IsInf(y, 0) {
					gaps++
				}
			}
		}
	}
	c.add(Output{Kind: "chart", Chart: &k})
	if gaps > 0 {
		c.Warn(fmt.Sprintf("Chart “%s”: NaN and infinite numbers are left out as gaps (%d).", k.Title, gaps))
	}
}

// Gallery adds rows of pictures.
func (c *Cell) Gallery(g Gallery) {
	for i, row := range g.Rows {
		if len(row.Pictures) != len(g.Columns) {
			c.fail("gallery %q: row %d has %d pictures for %d columns", g.Title, i, len(row.Pictures), len(g.Columns))
		}
	}
	c.pictures(Output{Kind: "gallery", Gallery: &g})
}

// Compare adds two pictures to be held against each other.
func (c *Cell) Compare(k Compare) { c.pictures(Output{Kind: "compare", Compare: &k}) }

func (c *Cell) pictures(o Output) {
	for _, p := range o.pictures() {
		if err := p.encode(); err != nil {
			c.fail("%v", err)
		}
	}
	c.add(o)
}

// Rows adds values for each image and returns them as the record keeps them, so
// that a rate can be computed again from the very bytes a reader has.
func (c *Cell) Rows(r Rows) *Rows {
	c.claim("rows", r.Name)
	r.Columns = slices.Clone(r.Columns)
	for i := range r.Columns {
		if err := r.Columns[i].encode(r.N); err != nil {
			c.fail("rows %q: %v", r.Name, err)
		}
	}
	c.add(Output{Kind: "rows", Rows: &r})
	return &r
}

func snakeCase(s string) bool {
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || i > 0 && (r == '_' || r >= '0' && r <= '9')) {
			return false
		}
	}
	return s != ""
}

// fiveNumbers returns minimum, lower quartile, median, upper quartile and
// maximum; quantiles interpolate linearly between order statistics (type 7 of
// Hyndman and Fan, 1996). Values that are not finite are left out.
func fiveNumbers(sample []float64) Values {
	var s []float64
	for _, v := range sample {
		if finite(v) != nil {
			s = append(s, v)
		}
	}
	slices.Sort(s)
	five := make(Values, 5)
	for i := range five {
		if len(s) == 0 {
			five[i] = math.NaN()
			continue
		}
		at := float64(i) / 4 * float64(len(s)-1)
		lo := int(at)
		hi := min(lo+1, len(s)-1)
		five[i] = s[lo] + (at-float64(lo))*(s[hi]-s[lo])
	}
	return five
}
