package report

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown turns text into markup without raw HTML, without anything that loads
// and without styles. Its headings continue those of the page.
type markdown struct {
	md     goldmark.Markdown
	levels []int // of the open headings, as their authors wrote them
	heads  int   // given ids so far
}

// A heading is an entry of the table of contents.
type heading struct {
	ID    string
	Level int // 2 to 6
	Text  string
}

func newMarkdown() *markdown {
	return &markdown{md: goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
			extension.Strikethrough, extension.Linkify, extension.Typographer,
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodes{}, 1))),
	)}
}

// body renders the text of a cell. A heading goes one level below the last
// heading that its author wrote with fewer signs, so that levels never skip:
// the page's title is level 1.
func (m *markdown) body(source string) (template.HTML, []heading) {
	src := []byte(source)
	doc := m.md.Parser().Parse(text.NewReader(src))
	var heads []heading
	for _, n := range collect(doc, ast.KindHeading) {
		h := n.(*ast.Heading)
		for len(m.levels) > 0 && m.levels[len(m.levels)-1] >= h.Level {
			m.levels = m.levels[:len(m.levels)-1]
		}
		m.levels = append(m.levels, h.Level)
		h.Level = min(6, 1+len(m.levels))
		m.heads++
		id := fmt.Sprintf("h-%d", m.heads)
		h.SetAttributeString("id", []byte(id))
		heads = append(heads, heading{ID: id, Level: h.Level, Text: words(h, src)})
	}
	return m.render(doc, src), heads
}

// note renders an abstract or a caption, where a heading is a line in bold.
func (m *markdown) note(source string) template.HTML {
	src := []byte(source)
	doc := m.md.Parser().Parse(text.NewReader(src))
	for _, h := range collect(doc, ast.KindHeading) {
		strong := ast.NewEmphasis(2)
		for c := h.FirstChild(); c != nil; c = h.FirstChild() {
			strong.AppendChild(strong, c)
		}
		p := ast.NewParagraph()
		p.AppendChild(p, strong)
		h.Parent().ReplaceChild(h.Parent(), h, p)
	}
	return m.render(doc, src)
}

func (m *markdown) render(doc ast.Node, src []byte) template.HTML {
	for _, n := range collect(doc, tables.KindTableCell) {
		switch n.(*tables.TableCell).Alignment {
		case tables.AlignRight:
			n.SetAttributeString("class", []byte("right"))
		case tables.AlignCenter:
			n.SetAttributeString("class", []byte("center"))
		}
	}
	var b bytes.Buffer
	if err := m.md.Renderer().Render(&b, src, doc); err != nil {
		panic(err) // a bytes.Buffer takes all
	}
	return renderedMarkdown(b.String())
}

func collect(doc ast.Node, kind ast.NodeKind) []ast.Node {
	var found []ast.Node
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == kind {
			found = append(found, n)
		}
		return ast.WalkContinue, nil
	})
	return found
}

// words returns the text of a node without its markup.
func words(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Value(src))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.WriteString(html.UnescapeString(string(n.Value)))
			case *ast.RawHTML:
				b.Write(n.Segments.Value(src))
			case *ast.AutoLink:
				b.Write(n.Label(src))
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// nodes renders what a page must not take as Markdown gives it.
type nodes struct{}

func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, rawHTML)
	r.Register(ast.KindHTMLBlock, htmlBlock)
	r.Register(ast.KindLink, link)
	r.Register(ast.KindAutoLink, autoLink)
	r.Register(ast.KindImage, image)
	r.Register(ast.KindCodeBlock, codeBlock)
	r.Register(ast.KindFencedCodeBlock, codeBlock)
	r.Register(tables.KindTable, tableRegion)
}

// rawHTML shows markup as the text it is, so that nothing vanishes in silence.
func rawHTML(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(html.EscapeString(string(n.(*ast.RawHTML).Segments.Value(src))))
	}
	return ast.WalkSkipChildren, nil
}

func htmlBlock(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		b := n.(*ast.HTMLBlock)
		raw := string(b.Lines().Value(src))
		if b.HasClosure() {
			raw += string(b.ClosureLine.Value(src))
		}
		w.WriteString("<p>" + html.EscapeString(strings.TrimSpace(raw)) + "</p>\n")
	}
	return ast.WalkSkipChildren, nil
}

// harmless reports whether a link may be live: to the web, to an address, to a
// place in the page. Relative links mean nothing in a file that travels alone.
func harmless(url string) bool {
	if strings.HasPrefix(url, "#") {
		return true
	}
	scheme, _, ok := strings.Cut(strings.ToLower(url), ":")
	return ok && (scheme == "http" || scheme == "https" || scheme == "mailto")
}

func anchor(url string) string {
	href := html.EscapeString(string(util.URLEscape([]byte(url), true)))
	if strings.HasPrefix(url, "#") {
		return `<a href="` + href + `">`
	}
	return `<a href="` + href + `" rel="noopener noreferrer">`
}

func link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	url := string(n.(*ast.Link).Destination)
	switch {
	case !harmless(url):
	case entering:
		w.WriteString(anchor(url))
	default:
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func autoLink(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := n.(*ast.AutoLink)
	url, label := string(a.URL(src)), html.EscapeString(string(a.Label(src)))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
		url = "mailto:" + url
	}
	if harmless(url) {
		label = anchor(url) + label + "</a>"
	}
	w.WriteString(label)
	return ast.WalkContinue, nil
}

// image becomes a link to the image, for a page loads nothing.
func image(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	url, alt := string(n.(*ast.Image).Destination), words(n, src)
	if alt == "" {
		alt = "image"
	}
	alt = html.EscapeString(alt)
	if harmless(url) {
		alt = anchor(url) + alt + "</a>"
	}
	w.WriteString(alt)
	return ast.WalkSkipChildren, nil
}

func codeBlock(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		language := ""
		if f, ok := n.(*ast.FencedCodeBlock); ok {
			language = string(f.Language(src))
		}
		w.WriteString(`<pre class="code" tabindex="0" role="region" aria-label="Code"><code>`)
		w.WriteString(string(highlight(language, string(n.Lines().Value(src)), 0)))
		w.WriteString("</code></pre>\n")
	}
	return ast.WalkSkipChildren, nil
}

func tableRegion(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n")
	} else {
		w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}
