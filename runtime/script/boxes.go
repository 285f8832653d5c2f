package script

import (
	"go/ast"
	"go/token"
	"go/types"
)

// boxes refuses to store a value of a script's type that has methods in an any. The
// interpreter wraps it, and whoever prints it later prints the wrapping, with
// addresses that differ from run to run, or what the type is made of, as if it had
// no methods. Arguments of package fmt are unwrapped.
func (t *refusal) boxes(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs) {
			for i, e := range n.Rhs {
				t.boxed(t.info.TypeOf(n.Lhs[i]), e)
			}
		}
	case *ast.ValueSpec:
		if n.Type != nil && len(n.Names) == len(n.Values) {
			for _, e := range n.Values {
				t.boxed(t.info.TypeOf(n.Type), e)
			}
		}
	case *ast.ReturnStmt:
		if results := t.results(); results != nil && results.Len() == len(n.Results) {
			for i, e := range n.Results {
				t.boxed(results.At(i).Type(), e)
			}
		}
	case *ast.IndexExpr:
		if typ := t.info.TypeOf(n.X); typ != nil {
			if m, ok := typ.Underlying().(*types.Map); ok {
				t.boxed(m.Key(), n.Index)
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
		if tv := t.info.Types[n.Fun]; tv.IsType() && len(n.Args) == 1 {
			t.boxed(tv.Type, n.Args[0])
			return
		}
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
	const hint = "store its fields, or what a method of it gives"
	typ := t.info.TypeOf(e)
	if box, ok := to.Underlying().(*types.Interface); !ok || !box.Empty() || typ == nil {
		return
	}
	if i, ok := typ.Underlying().(*types.Interface); ok {
		if n := t.implementing(i); n != nil {
			t.errorf(e.Pos(), hint, "storing %s in an any is not supported beside the type %s of the script, which it may hold", types.ExprString(e), n.Obj().Name())
		}
		return
	}
	if p, ok := typ.(*types.Pointer); ok {
		if n, ok := p.Elem().(*types.Named); ok && n.Obj().Pkg() == t.pkg && printsItself(n) {
			t.errorf(e.Pos(), hint, "storing a pointer to %s, a type of the script that prints itself, in an any is not supported", n.Obj().Name())
		}
		return
	}
	if n, ok := typ.(*types.Named); ok && n.Obj().Pkg() == t.pkg && n.NumMethods() > 0 {
		t.errorf(e.Pos(), hint, "storing %s, a type of the script with methods, in an any is not supported", n.Obj().Name())
	}
}

// results returns the results of the function around, or nil.
func (t *refusal) results() *types.Tuple {
	for i := len(t.stack) - 1; i >= 0; i-- {
		switch f := t.stack[i].(type) {
		case *ast.FuncLit:
			return t.info.TypeOf(f).(*types.Signature).Results()
		case *ast.FuncDecl:
			if obj, ok := t.info.Defs[f.Name].(*types.Func); ok {
				return obj.Signature().Results()
			}
		}
	}
	return nil
}

// implementing returns a type of the script that implements an interface with
// methods by itself or by its pointer, or nil.
func (t *typing) implementing(i *types.Interface) *types.Named {
	if i.NumMethods() == 0 {
		return nil
	}
	for _, n := range t.namedTypes() {
		if !types.IsInterface(n) && (types.Implements(n, i) || types.Implements(types.NewPointer(n), i)) {
			return n
		}
	}
	return nil
}
