package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
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
			r.close(n)
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
	b, ok := tv.Type.Underlying().(*types.Basic)
	if ok && b.Info()&types.IsFloat != 0 && b.Info()&types.IsUntyped == 0 {
		f, _ := constant.Float64Val(tv.Value)
		text := strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		if tv.Type == types.Typ[types.Float64] {
			return "(" + text + ")", true
		}
		return r.typeText(tv.Type) + "(" + text + ")", true
	}
	if k, ok := tv.Type.(*types.Basic); ok && (k.Kind() == types.Int || k.Kind() == types.String || k.Kind() == types.Bool) {
		return "(" + tv.Value.ExactString() + ")", true
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

// constants writes the values of constants where they are declared. The
// interpreter would divide integers as fractions where a float64 is asked for, and
// lacks iota among several names.
func (r *rewriter) constants(n *ast.GenDecl) {
	for _, s := range n.Specs {
		s := s.(*ast.ValueSpec)
		var names, values []string
		for _, id := range s.Names {
			if c, ok := r.info.Defs[id].(*types.Const); ok {
				text, _ := r.constant(types.TypeAndValue{Type: c.Type(), Value: c.Val()})
				names, values = append(names, id.Name), append(values, text)
			}
		}
		r.replace(s.Pos(), s.End(), strings.Join(names, ",")+"="+strings.Join(values, ","))
	}
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
