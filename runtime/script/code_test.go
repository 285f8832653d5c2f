package script

import (
	"testing"

	"jpgreport/runtime/fault"
	"jpgreport/runtime/result"
)

// Each code of scripts is found in the example that explains it, and nothing is
// wrong with its remedy.
func TestExamplesOfCodes(t *testing.T) {
	check := func(text string) map[string]bool {
		found := map[string]bool{}
		for _, e := range Check([]result.Source{{File: "x.yaml", Line: 1, Text: text}}) {
			found[e.Code] = true
		}
		return found
	}
	n := 0
	for _, e := range fault.Table() {
		if e.Code < "JR200" {
			continue
		}
		n++
		if found := check(e.Wrong); !found[string(e.Code)] || len(found) > 1 {
			t.Errorf("%s: its example gives %v:\n%s", e.Code, found, e.Wrong)
		}
		if found := check(e.Right); len(found) > 0 {
			t.Errorf("%s: its remedy gives %v:\n%s", e.Code, found, e.Right)
		}
	}
	if n < 10 {
		t.Errorf("%d codes of scripts", n)
	}
}

// What a script is refused for is told apart from what the Go compiler would say.
func TestCodesOfRefusals(t *testing.T) {
	for text, want := range map[string]fault.Code{
		"package main\n":             fault.NoPlace,
		"func main() {}":             fault.NoPlace,
		"//go:linkname a b\nx := 1":  fault.NoPlace,
		"jr__at0 := 1":               fault.Redeclared,
		"ctx = nil":                  fault.Redeclared,
		"c := make(chan int)\n_ = c": fault.Concurrent,
		"goto end\nend:\n":           fault.NotSupported,
		"import . \"math\"\n_ = Pi":  fault.NoPlace,
		"type share struct{ k, n int }\nfunc (share) Counts() (k, n int) { return 1, 2 }\nout.Metric(\"a\", \"t\", share{})": fault.NotSupported,
		"_ = math.Pi":                            fault.Undefined,
		"out.Tabel(1)":                           fault.TypeError,
		"f()\nx := 1\nfunc f() int { return x }": fault.TooEarly,
	} {
		errs := Check([]result.Source{{File: "x.yaml", Line: 1, Text: text}})
		if len(errs) == 0 || errs[0].Code != string(want) {
			t.Errorf("%q gives %v, want %s", text, errs, want)
			for _, e := range errs {
				t.Log(e.Code, e.Message)
			}
		}
	}
}
