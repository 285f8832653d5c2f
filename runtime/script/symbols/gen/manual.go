package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"jpgreport/runtime/script/manual"
)

// Where the manual goes, beside the folder of package symbols, and where the
// examples are that are written for scripts.
const (
	manualFile   = "../manual/manual.json"
	manualPage   = "../../README.md"
	examplesFile = "../manual/examples.txtar"
	setupName    = "setup"
)

// describe returns the manual of the packages as files.
func describe(pkgs []*types.Package) (map[string][]byte, error) {
	archive, err := txtar.ParseFile(examplesFile)
	if err != nil {
		return nil, err
	}
	examples := map[string][]manual.Example{}
	m := &manual.Manual{}
	for _, f := range archive.Files {
		text, output, _ := strings.Cut(string(f.Data), "// Output:\n")
		if f.Name == setupName {
			m.Setup = strings.TrimSpace(text)
			continue
		}
		for line := range strings.Lines(output) {
			if !strings.HasPrefix(line, "//") {
				return nil, fmt.Errorf("%s: %s: %q below // Output:", examplesFile, f.Name, line)
			}
		}
		output = strings.ReplaceAll(strings.ReplaceAll("\n"+output, "\n// ", "\n"), "\n//", "\n")[1:]
		examples[f.Name] = append(examples[f.Name], manual.Example{Code: strings.TrimSpace(text), Output: strings.TrimSpace(output), Cell: true})
	}
	for _, pkg := range pkgs {
		p := manual.Package{Path: pkg.Path()}
		if !strings.HasPrefix(pkg.Path(), "jpgreport/") {
			p.Standard = true
			for _, name := range pkg.Scope().Names() {
				if obj := pkg.Scope().Lookup(name); obj.Exported() && !isExcluded(pkg.Path()+"."+name) && !isGeneric(obj) {
					p.Symbols = append(p.Symbols, manual.Symbol{Name: name, Kind: "func"})
				}
			}
		} else if err := sources(&p); err != nil {
			return nil, err
		}
		for i, s := range p.Symbols {
			full := p.Base() + "." + s.Name
			if len(examples[full]) > 0 { // nearer to what a reader writes than a Go example
				p.Symbols[i].Examples = examples[full]
			}
			delete(examples, full)
		}
		m.Packages = append(m.Packages, p)
	}
	for name := range examples {
		return nil, fmt.Errorf("%s: %s is nothing that scripts have", examplesFile, name)
	}
	var text, page bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	for i, p := range m.Packages {
		for j := range p.Symbols {
			m.Packages[i].Symbols[j].Package = p.Base()
		}
	}
	m.Markdown(&page)
	return map[string][]byte{manualFile: text.Bytes(), manualPage: page.Bytes()}, nil
}

// sources reads the doc comments, declarations and examples of a package.
func sources(p *manual.Package) error {
	list, err := exec.Command("go", "list", "-f", `{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .TestGoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}`, p.Path).Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w", p.Path, err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range strings.Fields(string(list)) {
		text, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, filepath.Base(name), text, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	d, err := doc.NewFromFiles(fset, files, p.Path)
	if err != nil {
		return err
	}
	r := reader{fset, p}
	p.Doc = d.Doc
	r.values("const", d.Consts)
	r.values("var", d.Vars)
	r.functions("", "func", d.Funcs)
	for _, t := range d.Types {
		untag(t.Decl)
		r.add(manual.Symbol{Name: t.Name, Kind: "type", Decl: r.source(t.Decl), Doc: t.Doc, Examples: r.examples(t.Examples)})
		r.values("const", t.Consts)
		r.values("var", t.Vars)
		r.functions("", "func", t.Funcs)
		r.functions(t.Name+".", "method", t.Methods)
	}
	slices.SortStableFunc(p.Symbols, func(a, b manual.Symbol) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// A reader adds to a package's symbols.
type reader struct {
	fset *token.FileSet
	p    *manual.Package
}

func (r reader) add(s manual.Symbol) {
	if !isExcluded(r.p.Path+"."+s.Name) && !strings.HasSuffix(s.Name, "arshalJSON") { // which no script calls
		r.p.Symbols = append(r.p.Symbols, s)
	}
}

func (r reader) functions(prefix, kind string, list []*doc.Func) {
	if prefix != "" && isExcluded(r.p.Path+"."+strings.TrimSuffix(prefix, ".")) {
		return // its type is left out
	}
	for _, f := range list {
		if f.Decl.Type.TypeParams == nil {
			r.add(manual.Symbol{Name: prefix + f.Name, Kind: kind, Decl: r.source(f.Decl), Doc: f.Doc, Examples: r.examples(f.Examples)})
		}
	}
}

func (r reader) values(kind string, list []*doc.Value) {
	for _, v := range list {
		names := slices.DeleteFunc(slices.Clone(v.Names), func(n string) bool { return !ast.IsExported(n) || isExcluded(r.p.Path+"."+n) })
		if len(names) > 0 {
			r.add(manual.Symbol{Name: names[0], Names: names, Kind: kind, Decl: r.source(v.Decl), Doc: v.Doc})
		}
	}
}

func (r reader) examples(list []*doc.Example) []manual.Example {
	var out []manual.Example
	for _, e := range list {
		if e.Output == "" && !e.EmptyOutput {
			continue // it is compiled and not run
		}
		text := r.source(e.Code)
		if _, block := e.Code.(*ast.BlockStmt); block {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
			text = strings.Trim(strings.ReplaceAll(text, "\n\t", "\n"), "\n")
			if i := strings.LastIndex(text, "// Output:"); i >= 0 {
				text = strings.TrimSpace(text[:i])
			}
		}
		out = append(out, manual.Example{Title: strings.ReplaceAll(e.Suffix, "_", " "), Code: text, Output: strings.TrimSpace(e.Output)})
	}
	return out
}

// untag removes the tags of a struct's fields, which say how it is recorded.
func untag(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok {
			f.Tag = nil
		}
		return true
	})
}

func (r reader) source(n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, r.fset, n); err != nil {
		return err.Error()
	}
	return b.String()
}
