package script

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// compared refuses to compare interfaces whose dynamic types the interpreter
// cannot tell apart: it knows a value of a script's type by what the type is made
// of, and one with methods by a wrapping of its own.
func (t *refusal) compared(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			t.comparison(n.OpPos, n.X, n.Y)
		}
	case *ast.SwitchStmt:
		if n.Tag == nil {
			return
		}
		for _, s := range n.Body.List {
			for _, e := range s.(*ast.CaseClause).List {
				t.comparison(e.Pos(), n.Tag, e)
			}
		}
	case *ast.MapType:
		if key := t.info.TypeOf(n.Key); key != nil {
			if name := t.confused(key, nil); name != "" {
				t.errorf(n.Key.Pos(), confusedHint, "a map with keys of type %s is not supported beside the type %s of the script", types.ExprString(n.Key), name)
			}
		}
	}
}

const confusedHint = "compare fields, or what a method gives"

func (t *refusal) comparison(at token.Pos, x, y ast.Expr) {
	tx, ty := t.info.TypeOf(x), t.info.TypeOf(y)
	if tx == nil || ty == nil || isNil(tx) || isNil(ty) {
		return
	}
	name := t.confused(tx, ty)
	if name == "" {
		name = t.confused(ty, tx)
	}
	if name != "" {
		t.errorf(at, confusedHint, "comparing %s with %s is not supported beside the type %s of the script, which the interpreter cannot tell from others",
			types.ExprString(x), types.ExprString(y), name)
	}
}

func isNil(t types.Type) bool { return types.Identical(t, types.Typ[types.UntypedNil]) }

// confused returns the name of a script's type whose values the interpreter
// compares wrongly when they are in a value of type typ, or "". The other operand
// has the type with, which is nil where it is not known.
func (t *refusal) confused(typ, with types.Type) string {
	i := anInterface(typ, 0)
	if i == nil {
		return ""
	}
	if i.NumMethods() > 0 {
		if n := t.implementing(i); n != nil {
			return n.Obj().Name()
		}
		return ""
	}
	concrete := with != nil && types.IsInterface(typ) && !types.IsInterface(with)
	for _, n := range t.namedTypes() {
		switch {
		case types.IsInterface(n):
			continue
		case concrete:
			if !types.Identical(types.Default(with).Underlying(), n.Underlying()) {
				continue
			}
		default: // an any with another
			if _, structure := n.Underlying().(*types.Struct); !types.Comparable(n) || structure && !t.alike(n) {
				continue
			}
		}
		return n.Obj().Name()
	}
	return ""
}

// alike reports whether another type of the script is made of the same.
func (t *refusal) alike(n *types.Named) bool {
	return slices.ContainsFunc(t.namedTypes(), func(m *types.Named) bool { return m != n && types.Identical(m.Underlying(), n.Underlying()) })
}

// namedTypes returns the types that the cells name, wherever they stand, in their order.
func (t *typing) namedTypes() []*types.Named {
	if t.named == nil {
		t.named = []*types.Named{}
		for _, obj := range t.info.Defs {
			if o, ok := obj.(*types.TypeName); ok && !o.IsAlias() {
				if n, ok := o.Type().(*types.Named); ok {
					t.named = append(t.named, n)
				}
			}
		}
		slices.SortFunc(t.named, func(a, b *types.Named) int { return t.compare(a.Obj().Pos(), b.Obj().Pos()) })
	}
	return t.named
}

// anInterface returns an interface that takes part when values of type typ are
// compared, or nil.
func anInterface(typ types.Type, depth int) *types.Interface {
	const deep = 8
	if depth > deep {
		return nil
	}
	switch u := typ.Underlying().(type) {
	case *types.Interface:
		return u
	case *types.Array:
		return anInterface(u.Elem(), depth+1)
	case *types.Struct:
		for f := range u.Fields() {
			if i := anInterface(f.Type(), depth+1); i != nil {
				return i
			}
		}
	}
	return nil
}
