package fault

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The table has each code once, in order, with a meaning, and no other.
func TestTableIsComplete(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Code
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		declared = append(declared, Code(s))
		return true
	})
	form := regexp.MustCompile(`^JR[0-9]{3}$`)
	var listed []Code
	for _, e := range Table() {
		listed = append(listed, e.Code)
		if !form.MatchString(string(e.Code)) {
			t.Errorf("code %q, want JR and three digits", e.Code)
		}
		if e.Meaning == "" || strings.HasSuffix(e.Meaning, ".") {
			t.Errorf("%s means %q, want a sentence without its full stop", e.Code, e.Meaning)
		}
		if (e.Wrong == "") != (e.Right == "") {
			t.Errorf("%s has an example without its remedy, or the reverse", e.Code)
		}
		if found, ok := Lookup(e.Code); !ok || found != e {
			t.Errorf("%s is not what is looked up: %v", e.Code, found)
		}
	}
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
		t.Errorf("the codes are not in order, or one stands twice: %v", listed)
	}
	slices.Sort(declared)
	if !slices.Equal(declared, listed) {
		t.Errorf("declared are %v, the table has %v", declared, listed)
	}
	if _, ok := Lookup("JR999"); ok {
		t.Error("JR999 is known")
	}
}
