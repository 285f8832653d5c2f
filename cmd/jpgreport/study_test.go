package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jpgreport/report"
	"jpgreport/runtime/result"
)

// TestStudy runs the shipped experiment, all its cells on real data, with little
// training and few images: twice, the second time from the cache alone.
func TestStudy(t *testing.T) {
	if testing.Short() {
		t.Skip("trains two networks")
	}
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	spec, err := filepath.Abs(filepath.Join("..", "..", "experiments", "mnist.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	study := func(file, cores string) (page []byte, said string) {
		t.Helper()
		c := exec.Command(program, "run", spec, "-o", file, "-P", "training_images=1000", "-P", "images=60",
			"-P", "models=2", "-P", "epsilons=[1, 10, 51]", "-P", "qualities=[75, 10]", "-P", "enough=5")
		c.Dir, c.Env = dir, append(environ(filepath.Join(dir, "cache")), "GOMAXPROCS="+cores)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		page, err = os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		return page, string(out)
	}
	page, _ := study("first.html", "2")
	again, said := study("second.html", "1")

	first, second := record(t, page), record(t, again)
	if first.Digest != second.Digest {
		t.Errorf("the same spec gave the digests %s and %s", first.Digest, second.Digest)
	}
	calls := regexp.MustCompile(`(\d+) of (\d+) results from the cache`).FindStringSubmatch(said)
	if calls == nil || calls[1] != calls[2] || calls[1] == "0" {
		t.Errorf("the second run did not take everything from the cache:\n%s", said)
	}
	for _, k := range first.Checks {
		if k.Status == result.Fail {
			t.Errorf("check %s: %s", k.ID, k.Detail)
		}
	}
	if n := len(first.Checks); n != 8 {
		t.Errorf("%d checks, want 8", n)
	}
	if len(page) > 4<<20 {
		t.Errorf("the page has %d bytes, want 4 MB at most", len(page))
	}
	if at := bytes.Index(page, []byte("%!")); at >= 0 { // as package fmt marks a verb that does not fit
		t.Errorf("the page says %q", page[max(0, at-40):at+20])
	}
	verdicts(t, first)
	browse(t, filepath.Join(dir, "first.html"), first)
}

func record(t *testing.T, page []byte) *result.Run {
	t.Helper()
	r, err := report.Read(page)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// verdicts holds what the study says of its claims against the numbers that the
// record has, by rules written here a second time.
func verdicts(t *testing.T, r *result.Run) {
	t.Helper()
	said := map[string]string{}
	for _, o := range r.Cell("verdict").Outputs {
		if o.Table != nil {
			for _, row := range o.Table.Cells {
				said[row[0].Text[:2]] = row[1].Text
			}
		}
	}
	broken := r.Metrics["newly_broken_clean"]
	want := "undecided"
	switch {
	case broken.High < 0.01:
		want = "supported"
	case broken.Low > 0.01:
		want = "refused"
	}
	if said["P5"] != want {
		t.Errorf("P5 %q, but %d of %d are newly broken: want %q", said["P5"], broken.K, broken.N, want)
	}
	// With sixty images nothing about noise can be shown, and must not be said.
	if said["P4"] == "supported" || said["P4"] == "" {
		t.Errorf("P4 %q from sixty images", said["P4"])
	}
	if said["P1"] != "supported in part" { // at ε = 51 it must show, at ε = 1 it cannot
		t.Errorf("P1 %q, want it supported in part", said["P1"])
	}
	for _, p := range []string{"P2", "P3"} {
		if said[p] == "" {
			t.Errorf("nothing is said of %s", p)
		}
	}
}

// browse opens the page in Chromium, where there is one, and looks at the
// console and at the charts.
func browse(t *testing.T, file string, r *result.Run) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("no Chromium: the study's page was not opened")
		return
	}
	c := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom", "file://"+file)
	var dom, log strings.Builder
	c.Stdout, c.Stderr = &dom, &log
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if said := log.String(); strings.Contains(said, "CONSOLE") {
		t.Errorf("the console says:\n%s", said)
	}
	charts := 0
	for _, cell := range r.Cells {
		for _, o := range cell.Outputs {
			if o.Chart != nil {
				charts++
			}
		}
	}
	// As ECharts marks its own drawings.
	if drawn := strings.Count(dom.String(), `baseProfile="full"`); charts == 0 || drawn < charts {
		t.Errorf("%d of %d charts drew", drawn, charts)
	}
}
