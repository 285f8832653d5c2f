package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Citation is a place in a Markdown text that stands for a result or a
// parameter: {{metric "name"}} for a metric with its interval and n, {{value
// "name"}} for its number alone, {{param "name"}} for a parameter. A backslash
// before the braces makes them plain text.
type Citation struct {
	Verb, Name string
	Start, End int    // bytes of the text, braces included
	Fault      string // what is wrong with it; Verb and Name then mean nothing
	Hint       string // the remedy of a Fault
}

var (
	verbs    = []string{"metric", "param", "value"}
	citation = regexp.MustCompile(`^\{\{\s*([^\s"{}]*)\s*(?:"([^"{}\n]*)")?\s*\}\}`)
	ordinal  = regexp.MustCompile(`^[ \t]*[0-9]{1,9}$`)
)

// Cite returns text with each citation replaced by what f returns for it. A
// number that comes to begin a line before a full stop or a parenthesis is
// written such that Markdown takes it for no list.
func Cite(text string, f func(Citation) string) string {
	var b strings.Builder
	at := 0
	for {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			b.WriteString(text[at:])
			return b.String()
		}
		start := at + i
		b.WriteString(text[at:start])
		if start > 0 && text[start-1] == '\\' {
			b.WriteString("{{")
			at = start + 2
			continue
		}
		c := scan(text, start)
		b.WriteString(f(c))
		at = c.End
		if at < len(text) && (text[at] == '.' || text[at] == ')') {
			so := b.String() // shares the bytes
			if ordinal.MatchString(so[strings.LastIndexByte(so, '\n')+1:]) {
				b.WriteByte('\\')
			}
		}
	}
}

// scan reads the citation that begins at start.
func scan(text string, start int) Citation {
	c := Citation{Start: start}
	m := citation.FindStringSubmatchIndex(text[start:])
	if m == nil {
		line := text[start:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		if i := strings.Index(line, "}}"); i >= 0 {
			line = line[:i+2]
		}
		c.End = start + len(line)
		c.Fault = fmt.Sprintf(`%q is no citation, want {{metric "name"}}, {{value "name"}} or {{param "name"}}`, short(line))
		c.Hint = `braces that are no citation are written \{{`
		return c
	}
	c.End = start + m[1]
	c.Verb = text[start+m[2] : start+m[3]]
	if m[4] >= 0 {
		c.Name = text[start+m[4] : start+m[5]]
	}
	whole := short(text[start:c.End])
	switch {
	case !slices.Contains(verbs, c.Verb):
		c.Fault = fmt.Sprintf("unknown verb %q in %s; allowed are %s", short(c.Verb), whole, list(verbs))
		c.Hint = didYouMean(c.Verb, verbs)
	case !snakeCase.MatchString(c.Name):
		c.Fault = fmt.Sprintf("%s has the name %q, want a snake_case name in quotes", whole, short(c.Name))
	}
	return c
}

// Place returns the line and column in s.File of a byte of the text.
func (s Source) Place(offset int) (line, column int) {
	before := s.Text[:offset]
	last := strings.LastIndexByte(before, '\n') + 1
	return s.Line + strings.Count(before, "\n"), s.Column + utf8.RuneCountInString(before[last:]) + 1
}
