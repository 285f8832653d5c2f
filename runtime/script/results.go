package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A scope is a function being rewritten.
type scope struct {
	results []string // the variables that stand for its named results
	kinds   []string // their types
	defers  bool
}

// function rewrites a function with named results, which the interpreter neither
// sets to zero nor keeps apart from the values of a return, and one that defers,
// which evaluates a deferred call's operands too late there:
//
//	func f() (n int) { … }          func f() int { var N int; …; return N }
//	func f() (n int) { defer g() }  func f() int { var N int; Deferring(func(D func(func())) { D(g) }); return N }
func (r *rewriter) function(typ *ast.FuncType, body *ast.BlockStmt) {
	s := scope{defers: defers(body)}
	var vars strings.Builder
	if typ.Results != nil && (s.defers || len(typ.Results.List[0].Names) > 0) {
		for _, f := range typ.Results.List {
			names := f.Names
			if names == nil {
				names = []*ast.Ident{{Name: "_", NamePos: f.Type.Pos()}}
			}
			for _, id := range names {
				name := r.fresh("r", id.Pos())
				s.results = append(s.results, name)
				fmt.Fprintf(&vars, "var %s %s;", name, r.text(f.Type))
				s.kinds = append(s.kinds, r.text(f.Type))
				r.rename(body, r.info.Defs[id], name)
			}
		}
		r.replace(typ.Results.Pos(), typ.Results.End(), "("+strings.Join(s.kinds, ",")+")")
	}
	r.scopes = append(r.scopes, s)
	if vars.Len() > 0 || s.defers {
		r.insert(body.Lbrace+1, "%s%s", r.stamp(body.Lbrace), vars.String())
	}
	if s.defers {
		r.insert(body.Lbrace+1, "%s", deferring)
	}
}

func (r *rewriter) leaveFunction(body *ast.BlockStmt) {
	s := r.scopes[len(r.scopes)-1]
	r.scopes = r.scopes[:len(r.scopes)-1]
	if s.defers {
		r.insert(body.Rbrace, ";})")
	}
	if s.results != nil {
		r.insert(body.Rbrace, ";return %s;", strings.Join(s.results, ","))
	}
}

const deferring = own + ".Deferring(func(" + own + "defer func(func())) {"

func (r *rewriter) rename(n ast.Node, obj types.Object, name string) {
	if obj == nil {
		return
	}
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && r.info.Uses[id] == obj {
			r.renamed[id] = name
		}
		return true
	})
}

// defers reports whether a function with this body defers calls.
func defers(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// returnStmt keeps the values of a return apart from each other: the interpreter
// writes what an operator or a call yields where it returns the first value.
func (r *rewriter) returnStmt(n *ast.ReturnStmt) {
	s := r.scopes[len(r.scopes)-1]
	several := len(n.Results) == 1 && len(s.results) > 1
	switch {
	case !s.defers && len(n.Results) == 0 && s.results != nil:
		r.insert(n.End(), " %s", strings.Join(s.results, ","))
	case s.defers && len(n.Results) > 0:
		// one after the other, as the interpreter does not convert several at once
		var temps []string
		var tail strings.Builder
		for i, result := range s.results {
			temps = append(temps, r.fresh(fmt.Sprintf("t%d_", i), n.Pos()))
			fmt.Fprintf(&tail, ";%s=%s", result, temps[i])
		}
		if several { // return f()
			r.replace(n.Pos(), n.Results[0].Pos(), strings.Join(temps, ",")+":=")
			r.insertAfter(n.Results[0], tail.String()+";return")
			return
		}
		r.declares[n] = temps
		r.insertAfter(n.Results[len(n.Results)-1], tail.String()+";return")
	case !several:
		for _, v := range n.Results {
			if t, ok := r.info.TypeOf(v).(*types.Tuple); !ok || t.Len() == 1 {
				r.bracket(v)
			}
		}
	}
}

// leaveReturn declares a variable for each value of a return that assigns them.
func (r *rewriter) leaveReturn(n *ast.ReturnStmt) {
	from := n.Pos()
	for i, name := range r.declares[n] {
		typ := r.scopes[len(r.scopes)-1].kinds[i]
		semicolon := ";"
		if i == 0 {
			semicolon = ""
		}
		r.replace(from, n.Results[i].Pos(), fmt.Sprintf("%svar %s %s=", semicolon, name, typ))
		from = n.Results[i].End()
	}
}

// bracket puts a value in parentheses, into which the interpreter does not look
// for something to write straight to where the value goes.
func (r *rewriter) bracket(v ast.Expr) {
	switch v.(type) {
	case *ast.CallExpr, *ast.CompositeLit, *ast.BinaryExpr, *ast.UnaryExpr:
		if !r.bracketed[v] {
			r.bracketed[v] = true
			r.insert(v.Pos(), "(")
		}
	}
}

// insertAfter adds text behind a value once all edits in it are made.
func (r *rewriter) insertAfter(v ast.Node, text string) { r.after[v] += text }

// leaveDefer turns defer f(x) into D's call of a function that has copies of f
// and x.
func (r *rewriter) leaveDefer(n *ast.DeferStmt) {
	call := n.Call
	fun := r.text(call.Fun)
	var ends []ast.Expr // operands that are copied
	var heads []string  // what declares their copies
	copied := func(e ast.Expr, head string) { ends, heads = append(ends, e), append(heads, head) }
	signature, _ := r.info.TypeOf(call.Fun).Underlying().(*types.Signature)
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		if _, ok := r.info.Uses[f].(*types.Var); ok {
			fun = r.fresh("f", f.Pos())
			copied(call.Fun, fun+":=")
		} else if r.builtin(call) == "clear" {
			fun = own + ".Clear"
		} else if r.isPredeclared(r.info.Uses[f]) {
			fun = own + ".Must"
		}
	case *ast.SelectorExpr:
		s := r.info.Selections[f]
		if s == nil {
			break // a function of a package
		}
		fun = r.fresh("f", f.Pos())
		if s.Kind() != types.MethodVal {
			copied(call.Fun, fun+":=")
			break
		}
		_, wants := s.Obj().(*types.Func).Signature().Recv().Type().Underlying().(*types.Pointer)
		_, has := s.Recv().Underlying().(*types.Pointer)
		op := ""
		if wants && !has && !s.Indirect() {
			op = "&"
		} else if has && !wants && !types.IsInterface(s.Obj().(*types.Func).Signature().Recv().Type()) {
			op = "*"
		}
		copied(f.X, fun+":="+op)
		fun += "." + f.Sel.Name
	default:
		fun = r.fresh("f", call.Fun.Pos())
		copied(call.Fun, fun+":=")
	}
	var args []string
	for i, a := range call.Args {
		if t, ok := r.info.TypeOf(a).(*types.Tuple); ok {
			for j := range t.Len() {
				args = append(args, r.fresh(fmt.Sprintf("a%d_", j), a.Pos()))
			}
			copied(a, strings.Join(args, ",")+":=")
			continue
		}
		name := r.fresh("a", a.Pos())
		typ := r.info.TypeOf(a)
		if b, ok := typ.(*types.Basic); ok && b.Kind() == types.UntypedNil && signature != nil {
			typ = signature.Params().At(min(i, signature.Params().Len()-1)).Type()
			if s, ok := typ.(*types.Slice); ok && signature.Variadic() && i >= signature.Params().Len()-1 && !call.Ellipsis.IsValid() {
				typ = s.Elem()
			}
		}
		copied(a, fmt.Sprintf("var %s %s=", name, r.typeText(types.Default(typ))))
		args = append(args, name)
	}
	tail := strings.Join(args, ",")
	if call.Ellipsis.IsValid() {
		tail += "..."
	}
	tail = fmt.Sprintf("%sdefer(func(){%s(%s)})", own, fun, tail)
	from := n.Pos()
	for i, e := range ends {
		if i > 0 {
			heads[i] = ";" + heads[i]
		}
		r.replace(from, e.Pos(), heads[i])
		from = e.End()
	}
	if len(ends) > 0 {
		tail = ";" + tail
	}
	r.replace(from, n.End(), tail)
}

// define keeps the variables that x, y := … does not declare but assigns, which
// the interpreter would replace by others of their names.
func (r *rewriter) define(n *ast.AssignStmt) {
	if n.Tok != token.DEFINE || len(n.Lhs) < 2 || len(r.stack) == 0 {
		return
	}
	switch r.parent().(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.LabeledStmt:
	default:
		return
	}
	var temps []string
	var tail strings.Builder
	apart := false
	for i, e := range n.Lhs {
		id := e.(*ast.Ident)
		if id.Name == "_" {
			temps = append(temps, "_")
			continue
		}
		name := r.fresh("v", id.Pos())
		temps = append(temps, name)
		op := ":="
		if r.info.Defs[id] == nil {
			apart, op = true, "="
		}
		target := id.Name
		if r.renamed[id] != "" {
			target = r.renamed[id]
			delete(r.renamed, id)
		}
		fmt.Fprintf(&tail, ";%s%s%s", target, op, temps[i])
	}
	if !apart {
		return
	}
	for i, e := range n.Lhs {
		r.renamed[e.(*ast.Ident)] = temps[i]
	}
	r.insertAfter(n.Rhs[len(n.Rhs)-1], tail.String())
}

// commaOK puts the form v, ok := m[k] into a function of its own, as the
// interpreter leaves in v what was there when m has no k.
func (r *rewriter) commaOK(variables int, values []ast.Expr) {
	if variables != 2 || len(values) != 1 {
		return
	}
	t, ok := r.info.TypeOf(values[0]).(*types.Tuple)
	if _, call := ast.Unparen(values[0]).(*ast.CallExpr); call || !ok {
		return
	}
	r.insert(values[0].Pos(), "func()(%s,bool){%sv,%sok:=", r.typeText(t.At(0).Type()), own, own)
	r.insertAfter(values[0], fmt.Sprintf(";return %sv,%sok}()", own, own))
}
