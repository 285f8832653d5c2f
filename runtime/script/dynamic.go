package script

import (
	"go/ast"
	"go/constant"
	"go/types"
	"regexp"
)

// Note: the interpreter makes a script's types of package reflect, which can make
// neither names nor methods. So a compiled function, or an interface that is asked
// for its dynamic type, sees of a script's type what it is made of. What is below
// refuses where that would show.

// asserted refuses to ask an interface for a type that the interpreter cannot
// tell from others.
func (t *refusal) asserted(e ast.Expr) {
	typ := t.info.TypeOf(e)
	if typ == nil || types.Identical(typ, types.Typ[types.UntypedNil]) {
		return
	}
	const hint = "give the interface a method that tells, or keep the values in variables of their own types"
	if n := t.scripted(typ, false, map[types.Type]bool{}); n != nil {
		t.errorf(e.Pos(), hint, "asking an interface for %s, a type of the script, is not supported", types.ExprString(e))
		return
	}
	if i, ok := typ.Underlying().(*types.Interface); ok && i.NumMethods() > 0 {
		t.errorf(e.Pos(), hint, "asking an interface for another interface, %s, is not supported in scripts", types.ExprString(e))
		return
	}
	for _, n := range t.namedTypes() {
		if types.Identical(n.Underlying(), typ) {
			t.errorf(e.Pos(), hint, "asking an interface for %s is not supported beside the type %s, from which the interpreter cannot tell it", types.ExprString(e), n.Obj().Name())
			return
		}
	}
}

// bound refuses method values that copy their receiver, which the interpreter
// forgets to do.
func (t *refusal) bound(n *ast.SelectorExpr) {
	s := t.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal || s.Obj().Pkg() != t.pkg {
		return
	}
	if call, ok := t.stack[len(t.stack)-2].(*ast.CallExpr); ok && call.Fun == ast.Expr(n) {
		return
	}
	if _, pointer := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer); !pointer {
		t.errorf(n.Pos(), "write a function that calls the method", "the method value %s, which copies its receiver, is not supported in scripts", types.ExprString(n))
	}
}

// methodless refuses to hand a script's type as any to compiled code that would
// look for its methods and not find them.
func (t *refusal) methodless(call *ast.CallExpr) {
	f := t.compiled(call)
	if f == nil || f.Pkg().Path() == "fmt" || f.Pkg().Path() == "sort" || f.Pkg().Path() == "errors" {
		return
	}
	params := f.Signature().Params()
	for i, a := range call.Args {
		if i >= params.Len() {
			return
		}
		n, ok := t.info.TypeOf(a).(*types.Named)
		p, empty := params.At(i).Type().Underlying().(*types.Interface)
		if ok && empty && p.Empty() && n.Obj().Pkg() == t.pkg && n.NumMethods() > 0 {
			t.errorf(a.Pos(), "hand over a number, a text or a compiled type", "%s.%s does not see the methods of %s, a type of the script", f.Pkg().Name(), f.Name(), n.Obj().Name())
		}
	}
}

// anError refuses a type of the script that is an error. Compiled code cannot call
// its method everywhere, nor does errors.Is or errors.As find it.
func (t *refusal) anError(n *ast.TypeSpec) {
	obj := t.info.Defs[n.Name]
	if obj == nil || types.IsInterface(obj.Type()) {
		return
	}
	if types.Implements(obj.Type(), errorInterface) || types.Implements(types.NewPointer(obj.Type()), errorInterface) {
		t.errorf(n.Name.Pos(), "make errors with errors.New or fmt.Errorf", "%s is an error of the script's own type, which is not supported in scripts", n.Name.Name)
	}
}

// compiled returns the compiled function that call calls by its name, or nil.
func (t *refusal) compiled(call *ast.CallExpr) *types.Func {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	f, _ := t.info.Uses[sel.Sel].(*types.Func)
	if f == nil || f.Pkg() == nil || f.Pkg() == t.pkg {
		return nil
	}
	return f
}

var (
	typeVerb  = regexp.MustCompile(`%[-+# 0-9.*\[\]]*T|%[-+ 0]*#[-+# 0-9.*\[\]]*v`)
	fieldVerb = regexp.MustCompile(`%[- 0]*[+#][-+# 0-9.*\[\]]*v`)
)

// format refuses what package fmt would print otherwise for a script's types than
// for compiled ones: it sees neither their names nor, inside of other values,
// their methods.
func (t *refusal) format(call *ast.CallExpr) {
	if f := t.compiled(call); f == nil || f.Pkg().Path() != "fmt" {
		return
	}
	names, fields := false, false
	for _, a := range call.Args {
		if v := t.info.Types[a].Value; v != nil && v.Kind() == constant.String {
			names = names || typeVerb.MatchString(constant.StringVal(v))
			fields = fields || fieldVerb.MatchString(constant.StringVal(v))
		}
	}
	for _, a := range call.Args {
		typ := t.info.TypeOf(a)
		if typ == nil {
			continue
		}
		if f := t.hidden(typ, map[types.Type]bool{}); f != nil && fields {
			t.errorf(a.Pos(), "use %v, or begin the field's name with a capital", "%%+v does not know the names of fields that begin with a small letter, such as %s", f.Name())
		}
		if named := t.scripted(typ, false, map[types.Type]bool{}); named != nil && names {
			t.errorf(a.Pos(), "print its name as text", "%%T and %%#v do not know the names of a script's types, such as %s", named.Obj().Name())
		}
		if i, ok := typ.Underlying().(*types.Interface); ok {
			if n := t.implementing(i); n != nil && printsItself(n) {
				t.errorf(a.Pos(), "call its method", "fmt does not see the methods of %s inside of %s", n.Obj().Name(), types.ExprString(a))
			}
			continue
		}
		if named := t.inside(typ); named != nil {
			t.errorf(a.Pos(), "print the values one by one", "fmt does not see the methods of %s inside a %s",
				named.Obj().Name(), types.TypeString(typ, types.RelativeTo(t.pkg)))
		}
	}
}

// inside returns a script's type with a method that fmt would call, that is part
// of typ without being typ itself.
func (t *refusal) inside(typ types.Type) *types.Named {
	seen := map[types.Type]bool{}
	if p, ok := typ.(*types.Pointer); ok {
		typ = p.Elem()
	}
	if n, ok := typ.(*types.Named); ok {
		if printsItself(n) {
			return nil // fmt calls its own method and looks no further
		}
		seen[n] = true
	}
	return t.scripted(typ.Underlying(), true, seen)
}

// scripted returns a script's named type in typ, or nil; with printing, only one
// that has a method that fmt calls.
func (t *refusal) scripted(typ types.Type, printing bool, seen map[types.Type]bool) *types.Named {
	if seen[typ] {
		return nil
	}
	seen[typ] = true
	switch typ := typ.(type) {
	case *types.Named:
		if typ.Obj().Pkg() == t.pkg && (!printing || printsItself(typ)) {
			return typ
		}
		if typ.Obj().Pkg() != t.pkg {
			return nil
		}
		return t.scripted(typ.Underlying(), printing, seen)
	case *types.Pointer:
		return t.scripted(typ.Elem(), printing, seen)
	case *types.Slice:
		return t.scripted(typ.Elem(), printing, seen)
	case *types.Array:
		return t.scripted(typ.Elem(), printing, seen)
	case *types.Map:
		if n := t.scripted(typ.Key(), printing, seen); n != nil {
			return n
		}
		return t.scripted(typ.Elem(), printing, seen)
	case *types.Struct:
		for f := range typ.Fields() {
			if n := t.scripted(f.Type(), printing, seen); n != nil {
				return n
			}
		}
	}
	return nil
}

func printsItself(n *types.Named) bool {
	set := types.NewMethodSet(types.NewPointer(n))
	for _, m := range []string{"String", "Error", "Format", "GoString"} {
		if set.Lookup(n.Obj().Pkg(), m) != nil {
			return true
		}
	}
	return false
}

// hidden returns a field of a struct of the script in typ that is not exported,
// or nil.
func (t *refusal) hidden(typ types.Type, seen map[types.Type]bool) *types.Var {
	if seen[typ] {
		return nil
	}
	seen[typ] = true
	switch typ := typ.Underlying().(type) {
	case *types.Pointer:
		return t.hidden(typ.Elem(), seen)
	case *types.Slice:
		return t.hidden(typ.Elem(), seen)
	case *types.Array:
		return t.hidden(typ.Elem(), seen)
	case *types.Map:
		return t.hidden(typ.Elem(), seen)
	case *types.Struct:
		for f := range typ.Fields() {
			if !f.Exported() && f.Pkg() == t.pkg {
				return f
			}
			if h := t.hidden(f.Type(), seen); h != nil {
				return h
			}
		}
	}
	return nil
}
