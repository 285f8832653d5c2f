package script

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"jpgreport/runtime/script/symbols"
)

var (
	unusedImport = regexp.MustCompile(`^".*" imported (as .* )?and not used`)
	undefined    = regexp.MustCompile(`^undefined: (\w+)$`)
	notExported  = regexp.MustCompile(`^undefined: (\w+)\.(\w+)$`)
	redeclared   = regexp.MustCompile(`^(\w+) (?:redeclared|already declared)`)
	unknownField = regexp.MustCompile(`^unknown field (\w+) in struct literal of type ([\w.]+)$`)
	noMember     = regexp.MustCompile(`undefined \(type (\*?[\w.]+) has no field or method (\w+)\)`)
	continuation = "\t" // begins a message that belongs to the one before
)

// translate takes over what go/types found. An import that nothing uses is no
// error, since a later cell may use it.
func (t *typing) translate(list []types.Error) {
	for i, e := range list {
		if strings.HasPrefix(e.Msg, continuation) || unusedImport.MatchString(e.Msg) || strings.HasPrefix(e.Msg, "could not import") {
			continue
		}
		text, hint := strings.TrimPrefix(e.Msg, "invalid operation: "), ""
		if m := undefined.FindStringSubmatch(text); m != nil {
			if t.refused[m[1]] {
				continue // its import has been refused
			}
			hint = t.undefinedHint(m[1])
		}
		if m := notExported.FindStringSubmatch(text); m != nil {
			hint = t.memberHint(m[1], m[2])
		}
		if m := unknownField.FindStringSubmatch(text); m != nil {
			hint = t.fieldHint(m[1], m[2])
		}
		if m := noMember.FindStringSubmatch(text); m != nil {
			hint = t.fieldHint(m[2], strings.TrimPrefix(m[1], "*"))
		}
		if m := redeclared.FindStringSubmatch(text); m != nil {
			hint = "choose another name"
			if slices.Contains(predeclared, m[1]) {
				text = m[1] + " is predeclared in every cell"
			} else if i+1 < len(list) && strings.HasPrefix(list[i+1].Msg, continuation) && list[i+1].Pos.IsValid() {
				hint = fmt.Sprintf("the other declaration is at line %d", t.line(list[i+1].Pos))
			}
		}
		if hint == "" {
			hint = remedy(text)
		}
		if hint == "" && inArgument.MatchString(text) {
			hint = t.signatureHint(e.Pos)
		}
		t.errors = append(t.errors, diagnosis{e.Pos, text, hint})
	}
}

// undefinedHint says what import is missing, or which known name is near.
func (t *typing) undefinedHint(name string) string {
	for path := range t.universe.table { // base names are unique
		if path[strings.LastIndex(path, "/")+1:] == name {
			return fmt.Sprintf("import %q", path)
		}
	}
	names := t.pkg.Scope().Names()
	for _, s := range t.imports {
		names = append(names, strings.Trim(s.Path.Value[strings.LastIndex(s.Path.Value, "/")+1:], `"`))
	}
	if near := didYouMean("", name, names); near != "" {
		return near
	}
	return t.elsewhere(name)
}

func (t *typing) memberHint(pkg, name string) string {
	for id, obj := range t.info.Uses {
		p, ok := obj.(*types.PkgName)
		if !ok || id.Name != pkg {
			continue
		}
		if why := symbols.LeftOut(p.Imported().Path(), name); why != "" {
			return fmt.Sprintf("%s.%s is not for scripts: %s", pkg, name, why)
		}
		return didYouMean(pkg+".", name, p.Imported().Scope().Names())
	}
	return ""
}

// fieldHint looks for a field or method of the named type near to name.
func (t *typing) fieldHint(name, typ string) string {
	obj := t.pkg.Scope().Lookup(typ)
	if pkg, base, ok := strings.Cut(typ, "."); ok {
		for o := range t.universe.reflects {
			if o.Pkg().Name() == pkg && o.Name() == base && (obj == nil || o.Pkg().Path() < obj.Pkg().Path()) {
				obj = o
			}
		}
	}
	if obj == nil {
		return ""
	}
	var names []string
	if s, ok := obj.Type().Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			names = append(names, f.Name())
		}
	}
	for m := range types.NewMethodSet(types.NewPointer(obj.Type())).Methods() {
		names = append(names, m.Obj().Name())
	}
	return didYouMean("", name, names)
}

func didYouMean(prefix, name string, names []string) string {
	best, least := "", (len(name)+1)/3
	for _, n := range names {
		if d := distance(strings.ToLower(n), strings.ToLower(name)); d <= least && (prefix == "" || ast.IsExported(n)) {
			if d < least || best == "" {
				best, least = n, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s%s?", prefix, best)
}

// distance is the Levenshtein distance of a and b in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
