package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"jpgreport/runtime/result"
)

// ship runs a shipped experiment with little training and few images, and returns
// its record and its page.
func ship(t *testing.T, name string, flags ...string) (*result.Run, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("trains a network")
	}
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := filepath.Abs(filepath.Join("..", "..", "experiments", name))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	c := exec.Command(program, append([]string{"run", spec, "-o", page}, flags...)...)
	c.Dir, c.Env = dir, environ(filepath.Join(dir, "cache"))
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	r := record(t, text)
	for _, k := range r.Checks {
		if k.Status == result.Fail {
			t.Errorf("check %s: %s", k.ID, k.Detail)
		}
	}
	return r, page
}

// TestTour holds the tour to its promise: every kind of cell and of output.
func TestTour(t *testing.T) {
	r, page := ship(t, "tour.yaml", "-P", "training_images=300", "-P", "images=30")
	var kinds []string
	for _, c := range r.Cells {
		kinds = append(kinds, c.Kind)
		for _, o := range c.Outputs {
			kinds = append(kinds, o.Kind)
			if o.Chart != nil {
				kinds = append(kinds, o.Chart.Kind)
			}
		}
	}
	for _, kind := range []string{
		result.KindText, result.KindScript,
		"text", "print", "table", "chart", "gallery", "compare", "metric", "check", "warning", "rows",
		"line", "bar", "scatter", "heatmap", "box",
	} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("the tour shows no %s", kind)
		}
	}
	if file := filepath.Base(r.Scripts["attack"].File); file != "attack.go" {
		t.Errorf("the cell %q stands in %q, want a file of its own", "attack", file)
	}
	browse(t, page, r)
}

// TestClothes runs the study in short where Debian's package is installed.
func TestClothes(t *testing.T) {
	if _, err := os.Stat("/usr/share/datasets/fashion-mnist"); err != nil {
		t.Skip("Debian's package dataset-fashion-mnist is not installed:", err)
	}
	r, page := ship(t, "fashion-mnist.yaml", "-P", "training_images=600", "-P", "images=60", "-P", "epsilons=[5, 25]")
	if m := r.Metrics["clean_accuracy"]; m.N != 10000 || m.Value < 0.4 {
		t.Errorf("clean accuracy %v of %d images", m.Value, m.N)
	}
	if m := r.Metrics["adv_accuracy"]; m.N != 60 {
		t.Errorf("%d images attacked, want 60", m.N)
	}
	browse(t, page, r)
}
