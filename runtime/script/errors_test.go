package script

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"jpgreport/runtime/result"
)

// start returns a function that runs cells of one session. Each cell stands at
// line 10 of x.yaml, indented by four.
func start(t *testing.T) (eval func(text string) (*result.Cell, error)) {
	t.Helper()
	s, err := New(Options{Params: result.NewParams(1, map[string]result.Param{
		"epsilons": {Kind: "floats", Value: []float64{2, 8}},
	})})
	if err != nil {
		t.Fatal(err)
	}
	var rec result.Recorder
	n := 0
	return func(text string) (*result.Cell, error) {
		n++
		out := rec.Cell(fmt.Sprint("c", n))
		return out, s.Eval(context.Background(), result.Source{File: "x.yaml", Line: 10, Column: 4, Text: text}, out)
	}
}

// Each is an error at line:column, with its message and, after " | ", its hint.
var failures = []struct{ name, text, want string }{
	{"syntax", "x := \ny := 2", "11:7 expected ';', found ':='"},
	{"unclosed", "for {\nx := []int{1,\n}", "10:9 this { is not closed"},
	{"closes another", "f := (1}\n", "10:12 } does not close the ( of line 10"},
	{"closes nothing", "x := 1\n}\n", "11:5 unexpected }, which closes nothing"},
	{"package clause", "package main\n", "10:5 a cell has no package clause | begin with the imports"},
	{"directive", "//go:linkname a b\nx := 1", "10:5 compiler directives such as //go:linkname have no place in a script"},
	{"func main", "func main() {}", "10:10 a cell has no function main | write its statements into the cell; they run from top to bottom"},
	{"undefined", "x := 1\n_ = x + y", "11:13 undefined: y"},
	{"undefined, near", "epsilon := 1\n_ = epsilom", "11:9 undefined: epsilom | did you mean epsilon?"},
	{"missing import", "_ = math.Pi", "10:9 undefined: math | import \"math\""},
	{"missing member", "import \"fmt\"\nfmt.Printline()", "11:9 undefined: fmt.Printline | did you mean fmt.Println?"},
	{"left out", "import \"fmt\"\nfmt.Scanln()", "11:9 undefined: fmt.Scanln | fmt.Scanln is not for scripts: scripts have no input to read"},
	{"left out: other files", "import \"jpgreport/runtime/dataset\"\n_ = dataset.WithCatalog", "11:17 undefined: dataset.WithCatalog | dataset.WithCatalog is not for scripts: the spec's data section says which sets may be opened, and from where"},
	{"types", "x := 1\nx = \"a\"", "11:9 cannot use \"a\" (untyped string constant) as int value in assignment"},
	{"option field", "import \"jpgreport/runtime/attack\"\n_ = attack.Options{Epsilon: 2}", "11:24 unknown field Epsilon in struct literal of type attack.Options | did you mean Epsilons?"},
	{"method", "out.Tabel(1)", "10:9 out.Tabel undefined (type *result.Cell has no field or method Tabel) | did you mean Table?"},
	{"wrong arguments", "import \"strings\"\n_ = strings.Repeat(\"a\")", "11:27 not enough arguments in call to strings.Repeat\n\thave (string)\n\twant (string, int)"},
	{"unused variable", "for i := range 3 {\n\ty := i\n}", "11:6 declared and not used: y | delete it, or write _ for it"},
	{"error that nobody looks at", "import \"strconv\"\nn, err := strconv.Atoi(\"x\")\nm, err := strconv.Atoi(\"y\")\n_, _ = n, m", "11:8 declared and not used: err | must(err) ends the cell when it is not nil"},
	{"error as a second result", "import \"strconv\"\nn := strconv.Atoi(\"x\")\n_ = n", "11:10 multiple-value strconv.Atoi(\"x\") (value of type (int, error)) in single-value context | it returns an error too: write x, err := strconv.Atoi(…) and must(err)"},
	{"argument", "import \"strings\"\n_ = strings.Repeat(3, \"a\")", "11:24 cannot use 3 (untyped int constant) as string value in argument to strings.Repeat | it takes strings.Repeat(string, int) string"},
	{"int for float64", "import \"math\"\nn := 2\n_ = math.Sqrt(n)", "12:19 cannot use n (variable of type int) as float64 value in argument to math.Sqrt | convert it: float64(n)"},
	{"= for ==", "x := 1\nif x = 1 {\n}", "11:8 expected boolean expression, found assignment (missing parentheses around composite literal?) | == compares, = assigns"},
	{"name of another package", "_ = Println(1)", "10:9 undefined: Println | did you mean fmt.Println, of the package \"fmt\"?"},
	{"unused result", "x := 1\nx + 1", "11:5 x + 1 (value of type int) is not used | store it in a variable, or print it"},
	{"no new variables", "x := 1\nx := 2", "11:7 no new variables on left side of := | use = to assign to a variable of this cell or of an earlier one"},
	{"mixed redeclaration", "import \"strconv\"\nerr := 1\nn, err := strconv.Atoi(\"1\")\n_ = n", "12:8 cannot use error value as int value in assignment"},
	{"redeclared", "func f() {}\nfunc f() {}", "11:10 f redeclared in this block | the other declaration is at line 10"},
	{"predeclared", "out := 1", "10:5 out is predeclared in every cell | choose another name"},
	{"set predeclared", "ctx = nil", "10:5 cannot assign to ctx, which is predeclared in every cell | choose another name"},
	{"overwrite the cell", "import \"jpgreport/runtime/result\"\n*out = result.Cell{}", "11:5 cannot assign to a result.Cell, which a run fills | call the methods of out"},
	{"overwrite a field of the cell", "c := out\nc.Outputs = nil", "11:5 cannot assign to a field of a result.Cell, which a run fills | call the methods of out"},
	{"own names", "jr__at0 := 1", "10:5 names that begin with jr__ are taken | choose another name"},
	{"foreign variable", "import \"strconv\"\nstrconv.ErrRange = nil", "11:5 cannot assign to strconv.ErrRange, a variable of compiled code | copy it into a variable"},
	{"declared below", "_ = x\nx := 1", "10:9 undefined: x | it is declared below, at line 11"},
	{"used before", "f()\nx := 1\nfunc f() int { return x }", "10:5 f uses x, which is declared below | move the declaration of x, at line 11, above this line"},

	{"index", "s := []int{1}\ni := 3\n_ = s[i]", "12:5 index out of range [3] with length 1"},
	{"index of an array", "var s [2]int\ni := 3\n\ts[i] = 2", "12:6 index out of range [3] with length 2"},
	{"index of a string", "s := \"ab\"\ni := 3\n_ = s[i]", "12:5 index out of range [3] with length 2"},
	{"negative index", "s := []int{1}\ni := -1\n_ = s[i]", "12:5 index out of range [-1]"},
	{"index of what a call gives", "f := func() []int { return nil }\n_ = f()[2]", "11:5 index out of range"},
	{"one of two indices", "s, t := []int{1, 2}, []int{1}\nfor i := range s {\n\t_ = s[i] + t[i]\n}", "12:6 index out of range [1] with length 1"},
	{"slice of a string", "s := \"ab\"\ni := 3\n_ = s[:i]", "12:5 slice bounds out of range [:3] with length 2"},
	{"slice the wrong way", "s := []int{1, 2}\ni, j := 2, 1\n_ = s[i:j]", "12:5 slice bounds out of range [2:1]"},
	{"slice", "s := []int{1}\ni := 3\n_ = s[1:i]", "12:5 slice bounds out of range [:3] with capacity 1"},
	{"nil map", "var m map[string]int\nm[\"a\"] = 1", "11:5 assignment to entry in nil map | make the map first: m = make(map[…]…)"},
	{"nil pointer", "var p *struct{ A int }\n_ = p.A", "11:5 nil pointer dereference | what stands before the dot, the bracket or after the star is nil"},
	{"nil compiled pointer", "import \"jpgreport/runtime/pixel\"\nvar b *pixel.Batch\n_ = b.Size()", "12:5 nil pointer dereference | what stands before the dot, the bracket or after the star is nil"},
	{"nil interface", "import \"fmt\"\nvar s fmt.Stringer\n_ = s.String()", "12:5 nil pointer dereference | what stands before the dot, the bracket or after the star is nil"},
	{"index that is computed", "s := []int{1}\nfor i := range s {\n\t_ = s[i+len(s)]\n}", "12:6 index out of range [1] with length 1"},
	{"slice to a pointer to an array", "s := []int{1}\n_ = (*[1]int)(s)", "11:9 converting a slice to a pointer to an array is not supported in scripts | go on with the slice, or copy it: a := [4]int(s)"},
	{"hash", "m := map[any]int{}\nm[[]int{1}] = 2", "11:5 hash of unhashable type: []int"},
	{"assertion of nil", "var a any\n_ = a.(int)", "11:5 interface conversion: interface {} is nil, not int"},
	{"in a function that compiled code calls", "import \"strings\"\nvar m map[rune]int\n_ = strings.Map(func(r rune) rune {\n\tm[r] = 1\n\treturn r\n}, \"a\")", "13:6 assignment to entry in nil map | make the map first: m = make(map[…]…)"},
	{"in a deferred function", "defer func() {\n\tvar s []int\n\ts[0] = 1\n}()\nx := 1\n_ = x", "12:6 index out of range [0] with length 0"},
	{"panic of a primitive's own", "import \"strings\"\n_ = strings.Repeat(\"x\", -1)", "11:5 strings: negative Repeat count"},
	{"nil function", "var f func()\nf()", "11:5 call of a nil function"},
	{"division", "z := 0\n_ = 1 / z", "11:5 integer divide by zero"},
	{"make", "n := -1\n_ = make([]int, n)", "11:5 make with a size that is out of range"},
	{"assertion", "var a any = 1\n_ = a.(string)", "11:5 interface conversion: interface {} is int, not string"},
	{"panic with text", "panic(\"no data\")", "10:5 panic: no data"},
	{"panic with an error", "import \"errors\"\npanic(errors.New(\"no data\"))", "11:5 no data"},
	{"panic with a script's value", "type bad struct{ Row int }\nr := bad{3}\npanic(r)", "12:5 panic: {3}"},
	{"must", "import \"strconv\"\nn, err := strconv.Atoi(\"x\")\nmust(err)\n_ = n", "12:5 strconv.Atoi: parsing \"x\": invalid syntax"},
	{"must of a primitive", "import \"jpgreport/runtime/pixel\"\nmust(pixel.SameShape(pixel.New(1, 1, 2, 2), pixel.New(1, 1, 3, 3)))", "11:5 batches differ in shape: 1×1×2×2 and 1×1×3×3"},
	{"panic of a primitive", "import \"jpgreport/runtime/pixel\"\n_ = pixel.FromBytes(1, 1, 1, 1, nil)", "11:5 pixel: 0 levels for a batch of 1×1×1×1"},
	{"parameter", "_ = params.Float(\"eps\")", "10:5 no parameter \"eps\"; the spec has epsilons"},
	{"metric", "out.Metric(\"Bad\", \"t\", 1)", "10:5 metric name \"Bad\", want snake_case: letters a to z, digits and underscores"},
	{"script's type in a table", "import \"jpgreport/runtime/result\"\ntype share struct{ k, n int }\nfunc (share) Counts() (k, n int) { return 1, 2 }\nout.Table(result.Table{Title: \"t\", Columns: []result.Column{{Name: \"c\"}}, Rows: [][]any{{share{}}}})",
		"13:94 storing share, a type of the script with methods, in an any is not supported | store its fields, or what a method of it gives"},
	{"script's type as a metric", "type share struct{ k, n int }\nfunc (share) Counts() (k, n int) { return 1, 2 }\nout.Metric(\"a\", \"t\", share{})",
		"12:26 result.Metric does not see the methods of share, a type of the script | hand over a number, a text or a compiled type"},
	{"in a function", "func f(i int) int {\n\ts := []int{1}\n\treturn s[i]\n}\nx := f(0)\nx += f(4)", "12:6 index out of range [4] with length 1"},
	{"after a function", "func f(i int) int { return i }\ns := []int{1}\nx := s[f(4)]\n_ = x", "12:5 index out of range"},
	{"in a callback", "import \"sort\"\ns := []int{1, 2}\nsort.Slice(s, func(i, j int) bool {\n\tt := []int{}\n\treturn t[i] < 2\n})", "14:6 index out of range [1] with length 0"},
	{"in an else if", "var s []int\nif len(s) > 0 {\n} else if s[0] > 1 {\n}", "12:12 index out of range [0] with length 0"},
	{"in a loop's condition", "s := []int{1}\nfor i := 0; s[i] > 0; i++ {\n\ts[0] = 1\n}", "11:5 index out of range"},
	{"in a loop that is rewritten", "s := []int{1}\nvar fs []func()\nfor i := range 2 {\n\tfs = append(fs, func() { s[i]++ })\n}\nfor _, f := range fs {\n\tf()\n}", "13:31 index out of range [1] with length 1"},
}

func TestErrorsHaveAPlace(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			_, err := start(t)(tt.text)
			var e *result.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			got := fmt.Sprintf("%d:%d %s", e.Line, e.Column, e.Message)
			if e.Hint != "" {
				got += " | " + e.Hint
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			lines := strings.Split(tt.text, "\n")
			if want := "    " + lines[min(e.Line-10, len(lines)-1)]; e.File != "x.yaml" || e.Excerpt != want {
				t.Errorf("file %q, excerpt %q, want x.yaml and %q", e.File, e.Excerpt, want)
			}
		})
	}
}

// A primitive's error may bring its own hint, however it is wrapped.
func TestHintOfAnError(t *testing.T) {
	message, hint := explain(raised{value: fmt.Errorf("data set %q: %w", "clothes", helpful{}), must: true})
	if message != `data set "clothes": it is missing` || hint != "get it" {
		t.Errorf("got %q and the hint %q", message, hint)
	}
}

type helpful struct{}

func (helpful) Error() string { return "it is missing" }
func (helpful) Hint() string  { return "get it" }

func TestImportPolicy(t *testing.T) {
	for _, path := range []string{
		"C", "bufio", "context", "crypto/rand", "embed", "encoding/json", "io", "io/fs", "jpgreport/runtime/notebook", "jpgreport/runtime/store",
		"jpgreport/runtime/work", "jpgreport/cell", "log", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "os/signal", "path/filepath",
		"plugin", "reflect", "runtime", "runtime/debug", "slices", "sync", "syscall", "time", "unsafe",
		"github.com/traefik/yaegi/interp", "gorgonia.org/gorgonia", "./evil", "cmp", "maps", "main",
	} {
		_, err := start(t)("x := 1\n_ = x\nimport \"" + path + "\"")
		var e *result.Error
		if !errors.As(err, &e) {
			t.Errorf("import %q: got %v", path, err)
			continue
		}
		if want := fmt.Sprintf("import %q is not for scripts, which may import errors, fmt, ", path); !strings.HasPrefix(e.Message, want) || e.Line != 12 || e.Column != 12 {
			t.Errorf("got %d:%d %s, want 12:12 %s…", e.Line, e.Column, e.Message, want)
		}
	}
	for text, want := range map[string]string{
		`import . "fmt"`:        `import with "." has no place in a script`,
		`import _ "fmt"`:        `import with "_" has no place in a script`,
		`import f "os"`:         `import "os" is not for scripts`,
		`import ("fmt"; "os")`:  `import "os" is not for scripts`,
		"import `unsafe`":       `import "unsafe" is not for scripts`,
		"import \"\\x6fs\"":     `import "os" is not for scripts`,
		"/* */ import /**/ `C`": `import "C" is not for scripts`,
	} {
		_, err := start(t)(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// What a script must not reach by any way around the imports.
func TestNoWayAround(t *testing.T) {
	for _, text := range []string{
		`os.Exit(1)`, `reflect.ValueOf(1)`, `unsafe.Pointer(nil)`, `jr__.Run(nil)`, `interp.Self`, `main.x = 1`, `cell.Out()`,
		"import \"fmt\"\nvar r fmt.Scanner\n_ = r", "import \"fmt\"\nfmt.Fprintln(os.Stdout)", "func init() {}",
		"go func() {}()", "func f() { go f() }\nf()", "c := make(chan int)\n_ = c", "<-ctx.Done()", "type t struct{ c chan<- int }",
		"import \"fmt\"\ndefer func() { fmt.Println(recover()) }()\npanic(1)", "out = nil", "p := &out\n_ = p",
	} {
		if _, err := start(t)(text); err == nil {
			t.Errorf("%s was run", text)
		}
	}
}

func TestADeadlineEndsALoopAndTheSession(t *testing.T) {
	for _, text := range []string{"x := 0\nfor {\n\tx++\n}", "func f() {\n\tfor {\n\t}\n}\nf()", "import \"sort\"\nfor {\n\ts := []int{3, 2, 1}\n\tsort.Ints(s)\n}"} {
		s, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		begin := time.Now()
		err = s.Eval(ctx, result.Source{File: "x.yaml", Line: 1, Text: text}, result.NewCell("c"))
		cancel()
		var e *result.Error
		if !errors.As(err, &e) || e.Message != "the time limit was reached here" || e.Line < 2 {
			t.Errorf("got %v, want the time limit with its line", err)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("it took %v to stop", took)
		}
		err = s.Eval(t.Context(), result.Source{Text: "x := 1"}, result.NewCell("d"))
		if err == nil || !strings.Contains(err.Error(), "an earlier cell was stopped") {
			t.Errorf("the session goes on: %v", err)
		}
	}
	s, _ := New(Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Eval(ctx, result.Source{Text: "for {\n}"}, result.NewCell("c"))
	if err == nil || !strings.Contains(err.Error(), "stopped by the user") {
		t.Errorf("got %v", err)
	}
}
