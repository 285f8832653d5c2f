package result

import "strings"

// Marked returns the source line of an error without its indent and, below it, a
// caret under the error's column, "" where the column is not known. Tabs stay tabs in
// both, so that they stand under each other.
func (e *Error) Marked() (line, caret string) {
	line = strings.TrimLeft(e.Excerpt, " \t")
	at := e.Column - 1 - (len(e.Excerpt) - len(line))
	if line == "" || e.Column <= 0 || at < 0 || at > len(line) {
		return line, ""
	}
	blank := func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}
	return line, strings.Map(blank, line[:at]) + "^"
}
