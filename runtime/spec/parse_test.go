package spec

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the expected errors again")

// told returns errors as a user sees them, each with its hint below.
func told(err error) string {
	var errs Errors
	if !errors.As(err, &errs) {
		return "not Errors: " + err.Error()
	}
	var b strings.Builder
	for _, e := range errs {
		b.WriteString(e.Error() + "\n")
		if e.Hint != "" {
			b.WriteString("\thint: " + e.Hint + "\n")
		}
	}
	return b.String()
}

func TestErrors(t *testing.T) {
	const file = "testdata/errors.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	var files []txtar.File
	for _, f := range archive.Files {
		name, isSpec := strings.CutSuffix(f.Name, ".yaml")
		if !isSpec {
			continue
		}
		got := "no error\n"
		if _, err := Parse(f.Name, f.Data); err != nil {
			got = told(err)
		}
		if got != want[name+".want"] && !*update {
			t.Errorf("%s:\n%s", f.Name, cmp.Diff(want[name+".want"], got))
		}
		files = append(files, f, txtar.File{Name: name + ".want", Data: []byte(got)})
	}
	if *update {
		archive.Files = files
		if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
