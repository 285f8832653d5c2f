package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// own begins every name that the session adds to a script.
const own = "jr__"

// refuse finds what is Go but not for scripts: what a run could not end or would
// not come out the same, and what the interpreter lacks or does otherwise.
func (t *typing) refuse() {
	for _, c := range t.cells {
		for _, it := range c.items {
			v := refusal{t, nil}
			ast.Inspect(it.node, v.visit)
		}
	}
}

type refusal struct {
	*typing
	stack []ast.Node
}

const single = "a cell runs on one goroutine, so that a run comes out the same and can be stopped; primitives use all cores by themselves"

func (t *refusal) visit(n ast.Node) bool {
	if n == nil {
		t.stack = t.stack[:len(t.stack)-1]
		return false
	}
	t.stack = append(t.stack, n)
	t.boxes(n)
	t.compared(n)
	switch n := n.(type) {
	case *ast.GoStmt:
		t.errorf(n.Pos(), single, "go statements have no place in a script")
	case *ast.SelectStmt:
		t.errorf(n.Pos(), single, "select statements have no place in a script")
	case *ast.ChanType:
		t.errorf(n.Pos(), single, "channels have no place in a script")
	case *ast.SendStmt:
		t.errorf(n.Arrow, single, "channels have no place in a script")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			t.errorf(n.OpPos, single, "channels have no place in a script")
		}
		if n.Op == token.AND {
			t.foreign(n.X, "take the address of")
		}
	case *ast.BranchStmt:
		if n.Tok == token.GOTO {
			t.errorf(n.Pos(), "use a loop", "goto is not supported in scripts")
		}
	case *ast.FuncDecl:
		if n.Recv == nil && (n.Name.Name == "main" || n.Name.Name == "init") {
			t.errorf(n.Name.Pos(), "write its statements into the cell; they run from top to bottom", "a cell has no function %s", n.Name.Name)
		}
		if n.Body == nil {
			t.errorf(n.Pos(), "", "function %s has no body", n.Name.Name)
		}
		t.generic(n.Name, n.Type.TypeParams)
	case *ast.TypeSpec:
		t.generic(n.Name, n.TypeParams)
		t.anError(n)
		if types.Universe.Lookup(n.Name.Name) != nil {
			t.errorf(n.Name.Pos(), "choose another name", "%s is a type of Go itself", n.Name.Name)
		}
	case *ast.SwitchStmt:
		t.fallsThrough(n)
	case *ast.AssignStmt:
		for _, e := range n.Lhs {
			t.foreign(e, "assign to")
		}
	case *ast.IncDecStmt:
		t.foreign(n.X, "assign to")
	case *ast.ForStmt:
		t.header(n)
	case *ast.RangeStmt:
		if typ := t.info.TypeOf(n.X); typ != nil {
			switch typ.Underlying().(type) {
			case *types.Signature:
				t.errorf(n.X.Pos(), "call the function, or loop over a slice", "ranging over a function is not supported in scripts")
			case *types.Chan:
				t.errorf(n.X.Pos(), single, "channels have no place in a script")
			}
		}
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if e != nil {
				t.foreign(e, "assign to")
			}
		}
	case *ast.Ident:
		t.ident(n)
	case *ast.CallExpr:
		t.format(n)
		t.methodless(n)
		t.toArray(n)
	case *ast.SelectorExpr:
		if s := t.info.Selections[n]; s != nil && s.Kind() == types.MethodExpr {
			t.errorf(n.Pos(), "write a function that calls the method", "method expressions such as %s are not supported in scripts", types.ExprString(n))
		}
		t.bound(n)
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			t.asserted(n.Type)
		}
	case *ast.TypeSwitchStmt:
		for _, s := range n.Body.List {
			for _, e := range s.(*ast.CaseClause).List {
				t.asserted(e)
			}
		}
	}
	return true
}

func (t *refusal) generic(name *ast.Ident, params *ast.FieldList) {
	if params != nil {
		t.errorf(name.Pos(), "write it for the type that is needed", "%s has type parameters, which are not supported in scripts", name.Name)
	}
}

func (t *refusal) ident(id *ast.Ident) {
	if strings.HasPrefix(id.Name, own) {
		t.errorf(id.Pos(), "choose another name", "names that begin with %s are taken", own)
	}
	b, ok := t.info.Uses[id].(*types.Builtin)
	if !ok {
		return
	}
	switch b.Name() {
	case "recover":
		t.errorf(id.Pos(), "an error ends the cell at the line where it happens; look at the error that a function returns instead", "recover has no place in a script")
	case "print", "println":
		t.errorf(id.Pos(), "use fmt.Println, which prints into the report", "%s has no place in a script", id.Name)
	}
}

// header refuses a function in the header of a loop that holds on to the loop's
// variable: the rewriting of such loops does not reach it.
func (t *refusal) header(n *ast.ForStmt) {
	init, ok := n.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return
	}
	check := func(m ast.Node) bool {
		lit, ok := m.(*ast.FuncLit)
		for _, e := range init.Lhs {
			if id, named := e.(*ast.Ident); ok && named && t.info.Defs[id] != nil && t.mentions(lit, t.info.Defs[id]) {
				t.errorf(lit.Pos(), "call it in the body of the loop", "a function in the header of a loop uses its variable %s, which is not supported in scripts", id.Name)
			}
		}
		return true
	}
	if n.Cond != nil {
		ast.Inspect(n.Cond, check)
	}
	if n.Post != nil {
		ast.Inspect(n.Post, check)
	}
}

// toArray refuses to convert a slice to a pointer to an array, which the interpreter
// lacks.
func (t *refusal) toArray(n *ast.CallExpr) {
	tv := t.info.Types[n.Fun]
	if !tv.IsType() || len(n.Args) != 1 || t.info.TypeOf(n.Args[0]) == nil {
		return
	}
	_, slice := t.info.TypeOf(n.Args[0]).Underlying().(*types.Slice)
	if _, pointer := tv.Type.Underlying().(*types.Pointer); pointer && slice {
		t.errorf(n.Pos(), "go on with the slice, or copy it: a := [4]int(s)", "converting a slice to a pointer to an array is not supported in scripts")
	}
}

// foreign refuses changing what does not belong to the script.
func (t *refusal) foreign(e ast.Expr, verb string) {
	if verb == "assign to" {
		t.record(e)
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if v, ok := t.info.Uses[e.Sel].(*types.Var); ok && !v.IsField() {
			t.errorf(e.Pos(), "copy it into a variable", "cannot %s %s.%s, a variable of compiled code", verb, v.Pkg().Name(), v.Name())
		} else if ok {
			if _, pointer := t.info.TypeOf(e.X).Underlying().(*types.Pointer); !pointer {
				t.foreign(e.X, verb)
			}
		}
	case *ast.Ident:
		if obj := t.info.Uses[e]; t.isPredeclared(obj) {
			t.errorf(e.Pos(), "choose another name", "cannot %s %s, which is predeclared in every cell", verb, e.Name)
		}
	}
}

// record refuses to overwrite a cell, which would lose what it has put out and
// where more of it is to go.
func (t *refusal) record(e ast.Expr) {
	if typ := t.info.TypeOf(e); typ != nil && !isPointer(typ) && isCell(typ) {
		t.errorf(e.Pos(), "call the methods of out", "cannot assign to a result.Cell, which a run fills")
	}
	if s, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		if sel := t.info.Selections[s]; sel != nil && isCell(sel.Recv()) {
			t.errorf(e.Pos(), "call the methods of out", "cannot assign to a field of a result.Cell, which a run fills")
		}
	}
}

func isCell(typ types.Type) bool {
	if p, ok := typ.(*types.Pointer); ok {
		typ = p.Elem()
	}
	n, ok := typ.(*types.Named)
	return ok && n.Obj().Name() == "Cell" && n.Obj().Pkg().Path() == "jpgreport/runtime/result"
}

func isPointer(typ types.Type) bool { _, ok := typ.(*types.Pointer); return ok }
