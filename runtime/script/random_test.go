package script

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A writer writes random programs that end and whose output tells how each
// statement went. What it writes is well typed; it may panic.
type writer struct {
	*rand.Rand
	b      strings.Builder
	vars   []variable
	count  int // of names
	funcs  []variable
	depth  int    // of blocks
	loops  []loop // around, of the current function
	result string // type that the current function returns; "" at the top
	named  bool   // result
	level  int    // of functions that may be called
	inFunc bool
	names  bool
}

type variable struct{ name, typ string }

type loop struct {
	label string
	loop  bool // or a switch
}

var (
	integers = []string{"int", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "level", "rune", "byte"}
	numbers  = append([]string{"float64", "float32"}, integers...)
	scalars  = append([]string{"string", "bool", "name"}, numbers...)
	values   = append([]string{"[]int", "[]string", "[3]int", "map[string]int", "point", "*point", "shape", "any", "func(int) int", "error", "[]point", "wide", "[]byte", "map[string]point", "[][]int", "[]any", "*int", "list"}, scalars...)
)

const prelude = `import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
)
type level uint8
type list []int
type point struct { A int; B string; C [2]int }
type wide struct { point; P *point; D float64 }
type shape interface { area() int; grow(int) }
type square struct { a int }
type rect struct { a, b int }
const (
	zero = iota
	one
	two
	_
	four
	kilo = 1 << (10 * iota)
)
const big, half = 1 << 40, 1 / 2.0
var steps int
var gint, gint8, guint8, gint16, guint16, gint32, guint32, gint64, guint64 = 3, int8(-100), uint8(200), int16(-5), uint16(60000), int32(1 << 30), uint32(1 << 31), int64(-1 << 63), uint64(1 << 63)
var glevel, grune, gbyte, gfloat64, gfloat32 = level(4), 'é', byte('b'), 2.5, float32(-0.1)
var boom = errors.New("boom")
func (s *square) area() int { return s.a * s.a }
func (s *square) grow(n int) { s.a += n }
func (r *rect) area() int { return r.a * r.b }
func (r *rect) grow(n int) { r.a, r.b = r.b, r.a+n }
func (p point) sum() int { p.A++; return p.A + p.C[0] + p.C[1] + len(p.B) }
func (p *point) add(n int) *point { p.A += n; p.C[n&1]++; return p }
func (l level) next() level { return l + 1 }
func (l list) total() (n int) { for _, v := range l { n += v }; return }
func (l *list) push(v int) { *l = append(*l, v) }
func mkShape(n int) (s shape) { if n == 1 { s = &square{2} } else { s = &rect{2, 3} }; return s }
func tick() bool { steps++; return steps > 400 }
func cut(s string) string { if len(s) > 12 { return s[:12] }; return s }
func pair(n int) (int, error) { if n&1 == 0 { return n, boom }; return n + 1, nil }
func trace(s string, n int) int { fmt.Print(s, n, ";"); return n }
func sum(list ...int) (n int) { for i, v := range list { n += v * (i + 1) }; return n }
func show(v ...any) { fmt.Println(v...) }
func apply(f func(int) int, n int) int { if f == nil { return -1 }; return f(n) }
func makePoint(n int) point { return point{n, "p", [2]int{n, n + 1}} }
func sorted(s []int) []int { sort.Slice(s, func(i, j int) bool { return s[i] < s[j] }); return s }
`

// randomProgram returns the declarations and the statements of a program.
func randomProgram(seed uint64) conformance {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 1))}
	w.names = w.IntN(2) == 0
	if w.names {
		w.b.WriteString(prelude + "type name string\n")
	} else {
		w.b.WriteString(prelude + "type name = string\n")
	}
	for i := range 2 + w.IntN(2) {
		w.function(i)
	}
	decls := w.b.String()
	w.b.Reset()
	w.line("_, _, _, _ = math.Pi, sort.Ints, strings.ToUpper, errors.New")
	w.vars, w.loops, w.result, w.inFunc, w.level = nil, nil, "", false, 9
	w.statements(6 + w.IntN(8))
	for _, v := range w.vars {
		w.show(v)
	}
	w.line(`show("steps", steps)`)
	return conformance{name: fmt.Sprint("random ", seed), decls: decls, stmts: w.b.String(), random: true}
}

func (w *writer) b2i() int {
	if w.names {
		return 1
	}
	return 0
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *writer) fresh() string { w.count++; return fmt.Sprint("v", w.count) }

func (w *writer) pick(s []string) string { return s[w.IntN(len(s))] }

func (w *writer) show(v variable) {
	switch v.typ {
	case "func(int) int":
		w.line("show(apply(%s, 3))", v.name)
	case "shape":
		w.line("if %s != nil { show(%[1]s.area()) }", v.name)
	case "*point":
		w.line("if %s != nil { fmt.Println(*%[1]s) }", v.name)
	case "*int":
		w.line("if %s != nil { show(*%[1]s) }", v.name)
	case "wide":
		w.line("fmt.Println(%s.point, %[1]s.D, %[1]s.P != nil)", v.name)
	case "level", "list":
		w.line("fmt.Println(%s, len(fmt.Sprint(%[1]s)))", v.name)
	default:
		w.line("fmt.Printf(\"%%v %%d\\n\", %s, steps)", v.name)
	}
}

func (w *writer) function(level int) {
	w.vars, w.loops, w.level, w.inFunc = nil, nil, level, true
	f := variable{fmt.Sprint("f", level), w.pick(values)}
	params := []string{"a int", "b " + w.pick(values)}
	w.vars = []variable{{"a", "int"}, {"b", strings.TrimPrefix(params[1], "b ")}}
	w.result, w.named = f.typ, w.IntN(3) == 0
	res := f.typ
	if w.named {
		res = "(res " + f.typ + ")"
		w.vars = append(w.vars, variable{"res", f.typ})
	}
	w.line("func %s(%s) %s {", f.name, strings.Join(params, ", "), res)
	if w.named {
		w.line("if tick() { return }")
	} else {
		w.line("if tick() { return %s }", w.leaf(f.typ))
	}
	w.statements(3 + w.IntN(5))
	w.line("return %s", w.expr(f.typ, 3))
	w.line("}")
	w.funcs = append(w.funcs, variable{f.name, w.vars[1].typ + "|" + f.typ})
}

// block writes statements in a scope of their own.
func (w *writer) block(n int) {
	had, funcs := len(w.vars), w.depth
	w.depth++
	w.statements(n)
	w.vars, w.depth = w.vars[:had], funcs
}

func (w *writer) statements(n int) {
	for range n {
		w.statement()
	}
}

func (w *writer) declare(typ, format string, args ...any) {
	v := variable{w.fresh(), typ}
	w.line(format, append([]any{v.name}, args...)...)
	w.line("_ = %s", v.name)
	w.vars = append(w.vars, v)
}

func (w *writer) statement() {
	if w.depth > 3 {
		w.assign()
		return
	}
	switch w.IntN(24) {
	case 0, 1, 2:
		t := w.pick(values)
		w.declare(t, "var %s %s = %s", t, w.expr(t, 3))
	case 3, 4:
		t := w.pick([]string{"int", "string", "float64", "bool", "[]int", "[3]int", "point", "*point", "map[string]int"})
		w.declare(t, "%s := %s", w.typed(t))
	case 5:
		t := w.pick(values)
		w.declare(t, "var %s %s", t)
	case 6, 7, 8, 9:
		w.assign()
	case 10:
		w.several()
	case 11, 12:
		w.ifStmt()
	case 13, 14:
		w.loop()
	case 15:
		w.switchStmt()
	case 16:
		w.jump()
	case 17:
		w.deferStmt()
	case 18:
		w.line("fmt.Println(%s, %s)", w.printable(), w.printable())
	case 19:
		w.closure()
	case 20:
		w.line("{")
		w.block(2)
		w.line("}")
	case 21:
		w.typeSwitch()
	case 22:
		w.calls()
	case 23:
		w.shadow()
	}
}

// typed returns an expression that gives := the type t.
func (w *writer) typed(t string) string {
	switch t {
	case "int", "string", "bool", "float64":
		return t + "(" + w.expr(t, 3) + ")"
	}
	return w.expr(t, 2)
}

func (w *writer) printable() string { return w.expr(w.pick(scalars), 3) }

func (w *writer) shadow() {
	if len(w.vars) == 0 {
		return
	}
	v := w.vars[w.IntN(len(w.vars))]
	w.line("{")
	w.line("%s := %[1]s", v.name)
	w.line("_ = %s", v.name)
	had := len(w.vars)
	w.vars = append(w.vars, v)
	w.assign()
	w.block(2)
	w.show(v)
	w.vars = w.vars[:had]
	w.line("}")
}

func (w *writer) assign() {
	lv, t := w.target()
	if lv == "" {
		return
	}
	isInt := false
	for _, i := range integers {
		isInt = isInt || i == t
	}
	switch {
	case isInt && w.IntN(4) == 0:
		w.line("%s%s", lv, w.pick([]string{"++", "--"}))
	case isInt && w.IntN(3) == 0:
		op := w.pick([]string{"+=", "-=", "*=", "&=", "|=", "^=", "&^=", "/=", "%=", "<<=", ">>="})
		switch op {
		case "/=", "%=":
			w.line("%s %s (%s | 1)", lv, op, w.expr(t, 2))
		case "<<=", ">>=":
			w.line("%s %s %s & 7", lv, op, w.atom("uint8"))
		default:
			w.line("%s %s %s", lv, op, w.expr(t, 2))
		}
	case (t == "float64" || t == "float32") && w.IntN(3) == 0:
		w.line("%s %s %s", lv, w.pick([]string{"+=", "-=", "*=", "/="}), w.expr(t, 2))
	case t == "string":
		w.line("%s = cut(%s)", lv, w.expr(t, 3))
	case t == "name":
		w.line("%s = name(cut(string(%s)))", lv, w.expr(t, 2))
	default:
		w.line("%s = %s", lv, w.expr(t, 3))
	}
}

// several assigns to two targets at once.
func (w *writer) several() {
	a, ta := w.target()
	b, tb := w.target()
	if a == "" {
		return
	}
	switch w.IntN(5) {
	case 0:
		if ta == tb {
			w.line("%s, %s = %s, %s", a, b, b, a)
			return
		}
		fallthrough
	case 1:
		w.line("%s, %s = %s, %s", a, b, w.capped(ta), w.capped(tb))
	case 2:
		v, ok := w.fresh(), w.fresh()
		w.line("%s, %s := %s", v, ok, w.pick([]string{w.expr("map[string]int", 1) + `["a"]`, w.any() + ".(int)", w.expr("map[string]point", 1) + `["k"]`, w.any() + w.pick([]string{".(string)", ".(float64)"}[w.b2i():])}))
		w.line("fmt.Println(%s, %s)", v, ok)
	case 3:
		v, e := w.fresh(), w.fresh()
		w.line("%s, %s := pair(%s)", v, e, w.expr("int", 2))
		w.line("show(%s, %s)", v, e)
		w.vars = append(w.vars, variable{v, "int"}, variable{e, "error"})
	case 4:
		x, y := w.fresh(), w.fresh()
		w.line("%s, %s := %s, %s", x, y, w.typed("int"), w.typed("string"))
		w.line("show(%s, %s)", x, y)
		z := w.fresh()
		w.line("%s, %s := %s, %s", z, x, w.typed("bool"), w.expr("int", 2))
		w.line("_, _ = %s, %s", z, y)
		w.vars = append(w.vars, variable{x, "int"}, variable{y, "string"}, variable{z, "bool"})
	}
}

func (w *writer) capped(t string) string {
	if t == "string" {
		return "cut(" + w.expr(t, 2) + ")"
	}
	if t == "name" {
		return "name(cut(string(" + w.expr(t, 2) + ")))"
	}
	return w.expr(t, 2)
}

func (w *writer) any() string {
	for _, v := range w.vars {
		if v.typ == "any" {
			return v.name
		}
	}
	return "any(" + w.expr(w.pick([]string{"int", "string", "[]int"}), 1) + ")"
}

func (w *writer) ifStmt() {
	switch w.IntN(3) {
	case 0:
		x := w.fresh()
		w.line("if %s := %s; %s > %s {", x, w.typed("int"), x, w.expr("int", 1))
		w.vars = append(w.vars, variable{x, "int"})
		w.block(2)
		w.line("} else if %s {", w.expr("bool", 2))
		w.block(2)
		w.line("} else { show(%s)", x)
		w.block(1)
		w.line("}")
		w.vars = w.vars[:len(w.vars)-1]
	default:
		w.line("if %s {", w.expr("bool", 3))
		w.block(2)
		if w.IntN(2) == 0 {
			w.line("} else {")
			w.block(2)
		}
		w.line("}")
	}
}

func (w *writer) loop() {
	if len(w.loops) > 1 {
		w.assign()
		return
	}
	l := loop{loop: true}
	had := len(w.vars)
	if w.IntN(2) == 0 {
		l.label = strings.ToUpper(w.fresh())
	}
	v, u := w.fresh(), w.fresh()
	add := func(vs ...variable) { w.vars = append(w.vars, vs...) }
	head := ""
	switch w.IntN(8) {
	case 0:
		head = fmt.Sprintf("for %s := range %d {", v, 1+w.IntN(3))
		add(variable{v, "int"})
	case 1:
		t := w.pick(integers)
		head = fmt.Sprintf("for %s := range %s(%d) {", v, t, 1+w.IntN(3))
		add(variable{v, t})
	case 2:
		head = fmt.Sprintf("for %s, %s := range %s {", v, u, w.expr("[]int", 2))
		add(variable{v, "int"}, variable{u, "int"})
	case 3:
		head = fmt.Sprintf("for %s, %s := range %s {", v, u, w.atom("string"))
		add(variable{v, "int"}, variable{u, "rune"})
	case 4:
		head = fmt.Sprintf("for %s, %s := range %s {", v, u, w.pick([]string{w.atom("[3]int"), "&" + w.arrayVar()}))
		add(variable{v, "int"}, variable{u, "int"})
	case 5:
		head = fmt.Sprintf("for %s, %s := 0, %s; %s < 3; %s, %s = %s+1, %s*2 {", v, u, w.typed("int"), v, v, u, v, u)
		add(variable{v, "int"}, variable{u, "int"})
	case 6:
		head = fmt.Sprintf("for %s := %s & 3; %s > 0; %s-- {", v, w.typed("int"), v, v)
		add(variable{v, "int"})
	case 7:
		head = fmt.Sprintf("for %s, %s := range %s {", v, u, w.expr("[]point", 2))
		add(variable{v, "int"}, variable{u, "point"})
	}
	if l.label != "" {
		w.line("%s:", l.label)
	}
	w.line("%s", head)
	w.line("if tick() { break }")
	for _, x := range w.vars[had:] {
		w.line("_ = %s", x.name)
	}
	w.loops = append(w.loops, l)
	w.block(2 + w.IntN(2))
	if l.label != "" {
		w.line("if %s { %s %s }", w.expr("bool", 1), w.pick([]string{"break", "continue"}), l.label)
	}
	w.loops = w.loops[:len(w.loops)-1]
	w.line("}")
	w.vars = w.vars[:had]
}

func (w *writer) arrayVar() string {
	for _, v := range w.vars {
		if v.typ == "[3]int" {
			return v.name
		}
	}
	return "[3]int{4, 5, 6}"
}
