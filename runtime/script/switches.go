package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// switchStmt turns a switch with a value into one of conditions, since the
// interpreter evaluates the first expression of a case only and mixes up a
// statement before the value:
//
//	switch x := f(); x { case 1, g(): … }
//	{ x := f(); V := x; switch { case V == (1) || V == (g()): … } }
func (r *rewriter) switchStmt(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	label := ""
	if l, ok := r.parent().(*ast.LabeledStmt); ok {
		label = l.Label.Name + ":"
		r.replace(l.Pos(), n.Pos(), "")
	}
	value := r.fresh("s", n.Pos())
	r.values[n] = value
	typ := r.info.TypeOf(n.Tag)
	declare := "var " + value + " " + r.typeText(types.Default(typ)) + "="
	if n.Init == nil {
		r.replace(n.Pos(), n.Tag.Pos(), "{"+declare)
	} else {
		r.replace(n.Pos(), n.Init.Pos(), "{")
		r.replace(n.Init.End(), n.Tag.Pos(), ";"+declare)
	}
	r.insertAfter(n.Tag, ";"+label+"switch ")
}

func (r *rewriter) leaveSwitch(n *ast.SwitchStmt) {
	if n.Tag != nil {
		r.insert(n.End(), "}")
	}
}

// fallsThrough refuses a fallthrough into or out of a default that is not the last
// clause, which the interpreter puts last.
func (t *refusal) fallsThrough(n *ast.SwitchStmt) {
	list := n.Body.List
	for i, s := range list {
		body := s.(*ast.CaseClause).Body
		if len(body) == 0 || i+1 == len(list) {
			continue
		}
		b, ok := body[len(body)-1].(*ast.BranchStmt)
		next := list[i+1].(*ast.CaseClause)
		if ok && b.Tok == token.FALLTHROUGH && (s.(*ast.CaseClause).List == nil || next.List == nil && i+2 < len(list)) {
			t.errorf(b.Pos(), "put default last", "fallthrough beside a default that is not the last clause is not supported in scripts")
		}
	}
}

// shared refuses a variable of a comma-ok form in the header of an if or a switch
// that something may hold on to: iterations of a loop around would share it.
func (t *refusal) shared(n *ast.AssignStmt) {
	if n.Tok != token.DEFINE || len(n.Rhs) != 1 || len(n.Lhs) != 2 || isCall(n.Rhs[0]) || len(t.stack) < 2 {
		return
	}
	parent := t.stack[len(t.stack)-2]
	switch parent.(type) {
	case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.ForStmt:
	default:
		return
	}
	for _, e := range n.Lhs {
		if id := e.(*ast.Ident); t.info.Defs[id] != nil && t.held(t.info.Defs[id], parent) {
			t.errorf(id.Pos(), "declare it in a statement of its own", "%s is declared in a header by v, ok := … and held by a function or a pointer, which is not supported in scripts", id.Name)
		}
	}
}
