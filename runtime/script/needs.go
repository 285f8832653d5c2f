package script

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"

	"jpgreport/runtime/result"
	"jpgreport/runtime/script/symbols"
)

// A Need is a name that a script takes from an earlier one.
type Need struct {
	Name string
	From int // index of the earlier script
	// Declared: that the earlier script was begun is enough, for the name is that
	// of a function, a type, a constant or a package, or of a variable that this
	// script sets itself.
	Declared bool
}

// Needs returns what each script takes from earlier ones: the variables that
// those declare or change, the functions, types and constants that they declare
// and the packages that they import. A variable that is set before it is read,
// as the err of x, err := f() is, is not taken. A script that is no Go needs
// nothing.
//
// Changes by way of a pointer that was kept in another variable are not seen.
func Needs(sources []result.Source) [][]Need {
	fset := token.NewFileSet()
	var cells []*cell
	for i, src := range sources {
		if c, wrong := parse(fset, i, src); len(wrong) == 0 {
			cells = append(cells, c)
		}
	}
	f := &flow{typing: typecheck(fset, newUniverse(symbols.Table()), cells), functions: map[types.Object]*effect{}}
	for _, c := range cells {
		for _, it := range c.items {
			if d, ok := it.node.(*ast.FuncDecl); ok && f.info.Defs[d.Name] != nil {
				f.functions[f.info.Defs[d.Name]] = f.effect(d.Body)
			}
		}
	}
	needs := make([][]Need, len(sources))
	changes := make([]map[string]bool, len(sources)) // variables by script
	imported := map[string]int{}                     // the first script that imports a package
	for _, c := range cells {
		needs[c.index], changes[c.index] = f.needs(c, changes, imported)
	}
	return needs
}

// A flow follows values through the cells of a spec.
type flow struct {
	*typing
	functions map[types.Object]*effect // what the functions of the cells do when they are called
}

// An effect is what a piece of code does with the names of the top level.
type effect struct {
	reads  map[types.Object]bool // variables, and what is called, besides functions
	writes map[string]bool       // variables
	calls  map[types.Object]bool // functions of the cells
	used   map[string]string     // packages, by path
}

// effect returns what a piece of code does, without what it calls does.
func (f *flow) effect(n ast.Node) *effect {
	e := &effect{map[types.Object]bool{}, map[string]bool{}, map[types.Object]bool{}, map[string]string{}}
	set := map[*ast.Ident]bool{} // set as a whole, not read
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				e.write(f, l)
				if id, ok := ast.Unparen(l).(*ast.Ident); ok && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE) {
					set[id] = true
				}
			}
		case *ast.RangeStmt:
			for _, l := range []ast.Expr{n.Key, n.Value} {
				if l != nil && n.Tok == token.ASSIGN {
					e.write(f, l)
				}
			}
		case *ast.IncDecStmt:
			e.write(f, n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				e.write(f, n.X)
			}
		case *ast.SelectorExpr:
			if s := f.info.Selections[n]; s != nil && s.Kind() == types.MethodVal && takesAddress(s) {
				e.write(f, n.X)
			}
		case *ast.Ident:
			switch obj := f.info.Uses[n].(type) {
			case *types.PkgName:
				e.used[obj.Imported().Path()] = obj.Name()
			case *types.Func:
				if _, top := f.decided[obj]; top {
					e.calls[obj] = true
				}
			case nil:
			default:
				if _, top := f.decided[obj]; top && !set[n] {
					e.reads[obj] = true
				}
			}
		}
		return true
	})
	return e
}

// write notes that the variable at the root of an expression is changed.
func (e *effect) write(f *flow, x ast.Expr) {
	for {
		switch n := x.(type) {
		case *ast.ParenExpr:
			x = n.X
		case *ast.IndexExpr:
			x = n.X
		case *ast.SelectorExpr:
			x = n.X
		case *ast.StarExpr:
			x = n.X
		case *ast.SliceExpr:
			x = n.X
		case *ast.Ident:
			obj := f.info.Uses[n]
			if obj == nil {
				obj = f.info.Defs[n]
			}
			if obj == nil { // the := of a cell sets it beside new ones
				obj = f.pkg.Scope().Lookup(n.Name)
			}
			if v, ok := obj.(*types.Var); ok {
				if _, top := f.decided[v]; top {
					e.writes[v.Name()] = true
				}
			}
			return
		default:
			return
		}
	}
}

// takesAddress reports whether a method call changes its receiver, for all that
// can be seen: x.M() that stands for (&x).M().
func takesAddress(s *types.Selection) bool {
	_, to := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
	_, from := s.Recv().Underlying().(*types.Pointer)
	return to && !from
}

// whole adds to an effect those of all functions that are called.
func (f *flow) whole(e *effect) *effect {
	all := &effect{maps.Clone(e.reads), maps.Clone(e.writes), map[types.Object]bool{}, maps.Clone(e.used)}
	todo := slices.Collect(maps.Keys(e.calls))
	for len(todo) > 0 {
		obj := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if all.calls[obj] {
			continue
		}
		all.calls[obj] = true
		if g := f.functions[obj]; g != nil {
			maps.Copy(all.reads, g.reads)
			maps.Copy(all.writes, g.writes)
			todo = append(todo, slices.Collect(maps.Keys(g.calls))...)
		}
	}
	return all
}

// needs returns what a cell takes from those before, and the variables that it
// declares or changes itself.
func (f *flow) needs(c *cell, changes []map[string]bool, imported map[string]int) ([]Need, map[string]bool) {
	found := map[Need]bool{}
	changed, own := map[string]bool{}, map[string]bool{}
	declared := func(obj types.Object) {
		if at := f.decided[obj]; at.cell < c.index {
			found[Need{obj.Name(), at.cell, true}] = true
		}
	}
	imports := map[string]bool{}
	for _, it := range c.items {
		if g, ok := it.node.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if s, ok := s.(*ast.ImportSpec); ok {
					path, _ := strconv.Unquote(s.Path.Value) // it was parsed
					imports[path] = true
				}
			}
		}
	}
	for _, it := range c.items {
		e := f.effect(it.node)
		for path, name := range e.used {
			if at, ok := imported[path]; ok && !imports[path] {
				found[Need{name, at, true}] = true
			}
		}
		for obj := range e.calls {
			declared(obj)
		}
		_, function := it.node.(*ast.FuncDecl)
		if !function {
			e = f.whole(e)
		}
		for obj := range e.reads {
			if _, variable := obj.(*types.Var); !variable || function {
				declared(obj)
				continue
			}
			for i, names := range changes[:c.index] {
				if names[obj.Name()] && !own[obj.Name()] {
					found[Need{obj.Name(), i, false}] = true
				}
			}
		}
		if function {
			continue
		}
		for name := range e.writes {
			if s, ok := it.node.(*ast.AssignStmt); !ok || s.Tok != token.DEFINE {
				declared(f.pkg.Scope().Lookup(name))
			}
			changed[name] = true
		}
		if s, ok := it.node.(*ast.AssignStmt); ok {
			for _, l := range s.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					own[id.Name] = true
				}
			}
		}
		if s, ok := it.node.(*ast.DeclStmt); ok {
			for obj, at := range f.decided {
				if _, variable := obj.(*types.Var); variable && at.cell == c.index && s.Pos() <= obj.Pos() && obj.Pos() < s.End() {
					changed[obj.Name()], own[obj.Name()] = true, true
				}
			}
		}
	}
	for path := range imports {
		if _, ok := imported[path]; !ok {
			imported[path] = c.index
		}
	}
	out := slices.SortedFunc(maps.Keys(found), func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name))
	})
	return slices.DeleteFunc(out, func(n Need) bool { // what is needed whole is needed declared
		return n.Declared && found[Need{n.Name, n.From, false}]
	}), changed
}
