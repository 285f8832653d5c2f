package script

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"jpgreport/runtime/result"
)

// A typing is what go/types says of the cells of a session, taken as one package:
// their variables at the top level are package variables that the statements set
// as they run.
type typing struct {
	universe *universe
	fset     *token.FileSet
	cells    []*cell
	info     *types.Info
	pkg      *types.Package
	file     *ast.File
	decided  map[types.Object]place // where each top-level object is declared
	imports  []*ast.ImportSpec      // of all cells, each once
	refused  map[string]bool        // names of packages that may not be imported
	errors   []diagnosis
	named    []*types.Named // see namedTypes
}

// A place is a cell and an item in it.
type place struct{ cell, item int }

func (p place) before(q place) bool {
	return p.cell < q.cell || p.cell == q.cell && p.item < q.item
}

// A diagnosis is an error with its place in the FileSet.
type diagnosis struct {
	pos  token.Pos
	text string
	hint string
}

// predeclared is what every cell sees without an import, sorted.
var predeclared = []string{"ctx", "must", "out", "params"}

func typecheck(fset *token.FileSet, u *universe, cells []*cell) *typing {
	t := &typing{
		universe: u, fset: fset, cells: cells,
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
		},
		pkg:     types.NewPackage("cells", "cells"),
		file:    &ast.File{Name: ast.NewIdent("cells")},
		decided: map[types.Object]place{},
		refused: map[string]bool{},
	}
	t.predeclare()
	mixed := t.collect()
	var list []types.Error
	conf := types.Config{GoVersion: "go1.26", Importer: u, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			list = append(list, e)
		}
	}}
	types.NewChecker(&conf, fset, t.pkg, t.info).Files([]*ast.File{t.file}) // errors went to conf.Error
	for _, m := range mixed {
		list = append(list, t.mixed(m)...)
	}
	t.place()
	t.translate(list)
	t.order()
	t.unlooked()
	t.refuse()
	slices.SortStableFunc(t.errors, func(a, b diagnosis) int { return t.compare(a.pos, b.pos) })
	return t
}

func (t *typing) compare(a, b token.Pos) int {
	ca, cb := t.cell(a), t.cell(b)
	if ca == nil || cb == nil || ca != cb {
		return int(a - b)
	}
	return ca.offset(a) - cb.offset(b)
}

func (t *typing) errorf(p token.Pos, hint, format string, args ...any) {
	t.errors = append(t.errors, diagnosis{p, fmt.Sprintf(format, args...), hint})
}

func (t *typing) cell(p token.Pos) *cell {
	for _, c := range t.cells {
		if c.has(p) {
			return c
		}
	}
	return nil
}

// problems returns the errors as results, those of one cell or with nil of all.
func (t *typing) problems(only *cell) (errs []*result.Error) {
	for _, d := range t.errors {
		c := t.cell(d.pos)
		if c == nil || only != nil && c != only {
			continue
		}
		e := c.errorf(d.pos, d.hint, "%s", d.text)
		if !slices.ContainsFunc(errs, func(o *result.Error) bool { return *o == *e }) {
			errs = append(errs, e)
		}
	}
	return errs
}

func (t *typing) predeclare() {
	v := func(name string, typ reflect.Type) {
		t.pkg.Scope().Insert(types.NewVar(token.NoPos, t.pkg, name, t.universe.typ(typ)))
	}
	v("ctx", reflect.TypeFor[context.Context]())
	v("params", reflect.TypeFor[*result.Params]())
	v("out", reflect.TypeFor[*result.Cell]())
	t.pkg.Scope().Insert(types.NewFunc(token.NoPos, t.pkg, "must", t.universe.signature(reflect.TypeFor[func(error)](), 0)))
}

func (t *typing) isPredeclared(obj types.Object) bool {
	return obj != nil && obj.Pkg() == t.pkg && !obj.Pos().IsValid() && slices.Contains(predeclared, obj.Name())
}

// A mix is a short declaration x, y := f() of which some names stand already.
type mix struct {
	assign *ast.AssignStmt
	old    []int
}

// collect turns the items of all cells into declarations of one file.
func (t *typing) collect() (mixed []mix) {
	vars := map[string]bool{}
	for _, c := range t.cells {
		for _, it := range c.items {
			switch n := it.node.(type) {
			case *ast.GenDecl: // imports
				for _, s := range n.Specs {
					if s, ok := s.(*ast.ImportSpec); ok {
						t.importSpec(s)
					}
				}
			case *ast.FuncDecl:
				t.file.Decls = append(t.file.Decls, n)
			case *ast.DeclStmt:
				g := n.Decl.(*ast.GenDecl)
				t.file.Decls = append(t.file.Decls, g)
				for _, s := range g.Specs {
					if s, ok := s.(*ast.ValueSpec); ok && g.Tok == token.VAR {
						for _, id := range s.Names {
							vars[id.Name] = true
						}
					}
				}
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					mixed = append(mixed, t.define(n, vars)...)
				} else {
					t.statement(n)
				}
			case ast.Stmt:
				t.statement(n)
			}
		}
	}
	return mixed
}

func (t *typing) statement(s ast.Stmt) {
	t.file.Decls = append(t.file.Decls, &ast.FuncDecl{
		Name: &ast.Ident{Name: "_", NamePos: s.Pos()},
		Type: &ast.FuncType{Func: s.Pos(), Params: &ast.FieldList{}},
		Body: &ast.BlockStmt{Lbrace: s.Pos(), List: []ast.Stmt{s}, Rbrace: s.End()},
	})
}

// define turns x, y := … into var declarations of the names that are new and
// assignments to the others.
func (t *typing) define(n *ast.AssignStmt, vars map[string]bool) []mix {
	spec := &ast.ValueSpec{Values: n.Rhs}
	var old []int
	fresh := false
	for i, e := range n.Lhs {
		id, ok := e.(*ast.Ident)
		if !ok {
			t.errorf(e.Pos(), "", "non-name on left side of :=")
			return nil
		}
		if vars[id.Name] {
			old = append(old, i)
			id = &ast.Ident{Name: "_", NamePos: id.NamePos}
		} else if id.Name != "_" {
			fresh = true
		}
		spec.Names = append(spec.Names, id)
	}
	if !fresh {
		t.errorf(n.TokPos, "use = to assign to a variable of this cell or of an earlier one", "no new variables on left side of :=")
		assign := *n
		assign.Tok = token.ASSIGN
		t.statement(&assign)
		return nil
	}
	for _, id := range spec.Names {
		vars[id.Name] = vars[id.Name] || id.Name != "_"
	}
	declare := func(s *ast.ValueSpec) {
		t.file.Decls = append(t.file.Decls, &ast.GenDecl{TokPos: n.Pos(), Tok: token.VAR, Specs: []ast.Spec{s}})
	}
	if len(old) == 0 || len(n.Lhs) != len(n.Rhs) {
		declare(spec)
		if len(old) > 0 {
			return []mix{{n, old}}
		}
		return nil
	}
	for i, v := range n.Rhs {
		if slices.Contains(old, i) {
			t.statement(&ast.AssignStmt{Lhs: n.Lhs[i : i+1], TokPos: n.TokPos, Tok: token.ASSIGN, Rhs: []ast.Expr{v}})
		} else {
			declare(&ast.ValueSpec{Names: spec.Names[i : i+1], Values: []ast.Expr{v}})
		}
	}
	return nil
}

// mixed checks the assignments among a short declaration from a call.
func (t *typing) mixed(m mix) (errs []types.Error) {
	tuple, ok := t.info.TypeOf(m.assign.Rhs[0]).(*types.Tuple)
	if !ok || tuple.Len() != len(m.assign.Lhs) {
		return nil // go/types has said so
	}
	for _, i := range m.old {
		id := m.assign.Lhs[i].(*ast.Ident)
		obj := t.pkg.Scope().Lookup(id.Name)
		if obj == nil {
			continue
		}
		t.info.Uses[id] = obj
		if from := tuple.At(i).Type(); !types.AssignableTo(from, obj.Type()) {
			errs = append(errs, types.Error{Fset: t.fset, Pos: id.Pos(), Msg: fmt.Sprintf("cannot use %s value as %s value in assignment",
				types.TypeString(from, types.RelativeTo(t.pkg)), types.TypeString(obj.Type(), types.RelativeTo(t.pkg)))})
		}
	}
	return errs
}

// importSpec adds an import unless an earlier one is the same.
func (t *typing) importSpec(s *ast.ImportSpec) {
	path, _ := strconv.Unquote(s.Path.Value) // the parser has checked it
	base := path[strings.LastIndex(path, "/")+1:]
	name := base
	if s.Name != nil {
		name = s.Name.Name
	}
	if t.universe.table[path] == nil {
		t.refused[name] = true
		t.errorf(s.Path.Pos(), t.importHint(path), "import %q is not for scripts, which may import %s", path, t.universe.allowed())
		return
	}
	if name == "." || name == "_" {
		t.errorf(s.Name.Pos(), "import it by its name and write "+base+".Name", "import with %q has no place in a script", name)
		return
	}
	for _, o := range t.imports {
		on := ""
		if o.Name != nil {
			on = o.Name.Name
		} else {
			p, _ := strconv.Unquote(o.Path.Value)
			on = p[strings.LastIndex(p, "/")+1:]
		}
		if o.Path.Value == s.Path.Value && on == name {
			return
		}
	}
	t.imports = append(t.imports, s)
	t.file.Decls = append(t.file.Decls, &ast.GenDecl{TokPos: s.Pos(), Tok: token.IMPORT, Specs: []ast.Spec{s}})
}

func (t *typing) importHint(path string) string {
	switch path {
	case "math/rand", "math/rand/v2":
		return "primitives take a seed: params.Seed(\"name\") derives one from the run's"
	case "context":
		return "ctx is predeclared in every cell"
	case "slices", "maps":
		return "generic functions are not for scripts; package sort sorts"
	case "C", "unsafe", "os", "os/exec", "net", "net/http", "io", "io/fs", "syscall":
		return "scripts have no files, network, processes or unsafe memory; a spec's data and parameters bring in what they need"
	case "time":
		return "a run must come out the same again, so scripts have no clock"
	}
	return didYouMean("", path, slices.Sorted(maps.Keys(t.universe.table)))
}

// place finds the item that declares each object at the top level.
func (t *typing) place() {
	for _, c := range t.cells {
		for i, it := range c.items {
			ast.Inspect(it.node, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if obj := t.info.Defs[id]; obj != nil && (obj.Parent() == t.pkg.Scope() || isMethod(obj)) {
						t.decided[obj] = place{c.index, i}
					}
				}
				return true
			})
		}
	}
}

func isMethod(obj types.Object) bool {
	f, ok := obj.(*types.Func)
	return ok && f.Signature().Recv() != nil
}

// order refuses the use of what is declared later: in a statement, whatever
// stands below it; in a function, what a later cell declares.
func (t *typing) order() {
	needs := map[types.Object]map[types.Object]bool{}
	uses := func(n ast.Node, f func(*ast.Ident, types.Object)) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if obj := t.info.Uses[id]; obj != nil {
					if _, top := t.decided[obj]; top {
						f(id, obj)
					}
				}
			}
			return true
		})
	}
	for _, c := range t.cells {
		for _, it := range c.items {
			if d, ok := it.node.(*ast.FuncDecl); ok && t.info.Defs[d.Name] != nil {
				set := map[types.Object]bool{}
				uses(d, func(_ *ast.Ident, obj types.Object) { set[obj] = true })
				needs[t.info.Defs[d.Name]] = set
			}
		}
	}
	for _, c := range t.cells {
		for i, it := range c.items {
			here := place{c.index, i}
			_, function := it.node.(*ast.FuncDecl)
			uses(it.node, func(id *ast.Ident, obj types.Object) {
				at := t.decided[obj]
				_, isVar := obj.(*types.Var)
				switch {
				case at.cell > c.index:
					t.errorf(id.Pos(), fmt.Sprintf("a later cell declares it, at line %d", t.line(obj.Pos())), "undefined: %s", id.Name)
				case function:
				case isVar && here.before(at):
					t.errorf(id.Pos(), fmt.Sprintf("it is declared below, at line %d", t.line(obj.Pos())), "undefined: %s", id.Name)
				case !isVar:
					if v := t.reachesLater(obj, here, needs, map[types.Object]bool{}); v != nil {
						t.errorf(id.Pos(), fmt.Sprintf("move the declaration of %s, at line %d, above this line", v.Name(), t.line(v.Pos())),
							"%s uses %s, which is declared below", id.Name, v.Name())
					}
				}
			})
		}
	}
}

// reachesLater returns a variable that obj, a function, uses directly or through
// others and that is declared after here, or nil.
func (t *typing) reachesLater(obj types.Object, here place, needs map[types.Object]map[types.Object]bool, seen map[types.Object]bool) types.Object {
	if seen[obj] {
		return nil
	}
	seen[obj] = true
	var later []types.Object
	for o := range needs[obj] {
		if _, isVar := o.(*types.Var); isVar {
			if here.before(t.decided[o]) && t.decided[o].cell <= t.decided[obj].cell {
				later = append(later, o)
			}
		} else if v := t.reachesLater(o, here, needs, seen); v != nil {
			later = append(later, v)
		}
	}
	if len(later) == 0 {
		return nil
	}
	return slices.MinFunc(later, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
}

func (t *typing) line(p token.Pos) int {
	if c := t.cell(p); c != nil {
		return c.errorf(p, "", "").Line
	}
	return 0
}
