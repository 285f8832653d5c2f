package script

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"jpgreport/runtime/result"
)

// A cell is one script: its text, and its declarations and statements in their
// order. The text stands in two files of a FileSet, each with what belongs to the
// other blanked out, so that an offset in the one is an offset in the other.
type cell struct {
	index  int // in the session
	src    result.Source
	files  [2]*token.File
	prefix [2]int // length of what stands before the text in each file
	items  []item
	lines  []int          // offsets at which lines begin
	notes  map[int][]note // by the offset of a statement
	noted  int            // operands in notes
}

// An item is an ast.Decl or an ast.Stmt at the top level of a cell.
type item struct {
	node ast.Node
	cell *cell
}

const (
	declPrefix = "package cells;"
	stmtPrefix = "package cells;func _(){"
	stmtSuffix = "\n}"
)

// parse splits a script and parses it. It returns every syntax error.
func parse(fset *token.FileSet, index int, src result.Source) (*cell, []*result.Error) {
	c := &cell{index: index, src: src, prefix: [2]int{len(declPrefix), len(stmtPrefix)}, lines: []int{0}, notes: map[int][]note{}}
	for i, b := range []byte(src.Text) {
		if b == '\n' {
			c.lines = append(c.lines, i+1)
		}
	}
	decls, stmts, errs := c.split()
	if errs != nil {
		return c, errs
	}
	df, errs1 := c.parse(fset, 0, declPrefix+decls)
	sf, errs2 := c.parse(fset, 1, stmtPrefix+stmts+stmtSuffix)
	if errs = append(errs1, errs2...); len(errs) > 0 {
		return c, errs
	}
	body := sf.Decls[0].(*ast.FuncDecl).Body.List
	for _, d := range df.Decls {
		for len(body) > 0 && c.offset(body[0].Pos()) < c.offset(d.Pos()) {
			c.items, body = append(c.items, item{body[0], c}), body[1:]
		}
		c.items = append(c.items, item{d, c})
	}
	for _, s := range body {
		c.items = append(c.items, item{s, c})
	}
	for _, f := range []*ast.File{df, sf} {
		for _, g := range f.Comments {
			for _, d := range g.List {
				if strings.HasPrefix(d.Text, "//go:") {
					errs = append(errs, c.errorf(d.Pos(), "", "compiler directives such as %s have no place in a script", strings.Fields(d.Text)[0]))
				}
			}
		}
	}
	return c, errs
}

func (c *cell) parse(fset *token.FileSet, which int, text string) (*ast.File, []*result.Error) {
	f, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution|parser.AllErrors)
	if f != nil {
		c.files[which] = fset.File(f.FileStart)
	}
	list, _ := err.(scanner.ErrorList)
	var errs []*result.Error
	for _, e := range list {
		errs = append(errs, c.at(min(max(e.Pos.Offset-c.prefix[which], 0), len(c.src.Text)), e.Msg, remedy(e.Msg)))
	}
	return f, errs
}

// split returns the text twice: with imports, named functions and methods alone,
// and with all else. The latter may stand in a function body.
func (c *cell) split() (decls, stmts string, errs []*result.Error) {
	text := c.src.Text
	ts, errs := c.tokens()
	if errs != nil {
		return "", "", errs
	}
	if errs = c.balanced(ts); errs != nil {
		return "", "", errs
	}
	d, s := blank(text), []byte(text)
	depth, start := 0, true
	for i := 0; i < len(ts); i++ {
		if depth == 0 && start && ts[i].tok == token.PACKAGE {
			return "", "", []*result.Error{c.at(ts[i].offset, "a cell has no package clause", "begin with the imports")}
		}
		if depth == 0 && start && isDeclaration(ts[i:]) {
			end := i
			for ; end < len(ts) && !(depth == 0 && ts[end].tok == token.SEMICOLON); end++ {
				depth += nesting(ts[end].tok)
			}
			to := len(text)
			if end < len(ts) {
				to = min(ts[end].offset+1, len(text)) // with its semicolon or line end
			}
			copy(d[ts[i].offset:to], text[ts[i].offset:to])
			copy(s[ts[i].offset:to], blank(text[ts[i].offset:to]))
			i, depth = end, 0
			continue
		}
		start = ts[i].tok == token.SEMICOLON
		depth += nesting(ts[i].tok)
	}
	return string(d), string(s), nil
}

// balanced looks for brackets without their counterpart, of which a parser would
// speak at the end of the text only.
func (c *cell) balanced(ts []lexeme) []*result.Error {
	var open []lexeme
	wrong := func(l lexeme, format string, args ...any) []*result.Error {
		return []*result.Error{c.at(l.offset, fmt.Sprintf(format, args...), "")}
	}
	for _, l := range ts {
		switch nesting(l.tok) {
		case 1:
			open = append(open, l)
		case -1:
			if len(open) == 0 {
				return wrong(l, "unexpected %s, which closes nothing", l.tok)
			}
			last := open[len(open)-1]
			if open = open[:len(open)-1]; closing[last.tok] != l.tok {
				return wrong(l, "%s does not close the %s of line %d", l.tok, last.tok, c.at(last.offset, "", "").Line)
			}
		}
	}
	if len(open) > 0 {
		return wrong(open[len(open)-1], "this %s is not closed", open[len(open)-1].tok)
	}
	return nil
}

var closing = map[token.Token]token.Token{token.LPAREN: token.RPAREN, token.LBRACK: token.RBRACK, token.LBRACE: token.RBRACE}

// A lexeme is a token and where it begins.
type lexeme struct {
	tok    token.Token
	offset int
}

func (c *cell) tokens() (ts []lexeme, errs []*result.Error) {
	file := token.NewFileSet().AddFile("", -1, len(c.src.Text))
	var sc scanner.Scanner
	sc.Init(file, []byte(c.src.Text), func(p token.Position, msg string) {
		errs = append(errs, c.at(p.Offset, msg, ""))
	}, 0)
	for {
		p, tok, _ := sc.Scan()
		if tok == token.EOF {
			return ts, errs
		}
		ts = append(ts, lexeme{tok, file.Offset(p)})
	}
}

func nesting(t token.Token) int {
	switch t {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		return 1
	case token.RPAREN, token.RBRACK, token.RBRACE:
		return -1
	}
	return 0
}

// isDeclaration reports whether an item is an import, a named function or a
// method: what cannot stand in a function body.
func isDeclaration(ts []lexeme) bool {
	if ts[0].tok == token.IMPORT {
		return true
	}
	if ts[0].tok != token.FUNC || len(ts) < 2 {
		return false
	}
	if ts[1].tok == token.IDENT {
		return true
	}
	depth, i := 0, 1
	for ; i < len(ts); i++ { // over the receiver, or a literal's parameters
		if depth += nesting(ts[i].tok); depth == 0 {
			break
		}
	}
	return i+2 < len(ts) && ts[i+1].tok == token.IDENT && ts[i+2].tok == token.LPAREN
}

// blank returns s with all but line ends replaced by blanks.
func blank(s string) []byte {
	b := []byte(s)
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
	return b
}

// offset returns where in the cell's text p lies.
func (c *cell) offset(p token.Pos) int {
	for i, f := range c.files {
		if f != nil && f.Base() <= int(p) && int(p) <= f.Base()+f.Size() {
			return min(max(f.Offset(p)-c.prefix[i], 0), len(c.src.Text))
		}
	}
	return 0
}

// has reports whether p lies in the cell.
func (c *cell) has(p token.Pos) bool {
	for _, f := range c.files {
		if f != nil && f.Base() <= int(p) && int(p) <= f.Base()+f.Size() {
			return true
		}
	}
	return false
}
