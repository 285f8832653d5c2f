// Package manual says what a script may call: each primitive with its
// signature, its doc comment and an example that a test runs.
//
//  1. The generator of package symbols reads the sources of what scripts get,
//     and examples.txtar, and writes manual.json.
//  2. [Read] returns it; the program carries it, as it has no sources at hand.
//  3. [Manual.Find] looks a name up; [Package.Text] and [Symbol.Text] print for
//     a terminal, [Manual.Markdown] the whole as a page.
package manual

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed manual.json
var generated []byte

// A Manual is all packages of primitives, by path.
type Manual struct {
	Packages []Package `json:"packages"`
	Setup    string    `json:"setup"` // what the examples written for scripts begin with
}

// A Package is what scripts get of one package.
type Package struct {
	Path     string   `json:"path"`
	Doc      string   `json:"doc"`
	Symbols  []Symbol `json:"symbols"`
	Standard bool     `json:"standard,omitempty"` // of Go's own library: names alone
}

// A Symbol is a function, a type, a method, or constants or variables that are
// declared together.
type Symbol struct {
	Package  string    `json:"-"`
	Name     string    `json:"name"` // "FGSM", "Sweep", "Sweep.At"
	Names    []string  `json:"names,omitempty"`
	Kind     string    `json:"kind"` // "func", "method", "type", "const", "var"
	Decl     string    `json:"decl,omitempty"`
	Doc      string    `json:"doc,omitempty"`
	Examples []Example `json:"examples,omitempty"`
}

// An Example is code that a test runs.
type Example struct {
	Title  string `json:"title,omitempty"`
	Code   string `json:"code"`
	Output string `json:"output,omitempty"`
	Cell   bool   `json:"cell,omitempty"` // it is a script after Setup; else the body of a Go example
}

// Base returns the name by which scripts call the package.
func (p Package) Base() string { return p.Path[strings.LastIndexByte(p.Path, '/')+1:] }

// Full returns the name by which scripts call the symbol, "attack.FGSM".
func (s Symbol) Full() string { return s.Package + "." + s.Name }

// Read returns the manual that the program carries.
func Read() (*Manual, error) {
	m := new(Manual)
	if err := json.Unmarshal(generated, m); err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	for i, p := range m.Packages {
		for j := range p.Symbols {
			m.Packages[i].Symbols[j].Package = p.Base()
		}
	}
	return m, nil
}

// Package returns the package that scripts call by the name, or whose path it is.
func (m *Manual) Package(name string) (Package, bool) {
	i := slices.IndexFunc(m.Packages, func(p Package) bool { return p.Base() == name || p.Path == name })
	if i < 0 {
		return Package{}, false
	}
	return m.Packages[i], true
}

// Find returns the symbols of a name: "attack.FGSM", "FGSM", "Sweep.At", "At",
// in any case of letters.
func (m *Manual) Find(name string) []Symbol {
	name = strings.ToLower(strings.TrimPrefix(name, "jpgreport/runtime/"))
	var exact, loose []Symbol
	for _, p := range m.Packages {
		for _, s := range p.Symbols {
			for _, n := range append([]string{s.Name}, s.Names...) {
				n = strings.ToLower(n)
				switch {
				case name == n || name == p.Base()+"."+n:
					exact = append(exact, s)
				case strings.HasSuffix(n, "."+name):
					loose = append(loose, s)
				default:
					continue
				}
				break
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}

// Names returns the names that may be looked up, with their packages.
func (m *Manual) Names() []string {
	var names []string
	for _, p := range m.Packages {
		names = append(names, p.Base())
		for _, s := range p.Symbols {
			for _, n := range append([]string{s.Name}, s.Names...) {
				if full := p.Base() + "." + n; !slices.Contains(names, full) {
					names = append(names, full)
				}
			}
		}
	}
	return names
}

var link = regexp.MustCompile(`\[([A-Z]\w*(?:\.\w+)*|[a-z]+\.[A-Z]\w*)\]`)

// Synopsis returns the first sentence of a doc comment, without the name that it
// begins with.
func Synopsis(name, doc string) string {
	text := strings.Join(strings.Fields(link.ReplaceAllString(doc, "$1")), " ")
	text = strings.TrimPrefix(text, "Package ")
	text = strings.TrimPrefix(text, name[strings.LastIndexByte(name, '.')+1:]+" ")
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '.' && text[i+1] == ' ' && i+2 < len(text) && (text[i+2] < 'a' || text[i+2] > 'z') {
			return text[:i+1]
		}
	}
	return text
}
