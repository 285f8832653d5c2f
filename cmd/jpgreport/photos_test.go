package main

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jpgreport/runtime/result"
)

var photosSpec = filepath.Join("..", "..", "experiments", "photos.yaml")

// TestPhotos runs the shipped study of photographs on a few of them, all cells, and
// counts some of its numbers again from the rows of its record.
func TestPhotos(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an ImageNet network")
	}
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := filepath.Abs(photosSpec)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "photos.html")
	c := exec.Command(program, "run", spec, "-o", file, "-P", "images=12", "-P", "epsilons=[2, 10]", "-P", "qualities=[75]", "-P", "enough=3")
	c.Env = environ(filepath.Join(t.TempDir(), "cache"))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := record(t, page)
	for _, k := range r.Checks {
		if k.Status == result.Fail {
			t.Errorf("check %s: %s", k.ID, k.Detail)
		}
	}
	if n := len(r.Checks); n != 7 {
		t.Errorf("%d checks, want 7", n)
	}
	if strings.Contains(string(page), "%!") {
		t.Error("the page has a verb of package fmt that does not fit")
	}
	if n, of := r.Metrics["images_used"].Value, r.Metrics["photographs"].Value; n != 12 || of < 6 || of > 11 {
		t.Errorf("%g pictures of %g photographs; of 12, some are of one photograph", n, of)
	}
	if adv := r.Metrics["adv_agreement"]; adv.K > 6 || adv.N != 12 {
		t.Errorf("agreement after the attack %d of %d: it takes most labels even at ε = 1", adv.K, adv.N)
	}
	var names []string
	for _, a := range r.Provenance.Artifacts {
		names = append(names, a.Name)
	}
	if said := strings.Join(names, " "); !strings.Contains(said, "photos") || !strings.Contains(said, "lite0") {
		t.Errorf("the provenance names %s, want the photographs and the network", said)
	}
	browse(t, file, r)
}

// The pictures keep what their folder promises: each is credited, free, of the
// size that the network takes, and cut from a photograph reduced at least twofold.
func TestPhotographsAreCredited(t *testing.T) {
	dir := filepath.Join(filepath.Dir(photosSpec), "photos")
	f, err := os.Open(filepath.Join(dir, "CREDITS.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	free := map[string]bool{"public domain": true, "CC0-1.0": true, "CC-BY-2.0": true, "CC-BY-3.0": true, "CC-BY-4.0": true, "CC-BY-SA-3.0": true, "CC-BY-SA-4.0": true}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	side := func(size string) int { // the shorter one
		w, h, _ := strings.Cut(size, "×")
		x, _ := strconv.Atoi(w)
		y, _ := strconv.Atoi(h)
		return min(x, y)
	}
	listed, photographs := map[string]bool{}, map[string]bool{}
	for _, row := range rows[1:] {
		get := func(column string) string { return row[at[column]] }
		listed[get("file")], photographs[get("photograph")] = true, true
		if !free[get("licence")] || get("author") == "" || !strings.HasPrefix(get("source"), "https://") || get("package") == "" {
			t.Errorf("%s: licence %q, author %q, source %q, package %q", get("file"), get("licence"), get("author"), get("source"), get("package"))
		}
		if from, to := side(get("size")), side(get("reduced")); to < 224 || from < 2*to {
			t.Errorf("%s: reduced from %s to %s", get("file"), get("size"), get("reduced"))
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var bytes int64
	for _, file := range files {
		if !listed[filepath.Base(file)] {
			t.Errorf("%s is not credited", file)
		}
		p, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(p)
		info, _ := p.Stat()
		p.Close()
		if err != nil || c.Width != 224 || c.Height != 224 {
			t.Errorf("%s: %d×%d, %v", file, c.Width, c.Height, err)
		}
		bytes += info.Size()
	}
	if len(files) != len(listed) || len(files) < 200 || len(photographs) < 30 {
		t.Errorf("%d files and %d credits, of %d photographs; want 200 or more of 30 or more", len(files), len(listed), len(photographs))
	}
	weights, err := os.ReadFile(filepath.Join(filepath.Dir(photosSpec), "models", "efficientnet-lite0.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(filepath.Dir(photosSpec), "models", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(weights)); !strings.Contains(string(readme), sum) {
		t.Errorf("the network's digest is %s, which its README does not name", sum)
	}
	if bytes += int64(len(weights)); bytes > 40e6 {
		t.Errorf("network and pictures have %d bytes, want 40 MB at most", bytes)
	}
}
