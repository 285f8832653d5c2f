package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// boxes refuses to store a script's type that has methods in an any. The
// interpreter wraps it, and whoever prints it later prints the wrapping, with
// addresses that differ from run to run. Arguments of package fmt are unwrapped.
func (t *refusal) boxes(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs) {
			for i, e := range n.Rhs {
				t.boxed(t.info.TypeOf(n.Lhs[i]), e)
			}
		}
	case *ast.CompositeLit:
		typ := t.info.TypeOf(n)
		if typ == nil {
			return
		}
		for i, e := range n.Elts {
			key := ""
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
				if id, ok := kv.Key.(*ast.Ident); ok {
					key = id.Name
				}
			}
			t.boxed(elementType(typ, i, key), e)
		}
	case *ast.CallExpr:
		f, ok := t.info.TypeOf(n.Fun).(*types.Signature)
		if id, named := n.Fun.(*ast.Ident); named && id.Name == "panic" {
			return // its value is told at once
		}
		if !ok || t.compiled(n) != nil || n.Ellipsis.IsValid() {
			return
		}
		for i, e := range n.Args {
			last := f.Params().Len() - 1
			switch {
			case f.Variadic() && i >= last:
				t.boxed(f.Params().At(last).Type().(*types.Slice).Elem(), e)
			case i <= last:
				t.boxed(f.Params().At(i).Type(), e)
			}
		}
	}
}

// elementType returns the type of a composite literal's element: the i-th, or
// the field of that name.
func elementType(typ types.Type, i int, field string) types.Type {
	switch u := typ.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	case *types.Struct:
		for k := range u.NumFields() {
			if f := u.Field(k); f.Name() == field || field == "" && k == i {
				return f.Type()
			}
		}
	}
	return nil
}

func (t *refusal) boxed(to types.Type, e ast.Expr) {
	if to == nil {
		return
	}
	box, ok := to.Underlying().(*types.Interface)
	n, named := t.info.TypeOf(e).(*types.Named)
	if ok && box.Empty() && named && n.Obj().Pkg() == t.pkg && !types.IsInterface(n) && n.NumMethods() > 0 {
		t.errorf(e.Pos(), "store its fields, or what a method of it gives", "storing %s, a type of the script with methods, in an any is not supported", n.Obj().Name())
	}
}
