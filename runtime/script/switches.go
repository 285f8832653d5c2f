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
	r.values[n] = r.fresh("s", n.Pos())
	label := ""
	if l, ok := r.parent().(*ast.LabeledStmt); ok {
		label = l.Label.Name + ":"
		r.replace(l.Pos(), n.Pos(), "")
	}
	r.insertAfter(n.Tag, ";"+label+"switch ")
}

func (r *rewriter) leaveSwitch(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	typ := r.info.TypeOf(n.Tag)
	declare := "var " + r.values[n] + " " + r.typeText(types.Default(typ)) + "="
	if n.Init == nil {
		r.replace(n.Pos(), n.Tag.Pos(), "{"+declare)
	} else {
		r.replace(n.Pos(), n.Init.Pos(), "{")
		r.replace(n.Init.End(), n.Tag.Pos(), ";"+declare)
	}
	r.insert(n.End(), "}")
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
