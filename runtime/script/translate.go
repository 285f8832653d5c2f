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
		if m := redeclared.FindStringSubmatch(text); m != nil {
			hint = "choose another name"
			if slices.Contains(predeclared, m[1]) {
				text = m[1] + " is predeclared in every cell"
			} else if i+1 < len(list) && strings.HasPrefix(list[i+1].Msg, continuation) && list[i+1].Pos.IsValid() {
				hint = fmt.Sprintf("the other declaration is at line %d", t.line(list[i+1].Pos))
			}
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
	return didYouMean("", name, names)
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

func didYouMean(prefix, name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := distance(strings.ToLower(n), strings.ToLower(name)); d <= least && ast.IsExported(n) == (prefix != "") {
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
