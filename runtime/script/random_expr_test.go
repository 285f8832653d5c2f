package script

import (
	"fmt"
	"strings"
)

func (w *writer) jump() {
	if len(w.loops) > 0 {
		l := w.loops[w.IntN(len(w.loops))]
		label := ""
		if l.label != "" && w.IntN(2) == 0 {
			label = l.label
		}
		w.line("if %s { %s %s }", w.expr("bool", 2), w.pick([]string{"break", "continue"}), label)
		return
	}
	if w.inFunc && w.result != "" {
		w.line("if %s { return %s }", w.expr("bool", 2), w.expr(w.result, 2))
	}
}

func (w *writer) deferStmt() {
	switch w.IntN(3) {
	case 0:
		w.line("defer fmt.Println(%s, %s)", w.printable(), w.printable())
	case 1:
		loops := w.loops
		inFunc, result := w.inFunc, w.result
		w.loops, w.inFunc, w.result = nil, true, ""
		w.line("defer func() {")
		w.block(2)
		w.line("}()")
		w.loops, w.inFunc, w.result = loops, inFunc, result
	case 2:
		w.line("defer fmt.Println(%s)", w.printable())
	}
}

func (w *writer) switchStmt() {
	switch w.IntN(3) {
	case 0:
		t := w.pick([]string{"int", "string", "uint8"})
		w.line("switch %s {", w.typedOf(t))
		for i := range 2 + w.IntN(2) {
			c := fmt.Sprint(i * 2)
			d := fmt.Sprint(i*2 + 1)
			if t == "string" {
				c, d = `"`+c+`"`, w.expr("string", 1)+`+"`+d+`"`
			}
			w.line("case %s, %s:", c, d)
			w.caseBody()
			if i == 0 && w.IntN(3) == 0 {
				w.line("fallthrough")
			}
		}
		w.line("default:")
		w.caseBody()
		w.line("}")
	case 1:
		w.line("switch {")
		for i := range 3 {
			w.line("case %s:", w.expr("bool", 2))
			w.caseBody()
			if i < 2 && w.IntN(4) == 0 {
				w.line("fallthrough")
			}
		}
		w.line("}")
	case 2:
		x := w.fresh()
		w.line("switch %s := %s; %s {", x, w.typed("int"), x)
		w.line("case trace(\"c\", 1), %s:", w.expr("int", 2))
		w.caseBody()
		w.line("case trace(\"d\", 2):")
		w.caseBody()
		w.line("}")
	}
}

func (w *writer) typedOf(t string) string {
	if t == "uint8" {
		return "uint8(" + w.expr("uint8", 2) + ")"
	}
	return w.typed(t)
}

func (w *writer) caseBody() {
	loops := w.loops
	w.loops = nil
	w.block(1 + w.IntN(2))
	w.loops = loops
}

func (w *writer) typeSwitch() {
	x := w.fresh()
	w.line("switch %s := %s.(type) {", x, w.any())
	w.line("case int: show(\"int\", %s+1)", x)
	if !w.names {
		w.line("case string: show(\"string\", len(%s))", x)
	}
	w.line("case float64, bool: show(\"other\", %s)", x)
	w.line("case nil: show(\"nil\")")
	w.line("default: _ = %s; show(\"default\")", x)
	w.line("}")
}

func (w *writer) closure() {
	f := w.fresh()
	loops, inFunc, result, named := w.loops, w.inFunc, w.result, w.named
	had := len(w.vars)
	w.loops, w.inFunc, w.result, w.named = nil, true, "int", false
	switch w.IntN(2) {
	case 0:
		w.line("%s := func(n int) int {", f)
		w.line("if tick() { return 0 }")
		w.vars = append(w.vars, variable{"n", "int"})
		w.block(2)
		w.line("return %s", w.expr("int", 2))
		w.line("}")
	case 1:
		g := w.fresh()
		w.line("var %s []func(int) int", g)
		w.line("for i := range 3 { %s = append(%s, func(n int) int { if tick() { return 0 }; i += n; return i + %s }) }", g, g, w.expr("int", 1))
		w.line("%s := %s[1]", f, g)
		w.line("show(%s[0](1), %s[2](2), %s[0](3))", g, g, g)
	}
	w.vars = w.vars[:had]
	w.loops, w.inFunc, w.result, w.named = loops, inFunc, result, named
	w.line("_ = %s", f)
	w.vars = append(w.vars, variable{f, "func(int) int"})
}

func (w *writer) calls() {
	switch w.IntN(9) {
	case 0:
		w.line("show(trace(\"x\", %s) + trace(\"y\", %s)*trace(\"z\", %s))", w.expr("int", 1), w.expr("int", 1), w.expr("int", 1))
	case 1:
		w.line("show(sum(%s...), sum(), sum(%s, 2))", w.expr("[]int", 2), w.expr("int", 2))
	case 2:
		if p := w.find("point"); p != "" {
			w.line("%s.add(%s & 3).add(1)", p, w.expr("int", 1))
			w.line("fmt.Println(%s.sum(), %s)", p, p)
		}
	case 3:
		if p := w.find("wide"); p != "" {
			w.line("%s.add(2)", p)
			w.line("show(%s.sum(), %s.A, %s.point.B)", p, p, p)
		}
	case 4:
		if s := w.find("[]int"); s != "" {
			t := w.fresh()
			w.line("%s := %s[:len(%s)/2]", t, s, s)
			w.line("%s = append(%s, %s)", t, t, w.expr("int", 1))
			w.line("show(%s, %s, len(%s), copy(%s, %s))", s, t, t, s, w.expr("[]int", 1))
			w.vars = append(w.vars, variable{t, "[]int"})
		}
	case 5:
		if m := w.find("map[string]int"); m != "" {
			w.line("delete(%s, %s)", m, w.expr("string", 1))
			w.line("for k, v := range %s { if len(k) > 1 && v > 3 { steps += 2 } }", m)
		}
	case 6:
		if l := w.find("list"); l != "" {
			w.line("%s.push(%s)", l, w.expr("int", 1))
			w.line("show(%s.total(), len(%s))", l, l)
		}
	case 7:
		if s := w.find("shape"); s != "" {
			w.line("if %s != nil { %s.grow(2); show(%s.area()) }", s, s, s)
		}
	case 8:
		if a := w.find("[3]int"); a != "" {
			b := w.fresh()
			w.line("%s := %s", b, a)
			w.line("%s[1] = %s", b, w.expr("int", 1))
			w.line("show(%s, %s, %s == %s)", a, b, a, b)
			w.vars = append(w.vars, variable{b, "[3]int"})
		}
	}
}

func (w *writer) find(t string) string {
	var names []string
	for _, v := range w.vars {
		if v.typ == t {
			names = append(names, v.name)
		}
	}
	if names == nil {
		return ""
	}
	return w.pick(names)
}

// target returns something to assign to, and its type.
func (w *writer) target() (string, string) {
	if len(w.vars) == 0 {
		return "", ""
	}
	v := w.vars[w.IntN(len(w.vars))]
	k := w.IntN(4) == 0
	switch i := fmt.Sprint(w.IntN(3)); v.typ {
	case "[]int", "list", "[3]int":
		if w.IntN(2) == 0 {
			if k {
				return v.name + "[" + w.expr("int", 1) + "&1]", "int"
			}
			if v.typ == "[3]int" {
				return v.name + "[" + i + "]", "int"
			}
			return v.name + "[" + i + "%max(1, len(" + v.name + "))]", "int"
		}
	case "map[string]int":
		if w.IntN(2) == 0 {
			return v.name + `[` + w.atom("string") + `]`, "int"
		}
	case "point":
		return v.name + w.pick([]string{".A", ".A", ".C[1]", ".C[0]"}), "int"
	case "*point":
		if w.IntN(2) == 0 {
			return v.name + w.pick([]string{".A", ".C[1]"}), "int"
		}
	case "wide":
		return v.name + w.pick([]string{".A", ".point.A", ".C[1]", ".P.A"}), "int"
	case "*int":
		if w.IntN(2) == 0 {
			return "*" + v.name, "int"
		}
	case "[]point":
		if w.IntN(2) == 0 {
			return v.name + "[0]" + w.pick([]string{".A", ".C[1]"}), "int"
		}
	case "[][]int":
		if w.IntN(2) == 0 {
			return v.name + "[0][0]", "int"
		}
	}
	return v.name, v.typ
}

func (w *writer) leaf(t string) string {
	n := fmt.Sprint(w.IntN(9))
	switch t {
	case "float64", "float32":
		return w.pick([]string{"0.5", "2", "1e3", "-3.25", "half", "1 / 3.0", "7 / 2"})
	case "string":
		return w.pick([]string{`"a"`, `"héy"`, `""`, `"k"`, `"x\xffy"`, "`raw`", `"日本"`})
	case "name":
		return w.pick([]string{`"nm"`, `name("q")`})
	case "bool":
		return w.pick([]string{"true", "false"})
	case "error":
		return w.pick([]string{"nil", "boom", `errors.New("other")`, `fmt.Errorf("wrap: %w", boom)`})
	case "any":
		return w.pick([]string{"nil", "1", `"any"`, "2.5", "[]int{1}", "'r'", "true", "uint8(3)"})
	case "[]int", "list":
		return w.pick([]string{"nil", t + "{}", t + "{1, 2, 3}", t + "{5, 2: 7, 8}", "make(" + t + ", 2, 5)"})
	case "[]string":
		return w.pick([]string{"nil", `[]string{"x", "y", "z"}`, `strings.Split("a,b,c", ",")`})
	case "[]byte":
		return w.pick([]string{"nil", `[]byte("abc")`, "{1, 2}"}[:2])
	case "[3]int":
		return w.pick([]string{"[3]int{}", "[3]int{1, 2, 3}", "[...]int{9, 2: 4}", "[3]int{1: 5}"})
	case "map[string]int":
		return w.pick([]string{"map[string]int{}", `map[string]int{"a": 1, "k": 2}`})
	case "map[string]point":
		return w.pick([]string{`map[string]point{"k": {A: 1}}`, "map[string]point{}"})
	case "point":
		return w.pick([]string{"point{}", `point{A: 3, B: "b"}`, `point{1, "z", [2]int{4, 5}}`})
	case "*point":
		return w.pick([]string{"&point{A: 2}", "new(point)", "&point{C: [2]int{1: 8}}"})
	case "*int":
		return "new(int)"
	case "wide":
		return w.pick([]string{"wide{P: new(point)}", `wide{point{A: 7}, &point{B: "w"}, 1.5}`})
	case "shape":
		return w.pick([]string{"mkShape(1)", "mkShape(2)"})
	case "[]point":
		return w.pick([]string{"[]point{{A: 1}, {B: \"q\"}}", "[]point{makePoint(1)}", "make([]point, 2)"})
	case "[][]int":
		return w.pick([]string{"[][]int{{1, 2}, {3}}", "[][]int{{4}, nil}"})
	case "[]any":
		return w.pick([]string{`[]any{1, "two", 3.0, nil}`, "[]any{[]int{1}, true}"})
	case "func(int) int":
		return w.pick([]string{"nil", "func(n int) int { return n * 2 }", "func(int) int { steps++; return steps }"})
	case "rune":
		return w.pick([]string{"'a'", "'é'", n, "'\\n'"})
	case "int8", "int":
		return w.pick([]string{n, "-" + n, "127", "one", "four", "-1 << 3"})
	case "int64":
		return w.pick([]string{n, "-" + n, "big", "big + four", "-9223372036854775808"})
	case "uint64":
		return w.pick([]string{n, "big", "18446744073709551615", "kilo"})
	case "int32":
		return w.pick([]string{n, "-2147483648", "1 << 20", "'x'"})
	}
	return w.pick([]string{n, "one", "four", "'a'", "200"})
}

// atom returns a variable of the type, or a leaf that has it.
func (w *writer) atom(t string) string {
	if v := w.find(t); v != "" && w.IntN(4) > 0 {
		return v
	}
	for _, n := range numbers {
		if n == t {
			return "g" + t
		}
	}
	switch t {
	case "string", "bool":
		return t + "(" + w.leaf(t) + ")"
	}
	if t == "shape" {
		return w.pick([]string{"mkShape(1)", "mkShape(2)"})
	}
	return "(" + t + ")(" + w.leaf(t) + ")"
}

func (w *writer) expr(t string, depth int) string {
	if depth <= 0 || w.IntN(6) == 0 {
		return w.atom(t)
	}
	e := func(t string) string { return w.expr(t, depth-1) }
	for range 3 {
		for _, f := range w.funcs { // a function of an earlier level
			if r, ok := strings.CutSuffix(f.typ, "|"+t); ok && w.IntN(5) == 0 && len(w.loops) < 2 {
				return fmt.Sprintf("%s(%s, %s)", f.name, w.expr("int", 1), w.expr(r, 1))
			}
		}
	}
	for _, i := range integers {
		if i != t {
			continue
		}
		switch w.IntN(11) {
		case 0, 1, 2:
			return "(" + e(t) + w.pick([]string{" + ", " - ", " * ", " & ", " | ", " ^ ", " &^ "}) + w.pick([]string{e(t), e(t), "3", "one", "'a'"}) + ")"
		case 3:
			return "(" + e(t) + w.pick([]string{" / ", " % "}) + "(" + w.atom(t) + " | 1))"
		case 4:
			return "(" + e(t) + w.pick([]string{" << ", " >> "}) + "(" + w.atom("uint8") + " & 7))"
		case 5:
			return w.pick([]string{"-", "^", "+"}) + w.atom(t)
		case 6:
			from := w.atom(w.pick(integers))
			return t + "(" + from + ")"
		case 7:
			return w.pick([]string{"min", "max"}) + "(" + e(t) + ", " + e(t) + ")"
		}
		if t == "level" {
			return "level(" + e("level") + ").next()"
		}
		if t == "byte" || t == "uint8" {
			return w.pick([]string{`"abc"[` + w.atom("int") + "&1]", w.atom("[]byte") + "[0]"})
		}
		if t != "int" {
			return t + "(" + e("int") + ")"
		}
		return w.integer(e)
	}
	switch t {
	case "float64", "float32":
		switch w.IntN(4) {
		case 0, 1:
			return "(" + e(t) + w.pick([]string{" + ", " - ", " * ", " / "}) + e(t) + ")"
		case 2:
			return t + "(" + w.atom(w.pick(numbers)) + ")"
		}
		if t == "float64" {
			return w.pick([]string{"math.Sqrt(math.Abs(" + e(t) + "))", "math.Floor(" + e(t) + ")", "-" + w.atom(t), "max(" + e(t) + ", 0.5)"})
		}
		return "-" + w.atom(t)
	case "string":
		return w.pick([]string{
			"(" + e(t) + " + " + e(t) + ")", `strings.ToUpper(` + e(t) + ")", "string(" + w.atom("rune") + ")", "cut(" + e(t) + ")[:1]",
			"fmt.Sprint(" + e("int") + ", " + e("float64") + ")", "string(" + w.atom("name") + ")", w.atom("point") + ".B", "string(" + e("[]byte") + ")",
			"min(" + e(t) + ", " + e(t) + ")", "string([]rune(" + e(t) + "))", w.atom("[]string") + "[0]", `fmt.Sprintf("%03d|%x|%q", ` + e("int8") + ", " + e("uint16") + ", " + e("string") + ")",
		})
	case "bool":
		o := w.pick(scalars[3:])
		return w.pick([]string{
			"(" + e(t) + " && " + e(t) + ")", "(" + e(t) + " || " + e(t) + ")", "!" + w.atom(t),
			"(" + w.expr(o, 1) + w.pick([]string{" < ", " == ", " >= ", " != "}) + w.atom(o) + ")",
			"(" + e("string") + " < " + w.atom("string") + ")", "(" + w.atom("point") + " == " + w.atom("point") + ")",
			"(" + w.atom("any") + " == nil)", "(" + w.atom("error") + w.pick([]string{" == ", " != "}) + "nil)",
			"errors.Is(" + w.atom("error") + ", boom)", "(" + w.atom("[3]int") + " == " + w.atom("[3]int") + ")", "(" + w.atom("*point") + " == nil)",
			"(" + w.atom("[]int") + " == nil)", "(" + w.atom("shape") + " != nil)", "(" + w.atom("any") + " == " + w.atom("int") + ")",
		})
	case "name":
		return "(" + e(t) + " + " + w.atom(t) + ")"
	case "[]int", "list":
		return w.pick([]string{
			"append(" + e(t) + ", " + e("int") + ")", "append(" + w.atom(t) + ", " + w.atom("[]int") + "...)", t + "{" + e("int") + ", " + e("int") + "}",
			w.atom(t) + "[1:]", w.atom(t) + "[:2]", t + "(sorted(append([]int(nil), " + e("[]int") + "...)))", w.atom(t) + "[0:1:2]",
		})
	case "[]byte":
		return w.pick([]string{"[]byte(" + e("string") + ")", "append(" + w.atom(t) + ", " + w.atom("string") + "...)"})
	case "[]string":
		return w.pick([]string{"[]string{" + e("string") + ", " + e("string") + "}", "append(" + w.atom(t) + ", " + e("string") + ")", "strings.Fields(" + e("string") + ")"})
	case "[3]int":
		return "[3]int{" + e("int") + ", 2: " + e("int") + "}"
	case "point":
		return w.pick([]string{"point{A: " + e("int") + ", B: " + e("string") + "}", "makePoint(" + e("int") + ")", "*" + w.atom("*point"), w.atom("wide") + ".point", w.atom("[]point") + "[0]", w.atom("map[string]point") + `["k"]`})
	case "*point":
		if p := w.find("point"); p != "" {
			return w.pick([]string{"&" + p, w.atom(t) + ".add(1)"})
		}
	case "*int":
		if p := w.find("int"); p != "" {
			return "&" + p
		}
		if p := w.find("point"); p != "" {
			return "&" + p + ".C[1]"
		}
	case "wide":
		return "wide{" + e("point") + ", " + w.pick([]string{"new(point)", w.atom("*point")}) + ", " + e("float64") + "}"
	case "any":
		return w.pick([]string{e("int"), e("string"), e("[]int"), "any(" + e("bool") + ")", e("float64"), e("uint8"), e("[3]int")})
	case "error":
		return w.pick([]string{`fmt.Errorf("%d: %w", ` + e("int") + ", boom)", w.atom(t)})
	case "map[string]int":
		return "map[string]int{" + `"q": ` + e("int") + "}"
	case "[]any":
		return "append(" + w.atom(t) + ", " + w.atom("int") + ", " + w.atom("any") + ")"
	case "[]point":
		return "append(" + w.atom(t) + ", " + e("point") + ")"
	case "[][]int":
		return "append([][]int{" + e("[]int") + "}, " + w.atom(t) + "...)"
	}
	return w.atom(t)
}

func (w *writer) integer(e func(string) string) string {
	return w.pick([]string{
		"len(" + e("string") + ")", "len(" + e("[]int") + ")", w.atom("[3]int") + "[" + w.atom("int") + "&1]", w.atom("point") + ".A", w.atom("*point") + ".C[1]",
		w.atom("map[string]int") + "[" + e("string") + "]", "sum(" + e("int") + ", " + e("int") + ")", w.atom("point") + ".sum()", w.atom("wide") + ".A", w.atom("wide") + ".P.A",
		"apply(" + w.atom("func(int) int") + ", " + e("int") + ")", "cap(" + w.atom("[]int") + "[:0:0])", "*" + w.atom("*int"), w.atom("[]int") + "[0]", w.atom("[][]int") + "[0][0]",
		"func() int { if " + w.expr("bool", 1) + " { return " + w.atom("int") + " }; return " + w.atom("int") + " }()", "list(" + w.atom("[]int") + ").total()",
		"len(" + w.atom("map[string]int") + ")", w.atom("shape") + ".area()", "any(" + w.atom("int") + ").(int)", "trace(\"t\", " + w.atom("int") + ")",
		"int(math.Floor(float64(" + w.atom("int8") + ")))", "strings.Count(" + w.atom("string") + ", \"a\")", w.atom("map[string]point") + `["k"].A`, "apply(" + w.pick([]string{"func(n int) int { return n + " + w.atom("int") + " }"}) + ", 2)",
	})
}
