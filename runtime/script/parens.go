package script

import (
	"go/ast"
	"go/token"
)

// bare takes the parentheses from a name or a type: beside && and ||, the
// interpreter takes what stands in them for a condition of its own.
func (r *rewriter) bare(n *ast.ParenExpr) bool {
	if simple(n.X) {
		r.replace(n.Lparen, n.Lparen+1, " ")
		r.replace(n.Rparen, n.Rparen+1, " ")
	}
	return true
}

// simple reports whether e means the same without parentheses, wherever it stands.
func simple(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return simple(e.X)
	case *ast.ParenExpr:
		return simple(e.X)
	case *ast.ArrayType:
		return simple(e.Elt)
	case *ast.MapType:
		return simple(e.Value)
	}
	return false
}

// condition puts what stands before && and || into a function where the
// interpreter would find a condition among the first things that it evaluates: in
// the key of a composite literal, or in a type that is written out.
func (r *rewriter) condition(n *ast.BinaryExpr) bool {
	if (n.Op == token.LAND || n.Op == token.LOR) && r.literal(n.X) {
		r.insert(n.X.Pos(), "func()bool{return (")
		r.insertAfter(n.X, ")}()")
	}
	return true
}

// literal reports whether e contains a composite literal or a type without a name.
func (r *rewriter) literal(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CompositeLit, *ast.ArrayType, *ast.MapType, *ast.FuncType, *ast.StructType, *ast.InterfaceType:
			found = true
		case *ast.StarExpr:
			found = found || r.info.Types[n].IsType()
		}
		return !found
	})
	return found
}
