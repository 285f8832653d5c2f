package manual

import (
	"fmt"
	"go/doc/comment"
	"io"
	"strings"
)

// Markdown prints the whole manual as a page.
func (m *Manual) Markdown(w io.Writer) {
	fmt.Fprint(w, `# What a script may call

`+"`jpgreport doc NAME`"+` says the same in a terminal. This page is generated from the doc comments by
`+"`go generate ./runtime/script/symbols`"+`.

Every cell has four names without an import: `+"`ctx`"+`, which primitives take first; `+"`params`"+`, a
[*result.Params](#resultparams) with the values of the spec; `+"`out`"+`, a [*result.Cell](#resultcell), to which tables,
charts, pictures and metrics go; and `+"`must`"+`, which ends the cell at that line when its error is not nil.

Examples are run by tests. Those written for cells begin with this one, where `+"`digits: mnist`"+` stands in the
spec's data:

`)
	code(w, m.Setup)
	fmt.Fprintln(w, "\n| package | |\n|---|---|")
	for _, p := range m.Packages {
		if p.Standard {
			fmt.Fprintf(w, "| `%s` | of Go's own library, see [pkg.go.dev](https://pkg.go.dev/%s) |\n", p.Path, p.Path)
		} else {
			fmt.Fprintf(w, "| [`%s`](#package-%s) | %s |\n", p.Path, p.Base(), Synopsis(p.Base(), p.Doc))
		}
	}
	for _, p := range m.Packages {
		if p.Standard {
			continue
		}
		fmt.Fprintf(w, "\n## Package %s\n\n`import %q`\n\n", p.Base(), p.Path)
		prose(w, p.Doc)
		for _, s := range p.Symbols {
			s.markdown(w)
		}
	}
}

func (s Symbol) markdown(w io.Writer) {
	title := s.Full()
	if len(s.Names) > 0 {
		title = s.Package + ": " + strings.Join(s.Names, ", ")
	}
	fmt.Fprintf(w, "\n### %s\n\n", title)
	code(w, s.Decl)
	if s.Doc != "" {
		fmt.Fprintln(w)
		prose(w, s.Doc)
	}
	for _, e := range s.Examples {
		fmt.Fprintf(w, "\nExample%s:\n\n", strings.TrimSuffix(" "+e.Title, " "))
		code(w, e.Code)
		if e.Output != "" {
			fmt.Fprintf(w, "\nprints\n\n```\n%s\n```\n", strings.TrimRight(e.Output, "\n"))
		}
	}
}

func code(w io.Writer, text string) {
	fmt.Fprintf(w, "```go\n%s\n```\n", strings.TrimRight(text, "\n"))
}

func prose(w io.Writer, doc string) {
	p := &comment.Printer{
		HeadingLevel: 4,
		DocLinkURL:   func(*comment.DocLink) string { return "" },
		HeadingID:    func(*comment.Heading) string { return "" },
	}
	w.Write(p.Markdown(parse(doc)))
}
