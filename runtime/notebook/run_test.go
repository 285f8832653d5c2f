package notebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
	"jpgreport/runtime/work"
)

// parse returns a spec of which each script is one act or several.
func parse(t *testing.T, cells ...string) *spec.Spec {
	t.Helper()
	text := "title: Test\nabstract: 'Of {{param \"images\"}}.'\nseed: 5\nparams: { images: 2000 }\ncells:\n"
	for i, c := range cells {
		kind, body, _ := strings.Cut(c, ": ")
		text += fmt.Sprintf("  - id: c%d\n    %s: |\n      %s\n", i+1, kind, strings.ReplaceAll(body, "\n", "\n      "))
	}
	s, err := spec.Parse("dir/x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, ctx context.Context, s *spec.Spec, o Options) *result.Run {
	t.Helper()
	if o.Child == nil {
		o.Child = childOf("act")
	}
	r, err := Run(ctx, s, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Digest == "" || r.Provenance.Digest == "" {
		t.Error("the run is not sealed")
	}
	return r
}

// story tells a run in short: its status, then each cell with status, error and
// outputs.
func story(r *result.Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s", r.Status)
	if r.Error != nil {
		fmt.Fprintf(&b, ": %v", r.Error)
	}
	b.WriteByte('\n')
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "%s %s", c.ID, c.Status)
		for _, o := range c.Outputs {
			fmt.Fprintf(&b, " [%s %s]", o.Kind, strings.ReplaceAll(strings.TrimSpace(o.Text+o.Print), "\n", "⏎"))
		}
		if c.Error != nil {
			fmt.Fprintf(&b, " ! %v", c.Error)
			if c.Error.Hint != "" {
				fmt.Fprintf(&b, " (hint: %s)", c.Error.Hint)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestGoodRun(t *testing.T) {
	var progress []Progress
	s := parse(t,
		`text: Accuracy {{metric "clean"}}, that is {{value "clean"}} of {{param "images"}}; {{metric "psnr"}}, {{value "psnr"}}.`,
		"script: print one\nprint  two\nimages\nvalue\nstdout\nmetric clean\nprint three",
		"script: use mnist\nuse mnist\nuse net\nsteps\ndecibel psnr\ntext from {{value \"clean\"}}",
	)
	r := run(t, t.Context(), s, Options{
		OnProgress: func(p Progress) { progress = append(progress, p) },
		Provenance: result.Provenance{Version: "v1", Artifacts: []result.Artifact{{Name: "first", SHA256: "1"}}},
	})
	want := `run done
c1 done [text Accuracy 98.61% [98.36, 98.82] (n = 10,000), that is 98.6% of 2,000; 31.2 dB (n = 2,000), 31.2 dB.]
c2 done [print one two2000hello] [metric ] [print three]
c3 done [metric ] [text from 98.6%]
`
	if d := cmp.Diff(want, story(r)); d != "" {
		t.Error(d)
	}
	if r.Abstract != "Of 2,000." || r.Name != "x" || r.Seed != 5 || r.Title != "Test" || r.Params["images"].Value != 2000 {
		t.Errorf("abstract %q, name %q, seed %d, title %q, params %v", r.Abstract, r.Name, r.Seed, r.Title, r.Params)
	}
	if got := r.Scripts["c2"]; got.File != "dir/x.yaml" || got.Line != 11 || got.Column != 6 {
		t.Errorf("script of c2 is at %s:%d, indented by %d", got.File, got.Line, got.Column)
	}
	artifacts := []result.Artifact{{Name: "first", SHA256: "1"}, {Kind: "data", Name: "mnist", SHA256: "abc"}, {Kind: "data", Name: "net", SHA256: "abc"}}
	if d := cmp.Diff(artifacts, r.Provenance.Artifacts); d != "" {
		t.Error(d)
	}
	var begun []string
	var last work.Step
	for _, p := range progress {
		switch {
		case p.Step.Task != "":
			last = p.Step
		case p.Status == "":
			begun = append(begun, fmt.Sprintf("%s %d/%d", p.Cell, p.Number, p.Cells))
		}
	}
	if d := cmp.Diff([]string{"c2 1/2", "c3 2/2"}, begun); d != "" {
		t.Error(d)
	}
	if last.Done != 1000 {
		t.Errorf("the last step told is %d, want 1000", last.Done)
	}
	if len(progress) > 30 {
		t.Errorf("%d reports for 1,000 steps in no time", len(progress))
	}
	again := run(t, t.Context(), s, Options{Provenance: result.Provenance{Version: "v1", Artifacts: artifacts[:1]}})
	if again.Digest != r.Digest {
		t.Error("two runs of one spec differ in their digests")
	}
}

// Whatever ends a run, what was done before stands, the cell is named and what
// follows is skipped.
func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		act    string
		status result.Status
		want   string // message of the cell
		prints bool   // the middle cell has outputs that are not compared
	}{
		"error":             {"error it broke", result.Failed, `dir/x.yaml:11:7: cell "c2": it broke`, false},
		"panic":             {"panic oh", result.Failed, `dir/x.yaml:11: cell "c2": panic: oh`, false},
		"panic of a method": {"record no", result.Failed, `elsewhere.go:3: cell "c2": no`, false},
		"unrecordable":      {"nan", result.Failed, `dir/x.yaml:11: cell "c2": a chart that cannot be recorded: json: unsupported value: NaN`, false},
		"exit":              {"exit", result.Failed, `dir/x.yaml:11: cell "c2": the process that runs the cells died (exit status 0)`, false},
		"goroutine":         {"crash", result.Failed, `dir/x.yaml:11: cell "c2": the process that runs the cells died: panic: in a goroutine`, false},
		"recursion":         {"recurse", result.Limited, `dir/x.yaml:11: cell "c2": the cell recursed without end: its stack grew beyond 256 MB`, false},
		"memory":            {"hog", result.Limited, `dir/x.yaml:11: cell "c2": the cell used more than 600 MB of memory`, false},
		"doubling":          {"double", result.Limited, `dir/x.yaml:11: cell "c2": the cell used more than 600 MB of memory`, false},
		"kill":              {"kill", result.Failed, `dir/x.yaml:11: cell "c2": the process that runs the cells died (signal: killed); systems that run out of memory end processes so`, false},
		"garbage":           {"garbage", result.Failed, `dir/x.yaml:11: cell "c2": the process that runs the cells wrote "this is no event" among its results`, false},
		"flood":             {"flood", result.Limited, `dir/x.yaml:11: cell "c2": the cell printed more than 8 MB`, true},
		"deaf":              {"deaf", result.Limited, `dir/x.yaml:11: cell "c2": the cell printed more than 8 MB`, true},
		"texts":             {"texts", result.Limited, `dir/x.yaml:11: cell "c2": the cell put out more than 32 MB`, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := parse(t, "script: print before", "script: "+c.act, "script: print after", `text: cites {{metric "none"}}`)
			r := run(t, t.Context(), s, Options{MemoryLimit: 600 << 20})
			middle := r.Cell("c2")
			if c.prints {
				if len(middle.Outputs) == 0 {
					t.Error("what the cell put out is lost")
				}
				total := 0
				for _, o := range middle.Outputs {
					total += len(o.Print) + len(o.Text)
				}
				if total > maxOutputs {
					t.Errorf("%d bytes of output kept", total)
				}
				middle.Outputs = nil
			}
			want := fmt.Sprintf("run %s\nc1 done [print before]\nc2 %s ! %s\nc3 skipped\nc4 done [text cites not shown]\n", c.status, c.status, c.want)
			if d := cmp.Diff(want, story(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestInterrupt(t *testing.T) {
	for name, act := range map[string]string{"that listens": "wait", "that does not": "spin"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := parse(t, "script: print before", "script: print so far\n"+act, "script: print after")
			r := run(t, ctx, s, Options{OnProgress: func(p Progress) {
				if p.Step.Task == "waiting" {
					cancel()
				}
			}})
			place := map[string]string{"wait": "dir/x.yaml:12:7", "spin": "dir/x.yaml:11"}[act]
			want := "run interrupted\nc1 done [print before]\nc2 interrupted [print so far] ! " + place + ": cell \"c2\": interrupted\nc3 skipped\n"
			if d := cmp.Diff(want, story(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	for name, act := range map[string]string{"that listens": "wait", "that does not": "spin"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, "script: "+act, "script: print after")
			r := run(t, t.Context(), s, Options{Timeout: 500 * time.Millisecond})
			place := map[string]string{"wait": "dir/x.yaml:8:7", "spin": "dir/x.yaml:8"}[act]
			want := "run limit\nc1 limit ! " + place + ": cell \"c1\": still running at the deadline: the run may take 500ms\nc2 skipped\n"
			if d := cmp.Diff(want, story(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSignalsAreTheParents(t *testing.T) {
	r := run(t, t.Context(), parse(t, "script: signals"), Options{})
	if got, want := story(r), "run done\nc1 done [print alive]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A child whose parent has died must not work on, whatever its script does.
func TestParentDies(t *testing.T) {
	t.Parallel()
	child := childOf("act")(t.Context())
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	g := newGatherer(parse(t, "script: spin"), Options{})
	if err := json.NewEncoder(in).Encode(g.job); err != nil {
		t.Fatal(err)
	}
	events := json.NewDecoder(out)
	for e := (event{}); e.Kind != eventStep; { // until the script runs
		if err := events.Decode(&e); err != nil {
			t.Fatal(err)
		}
	}
	in.Close() // as the system does for a parent that is no more
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the child ended with %v, want exit status 1", err)
	}
}

func TestBeforeTheFirstCell(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		child string
		want  string
	}{
		"no evaluator":   {t.Context(), "no start", "run failed: no such data\nc1 skipped\nc2 done [text still here]\n"},
		"panic at start": {t.Context(), "panic at start", "run failed: panic: at start\nc1 skipped\nc2 done [text still here]\n"},
		"cancelled":      {cancelled, "act", "run interrupted: interrupted\nc1 skipped\nc2 done [text still here]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, c.ctx, parse(t, "script: print x", "text: still here"), Options{Child: childOf(c.child)})
			if d := cmp.Diff(c.want, story(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTextOnly(t *testing.T) {
	r := run(t, t.Context(), parse(t, "text: one"), Options{Child: func(context.Context) *exec.Cmd {
		t.Error("a child was started for nothing")
		return nil
	}})
	if got := story(r); got != "run done\nc1 done [text one]\n" {
		t.Error(got)
	}
}

func TestNoChild(t *testing.T) {
	s := parse(t, "script: print x")
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"none":     {Options{}, "notebook: no command for the child"},
		"timeout":  {Options{Child: childOf(""), Timeout: -1}, "notebook: a timeout of -1ns, want 0 (none) or more"},
		"memory":   {Options{Child: childOf(""), MemoryLimit: -1}, "notebook: a memory limit of -1 bytes, want 0 (default) or more"},
		"no start": {Options{Child: func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, "/no/such/program") }}, "notebook: start the child: "},
	} {
		if _, err := Run(t.Context(), s, c.o); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A citation of what a complete run does not have will never have a number.
func TestCitations(t *testing.T) {
	s := parse(t, "text: A\n{{metric \"claen\"}} b", "script: metric clean\ntext odd {{count}}", `text: fine {{value "clean"}}`)
	want := `run failed
c1 failed [text A⏎not shown b] ! dir/x.yaml:9:7: cell "c1": no metric "claen" to cite; the run has clean (hint: did you mean "clean"?)
c2 failed [metric ] [text odd not shown] ! dir/x.yaml:12: cell "c2": unknown verb "count" in {{count}}; allowed are "metric", "param" and "value"
c3 done [text fine 98.6%]
`
	if d := cmp.Diff(want, story(run(t, t.Context(), s, Options{}))); d != "" {
		t.Error(d)
	}
}

func TestShow(t *testing.T) {
	for _, c := range []struct {
		e           result.Estimate
		full, short string
	}{
		{result.Estimate{Value: 0.775, K: 1550, N: 2000, Of: "all", Low: 0.7561, High: 0.7928}, "77.5% [75.6, 79.3] (n\u00a0=\u00a02,000)", "77.5%"},
		{result.Estimate{Value: 1, K: 12345, N: 12345, Of: "all", Low: 0.9997, High: 1}, "100.00% [99.97, 100.00] (n\u00a0=\u00a012,345)", "100.0%"},
		{result.Estimate{Value: nan(), Of: "all"}, "not shown", "not shown"},
		{result.Estimate{Value: 31.24, Unit: "dB", Low: 30.96, High: 31.5, N: 50}, "31.2 dB [31.0, 31.5] (n\u00a0=\u00a050)", "31.2 dB"},
		{result.Estimate{Value: 12.5, Unit: "/255"}, "12.5/255", "12.5/255"},
		{result.Estimate{Value: -1234567}, "−1,234,567", "−1,234,567"},
		{result.Estimate{Value: 54321.7}, "54,322", "54,322"},
		{result.Estimate{Value: 0.00123456}, "0.00123", "0.00123"},
		{result.Estimate{Value: 1.5e-9}, "1.5 × 10⁻⁹", "1.5 × 10⁻⁹"},
		{result.Estimate{}, "0", "0"},
	} {
		if got := show(c.e, true); got != c.full {
			t.Errorf("%+v in full: %q, want %q", c.e, got, c.full)
		}
		if got := show(c.e, false); got != c.short {
			t.Errorf("%+v: %q, want %q", c.e, got, c.short)
		}
	}
}

func TestCache(t *testing.T) {
	dir := t.TempDir()
	s := parse(t, "script: recall x")
	calls := func(o Options) []result.Call {
		o.Cache = dir
		r := run(t, t.Context(), s, o)
		if got := story(r); got != "run done\nc1 done [print computed]\n" {
			t.Error(got)
		}
		return r.Environment.Calls
	}
	miss, hit := []result.Call{{Cell: "c1", Primitive: "model.Fake"}}, []result.Call{{Cell: "c1", Primitive: "model.Fake", Hit: true}}
	for i, c := range []struct {
		o    Options
		want []result.Call
	}{{Options{}, miss}, {Options{}, hit}, {Options{NoCache: true}, miss}, {Options{}, hit},
		{Options{Versions: []work.Part{{Name: "kernel", Value: "portable"}}}, []result.Call{{Cell: "c1", Primitive: "model.Fake", Changed: []result.Change{{Part: "kernel", New: "portable"}}}}}} {
		if d := cmp.Diff(c.want, calls(c.o)); d != "" {
			t.Errorf("run %d: %s", i+1, d)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	var notices []string
	run(t, t.Context(), s, Options{Cache: filepath.Join(file, "x"), OnNotice: func(n string) { notices = append(notices, n) }})
	if len(notices) != 1 || !strings.HasPrefix(notices[0], "results are not kept: ") {
		t.Errorf("notices %q, want one that results are not kept", notices)
	}
}

func TestChildEnv(t *testing.T) {
	got := childEnv([]string{"PATH=/bin", "SECRET_TOKEN=x", "Home=/h", "AWS_KEY=y", "GOGC=50", "JPGREPORT_CACHE=/c", "JPGREPORT_KERNEL=avx2"})
	if d := cmp.Diff([]string{"PATH=/bin", "Home=/h", "GOGC=50", "JPGREPORT_KERNEL=avx2", "GOTRACEBACK=none"}, got); d != "" {
		t.Error(d)
	}
}

func TestResident(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says what another process occupies")
	}
	debug.FreeOSMemory() // what the tests before left would be used again, and nothing more occupied
	before := resident(os.Getpid())
	block := bytes.Repeat([]byte("x"), 64<<20)
	if grown := resident(os.Getpid()) - before; before <= 0 || grown < 48<<20 {
		t.Errorf("occupied %d bytes, and %d more after 64 MB", before, grown)
	}
	runtime.KeepAlive(block)
	if got := resident(-1); got != 0 {
		t.Errorf("no process occupies %d bytes", got)
	}
}

func TestLines(t *testing.T) {
	var got []string
	l := &lines{each: func(b []byte) error { got = append(got, string(b)); return nil }}
	for _, s := range []string{"on", "e\ntwo\n\nthr", "", "ee\n", "rest"} {
		if n, err := l.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q): %d, %v", s, n, err)
		}
	}
	if d := cmp.Diff([]string{"one", "two", "", "three"}, got); d != "" {
		t.Error(d)
	}
}
