package main

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"jpgreport/report"
	"jpgreport/runtime/result"
)

// read returns the run in a report.
func read(file string) (*result.Run, error) {
	page, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return report.Read(page)
}

// digests asserts that two reports came to the same, or that the first is one of
// the variants of the second: "digests one.html all.html".
func digests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digests REPORT REPORT")
	}
	one, err := read(ts.MkAbs(args[0]))
	ts.Check(err)
	all, err := read(ts.MkAbs(args[1]))
	ts.Check(err)
	have := []string{all.Digest}
	for _, v := range all.Variants {
		have = append(have, v.Digest)
	}
	for _, d := range have {
		if d == one.Digest {
			return
		}
	}
	ts.Fatalf("%s has the digest %s, %s has %q", args[0], one.Digest, args[1], have)
}

// damage changes one byte of each file below a folder, or cuts the file short.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage FOLDER")
	}
	n := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n++; n%2 == 0 {
			b = b[:len(b)/2]
		} else {
			b[len(b)-1] ^= 1
		}
		return os.WriteFile(path, b, 0o644)
	}))
	if n == 0 {
		ts.Fatalf("nothing below %s to damage", args[0])
	}
}

// dear is a spec whose results are kept, and take a moment to compute.
const dear = `title: t
data: {digits: mnist}
cells:
  - id: net
    script: |
      import (
      	"jpgreport/runtime/dataset"
      	"jpgreport/runtime/model"
      )

      digits, err := dataset.Open(ctx, "digits")
      must(err)
      testing, err := digits.Test(ctx)
      must(err)
      few, err := testing.First(600)
      must(err)
      net, err := model.Train(ctx, "digits", few.Images, few.Labels, model.TrainOptions{Seed: params.Seed("train")})
      must(err)
      p, err := net.Classify(ctx, few.Images)
      must(err)
      out.Metric("first", "the first label", p.Labels[0])
`

// workplace returns a folder with the spec dear.yaml, and what runs the command
// in it on its own cache.
func workplace(t *testing.T) (dir string, command func(args ...string) *exec.Cmd) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dear.yaml"), []byte(dear), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	return dir, func(args ...string) *exec.Cmd {
		c := exec.Command(program, args...)
		c.Dir, c.Env = dir, environ(filepath.Join(dir, "cache"))
		return c
	}
}

// Two runs at once need the same results: each is computed once, and both come
// to the same.
func TestTwoRunsAtOnce(t *testing.T) {
	dir, command := workplace(t)
	var wg sync.WaitGroup
	for _, name := range []string{"a.html", "b.html"} {
		wg.Go(func() {
			if said, err := command("run", "-o", name, "dear.yaml").CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, said)
			}
		})
	}
	wg.Wait()
	a, err := read(filepath.Join(dir, "a.html"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := read(filepath.Join(dir, "b.html"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Digest != b.Digest {
		t.Errorf("the runs have the digests %s and %s", a.Digest, b.Digest)
	}
	computed := map[string]int{}
	for _, c := range append(a.Environment.Calls, b.Environment.Calls...) {
		if !c.Hit {
			computed[c.Primitive]++
		}
	}
	for primitive, n := range computed {
		if n != 1 {
			t.Errorf("%s was computed %d times", primitive, n)
		}
	}
	if len(computed) != 2 {
		t.Errorf("computed: %v, want model.Train and model.Classify", computed)
	}
}

// A run that is killed at any moment leaves the last whole report as it was, or
// a new whole one, and a cache that the next run can use.
func TestKilledRun(t *testing.T) {
	dir, command := workplace(t)
	file := filepath.Join(dir, "outputs", "dear.html")
	if said, err := command("run", "-q", "dear.yaml").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	last, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := report.Read(last)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "outputs", ".jpgreport-left") // by a run killed long ago
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 12 {
		if i%3 == 0 { // there is something to compute again
			if err := os.RemoveAll(filepath.Join(dir, "cache")); err != nil {
				t.Fatal(err)
			}
		}
		c := command("run", "-q", "dear.yaml")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.IntN(900)) * time.Millisecond) // the moment is the input, not a wait for something
		if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		c.Wait() // killed, or done before
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(page, last) {
			continue
		}
		if got, err := report.Read(page); err != nil || got.Digest != want.Digest {
			t.Fatalf("after a kill the report is neither the last one nor a whole new one: %v", err)
		}
		last = page
	}
	said, err := command("run", "dear.yaml").CombinedOutput()
	if err != nil {
		t.Fatalf("after the kills: %v\n%s", err, said)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed run left half written stays for ever")
	}
	got, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest != want.Digest {
		t.Errorf("after the kills the digest is %s, want %s", got.Digest, want.Digest)
	}
	if said, err = command("run", "dear.yaml").CombinedOutput(); err != nil || !strings.Contains(string(said), "2 of 2 results from the cache") {
		t.Errorf("after the kills nothing is recalled: %v\n%s", err, said)
	}
}
