package script

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// A rewriter turns a cell into what the interpreter runs with the meaning that
// the Go specification gives the cell. It changes text at offsets only, so that
// the rest keeps its place.
type rewriter struct {
	*typing
	cell      *cell
	edits     []edit
	stack     []ast.Node
	functions []int                 // numbers of the functions around
	count     int                   // functions so far; 0 is the cell itself
	copies    map[ast.Node]string   // of a loop, the statement at the end of an iteration
	renamed   map[*ast.Ident]string // loop variables in the headers of their loops
	bracketed map[ast.Node]bool     // values that stand in parentheses of our own
	after     map[ast.Node]string   // what comes behind a node with its edits
	declares  map[ast.Node][]string // of a return, variables for its values
	values    map[ast.Node]string   // of a switch, the variable with its value
	scopes    []scope               // the functions around, but for the cell itself
	borrowed  map[*types.TypeName]string
}

// An edit replaces text[from:to]. Of two at one offset the first added comes first.
type edit struct {
	from, to int
	text     string
}

func (r *rewriter) insert(p token.Pos, format string, args ...any) {
	o := r.cell.offset(p)
	r.edits = append(r.edits, edit{o, o, fmt.Sprintf(format, args...)})
}

func (r *rewriter) replace(from, to token.Pos, text string) {
	r.edits = append(r.edits, edit{r.cell.offset(from), r.cell.offset(to), text})
}

// print returns the text from one position to another with its edits.
func (r *rewriter) print(from, to token.Pos) string {
	var b strings.Builder
	at, end := r.cell.offset(from), r.cell.offset(to)
	b.WriteString(r.directive(at))
	for _, e := range r.edits {
		if e.from < at || e.to > end {
			continue
		}
		b.WriteString(r.cell.src.Text[at:e.from])
		b.WriteString(e.text)
		at = e.to
		b.WriteString(r.directive(at))
	}
	b.WriteString(r.cell.src.Text[at:end])
	return b.String()
}

// directive tells the interpreter where in the cell the text goes on.
func (r *rewriter) directive(offset int) string {
	e := r.cell.at(offset, "", "")
	return fmt.Sprintf("/*line c%d/_.go:%d:%d*/", r.cell.index, e.Line-max(r.cell.src.Line, 1)+1, e.Column-r.cell.src.Column)
}

// stamp is a statement that notes where the current function has come to. Its
// own place is the number of the function, which the interpreter tells when the
// function ends in a panic.
func (r *rewriter) stamp(p token.Pos) string {
	f := r.functions[len(r.functions)-1]
	return fmt.Sprintf("/*line f%d/_.go:%d:1*/%sat%d[%d]=%d;", r.cell.index, f+1, own, r.cell.index, f, r.cell.offset(p))
}

// edit collects the edits of one item.
func (r *rewriter) edit(n ast.Node) {
	ast.Inspect(n, r.visit)
}

func (r *rewriter) sort() {
	slices.SortStableFunc(r.edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
}

func (r *rewriter) visit(n ast.Node) bool {
	if n == nil {
		top := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		r.leave(top)
		return false
	}
	if !r.enter(n) {
		return false
	}
	r.stack = append(r.stack, n)
	return true
}

func (r *rewriter) parent() ast.Node {
	if len(r.stack) == 0 {
		return nil
	}
	return r.stack[len(r.stack)-1]
}

// enter adds the edits at the beginning of n and reports whether to look inside.
func (r *rewriter) enter(n ast.Node) bool {
	if s, ok := n.(ast.Stmt); ok {
		r.enterStmt(s)
	}
	switch n := n.(type) {
	case *ast.FuncDecl:
		r.count++
		r.functions = append(r.functions, r.count)
		r.function(n.Type, n.Body)
	case *ast.FuncLit:
		r.count++
		r.functions = append(r.functions, r.count)
		r.function(n.Type, n.Body)
	case *ast.ReturnStmt:
		r.returnStmt(n)
	case *ast.GenDecl:
		if n.Tok == token.CONST {
			r.constants(n)
			return false
		}
	case *ast.SwitchStmt:
		r.switchStmt(n)
	case *ast.UnaryExpr:
		if _, literal := n.X.(*ast.BasicLit); !literal {
			return r.fold(n)
		}
	case *ast.BasicLit:
		r.large(n)
	case *ast.BinaryExpr:
		return r.fold(n) && r.condition(n)
	case *ast.ParenExpr:
		return r.fold(n) && r.bare(n)
	case *ast.ForStmt:
		r.forStmt(n)
	case *ast.RangeStmt:
		r.rangeStmt(n)
	case *ast.AssignStmt:
		r.commaOK(len(n.Lhs), n.Rhs)
		r.define(n)
		r.tuple(len(n.Lhs), n.Rhs)
		if n.Tok == token.ASSIGN && len(n.Lhs) == 1 {
			r.single(n.Lhs[0], n.Rhs[0])
		}
	case *ast.ValueSpec:
		r.commaOK(len(n.Names), n.Values)
		r.tuple(len(n.Names), n.Values)
		if len(n.Names) == 1 && len(n.Values) == 1 {
			r.single(n.Names[0], n.Values[0])
		}
	case *ast.CaseClause:
		r.conditions(n)
	case *ast.BranchStmt:
		r.branch(n)
	case *ast.Ident:
		r.ident(n)
	case *ast.CallExpr:
		return r.fold(n) && r.call(n)
	}
	return true
}

func (r *rewriter) enterStmt(s ast.Stmt) {
	switch p := r.parent().(type) {
	case *ast.BlockStmt:
		if !isClause(s) {
			r.insert(s.Pos(), "%s%s", r.stamp(s.Pos()), r.note(s))
		}
	case *ast.CaseClause:
		if _, ok := s.(*ast.LabeledStmt); ok { // whose label is not found right below a case
			r.insert(s.Pos(), "{")
			r.insertAfter(s, "}")
		}
		r.insert(s.Pos(), "%s%s", r.stamp(s.Pos()), r.note(s))
	case *ast.IfStmt:
		if s == p.Else && !isBlock(s) { // else if: its condition has a line of its own
			r.insert(s.Pos(), "{%s%s", r.stamp(s.Pos()), r.note(s))
		}
	}
}

func isClause(s ast.Stmt) bool { _, ok := s.(*ast.CaseClause); return ok }
func isBlock(s ast.Stmt) bool  { _, ok := s.(*ast.BlockStmt); return ok }

// leave adds the edits at the end of n.
func (r *rewriter) leave(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		r.functions = r.functions[:len(r.functions)-1]
		r.leaveFunction(n.Body)
	case *ast.FuncLit:
		r.functions = r.functions[:len(r.functions)-1]
		r.leaveFunction(n.Body)
	case *ast.CaseClause:
		r.join(n)
	case *ast.DeferStmt:
		r.leaveDefer(n)
	case *ast.ReturnStmt:
		r.leaveReturn(n)
	case *ast.SwitchStmt:
		r.leaveSwitch(n)
	case *ast.IfStmt:
		if p, ok := r.parent().(*ast.IfStmt); ok && p.Else == n {
			r.insert(n.End(), "}")
		}
	case *ast.ForStmt:
		if copies := r.copies[n]; copies != "" {
			r.insert(n.Body.Rbrace, ";%s;", copies)
		}
		if n.Cond != nil && risky(n.Cond) || n.Post != nil && risky(n.Post) {
			r.insert(n.Body.Rbrace, ";%s", r.stamp(n.Pos()))
		}
	case *ast.CallExpr:
		r.leaveCall(n)
	}
	r.close(n)
}

// close adds what belongs behind n.
func (r *rewriter) close(n ast.Node) {
	if r.bracketed[n] {
		r.insert(n.End(), ")")
	}
	if text := r.after[n]; text != "" {
		r.insert(n.End(), "%s", text)
	}
}

// tuple puts calls and composite literals in parentheses where several values are
// assigned at once. The interpreter lets such a value write to its variable by
// itself and then forgets the other assignments; it does not look into
// parentheses.
func (r *rewriter) tuple(variables int, values []ast.Expr) {
	if variables < 2 || len(values) != variables {
		return
	}
	for _, v := range values {
		switch v.(type) {
		case *ast.CallExpr, *ast.CompositeLit:
			r.bracket(v)
		}
	}
}

// single does so where one value is assigned: a composite literal would become
// another variable of the same name, what an operator yields would not get into an
// interface, and all blanks have the type of the first.
func (r *rewriter) single(to, v ast.Expr) {
	if _, ok := v.(*ast.CompositeLit); ok || isBlank(to) || types.IsInterface(r.info.TypeOf(v)) || isInterface(r.info.TypeOf(to)) {
		r.bracket(v)
	}
}

func isInterface(t types.Type) bool { return t != nil && types.IsInterface(t) }

// risky reports whether evaluating n can panic.
func risky(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr, *ast.CallExpr, *ast.StarExpr, *ast.SliceExpr, *ast.SelectorExpr, *ast.TypeAssertExpr:
			found = true
		case *ast.BinaryExpr:
			found = found || n.Op == token.QUO || n.Op == token.REM
		}
		return !found
	})
	return found
}

// conditions joins the expressions of a case by ||: the interpreter looks at the
// first only.
func (r *rewriter) conditions(n *ast.CaseClause) {
	s, ok := r.stack[len(r.stack)-2].(*ast.SwitchStmt)
	if !ok || len(n.List) == 0 || s.Tag == nil && len(n.List) < 2 {
		return
	}
	for _, e := range n.List {
		open, end := "(", ")"
		if s.Tag != nil {
			open += r.values[s] + "=="
			if _, ok := e.(*ast.BinaryExpr); ok && r.info.Types[e].Value == nil {
				open, end = open+"(", end+")"
			}
		}
		r.insert(e.Pos(), "%s", open)
		r.insertAfter(e, end)
	}
}

// join does so once the expressions have their edits.
func (r *rewriter) join(n *ast.CaseClause) {
	if s, ok := r.stack[len(r.stack)-2].(*ast.SwitchStmt); !ok || s == nil {
		return
	}
	for i := 1; i < len(n.List); i++ {
		from, to := r.cell.offset(n.List[i-1].End()), r.cell.offset(n.List[i].Pos())
		comma := from + strings.IndexByte(r.cell.src.Text[from:to], ',')
		r.edits = append(r.edits, edit{comma, comma + 1, "||"})
	}
}

// ident gives predeclared names and renamed loop variables their new names.
func (r *rewriter) ident(id *ast.Ident) {
	obj := r.info.Uses[id]
	if name := r.renamed[id]; name != "" {
		r.replace(id.Pos(), id.End(), name)
		return
	}
	if !r.isPredeclared(obj) {
		return
	}
	name := strings.ToUpper(obj.Name()[:1]) + obj.Name()[1:]
	if obj.Name() != "must" {
		name += "()"
	}
	r.replace(id.Pos(), id.End(), own+"."+name)
}

// typeText names a type in what the interpreter runs. Compiled types get names
// of their own, as the script may not import their package.
func (r *rewriter) typeText(t types.Type) string {
	mark := func(p *types.Package) string {
		if p == r.pkg {
			return ""
		}
		return own + "(" + p.Path() + ")"
	}
	return marked.ReplaceAllStringFunc(types.TypeString(t, mark), func(m string) string {
		sub := marked.FindStringSubmatch(m)
		return own + "." + r.borrow(sub[1], sub[2])
	})
}

var marked = regexp.MustCompile(own + `\(([^)]*)\)\.(\w+)`)

// borrow returns the name under which a compiled type is at hand.
func (r *rewriter) borrow(path, name string) string {
	for obj := range r.universe.reflects { // one of them is meant
		if obj.Pkg().Path() == path && obj.Name() == name {
			if r.borrowed[obj] == "" {
				r.borrowed[obj] = fmt.Sprintf("T%d", len(r.borrowed))
			}
			return r.borrowed[obj]
		}
	}
	return name
}
