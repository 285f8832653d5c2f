package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) *Spec {
	t.Helper()
	s, err := Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatalf("Parse:\n%v", err)
	}
	return s
}

const cell = "\ncells:\n  - {id: a, text: x}\n"

func TestParse(t *testing.T) {
	s := parse(t, `title: "  Digits "
abstract: About {{value "clean_accuracy"}} at {{param "epsilons"}}.
seed: 7
params:
  images: 2000
  epsilons: [5, 10.5]
  quick: true
  radii: { value: [1, 2], unit: /255, help: how far }
  share: { value: 1, kind: float, min: 0, max: 1 }
  names: [a, b]
data:
  digits: mnist
  fashion: { source: idx, path: x/y, classes: [shirt, shoe] }
cells:
  - id: intro
    text: Hello
  - id: run-1
    script: |
      x := 1
`)
	zero, one := 0.0, 1.0
	want := &Spec{
		File: "x.yaml", Text: s.Text, Title: "Digits", Seed: 7,
		Abstract: Source{"x.yaml", 2, 10, `About {{value "clean_accuracy"}} at {{param "epsilons"}}.`},
		Params: []Param{
			{Name: "images", Value: 2000, Kind: "int", Line: 5, Column: 3},
			{Name: "epsilons", Value: []float64{5, 10.5}, Kind: "floats", Unit: "/255", Line: 6, Column: 3},
			{Name: "quick", Value: true, Kind: "bool", Line: 7, Column: 3},
			{Name: "radii", Value: []int{1, 2}, Kind: "ints", Unit: "/255", Help: "how far", Line: 8, Column: 3},
			{Name: "share", Value: 1.0, Kind: "float", Min: &zero, Max: &one, Line: 9, Column: 3},
			{Name: "names", Value: []string{"a", "b"}, Kind: "strings", Line: 10, Column: 3},
		},
		Data: []Data{
			{Name: "digits", Source: "mnist", Line: 12, Column: 3},
			{Name: "fashion", Source: "idx", Path: "x/y", Classes: []string{"shirt", "shoe"}, Line: 13, Column: 33},
		},
		Cells: []Cell{
			{ID: "intro", Kind: "text", Source: Source{"x.yaml", 16, 10, "Hello"}, Line: 15, Column: 9},
			{ID: "run-1", Kind: "script", Source: Source{"x.yaml", 19, 6, "x := 1\n"}, Line: 17, Column: 9},
		},
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
}

// A script's error is shown in the spec: the place of X in each source has to be
// where X stands in the file.
func TestPlace(t *testing.T) {
	for name, body := range map[string]string{
		"literal":            "script: |\n      a\n      bX\n",
		"strip":              "script: |-\n      a\n        bX\n",
		"keep":               "script: |+\n      a\n\n      bX\n\n",
		"explicit":           "script: |2\n        a\n      bX\n",
		"deep first":         "script: |2-\n          a\n      bX\n",
		"blank first":        "script: |\n\n\n      a\n      bX\n",
		"blank with spaces":  "script: |\n   \n      a\n      bX\n",
		"comment":            "script: | # a comment\n      a\n      bX\n",
		"next line":          "script:\n      |\n      a\n      bX\n",
		"tabs in the script": "script: |\n      if {\n      \tbX\n      }\n",
		"one column":         "script: |\n     a\n     bX\n",
		"unicode":            "script: |\n      é := \"日本\" X\n",
		"plain":              "script: aX\n",
		"double quotes":      "script: \"aX\"\n",
		"single quotes":      "script: 'aX'\n",
		"CRLF":               "script: |\r\n      a\r\n      bX\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			text := "title: t\ncells:\n  - id: a\n    " + body
			s := parse(t, text)
			src := s.Cells[0].Source
			line, column := src.Place(strings.Index(src.Text, "X"))
			lines := strings.Split(text, "\n")
			if line > len(lines) {
				t.Fatalf("line %d of %d", line, len(lines))
			}
			runes := []rune(lines[line-1])
			if column > len(runes) || runes[column-1] != 'X' {
				t.Errorf("X is placed at line %d, column %d of %q", line, column, text)
			}
		})
	}
}

func TestSet(t *testing.T) {
	const text = `title: t
params:
  images: { value: 2000, min: 1, max: 10000 }
  epsilons: [5, 10.5]
  name: soft
  rate: 0.5
  quick: false
  quality: 75` + cell
	for _, c := range []struct {
		name, value string
		want        any // the value, or a string that begins with "error: "
	}{
		{"images", "500", 500},
		{"images", "5e2", 500},
		{"images", "0", `error: parameter "images": 0 is outside 1..10000; hint: the spec has images: 2000`},
		{"images", "ten", `error: parameter "images" is the text "ten", want a value of kind int; hint: the spec has images: 2000`},
		{"images", "", `error: parameter "images": "" is no value; hint: a list is written [5, 10]`},
		{"epsilons", "[25]", []float64{25}},
		{"epsilons", "NaN", `error: parameter "epsilons" is the text "NaN", want a list of kind floats; hint: the spec has epsilons: [5, 10.5]`},
		{"epsilons", "5", `error: parameter "epsilons" is the number 5, want a list of kind floats; hint: write [5]`},
		{"epsilons", "[5, 300]", `error: parameter "epsilons": 300 is outside 0..255: it is an L∞ radius on the 0..255 scale; hint: the spec has epsilons: [5, 10.5]`},
		{"epsilons", "[5", `error: parameter "epsilons": "[5" is no value; hint: a list is written [5, 10]`},
		{"epsilons", "[.nan]", `error: parameter "epsilons", item 1 is .nan, want a finite number; hint: the spec has epsilons: [5, 10.5]`},
		{"name", "true", "true"},
		{"name", "[x: y", "[x: y"},
		{"rate", "1", 1.0},
		{"quick", "true", true},
		{"quick", "yes", `error: parameter "quick" is the text "yes", want a value of kind bool; hint: the spec has quick: false`},
		{"quality", "101", `error: parameter "quality": 101 is outside 1..100: it is a JPEG quality; hint: the spec has quality: 75`},
		{"image", "5", `error: no parameter "image"; the spec has "seed", "images", "epsilons", "name", "rate", "quick" and "quality"; hint: did you mean "images"?`},
		{"seed", "-1", "error: seed is the number -1, want a whole number in 0..9007199254740991"},
	} {
		s := parse(t, text)
		err := s.Set(c.name, c.value)
		var got any
		if err != nil {
			e := err.(*Error)
			told := "error: " + e.Error()
			if e.Hint != "" {
				told += "; hint: " + e.Hint
			}
			got = told
			if d := cmp.Diff(parse(t, text), s); d != "" {
				t.Errorf("Set(%q, %q) failed and changed the spec: %s", c.name, c.value, d)
			}
		} else {
			for _, p := range s.Params {
				if p.Name == c.name {
					got = p.Value
				}
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("Set(%q, %q): %s", c.name, c.value, d)
		}
	}
	s := parse(t, text)
	if err := s.Set("seed", "42"); err != nil || s.Seed != 42 {
		t.Errorf("Set seed: %v, seed %d", err, s.Seed)
	}
}

func TestShow(t *testing.T) {
	for _, c := range []struct {
		p    Param
		want string
	}{
		{Param{Value: []int{5, 10, 25}}, "5, 10, 25"},
		{Param{Value: []float64{5, 12.5}, Unit: "/255"}, "5/255, 12.5/255"},
		{Param{Value: 10000}, "10,000"},
		{Param{Value: -1234567.25}, "−1,234,567.25"},
		{Param{Value: 999, Unit: "dB"}, "999 dB"},
		{Param{Value: 5, Unit: "%"}, "5%"},
		{Param{Value: true}, "true"},
		{Param{Value: []string{"a", "b"}}, "a, b"},
		{Param{Value: 1e-7}, "0.0000001"},
	} {
		if got := c.p.Show(); got != c.want {
			t.Errorf("%v %q: got %q, want %q", c.p.Value, c.p.Unit, got, c.want)
		}
	}
}

func TestCite(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`a {{metric "x"}} b {{ value "y_2" }}{{param"z"}}`, "a metric(x) b value(y_2)param(z)"},
		{`\{{metric "x"}} stays`, `\{{metric "x"}} stays`},
		{`one { and two }} stay`, `one { and two }} stay`},
		{"{{count \"x\"}}", `!unknown verb "count" in {{count "x"}}; allowed are "metric", "param" and "value"!`},
		{"{{metric \"x\n\"}}", `!"{{metric \"x" is no citation, want {{metric "name"}}, {{value "name"}} or {{param "name"}}!` + "\n\"}}"},
	} {
		got := Cite(c.text, func(c Citation) string {
			if c.Fault != "" {
				return "!" + c.Fault + "!"
			}
			return fmt.Sprintf("%s(%s)", c.Verb, c.Name)
		})
		if got != c.want {
			t.Errorf("%q:\ngot  %q\nwant %q", c.text, got, c.want)
		}
	}
}

// A number at the beginning of a line, before a full stop, would be the start of
// a numbered list.
func TestCiteMakesNoList(t *testing.T) {
	text := "We used\n{{param \"n\"}}. It was {{param \"n\"}}. {{param \"n\"}}) x"
	got := Cite(text, func(Citation) string { return "5" })
	if want := "We used\n5\\. It was 5. 5) x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoad(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Skip("no symbolic links:", err)
		}
	}
	path := write("lab/x.yaml", `title: t
data:
  inside: { source: idx, path: sets }
  outside: { source: idx, path: ../far }
  linked: { source: idx, path: way }
  absent: { source: idx, path: nowhere }
cells:
  - id: good
    file: _cells/a.go
  - id: within
    file: near.go
  - id: up
    file: ../far/b.go
  - id: linked
    file: away.go
  - id: absent
    file: none.go
  - id: folder
    file: sets
  - id: empty
    file: empty.go
  - id: binary
    file: binary.go
`)
	write("lab/_cells/a.go", "x := 1\n")
	write("lab/sets/d", "")
	write("lab/empty.go", " \n")
	write("lab/binary.go", "\xff\xfe")
	write("far/b.go", "y := 2\n")
	link("_cells/a.go", "lab/near.go")
	link("../far/b.go", "lab/away.go")
	link("../far", "lab/way")

	_, err := Load(path, LoadOptions{})
	far, err2 := filepath.EvalSymlinks(filepath.Join(root, "far"))
	if err == nil || err2 != nil {
		t.Fatal(err, err2)
	}
	got := strings.ReplaceAll(told(err), path, "x.yaml")
	got = strings.ReplaceAll(got, far, "FAR")
	got = strings.ReplaceAll(got, filepath.Dir(far), "ROOT")
	want := `x.yaml:4:33: data set "outside": ../far lies outside the spec's folder
	hint: --allow-read FAR
x.yaml:5:32: data set "linked": way lies outside the spec's folder
	hint: --allow-read FAR
x.yaml:6:32: data set "absent": nowhere does not exist
x.yaml:13:11: cell "up": ../far/b.go lies outside the spec's folder
	hint: --allow-read FAR
x.yaml:15:11: cell "linked": away.go lies outside the spec's folder
	hint: --allow-read FAR
x.yaml:17:11: cell "absent": none.go does not exist
x.yaml:19:11: cell "folder": sets is a folder, want a file
x.yaml:21:11: cell "empty": empty.go is empty
x.yaml:23:11: cell "binary": binary.go is not UTF-8 text
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	path = write("lab/y.yaml", `title: t
data: { far: { source: idx, path: way } }
cells:
  - id: near
    file: near.go
  - id: up
    file: ../far/b.go
`)
	s, err := Load(path, LoadOptions{AllowRead: []string{filepath.Join(root, "far")}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Cells[1].Source, (Source{filepath.Join(root, "far", "b.go"), 1, 0, "y := 2\n"}); got != want {
		t.Errorf("script source %+v, want %+v", got, want)
	}
	if s.Data[0].Place != far {
		t.Errorf("data is at %q, want %q", s.Data[0].Place, far)
	}
	if _, err := Load(filepath.Join(root, "lab"), LoadOptions{}); err == nil {
		t.Error("a folder was loaded as a spec")
	}
}

func TestLimits(t *testing.T) {
	_, err := Parse("x.yaml", []byte("title: "+strings.Repeat("x", maxBytes)))
	if want := "x.yaml: the spec has 4194311 bytes, want at most 4194304"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Parse("x.yaml", []byte("title: x\nabstract: \xff\n"))
	if want := "x.yaml:2: byte 0xff is not UTF-8"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Parse("x.yaml", []byte(strings.Repeat("- ", 20000)))
	if err == nil {
		t.Error("a list nested 20,000 deep was taken")
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	_, err = Parse("x.yaml", []byte(many.String()))
	if errs, ok := err.(Errors); !ok || len(errs) != maxErrors+1 {
		t.Errorf("1,000 unknown keys gave %d errors, want %d", len(errs), maxErrors+1)
	}
}

// Whatever the text, Parse returns a spec or errors with places in the file.
func FuzzParse(f *testing.F) {
	f.Add("title: t" + cell)
	f.Add("title: t\nparams: {epsilon: 5, q: {value: [1, 2], max: 9}}\ncells: [{id: a, script: |\n  x}]")
	f.Add("title: t\ncells:\n  - id: a\n    text: |2-\n\n       {{metric \"x\"}} {{")
	f.Add("a: &a [*a]\n---\n")
	f.Add("\ufeff? [x]\n: !!binary x\r\n\t- y")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x.yaml", []byte(text))
		if err == nil {
			if s.Title == "" || len(s.Cells) == 0 {
				t.Error("a spec without title or cells was taken")
			}
			for _, c := range s.Cells {
				if c.Source.Line < 1 || c.Source.Column < 0 {
					t.Errorf("cell %q has the place %d:%d", c.ID, c.Source.Line, c.Source.Column)
				}
			}
			return
		}
		errs, ok := err.(Errors)
		if !ok || len(errs) == 0 {
			t.Fatalf("error %v of type %T", err, err)
		}
		lines := 2 + strings.Count(text, "\n") + strings.Count(text, "\r") +
			strings.Count(text, "\u0085") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029")
		for _, e := range errs {
			if e.Line > lines || e.Line < 0 || e.Column < 0 {
				t.Errorf("%v: the text has at most %d lines", e, lines)
			}
		}
	})
}
