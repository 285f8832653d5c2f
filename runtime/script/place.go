package script

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"jpgreport/runtime/result"
)

// at returns an error with the place of an offset in the cell's text.
func (c *cell) at(offset int, message, hint string) *result.Error {
	line, found := slices.BinarySearch(c.lines, offset)
	if !found {
		line--
	}
	excerpt, _, _ := strings.Cut(c.src.Text[c.lines[line]:], "\n")
	return &result.Error{
		Message: message,
		File:    c.src.File,
		Line:    max(c.src.Line, 1) + line,
		Column:  c.src.Column + offset - c.lines[line] + 1,
		Excerpt: strings.Repeat(" ", c.src.Column) + strings.TrimRight(excerpt, "\r"), // as in File, so that Column points into it
		Hint:    hint,
	}
}

func (c *cell) errorf(p token.Pos, hint, format string, args ...any) *result.Error {
	return c.at(c.offset(p), fmt.Sprintf(format, args...), hint)
}
