package result

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rows beyond the limit go to an archive and come back to the same record, whose
// digest is that of the whole throughout; an archive of other rows is refused.
func TestDetachRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	run := func(n int) *Run {
		run := New()
		values, shares := make([]int, n), make([]float64, n)
		for i := range values {
			values[i], shares[i] = r.IntN(1000), r.Float64()
		}
		c := NewCell("a")
		run.Cells = append(run.Cells, c)
		c.Rows(Rows{Name: "predictions", N: n, Columns: []RowColumn{{Name: "label", Values: values}, {Name: "confidence", Shares: shares}, {Name: "again", Values: values}}})
		if err := run.Seal(); err != nil {
			t.Fatal(err)
		}
		return run
	}
	text := func(run *Run) string {
		b, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	few := run(1000)
	if archive, err := few.DetachRows("few.rows"); archive != nil || err != nil || few.RowsFile != "" {
		t.Errorf("few rows: archive of %d bytes, error %v, file %q", len(archive), err, few.RowsFile)
	}
	many := run(300_000)
	whole, digest := text(many), many.Digest
	archive, err := many.DetachRows("many.rows")
	if err != nil || many.RowsFile != "many.rows" {
		t.Fatalf("error %v, file %q", err, many.RowsFile)
	}
	if got := text(many); len(got) > 10_000 || !strings.Contains(got, `"rows_file":"many.rows"`) {
		t.Errorf("a record of %d bytes is left", len(got))
	}
	if err := many.Seal(); err != nil || many.Digest != digest {
		t.Errorf("digest %s without the rows, %s with them, error %v", many.Digest, digest, err)
	}
	other := run(300_000)
	otherArchive, err := other.DetachRows("other.rows")
	if err != nil {
		t.Fatal(err)
	}
	if err := many.AttachRows(otherArchive); err == nil {
		t.Error("rows of another record are taken")
	}
	if err := many.AttachRows(archive); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, text(many)); diff != "" {
		t.Error("the record with its rows again is another")
	}
}
