package script

import (
	"regexp"

	"jpgreport/runtime/fault"
)

// codes tells the kinds of mistake apart by their messages, the first that fits:
// go/types, from which most come, publishes nothing else to tell them by. What
// fits none is for the type checker alone.
var codes = []struct {
	code    fault.Code
	message *regexp.Regexp
}{
	{fault.NoPlace, regexp.MustCompile(`^a cell has no (?:package clause|function)|^function .* has no body|^compiler directives|^(?:recover|print|println) has no place|^import with ".*" has no place`)},
	{fault.BadImport, regexp.MustCompile(`^import ".*" is not for scripts`)},
	{fault.Concurrent, regexp.MustCompile(`^(?:go statements|select statements|channels) have no place`)},
	{fault.NotSupported, regexp.MustCompile(`\bnot supported\b|^.* does not see the methods of|do(?:es)? not know the names of|^fmt does not see`)},
	{fault.Foreign, regexp.MustCompile(`^cannot .*, a variable of compiled code$|^cannot assign to .*, which a run fills$`)},
	{fault.Redeclared, regexp.MustCompile(`\bis predeclared in every cell$|^names that begin with .* are taken$|is a type of Go itself$|redeclared|already declared|^no new variables`)},
	{fault.TooEarly, regexp.MustCompile(`which is declared below$`)},
	{fault.Undefined, regexp.MustCompile(`^undefined: `)},
	{fault.Unused, regexp.MustCompile(`is not used$|^declared and not used`)},
}

// codeOf returns the code of a mistake that is no syntax error.
func codeOf(message, hint string) fault.Code {
	if tooEarly.MatchString(hint) {
		return fault.TooEarly
	}
	for _, c := range codes {
		if c.message.MatchString(message) {
			return c.code
		}
	}
	return fault.TypeError
}

var tooEarly = regexp.MustCompile(`^(?:it is declared below|a later cell declares it), at line`)
