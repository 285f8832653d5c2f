package spec

import (
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jpgreport/runtime/fault"
)

// complete makes a spec of an example in the table of codes.
func complete(fragment string, c fault.Code) string {
	switch {
	case c >= "JR200":
		return "title: t\ncells:\n  - id: a\n    script: |\n      " + strings.ReplaceAll(strings.TrimSpace(fragment), "\n", "\n      ") + "\n"
	case c == fault.Empty:
		return fragment
	}
	if !strings.Contains("\n"+fragment, "\ntitle:") && c != fault.UnknownKey {
		fragment = "title: t\n" + fragment
	}
	if !strings.Contains("\n"+fragment, "\ncells:") {
		fragment += "cells:\n  - id: words\n    text: Words.\n"
	}
	return fragment
}

// codes returns the codes of what Load says of a spec.
func codes(t *testing.T, text string) map[fault.Code]bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	for name, text := range map[string]string{file: text, filepath.Join(filepath.Dir(file), "attack.go"): "x := 1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Load(file, LoadOptions{})
	var errs Errors
	if err != nil && !errors.As(err, &errs) {
		t.Fatal(err)
	}
	found := map[fault.Code]bool{}
	for _, e := range errs {
		found[e.Code] = true
	}
	return found
}

// Each code of a spec is found in the example that explains it, and its remedy
// is one. Those of scripts are tried where scripts are checked.
func TestExamplesOfCodes(t *testing.T) {
	for _, e := range fault.Table() {
		wrong, right := complete(e.Wrong, e.Code), complete(e.Right, e.Code)
		switch e.Code { // what a few lines do not show
		case fault.NotText:
			wrong = "title: \xff\n"
		case fault.TooLarge:
			wrong = complete("cells: [{id: a, text: \""+strings.Repeat("long ", maxText/5+1)+"\"}]\n", e.Code)
		case fault.TooManyVariants:
			wrong = complete("sweep:\n  seed: ["+strings.TrimSuffix(strings.Repeat("%, ", MaxVariants+1), ", ")+"]\n", e.Code)
			for i := range MaxVariants + 1 {
				wrong = strings.Replace(wrong, "%", strconv.Itoa(i), 1)
			}
		case fault.TooMany:
			wrong = complete("params:\n"+strings.Repeat("  [x]: 1\n", maxErrors+1), e.Code)
		}
		if found := codes(t, wrong); e.Code < "JR200" && !found[e.Code] {
			t.Errorf("%s: its example gives %v:\n%s", e.Code, found, wrong)
		}
		if found := codes(t, right); len(found) > 0 {
			t.Errorf("%s: its remedy gives %v:\n%s", e.Code, found, right)
		}
	}
}

// A mistake without a code could not be looked up.
func TestEveryErrorHasACode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := goparser.ParseFile(fset, file, nil, goparser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		coded := map[ast.Expr]bool{} // what .as is called on
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch s.Sel.Name {
			case "as":
				coded[s.X] = true
			case "errorf", "errorAt":
				if id, plain := s.X.(*ast.Ident); plain && id.Name == "p" && !coded[call] && len(call.Args) > 0 && call.Ellipsis == token.NoPos {
					t.Errorf("%s: an error without a code: add .as(fault.…), see package fault", fset.Position(call.Pos()))
				}
			}
			return true
		})
	}
}
