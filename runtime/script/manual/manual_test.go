package manual_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/result"
	"jpgreport/runtime/script"
	"jpgreport/runtime/script/manual"
)

func read(t *testing.T) *manual.Manual {
	t.Helper()
	m, err := manual.Read()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// imports returns the import lines of the packages that a script mentions.
func imports(m *manual.Manual, text string) string {
	var b strings.Builder
	for _, p := range m.Packages {
		if strings.Contains(text, p.Base()+".") {
			b.WriteString("import \"" + p.Path + "\"\n")
		}
	}
	return b.String()
}

// What is written for scripts runs as one, and prints what it says.
func TestExamplesRun(t *testing.T) {
	m := read(t)
	ctx := dataset.WithCatalog(context.Background(), dataset.Catalog{"digits": {Kind: dataset.KindMNIST}})
	session, err := script.New(script.Options{Params: result.NewParams(1, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Eval(ctx, result.Source{File: "setup", Line: 1, Text: imports(m, m.Setup) + m.Setup}, new(result.Recorder).Cell("setup")); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range m.Packages {
		for _, s := range p.Symbols {
			for _, e := range s.Examples {
				if !e.Cell {
					continue // go test runs it
				}
				n++
				cell := new(result.Recorder).Cell("example")
				// A block, as an example may declare anew what the setup has.
				text := imports(m, e.Code) + "{\n" + e.Code + "\n}\n"
				if err := session.Eval(ctx, result.Source{File: s.Full(), Line: 1, Text: text}, cell); err != nil {
					t.Errorf("%v\n%s", err, text)
					continue
				}
				var printed strings.Builder
				for _, o := range cell.Outputs {
					printed.WriteString(o.Print)
				}
				if got := strings.TrimSpace(printed.String()); got != e.Output {
					t.Errorf("%s prints\n%s\nwant\n%s", s.Full(), got, e.Output)
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("%d examples", n)
	}
}

// Each function, and each method by which a cell puts something out, has an
// example.
func TestEveryPrimitiveHasAnExample(t *testing.T) {
	for _, p := range read(t).Packages {
		for _, s := range p.Symbols {
			if p.Standard {
				continue
			}
			if (s.Kind == "func" || strings.HasPrefix(s.Full(), "result.Cell.")) && len(s.Examples) == 0 {
				t.Errorf("%s has no example: write one into runtime/script/manual/examples.txtar, or an Example function with // Output:, and run go generate ./runtime/script/symbols", s.Full())
			}
			if s.Doc == "" && (s.Kind == "func" || s.Kind == "type") {
				t.Errorf("%s has no doc comment", s.Full())
			}
		}
	}
}

func TestFind(t *testing.T) {
	m := read(t)
	for name, want := range map[string][]string{
		"attack.FGSM":                   {"attack.FGSM"},
		"fgsm":                          {"attack.FGSM", "sweep.FGSM"},
		"jpgreport/runtime/attack.FGSM": {"attack.FGSM"},
		"Sweep.At":                      {"attack.Sweep.At"},
		"Gradient":                      {"attack.Gradient", "check.Gradient", "codec.Gradient"},
		"CheckGradient":                 {"model.Net.CheckGradient"},
		"sort.Ints":                     {"sort.Ints"},
		"zebra":                         nil,
	} {
		var got []string
		for _, s := range m.Find(name) {
			got = append(got, s.Full())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", name, got, want)
		}
	}
	if _, ok := m.Package("attack"); !ok {
		t.Error("package attack is unknown")
	}
}

// A terminal shows the signature, the comment and the example in 80 columns.
func TestText(t *testing.T) {
	m := read(t)
	for _, s := range m.Find("attack.FGSM") {
		var b bytes.Buffer
		s.Text(&b)
		for _, want := range []string{"func FGSM(ctx context.Context, m Model", "\n    FGSM ", "Example", "prints:"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in\n%s", want, &b)
			}
		}
	}
	for _, p := range m.Packages {
		var b bytes.Buffer
		p.Text(&b)
		for line := range strings.Lines(b.String()) {
			if len([]rune(line)) > 81 {
				t.Errorf("%s: a line of %d letters: %s", p.Path, len([]rune(line)), line)
			}
		}
	}
}
