package script

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
	"unicode"
)

// call rewrites calls of the built-in functions that the interpreter lacks, and
// of panic, whose argument would reach the session in the interpreter's own form.
// It reports whether to look inside.
func (r *rewriter) call(n *ast.CallExpr) bool {
	if r.isInterfaceConversion(n) {
		typ := r.typeText(r.info.TypeOf(n))
		r.replace(n.Pos(), n.Args[0].Pos(), "func()"+typ+"{var "+own+"v "+typ+"=")
		return true
	}
	r.variadic(n)
	switch name := r.builtin(n); name {
	case "min", "max":
		tv := r.info.Types[n]
		kind, wide := widest(tv.Type)
		r.replace(n.Fun.Pos(), n.Fun.End(), fmt.Sprintf("%s(%s.%s%s", r.typeText(tv.Type), own, strings.ToUpper(name[:1])+name[1:], kind))
		for _, a := range n.Args {
			r.insert(a.Pos(), "%s(", wide)
		}
	case "clear":
		r.replace(n.Fun.Pos(), n.Fun.End(), own+".Clear")
	case "panic":
		raised := "Raised"
		if types.Implements(r.info.TypeOf(n.Args[0]), errorInterface) {
			raised = "RaisedError"
		}
		r.insert(n.Args[0].Pos(), "%s.%s(", own, raised)
	}
	return true
}

var errorInterface = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// variadic makes the slice of a variadic call f(list) of a function of ...any
// itself where list is a []any, which the interpreter would spread.
func (r *rewriter) variadic(n *ast.CallExpr) {
	signature, ok := r.info.TypeOf(n.Fun).(*types.Signature)
	if !ok || !signature.Variadic() || n.Ellipsis.IsValid() || r.builtin(n) != "" {
		return
	}
	if f, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && r.info.Uses[f.Sel] != nil && r.info.Uses[f.Sel].Pkg() != r.pkg {
		return // a compiled function
	}
	first := signature.Params().Len() - 1
	slice := signature.Params().At(first).Type()
	for i := first; i < len(n.Args); i++ {
		if types.Identical(r.info.TypeOf(n.Args[i]).Underlying(), slice.Underlying()) {
			r.insert(n.Args[first].Pos(), "%s{", r.typeText(slice))
			r.insertAfter(n.Args[len(n.Args)-1], "}...")
			return
		}
	}
}

// isInterfaceConversion reports whether n converts to an interface. The interpreter
// goes on with the value as it was, so a variable is put in between.
func (r *rewriter) isInterfaceConversion(n *ast.CallExpr) bool {
	tv := r.info.Types[n.Fun]
	return tv.IsType() && types.IsInterface(tv.Type)
}

func (r *rewriter) leaveCall(n *ast.CallExpr) {
	if r.isInterfaceConversion(n) {
		r.replace(n.Args[0].End(), n.Rparen+1, ";return ("+own+"v)}()")
		return
	}
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

// fold writes the value of a constant expression for it, or reports that there is
// more to look at. The interpreter divides integer constants as fractions where a
// float64 is wanted.
func (r *rewriter) fold(e ast.Expr) bool {
	text, ok := r.constant(r.info.Types[e])
	if ok {
		r.replace(e.Pos(), e.End(), text)
		r.close(e)
	}
	return !ok
}

// large does so for a literal that is no int64, which the interpreter takes for one.
func (r *rewriter) large(e *ast.BasicLit) {
	if tv := r.info.Types[e]; tv.Value != nil && tv.Value.Kind() == constant.Int {
		if _, fits := constant.Int64Val(tv.Value); !fits {
			r.fold(e)
		}
	}
}

// constant prints a constant expression. It stands in parentheses only where it
// must, as the interpreter takes a constant in them for a condition beside && and ||.
func (r *rewriter) constant(tv types.TypeAndValue) (string, bool) {
	if tv.Value == nil {
		return "", false
	}
	b, ok := tv.Type.Underlying().(*types.Basic)
	if ok && b.Info()&types.IsUntyped == 0 && b.Info()&types.IsComplex == 0 {
		text := tv.Value.ExactString()
		if b.Info()&types.IsFloat != 0 {
			f, _ := constant.Float64Val(tv.Value)
			if text = strconv.FormatFloat(f, 'g', -1, 64); !strings.ContainsAny(text, ".e") {
				text += ".0"
			}
		}
		switch tv.Type {
		case types.Typ[types.Int], types.Typ[types.Float64], types.Typ[types.String], types.Typ[types.Bool]:
			if text[0] != '-' {
				return text, true
			}
		}
		return r.typeText(tv.Type) + "(" + text + ")", true
	}
	text := tv.Value.ExactString() // of a fraction n/d
	if num, denom, ok := strings.Cut(text, "/"); ok && tv.Value.Kind().String() == "Float" {
		text = num + ".0/" + denom
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		// What an untyped constant becomes when nothing asks for a type is told by
		// its form: 4.0 is no int, and 'a' is a rune.
		switch b.Kind() {
		case types.UntypedFloat:
			if !strings.ContainsAny(text, "./") {
				text += ".0"
			}
		case types.UntypedRune:
			text = "rune(" + text + ")"
			if n, exact := constant.Int64Val(tv.Value); exact && n >= 0 && n <= unicode.MaxRune {
				text = strconv.QuoteRune(rune(n))
			}
		}
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
