// Package symbols is what a script may import: for each package its exported
// functions, constants, variables and types as reflected values, in the form that
// the interpreter takes.
//
//  1. gen/list.go names the packages and what of them is left out, with the reason.
//  2. The program in gen loads their types and writes one file a package, and
//     table.go with all of them.
//  3. [Table] returns them; [LeftOut] says why a name is not there.
//
// A test in gen holds the generated files current.
package symbols

import "reflect"

//go:generate go run ./gen

// A Package is the exported part of one package, by name: functions and
// constants as values (untyped constants as [go/constant.Value]), variables as
// addressable values, a type T as a nil *T. A key "_T" holds the struct that lets
// a script's type stand for the interface T.
type Package = map[string]reflect.Value

// LeftOut returns why the package of the given path has no symbol of the given
// name for scripts, or "" when it has it or never had.
func LeftOut(path, name string) string { return leftOut[path+"."+name] }
