package report

import (
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// highlight returns code as spans with classes, its lines numbered from first;
// 0 leaves the numbers out.
func highlight(language, code string, first int) template.HTML {
	code = strings.TrimRight(code, "\n") + "\n"
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return highlighted(template.HTMLEscapeString(code))
	}
	options := []chromahtml.Option{chromahtml.WithClasses(true), chromahtml.WithPreWrapper(bare{})}
	if first > 0 {
		options = append(options, chromahtml.WithLineNumbers(true), chromahtml.BaseLineNumber(first))
	}
	var b strings.Builder
	if err := chromahtml.New(options...).Format(&b, styles.Fallback, tokens); err != nil {
		return highlighted(template.HTMLEscapeString(code))
	}
	return highlighted(b.String())
}

// bare leaves the elements around the code to the template.
type bare struct{}

func (bare) Start(bool, string) string { return "" }
func (bare) End(bool) string           { return "" }

// A listing is code that the reader may unfold.
type listing struct {
	What  string // "Code", "Spec"
	Title string // the cell or file it is of
	Lines string
	Code  template.HTML
	ID    string // "" when nothing leads to it
	Note  string // what the run had to do for it
}

func newListing(what, title, language, code string, first int) *listing {
	if strings.TrimSpace(code) == "" {
		return nil
	}
	n := strings.Count(strings.TrimRight(code, "\n"), "\n") + 1
	return &listing{What: what, Title: title, Lines: counted(n, "line", "lines"), Code: highlight(language, code, max(1, first))}
}
