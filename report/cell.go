package report

import (
	"fmt"
	"html/template"
	"strings"

	"jpgreport/runtime/result"
)

// A cell is a part of a page.
type cell struct {
	ID      string
	Anchor  string
	Kind    string
	Skipped string // why it was not run
	Code    *listing
	Scripts string // where its code stands, when not here
	Note    string // then, what the run had to do for it
	Outputs []output
	Error   *failure
}

// An output is one thing that a cell shows; one field is set.
type output struct {
	Text    template.HTML
	Print   *printed
	Table   *table
	Chart   *chart
	Gallery *gallery
	Compare *compare
	Metrics []metric
	Check   *check
	Warning *warning
	Rows    *rows
}

// A printed is verbatim text; when it is long, the rest is folded.
type printed struct{ Head, Rest, Lines string }

const printedLines = 24 // beyond these, printed text is folded

func newPrinted(text string) *printed {
	text = strings.TrimRight(text, "\n")
	lines := strings.Split(text, "\n")
	if len(lines) <= printedLines {
		return &printed{Head: text}
	}
	shown := printedLines / 2
	return &printed{
		Head:  strings.Join(lines[:shown], "\n"),
		Rest:  strings.Join(lines[shown:], "\n"),
		Lines: counted(len(lines)-shown, "more line", "more lines"),
	}
}

// A metric is a named number.
type metric struct{ ID, Name, Title, Value, Unit, Basis string }

func (b *builder) metric(m result.Metric) metric {
	x := numberOf(m.Estimate)
	v := metric{ID: b.prefix + "metric-" + m.Name, Name: m.Name, Title: m.Estimate.Title, Value: x.text(-1), Unit: x.unit, Basis: x.basis()}
	if v.Title == "" {
		v.Title = m.Name
	}
	return v
}

// A check is a judgement that the run makes of itself.
type check struct {
	Name    string // "Check 10", or "Check" for a script's own
	ID      string
	Title   string
	Verdict string // PASS, WARN, FAIL, NA
	Class   string // pass, warn, fail, na
	Detail  string
	Cell    string
	Variant string // the one it judges
}

func (b *builder) check(k result.Check) check {
	v := check{Name: "Check", ID: b.prefix + "check-" + k.ID, Variant: b.label, Title: k.Title, Verdict: string(k.Status), Class: strings.ToLower(string(k.Status)), Detail: k.Detail, Cell: k.Cell}
	if k.Number > 0 {
		v.Name = fmt.Sprintf("Check %d", k.Number)
	}
	if k.Title == "" {
		v.Title = k.ID
	}
	return v
}

// A warning doubts what stands before it.
type warning struct{ ID, Cell, Text string }

// A failure is an error with its place.
type failure struct{ Message, Place, Excerpt, Caret, Hint string }

func newFailure(e *result.Error) *failure {
	if e == nil {
		return nil
	}
	f := &failure{Message: e.Message, Hint: e.Hint, Place: e.File}
	if f.Excerpt, f.Caret = e.Marked(); f.Caret != "" {
		f.Caret = "\n" + f.Caret
	}
	if e.File != "" && e.Line > 0 {
		f.Place += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			f.Place += fmt.Sprintf(":%d", e.Column)
		}
	}
	return f
}

// A rows tells of the values that the record keeps for each image.
type rows struct {
	Name, N string
	File    string // beside the report, where the record has them not
	Caption template.HTML
	Columns []result.RowColumn
}

func (b *builder) cell(c *result.Cell) (*cell, []heading, error) {
	v := &cell{ID: c.ID, Anchor: b.prefix + "cell-" + c.ID, Kind: c.Kind, Error: newFailure(c.Error)}
	if c.Status == result.Skipped {
		v.Skipped, v.Error = "was not reached", nil
		if c.Error != nil {
			v.Skipped = "was " + c.Error.Message
		}
	}
	if s, ok := b.run.Scripts[c.ID]; ok {
		if b.prefix == "" {
			v.Code = newListing("Code of", c.ID, "go", s.Text, s.Line)
			if v.Code != nil {
				v.Code.Note = b.run.Environment.Recalled(c.ID)
			}
		} else {
			v.Scripts = "code-" + c.ID // once for all variants
			v.Note = b.run.Environment.Recalled(c.ID)
		}
	}
	var heads []heading
	for i, o := range c.Outputs {
		last := &output{}
		if len(v.Outputs) > 0 {
			last = &v.Outputs[len(v.Outputs)-1]
		}
		var w output
		var err error
		switch {
		case o.Kind == "text":
			var hs []heading
			w.Text, hs = b.md.body(o.Text)
			if i == 0 && len(hs) > 0 && strings.HasPrefix(string(w.Text), "<h") {
				hs[0].ID = v.Anchor // the name that lasts
			}
			heads = append(heads, hs...)
		case o.Kind == "print":
			if i > 0 && c.Outputs[i-1].Kind == "print" {
				continue // stands with the first of its row
			}
			text := o.Print
			for _, next := range c.Outputs[i+1:] {
				if next.Kind != "print" {
					break
				}
				text += next.Print
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			w.Print = newPrinted(text)
		case o.Table != nil:
			w.Table = b.table(o.Table)
		case o.Chart != nil:
			w.Chart, err = b.chart(o.Chart)
		case o.Gallery != nil:
			w.Gallery, err = b.gallery(o.Gallery)
		case o.Compare != nil:
			w.Compare, err = b.compare(o.Compare)
		case o.Metric != nil:
			if last.Metrics != nil {
				last.Metrics = append(last.Metrics, b.metric(*o.Metric))
				continue
			}
			w.Metrics = []metric{b.metric(*o.Metric)}
		case o.Check != nil:
			k := b.check(*o.Check)
			w.Check = &k
		case o.Warning != nil:
			b.warnings++
			w.Warning = &warning{ID: fmt.Sprintf("warning-%d", b.warnings), Text: o.Warning.Text}
		case o.Rows != nil:
			w.Rows = &rows{Name: o.Rows.Name, File: b.run.RowsFile, N: count(o.Rows.N), Columns: o.Rows.Columns}
			if o.Rows.Caption != "" {
				w.Rows.Caption = b.md.note(o.Rows.Caption)
			}
		default:
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("cell %q: %w", c.ID, err)
		}
		v.Outputs = append(v.Outputs, w)
	}
	return v, heads, nil
}
