package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// fresh returns a name that no script has.
func (r *rewriter) fresh(name string, at token.Pos) string {
	return fmt.Sprintf("%s%s%d", own, name, r.cell.offset(at))
}

// forStmt gives each iteration of a loop such as
//
//	for i := 0; i < n; i++ { f = append(f, func() int { return i }) }
//
// variables of its own, as Go 1.22 does. It matters, and is done, when something
// may hold on to a variable:
//
//	for I := 0; I < n; I++ { i := I; …; I = i }
func (r *rewriter) forStmt(n *ast.ForStmt) {
	init, ok := n.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return
	}
	var olds, news []string
	objs := map[types.Object]string{}
	held := false
	for _, e := range init.Lhs {
		id := e.(*ast.Ident)
		if id.Name == "_" {
			continue
		}
		obj := r.info.Defs[id]
		held = held || r.held(obj, n)
		objs[obj] = r.fresh(id.Name, id.Pos())
		olds, news = append(olds, id.Name), append(news, objs[obj])
	}
	if !held {
		return
	}
	for _, e := range init.Lhs {
		if id := e.(*ast.Ident); id.Name != "_" {
			r.replace(id.Pos(), id.End(), objs[r.info.Defs[id]])
		}
	}
	rename := func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && objs[r.info.Uses[id]] != "" {
			r.renamed[id] = objs[r.info.Uses[id]]
		}
		return true
	}
	if n.Cond != nil {
		ast.Inspect(n.Cond, rename)
	}
	if n.Post != nil {
		ast.Inspect(n.Post, rename)
	}
	r.insert(n.Body.Lbrace+1, "%s:=%s;", strings.Join(olds, ","), strings.Join(news, ","))
	r.copies[n] = strings.Join(news, ",") + "=" + strings.Join(olds, ",")
}

// rangeStmt gives each iteration variables of its own where something may hold
// on to them, and turns a range over an integer into a loop that counts.
func (r *rewriter) rangeStmt(n *ast.RangeStmt) {
	if b, ok := r.info.TypeOf(n.X).Underlying().(*types.Basic); ok {
		if b.Info()&types.IsString != 0 {
			r.rangeString(n)
		} else {
			r.rangeInt(n, b)
		}
		return
	}
	if p, ok := r.info.TypeOf(n.X).Underlying().(*types.Pointer); ok { // to an array; only its slice is looped over right
		if _, named := r.info.TypeOf(n.X).(*types.Named); !named && p != nil {
			r.insert(n.X.Pos(), "(")
			r.insertAfter(n.X, ")[:]")
		}
	}
	held := n.Tok == token.ASSIGN // which the interpreter does not do
	parts := []ast.Expr{n.Key, n.Value}
	for _, e := range parts {
		if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE && id.Name != "_" {
			obj := r.info.Defs[id] // the interpreter counts in the variable itself
			held = held || r.held(obj, n) || r.assigned(obj, n.Body)
		}
	}
	if !held {
		return
	}
	var olds, news []string
	for _, e := range parts {
		if e == nil || isBlank(e) {
			continue
		}
		name := r.fresh("v", e.Pos())
		olds, news = append(olds, r.target(e)), append(news, name)
		r.replace(e.Pos(), e.End(), name)
	}
	if len(olds) == 0 {
		return
	}
	if n.Tok == token.ASSIGN {
		r.replace(n.TokPos, n.TokPos+1, ":=")
	}
	r.insert(n.Body.Lbrace+1, "%s%s%s;", strings.Join(olds, ","), n.Tok, strings.Join(news, ","))
}

// text returns the source of e.
func (r *rewriter) text(e ast.Expr) string {
	return r.cell.src.Text[r.cell.offset(e.Pos()):r.cell.offset(e.End())]
}

// target returns the source of e, which is assigned to, under the name that it has
// by now.
func (r *rewriter) target(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok && r.renamed[id] != "" {
		return r.renamed[id]
	}
	return r.text(e)
}

// rangeInt turns
//
//	for i := range n { … }    into    for I, N := 0, n; I < N; I++ { i := I; … }
func (r *rewriter) rangeInt(n *ast.RangeStmt, b *types.Basic) {
	i, end := r.fresh("i", n.Pos()), r.fresh("n", n.Pos())
	typ := r.info.TypeOf(n.X)
	if n.Key != nil && !isBlank(n.Key) {
		typ = r.info.TypeOf(n.Key) // of an untyped constant, the variable's
		if id, ok := n.Key.(*ast.Ident); ok && n.Tok == token.DEFINE {
			typ = r.info.Defs[id].Type()
		}
	}
	t := r.typeText(types.Default(typ))
	r.replace(n.For+3, n.X.Pos(), fmt.Sprintf(" %s,%s:=%s(0),%s(", i, end, t, t))
	r.insert(n.X.End(), ");%s<%s;%s++", i, end, i)
	if n.Key != nil && !isBlank(n.Key) {
		r.insert(n.Body.Lbrace+1, "%s%s%s;", r.target(n.Key), n.Tok, i)
	}
}

// rangeString turns
//
//	for i, c := range s { … }    into    for _, V := range Runes(s) { i, c := V.At, V.Rune; … }
//
// The interpreter counts the three bytes of U+FFFD where a byte is not UTF-8.
func (r *rewriter) rangeString(n *ast.RangeStmt) {
	v := r.fresh("c", n.Pos())
	head := " range " + own + ".Runes(string("
	var to, from []string
	for i, e := range []ast.Expr{n.Key, n.Value} {
		if e != nil && !isBlank(e) {
			to, from = append(to, r.target(e)), append(from, v+[]string{".At", ".Rune"}[i])
		}
	}
	if len(to) > 0 {
		head = " _," + v + ":=" + head
		r.insert(n.Body.Lbrace+1, "%s%s%s;", strings.Join(to, ","), n.Tok, strings.Join(from, ","))
	}
	r.replace(n.For+3, n.X.Pos(), head)
	r.insert(n.X.End(), "))")
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// branch copies the variables of a loop before a continue.
func (r *rewriter) branch(n *ast.BranchStmt) {
	if n.Tok != token.CONTINUE {
		return
	}
	for i := len(r.stack) - 1; i >= 0; i-- {
		switch s := r.stack[i].(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return
		case *ast.ForStmt, *ast.RangeStmt:
			label := ""
			if i > 0 {
				if l, ok := r.stack[i-1].(*ast.LabeledStmt); ok {
					label = l.Label.Name
				}
			}
			if n.Label != nil && n.Label.Name != label {
				continue
			}
			if copies := r.copies[s]; copies != "" {
				r.insert(n.Pos(), "%s;", copies)
			}
			return
		}
	}
}

// held reports whether something in n may hold on to the variable obj beyond an
// iteration: a function literal that mentions it, or its address.
func (t *typing) held(obj types.Object, n ast.Node) (held bool) {
	mentions := func(e ast.Node) bool { return t.mentions(e, obj) }
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncLit:
			held = held || mentions(m)
		case *ast.UnaryExpr:
			held = held || m.Op == token.AND && mentions(m.X)
		case *ast.SliceExpr:
			if _, array := t.info.TypeOf(m.X).Underlying().(*types.Array); array {
				held = held || mentions(m.X)
			}
		case *ast.SelectorExpr:
			if s := t.info.Selections[m]; s != nil && s.Kind() == types.MethodVal {
				_, wants := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
				_, has := s.Recv().Underlying().(*types.Pointer)
				held = held || wants && !has && mentions(m.X)
			}
		}
		return !held
	})
	return held
}

// assigned reports whether a statement in n sets the variable obj.
func (t *typing) assigned(obj types.Object, n ast.Node) (found bool) {
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && t.info.Uses[id] == obj
	}
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.AssignStmt:
			for _, e := range m.Lhs {
				found = found || is(e)
			}
		case *ast.IncDecStmt:
			found = found || is(m.X)
		case *ast.RangeStmt:
			found = found || m.Key != nil && is(m.Key) || m.Value != nil && is(m.Value)
		}
		return !found
	})
	return found
}

func (t *typing) mentions(n ast.Node, obj types.Object) (found bool) {
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && t.info.Uses[id] == obj {
			found = true
		}
		return !found
	})
	return found
}
