package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/script/symbols"
)

func TestListsAreSorted(t *testing.T) {
	if !slices.IsSorted(packages) {
		t.Errorf("packages are not sorted: %q", packages)
	}
	var names []string
	for _, e := range excluded {
		names = append(names, e.name)
		if e.reason == "" {
			t.Errorf("%s is excluded without a reason", e.name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("excluded is not sorted: %q", names)
	}
}

// A primitive whose signature changed would otherwise keep its old symbol.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Chdir("..")
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	have, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range have {
		if want[name] == nil && name != "symbols.go" {
			t.Errorf("%s belongs to no package in list.go: remove it", name)
		}
	}
	for name, text := range want {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s is not current (%v): run go generate ./runtime/script/symbols", name, err)
		}
	}
}

// The table is held against the sources themselves, read without the type
// checker that the generator trusts.
func TestTableIsComplete(t *testing.T) {
	table := symbols.Table()
	for _, path := range packages {
		syms := table[path]
		for _, name := range exported(t, path) {
			_, has := syms[name]
			switch why := symbols.LeftOut(path, name); {
			case has && why != "":
				t.Errorf("%s.%s is in the table although it is left out: %s", path, name, why)
			case !has && why == "":
				t.Errorf("%s.%s is exported and scripts do not have it: run go generate ./runtime/script/symbols, or exclude it in list.go with the reason", path, name)
			}
		}
	}
	if len(table) != len(packages) {
		t.Errorf("the table has %d packages, the list %d", len(table), len(packages))
	}
}

// exported returns the exported names that the files of a package declare.
func exported(t *testing.T, path string) (names []string) {
	t.Helper()
	list, err := exec.Command("go", "list", "-f", "{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}\n{{end}}", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range strings.Fields(string(list)) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names = append(names, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names = append(names, s.Name.Name)
					case *ast.ValueSpec:
						for _, id := range s.Names {
							names = append(names, id.Name)
						}
					}
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return !ast.IsExported(n) })
}
