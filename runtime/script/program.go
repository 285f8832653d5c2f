package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A program is a cell in the form that the interpreter runs, part by part.
type program struct {
	imports   []string
	decls     []string // one source each: types and constants, variables, functions
	body      string
	functions int
}

// program rewrites a cell that has no errors. Its variables become global ones
// that are declared first; its statements become the body of one function, which
// sets them.
func (t *typing) program(c *cell, borrowed map[*types.TypeName]string) program {
	r := &rewriter{typing: t, cell: c, functions: []int{0}, copies: map[ast.Node]string{}, renamed: map[*ast.Ident]string{}, bracketed: map[ast.Node]bool{}, after: map[ast.Node]string{}, declares: map[ast.Node][]string{}, values: map[ast.Node]string{}, borrowed: borrowed}
	r.scopes = []scope{{}}
	for _, it := range c.items {
		if _, ok := it.node.(*ast.FuncDecl); !ok && defers(it.node) {
			r.scopes[0].defers = true
		}
	}
	var p program
	var parts []func()
	var consts, vars, funcs, body strings.Builder
	declare := func(b *strings.Builder, n ast.Node) {
		r.edit(n)
		parts = append(parts, func() { b.WriteString(r.print(n.Pos(), n.End()) + "\n") })
	}
	hoist := func(ids []*ast.Ident) {
		for _, id := range ids {
			if obj := t.info.Defs[id]; obj != nil && id.Name != "_" {
				fmt.Fprintf(&vars, "var %s %s\n", id.Name, r.typeText(obj.Type()))
			}
		}
	}
	for _, it := range c.items {
		switch n := it.node.(type) {
		case *ast.GenDecl:
			for _, s := range n.Specs {
				if slices.Contains(t.imports, s.(*ast.ImportSpec)) {
					p.imports = append(p.imports, "import "+strings.TrimSpace(c.src.Text[c.offset(s.Pos()):c.offset(s.End())]))
				}
			}
		case *ast.FuncDecl:
			declare(&funcs, n)
		case *ast.DeclStmt:
			g := n.Decl.(*ast.GenDecl)
			if g.Tok != token.VAR {
				declare(&consts, n)
				continue
			}
			for _, s := range g.Specs {
				s := s.(*ast.ValueSpec)
				hoist(s.Names)
				if len(s.Values) == 0 {
					continue
				}
				note := r.note(&ast.DeclStmt{Decl: &ast.GenDecl{TokPos: s.Pos(), Specs: []ast.Spec{s}}})
				r.commaOK(len(s.Names), s.Values)
				r.tuple(len(s.Names), s.Values)
				if len(s.Names) == 1 {
					r.single(s.Names[0], s.Values[0])
				}
				for _, v := range s.Values {
					r.edit(v)
				}
				parts = append(parts, func() {
					fmt.Fprintf(&body, "%s%s%s=%s;\n", r.stamp(s.Pos()), note, r.print(s.Names[0].Pos(), s.Names[len(s.Names)-1].End()), r.print(s.Values[0].Pos(), s.Values[len(s.Values)-1].End()))
				})
			}
		case ast.Stmt:
			if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
				for _, e := range a.Lhs {
					hoist([]*ast.Ident{e.(*ast.Ident)})
				}
				r.replace(a.TokPos, a.TokPos+2, "=")
			}
			note := r.note(n)
			r.edit(n)
			parts = append(parts, func() { body.WriteString(r.stamp(n.Pos()) + note + r.print(n.Pos(), n.End()) + "\n") })
		}
	}
	r.sort()
	for _, f := range parts {
		f()
	}
	p.functions = r.count + 1
	at := fmt.Sprintf("var %sat%d = %[1]s.At(%[2]d, %d)\nvar %[1]sn%[2]d = %[1]s.Notes(%[2]d, %[4]d)\n", own, c.index, p.functions, c.noted)
	for _, d := range []string{consts.String(), at + vars.String(), funcs.String()} {
		if d != "" {
			p.decls = append(p.decls, d)
		}
	}
	if body.Len() > 0 {
		text := body.String()
		if r.scopes[0].defers {
			text = deferring + "\n" + text + "})\n"
		}
		p.body = own + ".Run(func() {\n" + text + "})"
	}
	return p
}
