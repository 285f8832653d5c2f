package manual

import (
	"fmt"
	"go/doc/comment"
	"io"
	"strings"
)

const width = 80

// parse reads a doc comment, in which a name in brackets is a link; where it leads
// does not matter.
func parse(doc string) *comment.Doc {
	p := &comment.Parser{
		LookupPackage: func(name string) (string, bool) { return name, true },
		LookupSym:     func(string, string) bool { return true },
	}
	return p.Parse(doc)
}

// indented prints a doc comment below a signature.
func indented(w io.Writer, doc string) {
	p := &comment.Printer{TextPrefix: "    ", TextCodePrefix: "        ", TextWidth: width - 4}
	w.Write(p.Text(parse(doc)))
}

// Text prints what the package is for and each of its symbols on a line.
func (p Package) Text(w io.Writer) {
	fmt.Fprintf(w, "import %q\n", p.Path)
	if p.Standard {
		fmt.Fprintf(w, "\nOf Go's own library, see https://pkg.go.dev/%s. Scripts have:\n\n", p.Path)
		p.names(w)
		return
	}
	fmt.Fprintln(w)
	printer := &comment.Printer{TextWidth: width}
	w.Write(printer.Text(parse(p.Doc)))
	for _, kind := range []struct{ title, kinds string }{{"Functions", "func"}, {"Types", "type method"}, {"Constants", "const"}, {"Variables", "var"}} {
		var lines [][2]string
		for _, s := range p.Symbols {
			if !strings.Contains(kind.kinds, s.Kind) {
				continue
			}
			name := s.Name
			if len(s.Names) > 0 {
				name = strings.Join(s.Names, ", ")
			}
			lines = append(lines, [2]string{clip(name, 40), Synopsis(s.Name, s.Doc)})
		}
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", kind.title)
			Columns(w, lines)
		}
	}
	fmt.Fprintf(w, "\nMore of one of them: jpgreport doc %s.NAME\n", p.Base())
}

// names prints the names of the symbols in lines.
func (p Package) names(w io.Writer) {
	line := " "
	for _, s := range p.Symbols {
		if len(line)+1+len(s.Name) > width {
			fmt.Fprintln(w, line)
			line = " "
		}
		line += " " + s.Name
	}
	fmt.Fprintln(w, line)
}

// Text prints the declaration, the doc comment and the examples of a symbol.
func (s Symbol) Text(w io.Writer) {
	fmt.Fprintf(w, "package %s\n\n", s.Package)
	if s.Decl == "" {
		fmt.Fprintf(w, "%s is of Go's own library, see https://pkg.go.dev/%s#%s\n", s.Full(), s.Package, s.Name)
		return
	}
	fmt.Fprintln(w, s.Decl)
	indented(w, s.Doc)
	cell := false
	for _, e := range s.Examples {
		fmt.Fprintln(w, "\nExample"+strings.TrimSuffix(" "+e.Title, " ")+":")
		fmt.Fprintln(w)
		for line := range strings.Lines(e.Code) {
			if strings.TrimSpace(line) != "" {
				line = "    " + line
			}
			fmt.Fprint(w, line)
		}
		if !strings.HasSuffix(e.Code, "\n") {
			fmt.Fprintln(w)
		}
		if e.Cell {
			cell = true
		}
		if e.Output != "" {
			fmt.Fprintln(w, "\nprints:")
			fmt.Fprintln(w)
			for line := range strings.Lines(strings.TrimRight(e.Output, "\n")) {
				fmt.Fprintf(w, "    %s", line)
			}
			fmt.Fprintln(w)
		}
	}
	if cell {
		fmt.Fprintln(w, "\nExamples begin with the lines of: jpgreport doc setup")
	}
}

// Columns prints names with a line about each, at most a terminal wide.
func Columns(w io.Writer, lines [][2]string) {
	most := 0
	for _, l := range lines {
		most = max(most, len([]rune(l[0])))
	}
	for _, l := range lines {
		pad := strings.Repeat(" ", most-len([]rune(l[0])))
		fmt.Fprintln(w, strings.TrimRight("  "+l[0]+pad+"  "+clip(l[1], width-most-4), " "))
	}
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimRight(string(r[:most-1]), " ") + "…"
	}
	return s
}
