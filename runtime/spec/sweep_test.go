package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const sweepText = `title: t
seed: 7
timeout: 10m
params:
  images: {value: 2000, min: 1, max: 10000}
  epsilons: [5, 10]
  quality: 75
  name: plain
cells:
  - id: a
    timeout: 90s
    script: x := 1
`

// points tells the variants of a spec in short: the seed, then the parameters.
func points(s *Spec) []string {
	var out []string
	for _, v := range s.Variants() {
		out = append(out, point(v))
	}
	return out
}

func point(s *Spec) string {
	p := fmt.Sprint(s.Seed)
	for _, q := range s.Params {
		p += " " + q.written()
	}
	return p
}

func TestSweep(t *testing.T) {
	for _, c := range []struct {
		block string   // of the spec
		set   []string // name=value, as on a command line
		want  []string // the last part may be "error: …"
	}{
		{"", nil, nil},
		{"", []string{"images=5"}, nil},
		{"", []string{"seed=[1, 2]"}, []string{"1 2000 [5, 10] 75 plain", "2 2000 [5, 10] 75 plain"}},
		{"", []string{"seed=[3]"}, nil},
		{"sweep: {seed: [1, 2], quality: [10, 50, 75]}", nil, []string{
			"1 2000 [5, 10] 10 plain", "1 2000 [5, 10] 50 plain", "1 2000 [5, 10] 75 plain",
			"2 2000 [5, 10] 10 plain", "2 2000 [5, 10] 50 plain", "2 2000 [5, 10] 75 plain"}},
		// The command line replaces an axis, ends one, or adds one.
		{"sweep: {seed: [1, 2], quality: [10, 50]}", []string{"seed=[5, 6]", "quality=20"}, []string{"5 2000 [5, 10] 20 plain", "6 2000 [5, 10] 20 plain"}},
		{"sweep: {seed: [1, 2]}", []string{"seed=9", "name=[a, b]"}, []string{"9 2000 [5, 10] 75 a", "9 2000 [5, 10] 75 b"}},
		{"", []string{"epsilons=[1, 2]"}, nil},
		{"", []string{"epsilons=[[1], [2, 3]]"}, []string{"7 2000 [1] 75 plain", "7 2000 [2, 3] 75 plain"}},
		{"", []string{"epsilons=[[2.5], [3]]"}, []string{"7 2000 [2.5] 75 plain", "7 2000 [3] 75 plain"}},
		{"sweep: {epsilons: [[0.5, 1], [2]]}", nil, []string{"7 2000 [0.5, 1] 75 plain", "7 2000 [2] 75 plain"}},
		{"", []string{"quality=[2.5, 3]"}, []string{`error: parameter "quality", item 1 is the number 2.5, want a value of kind int; hint: the spec has quality: 75`}},
		{"", []string{"images=[1, 20000]"}, []string{`error: parameter "images", item 2: 20000 is outside 1..10000; hint: the spec has images: 2000`}},
		{"", []string{"images=[]"}, []string{`error: parameter "images" is an empty list, want at least one value; hint: the spec has images: 2000`}},
		{"", []string{"images=[4, 4]"}, []string{`error: parameter "images", item 2 is the same as item 1; hint: the spec has images: 2000`}},
		{"", []string{"seed=[1, -2]"}, []string{"error: seed, item 2 is the number -2, want a whole number in 0..9007199254740991"}},
		{"", []string{"seed=[1,2,3,4,5]", "images=[1,2,3,4,5]", "quality=[1,2,3]"},
			[]string{"error: the sweep has 75 variants (5 of seed × 5 of images × 3 of quality), want at most 64; hint: the spec has quality: 75"}},
	} {
		text := strings.Replace(sweepText, "cells:", c.block+"\ncells:", 1)
		s := parse(t, text)
		var got []string
		for _, p := range c.set {
			name, value, _ := strings.Cut(p, "=")
			before := points(s)
			if err := s.Set(name, value); err != nil {
				e := err.(*Error)
				told := "error: " + e.Error()
				if e.Hint != "" {
					told += "; hint: " + e.Hint
				}
				got = []string{told}
				if d := cmp.Diff(before, points(s)); d != "" {
					t.Errorf("%v failed and changed the sweep: %s", c.set, d)
				}
			}
		}
		if got == nil {
			got = points(s)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s %v: %s", c.block, c.set, d)
		}
	}
}

// A variant is a spec like any other, and changes no other.
func TestVariantsAreTheirOwn(t *testing.T) {
	s := parse(t, strings.Replace(sweepText, "cells:", "sweep: {images: [1, 2]}\ncells:", 1))
	v := s.Variants()
	if err := v[0].Set("images", "3"); err != nil {
		t.Fatal(err)
	}
	if v[0].Sweep != nil || v[1].Params[0].Value != 2 || s.Params[0].Value != 2000 {
		t.Errorf("sweep %v, the other variant has %v, the spec %v", v[0].Sweep, v[1].Params[0].Value, s.Params[0].Value)
	}
}

func TestTimeouts(t *testing.T) {
	s := parse(t, sweepText)
	if s.Timeout != 10*time.Minute || s.Cells[0].Timeout != 90*time.Second {
		t.Errorf("timeouts %v of the run and %v of its cell", s.Timeout, s.Cells[0].Timeout)
	}
}

func TestSetFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "params.yaml")
	for _, c := range []struct{ text, want string }{
		{"images: 5\nseed: 3\nname: other\n", "3 5 [5, 10] 75 other"},
		{`{"images": 5, "epsilons": [1.5]}`, "7 5 [1.5] 75 plain"}, // JSON is YAML
		{"seed: [1, 2]\nquality: 10\n", "1 2000 [5, 10] 10 plain|2 2000 [5, 10] 10 plain"},
		{"imagse: 5\nquality: 0\n", "FILE:1:1: no parameter \"imagse\"; the spec has \"seed\", \"images\", \"epsilons\", \"quality\" and \"name\"\n" +
			"FILE:2:10: parameter \"quality\": 0 is outside 1..100: it is a JPEG quality"},
		{"name: 5\n", "FILE:1:7: parameter \"name\" is the number 5, want a text"},
		{"- 5\n", "FILE:1:1: the file of parameters is a list, want a mapping"},
		{"images: 5\nimages: 6\n", "FILE:2:1: key \"images\" stands twice in the file of parameters, first on line 1"},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		s := parse(t, sweepText)
		got := ""
		if err := s.SetFile(file); err != nil {
			got = strings.ReplaceAll(err.Error(), file, "FILE")
			if d := cmp.Diff(parse(t, sweepText), s); d != "" {
				t.Errorf("%q failed and changed the spec: %s", c.text, d)
			}
		} else if got = strings.Join(points(s), "|"); got == "" {
			got = point(s)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q: %s", c.text, d)
		}
	}
	if err := parse(t, sweepText).SetFile(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that does not exist is no error")
	}
}
