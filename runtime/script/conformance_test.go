package script

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jpgreport/runtime/result"
)

// conformance holds small programs whose output as a cell must be the output of
// the compiled program, or which are refused with the message given. They stand in
// testdata/conformance.txt:
//
//	=== name                what the program is about
//	declarations            at package level when compiled
//	---
//	statements              in func main when compiled
//	!!! message             when the cell is refused; the compiled program is then not looked at
type conformance struct {
	name, decls, stmts, refusal string
	random                      bool
}

func conformancePrograms(t *testing.T) (ps []conformance) {
	text, err := os.ReadFile("testdata/conformance.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split("\n"+string(text), "\n=== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		p := conformance{name: name}
		body, p.refusal, _ = strings.Cut(body, "\n!!! ")
		p.refusal = strings.TrimSpace(p.refusal)
		var ok bool
		if p.decls, p.stmts, ok = strings.Cut("\n"+body, "\n---\n"); !ok {
			t.Fatalf("%s: no line ---", name)
		}
		ps = append(ps, p)
	}
	return ps
}

var (
	random     = flag.Int("random", 20, "also try `N` random programs")
	randomSeed = flag.Uint64("random-seed", 1, "the first of their seeds")
)

func TestACellMeansWhatGoMeans(t *testing.T) {
	programs := conformancePrograms(t)
	for i := range *random {
		programs = append(programs, randomProgram(*randomSeed+uint64(i)))
	}
	compiled := runCompiled(t, programs)
	for i, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			got, err := runCell(p.decls + "\n" + p.stmts)
			want, panicked, _ := strings.Cut(compiled[i], panics)
			var e *result.Error
			switch {
			case p.refusal != "":
				if !errors.As(err, &e) || e.Message != p.refusal {
					t.Errorf("got %v, want the refusal %q", err, p.refusal)
				}
			case p.random && len(Check([]result.Source{{Text: p.decls + "\n" + p.stmts}})) > 0:
				t.Skip("refused: ", err)
			case got != want:
				t.Errorf("the cell prints\n%s\nand ends with %v; the compiled program prints\n%s", got, err, compiled[i])
			case panicked == "" && err != nil:
				t.Errorf("the cell failed: %v", err)
			case panicked != "" && (!errors.As(err, &e) || !strings.HasPrefix(inWords(panicked), e.Message)):
				t.Errorf("the cell ends with %v, the compiled program with %s", err, panicked)
			}
		})
	}
}

// panics stands in a compiled program's output before the value of its panic.
const panics = "\x01"

// inWords returns a panic's words without what a script's author need not read.
func inWords(panicked string) string {
	return strings.TrimPrefix(strings.TrimPrefix(panicked, "runtime error: "), "invalid memory address or ")
}

func runCell(text string) (string, error) {
	s, err := New(Options{})
	if err != nil {
		return "", err
	}
	out := result.NewCell("c")
	err = s.Eval(context.Background(), result.Source{File: "x.yaml", Line: 1, Text: text}, out)
	return printed(out), err
}

func printed(c *result.Cell) string {
	var b strings.Builder
	for _, o := range c.Outputs {
		b.WriteString(o.Print)
	}
	return b.String()
}

// telling prints with what a compiled program panics. The program then imports fmt.
const telling = `defer func() { if r := recover(); r != nil { fmt.Print("` + panics + `", r) } }()
`

// runCompiled builds one program of all that are not refused and returns what
// each prints.
func runCompiled(t *testing.T, programs []conformance) []string {
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var imports, calls strings.Builder
	for i, p := range programs {
		calls.WriteString("fmt.Print(\"\\x00\")\n")
		if p.refusal != "" {
			continue
		}
		fmt.Fprintf(&imports, "import p%d \"conformance/p%d\"\n", i, i)
		fmt.Fprintf(&calls, "p%d.Main()\n", i)
		write(fmt.Sprintf("p%d/p.go", i), fmt.Sprintf("package p%d\n%s\nfunc Main() {\n%s%s\n}\n", i, p.decls, telling, p.stmts))
	}
	write("go.mod", "module conformance\n\ngo 1.26\n")
	write("main.go", "package main\n\nimport \"fmt\"\n"+imports.String()+"\nfunc main() {\n"+calls.String()+"}\n")
	cmd := exec.Command("go", "run", "-gcflags=-e", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, stderr.String())
	}
	return strings.Split(string(text), "\x00")[1:]
}
