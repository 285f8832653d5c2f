package dataset

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// A table says of pictures what their names do not: it is a CSV file whose first
// line names its columns, see [Columns]. A label is a class by name or number, and
// empty where it is not known; a group is the photograph that a picture was cut
// from. Other columns are kept as they are.
type table struct {
	rows            map[string]tableRow // by file
	columns         []string            // all of them
	labels, grouped bool                // whether there is such a column
}

type tableRow struct {
	label, group string
	fields       []string // one a column
	line         int
}

// Columns are the names of a table's columns.
type Columns struct {
	File  string // pictures' names in the folder; "": file
	Label string // their classes; "": label, if there is such a column
	Group string // the photographs that they were cut from; "": group, if there is such a column
}

// maxTableBytes bounds a table: half a million rows of 128 bytes.
const maxTableBytes = 64 << 20

// readTable reads a table. Errors name the line.
func readTable(r io.Reader, names Columns) (*table, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	c.TrimLeadingSpace = true
	head, err := c.Read()
	if err == io.EOF {
		return nil, errors.New("line 1: the file is empty, want a line of column names")
	}
	if err != nil {
		return nil, lineError(err)
	}
	at := map[string]int{}
	head = slices.Clone(head)
	for i, name := range head {
		name = strings.Clone(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if _, twice := at[name]; twice {
			return nil, fmt.Errorf("line 1: column %q stands twice", name)
		}
		at[name] = i
	}
	column := func(name, standard string) (int, error) {
		i, ok := at[cmp.Or(name, standard)]
		switch {
		case ok:
			return i, nil
		case name != "" || standard == "file":
			return -1, fmt.Errorf("line 1: no column %q; found %s", cmp.Or(name, standard), quoted(head))
		}
		return -1, nil
	}
	file, errFile := column(names.File, "file")
	label, errLabel := column(names.Label, "label")
	group, errGroup := column(names.Group, "group")
	if err := errors.Join(errFile, errLabel, errGroup); err != nil {
		return nil, err
	}
	if label < 0 && group < 0 {
		return nil, fmt.Errorf("line 1: neither a column \"label\" nor a column \"group\"; found %s", quoted(head))
	}
	t := &table{rows: map[string]tableRow{}, columns: head, labels: label >= 0, grouped: group >= 0}
	field := func(record []string, i int) string {
		if i < 0 {
			return ""
		}
		return strings.Clone(strings.TrimSpace(record[i]))
	}
	for {
		record, err := c.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, lineError(err)
		}
		line, _ := c.FieldPos(0)
		row := tableRow{label: field(record, label), group: field(record, group), line: line}
		for i := range head {
			row.fields = append(row.fields, field(record, i))
		}
		name := path.Clean(field(record, file))
		before, twice := t.rows[name]
		switch {
		case name == ".":
			return nil, fmt.Errorf("line %d: no file", line)
		case twice:
			return nil, fmt.Errorf("line %d: %s stands already in line %d", line, name, before.line)
		case t.grouped && row.group == "":
			return nil, fmt.Errorf("line %d: %s has no group", line, name)
		}
		t.rows[name] = row
	}
}

// lineError tells the line of a mistake in CSV.
func lineError(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("line %d: %w", p.Line, p.Err)
	}
	return reason(err)
}

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
