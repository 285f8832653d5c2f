package script

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A note is where a cell notes the operands of an index or a slice expression,
// next to where it has come to. The interpreter does not say them when they are
// out of range.
type note struct {
	at   int // of the first operand among the cell's notes
	kind string
}

// Kinds of note.
const (
	indexed = "index"        // index, length
	sliced  = "slice"        // low, high, capacity
	cut     = "slice string" // low, high, length
)

// note returns statements that note the operands in s which are variables or
// constants, so that noting them changes nothing.
func (r *rewriter) note(s ast.Stmt) string {
	var b strings.Builder
	add := func(kind string, operands ...string) {
		offset := r.cell.offset(s.Pos())
		r.cell.notes[offset] = append(r.cell.notes[offset], note{r.cell.noted, kind})
		for _, o := range operands {
			fmt.Fprintf(&b, "%sn%d[%d]=%s;", own, r.cell.index, r.cell.noted, o)
			r.cell.noted++
		}
	}
	if r.shadowed() {
		return ""
	}
	for _, part := range operands(s) {
		ast.Inspect(part, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.IndexExpr:
				if list, i := r.plain(n.X, s), r.number(n.Index, s); list != "" && i != "" && !isMap(r.info.TypeOf(n.X)) {
					add(indexed, i, "len("+list+")")
				}
			case *ast.SliceExpr:
				list, low, high := r.plain(n.X, s), "0", ""
				if list == "" || n.Slice3 {
					return true
				}
				kind, size := sliced, "cap("+list+")"
				if isText(r.info.TypeOf(n.X)) {
					kind, size = cut, "len("+list+")"
				}
				if high = "len(" + list + ")"; n.High != nil {
					high = r.number(n.High, s)
				}
				if n.Low != nil {
					low = r.number(n.Low, s)
				}
				if low != "" && high != "" {
					add(kind, low, high, size)
				}
			}
			return true
		})
	}
	return b.String()
}

// shadowed reports whether a script gives another meaning to what a note calls.
func (t *typing) shadowed() bool {
	for id := range t.info.Defs {
		if id.Name == "len" || id.Name == "cap" || id.Name == "int" {
			return true
		}
	}
	return false
}

// operands returns the parts of a statement that are evaluated before any other
// statement is.
func operands(s ast.Stmt) (parts []ast.Node) {
	switch s := s.(type) {
	case *ast.AssignStmt, *ast.ExprStmt, *ast.ReturnStmt, *ast.IncDecStmt, *ast.DeclStmt:
		return []ast.Node{s}
	case *ast.IfStmt:
		if s.Init == nil {
			return []ast.Node{s.Cond}
		}
	case *ast.SwitchStmt:
		if s.Init == nil && s.Tag != nil {
			return []ast.Node{s.Tag}
		}
	case *ast.RangeStmt:
		return []ast.Node{s.X}
	}
	return nil
}

// plain returns the name of a variable that stands when s begins, or "".
func (r *rewriter) plain(e ast.Expr, s ast.Stmt) string {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return ""
	}
	obj, ok := r.info.Uses[id].(*types.Var)
	if !ok || r.isPredeclared(obj) || r.cell.has(obj.Pos()) && r.cell.offset(obj.Pos()) >= r.cell.offset(s.Pos()) {
		return ""
	}
	return r.target(id)
}

// number returns e as an int where it is made of constants, variables and their
// lengths, so that it can be evaluated twice, or "".
func (r *rewriter) number(e ast.Expr, s ast.Stmt) string {
	if v := r.info.Types[e].Value; v != nil {
		return v.ExactString()
	}
	if name := r.plain(e, s); name != "" {
		return "int(" + name + ")"
	}
	if !types.Identical(r.info.TypeOf(e), types.Typ[types.Int]) {
		return ""
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		x, y := r.number(e.X, s), r.number(e.Y, s)
		if x != "" && y != "" && (e.Op == token.ADD || e.Op == token.SUB || e.Op == token.MUL) {
			return "(" + x + e.Op.String() + y + ")"
		}
	case *ast.CallExpr:
		if r.builtin(e) == "len" {
			if name := r.plain(e.Args[0], s); name != "" {
				return "len(" + name + ")"
			}
		}
	}
	return ""
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

func isText(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// bounds returns the message of an index or a slice that is out of range with its
// operands, where the cell has noted them. A recursive function may have overwritten
// them: what is in range then is not told.
func (c *cell) bounds(message string, offset int, notes []int) string {
	for _, n := range c.notes[offset] {
		v := notes[n.at:]
		switch {
		case n.kind == indexed && message == outOfRange && (v[0] < 0 || v[0] >= v[1]):
			if v[0] < 0 {
				return fmt.Sprintf("%s [%d]", message, v[0])
			}
			return fmt.Sprintf("%s [%d] with length %d", message, v[0], v[1])
		case n.kind == indexed || message != badBounds:
		case v[1] < 0:
			return fmt.Sprintf("%s [:%d]", message, v[1])
		case v[1] > v[2] && n.kind == cut:
			return fmt.Sprintf("%s [:%d] with length %d", message, v[1], v[2])
		case v[1] > v[2]:
			return fmt.Sprintf("%s [:%d] with capacity %d", message, v[1], v[2])
		case v[0] < 0:
			return fmt.Sprintf("%s [%d:]", message, v[0])
		case v[0] > v[1]:
			return fmt.Sprintf("%s [%d:%d]", message, v[0], v[1])
		}
	}
	return message
}

// Messages that [cell.bounds] knows.
const (
	outOfRange = "index out of range"
	badBounds  = "slice bounds out of range"
)
