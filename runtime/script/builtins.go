package script

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// call rewrites calls of the built-in functions that the interpreter lacks, and
// of panic, whose argument would reach the session in the interpreter's own form.
// It reports whether to look inside.
func (r *rewriter) call(n *ast.CallExpr) bool {
	switch name := r.builtin(n); name {
	case "min", "max":
		tv := r.info.Types[n]
		if text, ok := r.constant(tv); ok {
			r.replace(n.Pos(), n.End(), text)
			return false
		}
		kind, wide := widest(tv.Type)
		r.replace(n.Fun.Pos(), n.Fun.End(), fmt.Sprintf("%s(%s.%s%s", r.typeText(tv.Type), own, strings.ToUpper(name[:1])+name[1:], kind))
		for _, a := range n.Args {
			r.insert(a.Pos(), "%s(", wide)
		}
	case "clear":
		r.replace(n.Fun.Pos(), n.Fun.End(), own+".Clear")
	case "panic":
		raised := "Raised"
		if types.Implements(r.info.TypeOf(n.Args[0]), types.Universe.Lookup("error").Type().Underlying().(*types.Interface)) {
			raised = "RaisedError"
		}
		r.insert(n.Args[0].Pos(), "%s.%s(", own, raised)
	}
	return true
}

func (r *rewriter) leaveCall(n *ast.CallExpr) {
	switch r.builtin(n) {
	case "min", "max":
		for _, a := range n.Args {
			r.insert(a.End(), ")")
		}
		r.insert(n.End(), ")")
	case "panic":
		r.insert(n.Args[0].End(), ")")
	}
}

// constant prints a constant expression.
func (r *rewriter) constant(tv types.TypeAndValue) (string, bool) {
	if tv.Value == nil {
		return "", false
	}
	text := tv.Value.ExactString() // of a fraction n/d
	if num, denom, ok := strings.Cut(text, "/"); ok && tv.Value.Kind().String() == "Float" {
		text = num + ".0/" + denom
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return "(" + text + ")", true
	}
	return r.typeText(tv.Type) + "(" + text + ")", true
}

func (r *rewriter) builtin(n *ast.CallExpr) string {
	if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
		if b, ok := r.info.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// widest returns which of the compiled functions compares values of type t, and
// the type of its arguments.
func widest(t types.Type) (kind, wide string) {
	b := t.Underlying().(*types.Basic) // ordered
	switch {
	case b.Info()&types.IsString != 0:
		return "String", "string"
	case b.Info()&types.IsFloat != 0:
		return "Float", "float64"
	case b.Info()&types.IsUnsigned != 0:
		return "Uint", "uint64"
	}
	return "Int", "int64"
}
