package report

import (
	"html/template"

	"jpgreport/runtime/result"
)

// A table is rows and columns with what its numbers rest on said as few times as
// it can be: once in the caption, else in the head of a column, else beside each
// number.
type table struct {
	ID      string
	Number  int
	Title   string
	Caption template.HTML
	Basis   string
	Head    []column
	Rows    [][]datum
}

type column struct {
	Name, Unit, Basis string
	Link              string // to go to
	Mark              string // how it ended, when not well
	Numeric           bool
}

type datum struct {
	Text, Basis string
	Numeric     bool
	Head        bool   // names its row
	Link        string // of a head: to go to
	Mark        string // of a head: how it ended, when not well
}

func (b *builder) table(t *result.Table) *table {
	b.tables++
	v := &table{ID: id("tab", b.tables), Number: b.tables, Title: t.Title}
	if t.Caption != "" {
		v.Caption = b.md.note(t.Caption)
	}
	head := make([]column, len(t.Columns))
	digits := make([]int, len(t.Columns))
	for j, c := range t.Columns {
		head[j] = column{Name: c.Name, Unit: c.Unit}
		digits[j] = c.Digits
		if c.Digits == 0 {
			digits[j] = byColumn
		}
	}
	cells := make([][]entry, len(t.Cells))
	for i, row := range t.Cells {
		cells[i] = make([]entry, len(row))
		for j, d := range row {
			cells[i][j] = entry{text: d.Text}
			if d.Number != nil {
				x := numberOf(*d.Number)
				if x.unit == head[j].Unit {
					x.unit = ""
				}
				cells[i][j].number = &x
			}
		}
	}
	v.fill(head, digits, cells)
	return v
}

// An entry is a table cell before it is printed: a number or a text.
type entry struct {
	text   string
	link   string
	number *number
}

// Decimals that a column of plain numbers has when nobody states them.
const (
	byColumn = -1 // as suits its largest number
	byNumber = -2 // as suits each number, for columns of different things
)

// fill prints the entries.
func (t *table) fill(head []column, digits []int, cells [][]entry) {
	t.Head = head
	whole := common(cells, -1)
	if whole.intervals {
		t.Basis = "Brackets hold 95% intervals."
	}
	if s := whole.text(); s != "" {
		t.Basis = sentence(s) + " " + t.Basis
	}
	columns := make([]shared, len(head))
	for j := range head {
		columns[j] = common(cells, j)
		head[j].Numeric = columns[j].numbers > 0
		head[j].Basis = columns[j].besides(whole).text()
		if digits[j] == byColumn {
			digits[j] = columnDigits(columns[j].plain)
		}
	}
	t.Rows = make([][]datum, len(cells))
	for i, row := range cells {
		t.Rows[i] = make([]datum, len(row))
		for j, c := range row {
			d := datum{Text: c.text, Link: c.link, Head: j == 0 && !columns[0].shares, Numeric: c.text == gap}
			if x := c.number; x != nil {
				d.Numeric = true
				d.Text = x.text(digits[j])
				if x.unit != "" {
					d.Text += " " + x.unit
				}
				own := shared{numbers: 1, n: x.n, sameN: true, of: x.of, sameOf: true}
				d.Basis = own.besides(whole).besides(columns[j]).text()
			}
			t.Rows[i][j] = d
		}
	}
}

// byRow says what numbers rest on at the head of their row, for a table whose
// rows are different things.
func (t *table) byRow(cells [][]entry) {
	whole := common(cells, -1)
	for i, row := range cells {
		all := common([][]entry{row}, -1)
		t.Rows[i][0].Basis = all.besides(whole).text()
		for j, c := range row {
			if x := c.number; x != nil {
				own := shared{numbers: 1, n: x.n, sameN: true, of: x.of, sameOf: true}
				t.Rows[i][j].Basis = own.besides(whole).besides(all).text()
			}
		}
	}
	for j := range t.Head {
		t.Head[j].Basis = ""
	}
}

// shared says what a set of numbers has in common.
type shared struct {
	numbers   int
	n         int
	of        string
	sameN     bool
	sameOf    bool
	intervals bool
	shares    bool
	plain     []float64 // the values that are no shares
}

// common looks at column j, or at all columns when j is below 0. Numbers that
// rest on nothing stated (n = 0) do not count.
func common(cells [][]entry, j int) shared {
	s := shared{sameN: true, sameOf: true}
	first := true
	for _, row := range cells {
		for k, c := range row {
			x := c.number
			if x == nil || j >= 0 && k != j {
				continue
			}
			s.numbers++
			s.intervals = s.intervals || x.interval
			s.shares = s.shares || x.share
			if !x.share {
				s.plain = append(s.plain, x.value)
			}
			if x.n == 0 && x.of == "" {
				continue
			}
			if first {
				s.n, s.of, first = x.n, x.of, false
			}
			s.sameN = s.sameN && s.n == x.n
			s.sameOf = s.sameOf && s.of == x.of
		}
	}
	s.sameN = s.sameN && !first
	s.sameOf = s.sameOf && !first
	return s
}

// besides leaves out what outer says already.
func (s shared) besides(outer shared) shared {
	if outer.sameN {
		s.sameN = false
	}
	if outer.sameOf {
		s.sameOf = false
	}
	return s
}

func (s shared) text() string {
	of := ""
	if s.sameOf && s.of != "" {
		of = "share of: " + s.of
	}
	if !s.sameN || s.n == 0 {
		return of
	}
	if of != "" {
		of += ", "
	}
	return of + "n = " + count(s.n)
}
