package script

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"reflect"
	"slices"
	"strings"

	"jpgreport/runtime/script/symbols"
)

// A universe is what go/types must know of compiled packages, made from the very
// values that the interpreter gets: what one of them knows the other knows too.
// Packages that scripts cannot import occur in it as the homes of types.
type universe struct {
	table    map[string]symbols.Package
	packages map[string]*types.Package
	types    map[reflect.Type]types.Type
	reflects map[*types.TypeName]reflect.Type // of named types
}

func newUniverse(table map[string]symbols.Package) *universe {
	return &universe{
		table:    table,
		packages: map[string]*types.Package{},
		types:    map[reflect.Type]types.Type{errorType: types.Universe.Lookup("error").Type()},
		reflects: map[*types.TypeName]reflect.Type{},
	}
}

var (
	errorType    = reflect.TypeFor[error]()
	constantType = reflect.TypeFor[constant.Value]()
)

// Import implements [types.Importer].
func (u *universe) Import(p string) (*types.Package, error) {
	symbols, ok := u.table[p]
	if !ok {
		return nil, fmt.Errorf("package %s is not for scripts", p)
	}
	pkg := u.home(p)
	if pkg.Complete() {
		return pkg, nil
	}
	for name, v := range symbols {
		if strings.HasPrefix(name, "_") || pkg.Scope().Lookup(name) != nil {
			continue // a wrapper, or a type met before
		}
		if obj := u.object(pkg, name, v); obj != nil {
			pkg.Scope().Insert(obj)
		}
	}
	pkg.MarkComplete()
	return pkg, nil
}

func (u *universe) home(p string) *types.Package {
	if u.packages[p] == nil {
		u.packages[p] = types.NewPackage(p, path.Base(p))
	}
	return u.packages[p]
}

// object returns the object of an exported symbol; see [symbols.Package].
func (u *universe) object(pkg *types.Package, name string, v reflect.Value) types.Object {
	switch {
	case v.CanSet():
		return types.NewVar(token.NoPos, pkg, name, u.typ(v.Type()))
	case v.Type().Implements(constantType):
		c := v.Interface().(constant.Value)
		return types.NewConst(token.NoPos, pkg, name, untyped(c), c)
	case v.Kind() == reflect.Func:
		return types.NewFunc(token.NoPos, pkg, name, u.signature(v.Type(), 0))
	case v.Kind() == reflect.Pointer && v.IsNil():
		t := u.typ(v.Type().Elem())
		if n, ok := t.(*types.Named); ok && n.Obj().Name() == name && n.Obj().Pkg() == pkg {
			return n.Obj()
		}
		return types.NewTypeName(token.NoPos, pkg, name, t) // an alias
	}
	return types.NewConst(token.NoPos, pkg, name, u.typ(v.Type()), value(v))
}

func untyped(c constant.Value) types.Type {
	switch c.Kind() {
	case constant.Bool:
		return types.Typ[types.UntypedBool]
	case constant.String:
		return types.Typ[types.UntypedString]
	case constant.Int:
		return types.Typ[types.UntypedInt]
	}
	return types.Typ[types.UntypedFloat]
}

// value returns the value of a typed constant.
func value(v reflect.Value) constant.Value {
	switch {
	case v.Kind() == reflect.Bool:
		return constant.MakeBool(v.Bool())
	case v.Kind() == reflect.String:
		return constant.MakeString(v.String())
	case v.CanInt():
		return constant.MakeInt64(v.Int())
	case v.CanUint():
		return constant.MakeUint64(v.Uint())
	case v.CanFloat():
		return constant.MakeFloat64(v.Float())
	}
	return constant.MakeUnknown()
}

var basic = map[reflect.Kind]types.BasicKind{
	reflect.Bool: types.Bool, reflect.String: types.String,
	reflect.Int: types.Int, reflect.Int8: types.Int8, reflect.Int16: types.Int16, reflect.Int32: types.Int32, reflect.Int64: types.Int64,
	reflect.Uint: types.Uint, reflect.Uint8: types.Uint8, reflect.Uint16: types.Uint16, reflect.Uint32: types.Uint32, reflect.Uint64: types.Uint64,
	reflect.Uintptr: types.Uintptr, reflect.Float32: types.Float32, reflect.Float64: types.Float64,
	reflect.Complex64: types.Complex64, reflect.Complex128: types.Complex128, reflect.UnsafePointer: types.UnsafePointer,
}

func (u *universe) typ(t reflect.Type) types.Type {
	if known, ok := u.types[t]; ok {
		return known
	}
	if t.Name() != "" && t.PkgPath() != "" {
		return u.named(t)
	}
	made := u.literal(t)
	u.types[t] = made
	return made
}

// literal returns the type that t's structure describes.
func (u *universe) literal(t reflect.Type) types.Type {
	if k, ok := basic[t.Kind()]; ok {
		return types.Typ[k]
	}
	switch t.Kind() {
	case reflect.Array:
		return types.NewArray(u.typ(t.Elem()), int64(t.Len()))
	case reflect.Slice:
		return types.NewSlice(u.typ(t.Elem()))
	case reflect.Pointer:
		return types.NewPointer(u.typ(t.Elem()))
	case reflect.Map:
		return types.NewMap(u.typ(t.Key()), u.typ(t.Elem()))
	case reflect.Chan:
		return types.NewChan(map[reflect.ChanDir]types.ChanDir{
			reflect.BothDir: types.SendRecv, reflect.SendDir: types.SendOnly, reflect.RecvDir: types.RecvOnly,
		}[t.ChanDir()], u.typ(t.Elem()))
	case reflect.Func:
		return u.signature(t, 0)
	case reflect.Struct:
		return u.structure(t)
	}
	return u.iface(t)
}

func (u *universe) named(t reflect.Type) types.Type {
	obj := types.NewTypeName(token.NoPos, u.home(t.PkgPath()), t.Name(), nil)
	n := types.NewNamed(obj, nil, nil)
	u.types[t] = n // before what it is made of, which may mention it
	u.reflects[obj] = t
	n.SetUnderlying(u.literal(t))
	if t.Kind() == reflect.Interface {
		return n
	}
	for p, i := reflect.PointerTo(t), 0; i < p.NumMethod(); i++ {
		m := p.Method(i)
		if symbols.LeftOut(t.PkgPath(), t.Name()+"."+m.Name) != "" {
			continue
		}
		recv := types.Type(n)
		if _, ok := t.MethodByName(m.Name); !ok {
			recv = types.NewPointer(n)
		}
		sig := u.signature(m.Type, 1)
		sig = types.NewSignatureType(types.NewVar(token.NoPos, obj.Pkg(), "", recv), nil, nil, sig.Params(), sig.Results(), sig.Variadic())
		n.AddMethod(types.NewFunc(token.NoPos, obj.Pkg(), m.Name, sig))
	}
	return n
}

func (u *universe) structure(t reflect.Type) types.Type {
	var fields []*types.Var
	var tags []string
	for i := range t.NumField() {
		f := t.Field(i)
		home := u.home(f.PkgPath) // of an exported field the home is of no account
		fields = append(fields, types.NewField(token.NoPos, home, f.Name, u.typ(f.Type), f.Anonymous))
		tags = append(tags, string(f.Tag))
	}
	return types.NewStruct(fields, tags)
}

func (u *universe) iface(t reflect.Type) types.Type {
	var methods []*types.Func
	for i := range t.NumMethod() {
		m := t.Method(i)
		methods = append(methods, types.NewFunc(token.NoPos, u.home(m.PkgPath), m.Name, u.signature(m.Type, 0)))
	}
	return types.NewInterfaceType(methods, nil).Complete()
}

// signature leaves out the first skip parameters, which are the receiver of a
// method expression.
func (u *universe) signature(t reflect.Type, skip int) *types.Signature {
	var in, out []*types.Var
	for i := skip; i < t.NumIn(); i++ {
		in = append(in, types.NewParam(token.NoPos, nil, "", u.typ(t.In(i))))
	}
	for i := range t.NumOut() {
		out = append(out, types.NewParam(token.NoPos, nil, "", u.typ(t.Out(i))))
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(in...), types.NewTuple(out...), t.IsVariadic())
}

// allowed lists the import paths, ours last.
func (u *universe) allowed() string {
	var std, ours []string
	for p := range u.table {
		if strings.HasPrefix(p, "jpgreport/") {
			ours = append(ours, p)
		} else {
			std = append(std, p)
		}
	}
	slices.Sort(std)
	slices.Sort(ours)
	return strings.Join(append(std, ours...), ", ")
}
