package notebook

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// sweep returns the spec of parse with axes, each written name=[values].
func sweep(t *testing.T, axes []string, cells ...string) *spec.Spec {
	t.Helper()
	s := parse(t, cells...)
	for _, a := range axes {
		name, values, _ := strings.Cut(a, "=")
		if err := s.Set(name, values); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// stories tells a run over a grid variant by variant.
func stories(r *result.Run) string {
	s := fmt.Sprintf("grid %s\n", r.Status)
	for _, v := range r.Variants {
		s += v.ID + " " + r.Label(v) + ": " + story(r.Of(v))
	}
	return s
}

func TestGrid(t *testing.T) {
	s := sweep(t, []string{"images=[10, 20]", "seed=[1, 2]"},
		`text: {{param "images"}} of {{value "clean"}}`, "script: images\nmetric clean\nuse mnist")
	var reported []string
	r := run(t, t.Context(), s, Options{
		OnProgress: func(p Progress) {
			if p.Status != "" {
				reported = append(reported, p.Variant)
			}
		},
		Provenance: result.Provenance{Artifacts: []result.Artifact{{Name: "first", SHA256: "1"}}},
	})
	want := `grid done
v1 images=10, seed=1: run done
c1 done [text 10 of 98.6%]
c2 done [print 10] [metric ]
v2 images=10, seed=2: run done
c1 done [text 10 of 98.6%]
c2 done [print 10] [metric ]
v3 images=20, seed=1: run done
c1 done [text 20 of 98.6%]
c2 done [print 20] [metric ]
v4 images=20, seed=2: run done
c1 done [text 20 of 98.6%]
c2 done [print 20] [metric ]
`
	if d := cmp.Diff(want, stories(r)); d != "" {
		t.Error(d)
	}
	if len(reported) != 4 {
		t.Errorf("progress told of %q, want four variants", reported)
	}
	if len(r.Cells) != 0 || len(r.Params) != 0 || r.Seed != 5 || r.Abstract != "" || r.Variants[0].Abstract != "Of 10." || len(r.Provenance.Artifacts) != 2 {
		t.Errorf("cells %v, params %v, seed %d, abstract %q and %q, artifacts %v", r.Cells, r.Params, r.Seed, r.Abstract, r.Variants[0].Abstract, r.Provenance.Artifacts)
	}
	// A variant is what a run with its values alone gives.
	alone := sweep(t, []string{"images=20", "seed=1"}, `text: {{param "images"}} of {{value "clean"}}`, "script: images\nmetric clean\nuse mnist")
	one := run(t, t.Context(), alone, Options{Provenance: result.Provenance{Artifacts: []result.Artifact{{Name: "first", SHA256: "1"}}}})
	if one.Digest != r.Variants[2].Digest {
		t.Error("a variant and a run with its values differ in their digests")
	}
	if again := run(t, t.Context(), s, Options{Provenance: result.Provenance{Artifacts: []result.Artifact{{Name: "first", SHA256: "1"}}}}); again.Digest != r.Digest {
		t.Error("two runs over one grid differ in their digests")
	}
}

// Without being told to keep going, a run begins no further variant once one has
// failed.
func TestGridFailure(t *testing.T) {
	s := sweep(t, []string{"seed=[1, 2]"}, "script: print before\nerror broken\nprint after", "text: end")
	procs := runtime.GOMAXPROCS(1) // one after the other
	defer runtime.GOMAXPROCS(procs)
	first := "run failed\nc1 failed [print before] ! dir/x.yaml:9:7: cell \"c1\": broken\nc2 done [text end]\n"
	for keepGoing, second := range map[bool]string{
		true:  first,
		false: "run skipped: not run: the variant seed=1 did not get to its end\nc1 skipped\nc2 done [text end]\n",
	} {
		want := "grid failed\nv1 seed=1: " + first + "v2 seed=2: " + second
		if d := cmp.Diff(want, stories(run(t, t.Context(), s, Options{KeepGoing: keepGoing}))); d != "" {
			t.Errorf("keep going %v: %s", keepGoing, d)
		}
	}
}

func TestGridDeadline(t *testing.T) {
	s := sweep(t, []string{"seed=[1, 2, 3]"}, "script: print before\nspin")
	s.Timeout = 700 * time.Millisecond
	r := run(t, t.Context(), s, Options{})
	if r.Status != result.Limited {
		t.Errorf("the run ended as %s", r.Status)
	}
	if got := story(r.Of(r.Variants[0])); !strings.Contains(got, "[print before]") || !strings.Contains(got, "the run may take 700ms") {
		t.Errorf("the first variant: %s", got)
	}
	if got := r.Variants[2]; got.Status == result.Done || got.Error == nil {
		t.Errorf("the last variant ended as %s, %v", got.Status, got.Error)
	}
}

func TestGridInterrupt(t *testing.T) {
	s := sweep(t, []string{"seed=[1, 2, 3]"}, "script: print before\nwait")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := run(t, ctx, s, Options{KeepGoing: true, OnProgress: func(p Progress) {
		if p.Step.Task == "waiting" {
			cancel()
		}
	}})
	if r.Status != result.Interrupted {
		t.Errorf("the run ended as %s", r.Status)
	}
}

// The variants of a sweep share the cores: their results do not depend on how
// many they get, their speed does.
func TestAbreast(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	if got := abreast(cores+3, 1<<20); got != cores && freeMemory() > int64(cores)<<20 {
		t.Errorf("%d variants side by side on %d cores", got, cores)
	}
	if got := abreast(1, 1<<20); got != 1 {
		t.Errorf("%d children for one variant", got)
	}
	if free := freeMemory(); free > 0 && abreast(100, free) != 1 {
		t.Errorf("%d children when one may take all memory", abreast(100, free))
	}
	if _, err := os.Stat("/proc/meminfo"); err == nil && freeMemory() == 0 {
		t.Error("the free memory is not known")
	}
}

func TestKeepGoing(t *testing.T) {
	s := parse(t, "script: print one", "script: print two\nerror broken", "script: print three", "script: print four", "script: print five", `text: {{value "none"}}`)
	needs := map[string][]Need{
		"c3": {{Name: "x", Cell: "c1"}, {Name: "f", Cell: "c2", Declared: true}},
		"c4": {{Name: "y", Cell: "c2"}},
		"c5": {{Name: "g", Cell: "c4", Declared: true}},
	}
	want := `run failed
c1 done [print one]
c2 failed [print two] ! dir/x.yaml:12:7: cell "c2": broken
c3 done [print three]
c4 skipped ! dir/x.yaml:18: cell "c4": not run: needs y from cell "c2", which failed
c5 skipped ! dir/x.yaml:21: cell "c5": not run: needs g from cell "c4", which was not run
c6 done [text not shown]
`
	if d := cmp.Diff(want, story(run(t, t.Context(), s, Options{KeepGoing: true, Needs: needs}))); d != "" {
		t.Error(d)
	}
	stopped := story(run(t, t.Context(), s, Options{Needs: needs}))
	if !strings.Contains(stopped, "c3 skipped\n") {
		t.Errorf("without being told to, the run went on: %s", stopped)
	}

	// A script that cannot even be compiled fails alone as well.
	faults := []*result.Error{{Cell: "c2", Message: "no Go"}}
	want = strings.Replace(want, `c2 failed [print two] ! dir/x.yaml:12:7: cell "c2": broken`, `c2 failed ! cell "c2": no Go`, 1)
	want = strings.Replace(want, "c3 done [print three]", `c3 skipped ! dir/x.yaml:15: cell "c3": not run: needs f from cell "c2", which was not run`, 1)
	want = strings.Replace(want, `cell "c2", which failed`, `cell "c2", which was not run`, 1)
	if d := cmp.Diff(want, story(run(t, t.Context(), s, Options{KeepGoing: true, Needs: needs, Faults: faults}))); d != "" {
		t.Error(d)
	}
}

func TestCellTimeout(t *testing.T) {
	s := parse(t, "script: print before", "script: print so far\nwait", "script: print after")
	for i := range s.Cells {
		s.Cells[i].Timeout = 300 * time.Millisecond
	}
	want := `run limit
c1 done [print before]
c2 limit [print so far] ! dir/x.yaml:12:7: cell "c2": still running at its deadline: the cell may take 300ms
c3 skipped
`
	if d := cmp.Diff(want, story(run(t, t.Context(), s, Options{}))); d != "" {
		t.Error(d)
	}
	s.Cells[1].Timeout = 0
	if got := story(run(t, t.Context(), s, Options{CellTimeout: 200 * time.Millisecond})); !strings.Contains(got, "the cell may take 200ms") {
		t.Errorf("the deadline of all cells: %s", got)
	}
}
