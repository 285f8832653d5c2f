package result

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxRowBytes is how much the rows of a record may take, as it keeps them, before they
// go to a file of their own. The counts that printed rates rest on stand in the
// record either way.
const MaxRowBytes = 1 << 20

// columns calls f for each column of rows in the record.
func (r *Run) columns(f func(c *RowColumn, n int) error) error {
	cells := [][]*Cell{r.Cells}
	for _, v := range r.Variants {
		cells = append(cells, v.Cells)
	}
	for _, list := range cells {
		for _, cell := range list {
			for _, o := range cell.Outputs {
				if o.Rows == nil {
					continue
				}
				for i := range o.Rows.Columns {
					if err := f(&o.Rows.Columns[i], o.Rows.N); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// DetachRows takes the rows out of a record that has more than [MaxRowBytes] of them,
// and notes the name of the file that they are to stand in. It returns that file, a
// ZIP archive with the numbers of each column, little endian, under the column's
// SHA-256 and type; nil when the rows stay.
func (r *Run) DetachRows(file string) ([]byte, error) {
	size := 0
	r.columns(func(c *RowColumn, _ int) error { size += len(c.Data); return nil })
	if size <= MaxRowBytes {
		return nil, nil
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	written := map[string]bool{}
	err := r.columns(func(c *RowColumn, n int) error {
		if written[c.entry()] {
			return nil
		}
		written[c.entry()] = true
		raw, err := c.unpack(n)
		if err != nil {
			return err
		}
		w, err := z.Create(c.entry())
		if err == nil {
			_, err = w.Write(raw)
		}
		return err
	})
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	r.columns(func(c *RowColumn, _ int) error { c.Data = ""; return nil })
	r.RowsFile = file
	return b.Bytes(), nil
}

// AttachRows puts rows back that [Run.DetachRows] has taken out. An archive that has
// other rows is an error.
func (r *Run) AttachRows(archive []byte) error {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fmt.Errorf("rows: %w", err)
	}
	err = r.columns(func(c *RowColumn, n int) error {
		f, err := z.Open(c.entry())
		if err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
		defer f.Close()
		raw, err := io.ReadAll(io.LimitReader(f, int64(columnBytes[c.Type]*n)+1))
		if err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
		c.pack(raw)
		_, err = c.unpack(n)
		return err
	})
	if err != nil {
		return fmt.Errorf("rows: %w", err)
	}
	r.RowsFile = ""
	return nil
}

// entry is the name of a column's numbers in an archive.
func (c *RowColumn) entry() string { return c.SHA256 + "." + c.Type }
