package spec

import (
	"fmt"
	"slices"
	"strings"

	"jpgreport/runtime/fault"
)

// An Error is one thing that is wrong with a spec.
type Error struct {
	File    string
	Line    int    // from 1; 0: unknown
	Column  int    // from 1; 0: unknown
	Cell    string // id of the cell that it is in, where that is known
	Code    fault.Code
	Message string // what was found and what is allowed
	Hint    string // the remedy, where one is known
}

// Error returns "file:line:column: message", as far as they are known.
func (e *Error) Error() string {
	s := ""
	if e.File != "" {
		s = e.File + ":"
		if e.Line > 0 {
			s += fmt.Sprintf("%d:", e.Line)
			if e.Column > 0 {
				s += fmt.Sprintf("%d:", e.Column)
			}
		}
		s += " "
	}
	return s + e.Message
}

// as gives the error its code.
func (e *Error) as(c fault.Code) *Error {
	e.Code = c
	return e
}

// Errors are all that is wrong with a spec, in the order of its lines.
type Errors []*Error

// Error returns one error a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Nearest returns the name that a mistyped one most likely stands for, or "".
func Nearest(name string, allowed []string) string {
	if len(name) > 100 {
		return "" // no slip of the keyboard, and dear to compare
	}
	best, least := "", max(1, len(name)/3)+1
	for _, a := range allowed {
		if d := distance(strings.ToLower(name), a); d < least {
			best, least = a, d
		}
	}
	return best
}

// didYouMean is the hint for a mistyped name, or "".
func didYouMean(name string, allowed []string) string {
	if n := Nearest(name, allowed); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}

// distance counts the insertions, deletions, substitutions and swaps of
// neighbours that turn a into b (Damerau, 1964, each pair swapped at most once).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

// list returns names in quotes, for a message: "a", "b" and "c".
func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

// sortErrors puts errors in the order of the spec's lines.
func sortErrors(e Errors) {
	slices.SortStableFunc(e, func(a, b *Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
