package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"jpgreport/runtime/result"
)

func TestCellsShareASession(t *testing.T) {
	eval := start(t)
	for i, c := range []struct{ text, prints string }{
		{"import \"fmt\"\nimport m \"math\"\nx, err := 1, error(nil)\nfmt.Println(x, err, m.Sqrt(4))", "1 <nil> 2\n"},
		{"import \"fmt\"\nfunc double(n int) int { return 2 * n }\ntype pair struct{ A, B int }\nconst k = 10\nx = double(x)\nfmt.Println(x)", "2\n"},
		{"func (p pair) sum() int { return p.A + p.B + k }", ""},
		{"y, err := pair{x, 5}, fmt.Errorf(\"e\")\nfmt.Println(y.sum(), err, m.Floor(2.5))", "17 e 2\n"},
		{"add := func() { x++ }", ""},
		{"add()\nadd()\nfmt.Println(x, y)\nimport \"math\"\nfmt.Println(math.Abs(-1))", "4 {2 5}\n1\n"},
	} {
		out, err := eval(c.text)
		if err != nil {
			t.Fatalf("cell %d: %v", i, err)
		}
		if got := printed(out); got != c.prints {
			t.Errorf("cell %d prints %q, want %q", i, got, c.prints)
		}
	}
	if _, err := eval("_ = nope"); err == nil {
		t.Error("an undefined name was found")
	}
	if _, err := eval("z := []int{}[x]\n_ = z"); err == nil {
		t.Error("an index was out of range")
	}
	if out, err := eval("fmt.Println(x)"); err != nil || printed(out) != "4\n" {
		t.Errorf("after errors the session prints %q, %v", printed(out), err)
	}
	// An error in the function of an earlier cell has its place there.
	s, _ := New(Options{})
	s.Eval(t.Context(), result.Source{File: "a.go", Line: 1, Text: "func at(s []int, i int) int {\n\treturn s[i]\n}"}, result.NewCell("a"))
	err := s.Eval(t.Context(), result.Source{File: "b.go", Line: 1, Text: "x := at(nil, 1)\n_ = x"}, result.NewCell("b"))
	if err == nil || err.Error() != "a.go:2:2: index out of range [1] with length 0" {
		t.Errorf("got %v", err)
	}
}

func TestOutputsComeInOrder(t *testing.T) {
	out, err := start(t)(`import (
	"fmt"
	"sort"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/result"
)

type share struct{ k, n int }

func (s share) Counts() (int, int)          { return s.k, s.n }
func (s share) Denominator() string         { return "of these" }
func (s share) Interval() (float64, float64) { return 0.1, 0.9 }

fmt.Println("first")
b := pixel.New(1, 1, 2, 2)
b.Data[3] = 1
names := []string{"b", "a"}
sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })
out.Table(result.Table{
	Title:   "sizes",
	Columns: []result.Column{{Name: "what"}, {Name: "value", Digits: 2}},
	Rows:    [][]any{{names[0], b.Size()}, {"half", 0.5}},
})
fmt.Print("second ")
out.Metric("half_share", "a half", result.Estimate{Value: 0.5, N: 2})
var s result.Series
for _, e := range params.Floats("epsilons") {
	s.Add(e, share{int(e), 10})
}
out.Line(result.Chart{
	Title:  "curve",
	X:      result.Axis{Name: "ε", Unit: "/255"},
	Y:      result.Axis{Name: "share", Percent: true},
	Series: []result.Series{s, {Name: "theory", X: result.Values{2, 8}, Y: []float64{0.5, 0.25}, Reference: true}},
})
out.Gallery(result.Gallery{Title: "g", Columns: []string{"one"}, Rows: []result.GalleryRow{{Pictures: []result.Picture{{Image: b.Image(0), Alt: "a", Mark: result.Right}}}}})
out.Check(result.Check{ID: "own", Title: "mine", Status: result.Pass, Detail: "fine"})
out.Text("*done*")
fmt.Println("last")`)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, o := range out.Outputs {
		kinds = append(kinds, o.Kind)
	}
	if got, want := strings.Join(kinds, " "), "print table print metric chart gallery check text print"; got != want {
		t.Errorf("outputs %s, want %s", got, want)
	}
	b, err := json.Marshal(out.Outputs[1].Table.Cells)
	if err != nil {
		t.Fatal(err)
	}
	if want := `[[{"text":"a"},{"number":{"value":4,"n":0}}],[{"text":"half"},{"number":{"value":0.5,"n":0}}]]`; string(b) != want {
		t.Errorf("table %s\nwant  %s", b, want)
	}
	c := out.Outputs[4].Chart
	if got, want := fmt.Sprint(c.Series[0].Y, c.Series[0].N, c.Series[1].X, c.Series[1].Y), "[0.2 0.8] [10 10] [2 8] [0.5 0.25]"; got != want {
		t.Errorf("chart %s, want %s", got, want)
	}
}

// A long primitive gets the caller's context, its values included.
func TestContextReachesPrimitives(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "seen")
	for range 2 { // each cell has its own
		out := result.NewCell("c")
		if err := s.Eval(ctx, result.Source{Text: "import \"fmt\"\nfmt.Println(ctx.Err(), ctx.Value(1))"}, out); err != nil || printed(out) != "<nil> <nil>\n" {
			t.Errorf("prints %q, %v", printed(out), err)
		}
		if s.bridge.ctx.Value(key{}) != "seen" {
			t.Error("the context is not the caller's")
		}
	}
}

func TestCheckFindsAllAndRunsNothing(t *testing.T) {
	errs := Check([]result.Source{
		{File: "x.yaml", Line: 3, Column: 2, Text: "import \"fmt\"\nimport \"os\"\nx := 1\nfmt.Println(x, y)\nos.Exit(1)\nfunc f() int { return later }"},
		{File: "x.yaml", Line: 13, Text: "for {\n"},
		{File: "x.yaml", Line: 23, Text: "x = \"a\"\ngo f()\nlater := 2\nfmt.Printn(later)\npanic(\"not run\")"},
	})
	var got []string
	for _, e := range errs {
		message, _, _ := strings.Cut(e.Message, ", which may import")
		got = append(got, fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, message))
	}
	want := []string{
		"x.yaml:13:5: this { is not closed",
		`x.yaml:4:10: import "os" is not for scripts`,
		"x.yaml:6:18: undefined: y",
		"x.yaml:8:25: undefined: later",
		`x.yaml:23:5: cannot use "a" (untyped string constant) as int value in assignment`,
		"x.yaml:24:1: go statements have no place in a script",
		"x.yaml:26:5: undefined: fmt.Printn",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if errs := Check([]result.Source{{Text: "x := 1"}, {Text: "import \"fmt\"\nfmt.Println(x)\npanic(1)"}}); len(errs) > 0 {
		t.Errorf("right cells have errors: %v", errs)
	}
}

// Whatever text stands in a cell, the answer is a place in it, and no crash.
func FuzzEval(f *testing.F) {
	for _, c := range failures {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		for _, e := range Check([]result.Source{{File: "x", Line: 1, Text: text}}) {
			if e.Line < 1 || e.Line > strings.Count(text, "\n")+1 || e.Column < 1 {
				t.Errorf("%q: no place: %v", text, e)
			}
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	s, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	out := result.NewCell("c")
	if err := s.Eval(b.Context(), result.Source{Text: "x := 0"}, out); err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct{ name, text string }{{"small", "x++"}, {"loop1e5", "for i := range 100000 {\n\tx += i\n}"}} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				if err := s.Eval(b.Context(), result.Source{Text: bb.text}, out); err != nil {
					var e *result.Error
					errors.As(err, &e)
					b.Fatal(e)
				}
			}
		})
	}
}
