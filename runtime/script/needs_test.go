package script

import (
	"fmt"
	"strings"
	"testing"

	"jpgreport/runtime/result"
)

func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  string // of the last cell: name<index, with a question mark when a declaration is enough
	}{
		{"nothing", []string{"x := 1", "y := 2"}, ""},
		{"a variable", []string{"x := 1", "y := 2", "z := x"}, "x<0"},
		{"in a block", []string{"x := 1", "if true {\n\tprintln(x)\n}"}, "x<0"},
		{"a local of that name", []string{"x := 1", "if true {\n\tx := 2\n\tprintln(x)\n}"}, ""},
		{"set before it is read", []string{"x, err := 1, error(nil)\nprintln(x)\nmust(err)", "y, err := 2, error(nil)\nmust(err)\nprintln(y)"}, ""},
		{"read before it is set", []string{"x, err := 1, error(nil)\nprintln(x, err)", "must(err)\ny, err := 2, error(nil)\nprintln(y, err)"}, "err<0"},
		{"assigned only", []string{"x := 1\nprintln(x)", "x = 2\nprintln(x)"}, "x<0?"},
		{"added to", []string{"x := 1\nprintln(x)", "x += 2"}, "x<0"},
		{"changed by another", []string{"x := []int{1}", "x[0] = 2", "println(x[0])"}, "x<0 x<1"},
		{"changed in a loop", []string{"x := 0", "for i := 0; i < 3; i++ {\n\tx++\n}", "println(x)"}, "x<0 x<1"},
		{"changed by a method", []string{"import \"jpgreport/runtime/result\"\nvar s result.Series", "s.Y = append(s.Y, 1)", "println(len(s.Y))"}, "s<0 s<1"},
		{"a function", []string{"func f() int { return 1 }", "println(f())"}, "f<0?"},
		{"what a function reads", []string{"x := 1\nprintln(x)", "func f() int { return x }", "println(f())"}, "x<0 f<1?"},
		{"what a function sets", []string{"x := 1\nfunc f() { x = 2 }", "f()", "println(x)"}, "x<0 x<1"},
		{"a type and a constant", []string{"type p struct{ a int }\nconst k = 3", "v := p{k}\nprintln(v.a)"}, "k<0? p<0?"},
		{"a package", []string{"import \"math\"\nprintln(math.Pi)", "println(math.E)"}, "math<0?"},
		{"a package of its own", []string{"import \"math\"\nprintln(math.Pi)", "import \"math\"\nprintln(math.E)"}, ""},
		{"no Go", []string{"x := ", "y := 1\nprintln(y)"}, ""},
	} {
		sources := make([]result.Source, len(c.cells))
		for i, text := range c.cells {
			sources[i] = result.Source{File: "x.yaml", Line: 1, Text: text}
		}
		needs := Needs(sources)
		var got []string
		for _, n := range needs[len(needs)-1] {
			s := fmt.Sprintf("%s<%d", n.Name, n.From)
			if n.Declared {
				s += "?"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: needs %q, want %q", c.name, s, c.want)
		}
	}
}
