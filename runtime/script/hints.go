package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// remedies are hints for the commonest mistakes, by the messages of go/types; $1 and
// so on stand for what the message has in parentheses. The first that fits is given.
var remedies = []struct {
	message *regexp.Regexp
	hint    string
}{
	{regexp.MustCompile(`^declared and not used: err$`), "must(err) ends the cell when it is not nil"},
	{regexp.MustCompile(`^declared and not used: (\w+)$`), "delete it, or write _ for it"},
	{regexp.MustCompile(`^multiple-value ([\w.]+)\(.* \(value of type \(([^,()]+), error\)\) in single-value context`), "it returns an error too: write x, err := $1(…) and must(err)"},
	{regexp.MustCompile(`^assignment mismatch: 1 variable but ([\w.]+)\(?.* returns 2 values`), "if the second is an error: x, err := $1(…) and must(err)"},
	{regexp.MustCompile(`found assignment`), "== compares, = assigns"},
	{regexp.MustCompile(`^cannot use (\w+) \(variable of (?:type )?(?:int\w*|uint\w*|float\d+)(?: type)?.*\) as (int|float64|float32|uint8|int64) value`), "convert it: $2($1)"},
	{regexp.MustCompile(`mismatched types (int|float64|float32|uint8|int64) and (int|float64|float32|uint8|int64)\)`), "convert one of them, for example by float64(…)"},
	{regexp.MustCompile(`^non-boolean condition`), "compare it with something, such as != 0"},
	{regexp.MustCompile(`^missing return$`), "end the function with a return"},
	{regexp.MustCompile(`\(value of type [^()]+\) is not used$`), "store it in a variable, or print it"},
	{regexp.MustCompile(`\(no value\) used as value`), "it returns nothing: call it on a line of its own"},
	{regexp.MustCompile(`^too many return values`), "name what the function returns behind its parameters: func(…) int { … }"},
}

// remedy returns the hint for a message that has none yet, or "".
func remedy(text string) string {
	for _, r := range remedies {
		if m := r.message.FindStringSubmatchIndex(text); m != nil {
			return string(r.message.ExpandString(nil, strings.ReplaceAll(r.hint, "$1(", "${1}("), text, m))
		}
	}
	return ""
}

var inArgument = regexp.MustCompile(` in argument to `)

// signatureHint says what the call takes that has the position p among its
// arguments.
func (t *typing) signatureHint(p token.Pos) string {
	var found *ast.CallExpr
	for _, c := range t.cells {
		for _, it := range c.items {
			if !c.has(p) {
				continue
			}
			ast.Inspect(it.node, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && call.Lparen < p && p <= call.Rparen {
					found = call
				}
				return true
			})
		}
	}
	if found == nil {
		return ""
	}
	s, ok := t.info.TypeOf(found.Fun).(*types.Signature)
	if !ok {
		return ""
	}
	short := func(p *types.Package) string {
		if p == t.pkg {
			return ""
		}
		return p.Name()
	}
	return "it takes " + types.ExprString(found.Fun) + strings.TrimPrefix(types.TypeString(s, short), "func")
}

// unlooked refuses an error that a call at the top level of a cell gives and that no
// cell ever looks at, as Go does in a function.
func (t *typing) unlooked() {
	read := map[types.Object]bool{}
	var given []types.Object
	for _, c := range t.cells {
		for _, it := range c.items {
			set := map[*ast.Ident]bool{}
			ast.Inspect(it.node, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					_, call := ast.Unparen(n.Rhs[0]).(*ast.CallExpr)
					for _, e := range n.Lhs {
						if id, ok := e.(*ast.Ident); ok {
							set[id] = true
							if obj := t.info.Defs[id]; call && obj != nil {
								given = append(given, obj)
							}
						}
					}
				case *ast.Ident:
					if obj := t.info.Uses[n]; obj != nil && !set[n] {
						read[obj] = true
					}
				}
				return true
			})
		}
	}
	for _, v := range given {
		if _, top := t.decided[v]; top && !read[v] && types.Identical(v.Type(), types.Universe.Lookup("error").Type()) {
			t.errorf(v.Pos(), "must("+v.Name()+") ends the cell when it is not nil", "declared and not used: %s", v.Name())
		}
	}
}

// elsewhere returns where a name that is not defined would be, or "".
func (t *typing) elsewhere(name string) string {
	if !ast.IsExported(name) {
		return ""
	}
	var paths []string
	for path, symbols := range t.universe.table {
		if _, ok := symbols[name]; ok {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		return ""
	}
	slices.Sort(paths)
	base := paths[0][strings.LastIndex(paths[0], "/")+1:]
	return fmt.Sprintf("did you mean %s.%s, of the package %q?", base, name, paths[0])
}
