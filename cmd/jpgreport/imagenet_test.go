package main

import (
	"fmt"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestImageNet runs the shipped experiment on a folder that is laid out as ILSVRC's
// validation folder, with one broken picture in it, and on the ONNX file of the
// repository.
func TestImageNet(t *testing.T) {
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	dir, shipped := t.TempDir(), filepath.Join("..", "..", "experiments")
	copied := func(name string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(shipped, name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copied("imagenet.yaml")
	copied(filepath.Join("models", "efficientnet-lite0.onnx"))
	elsewhere := filepath.Join(t.TempDir(), "val")
	photos, err := filepath.Glob(filepath.Join(shipped, "photos", "a*.png"))
	if err != nil || len(photos) < 5 {
		t.Fatalf("%d photographs, %v", len(photos), err)
	}
	for i, photo := range photos[:5] {
		folder := filepath.Join(elsewhere, []string{"n01440764", "n01443537"}[i%2])
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		asJPEG(t, photo, filepath.Join(folder, fmt.Sprintf("ILSVRC2012_val_%08d.JPEG", i+1)), i == 4)
	}
	run := func(args ...string) (string, error) {
		c := exec.Command(program, append([]string{"run", "imagenet.yaml", "-o", "x.html"}, args...)...)
		c.Dir, c.Env = dir, environ(filepath.Join(dir, "cache"))
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := run(); err == nil || !strings.Contains(out, `data set "validation": imagenet/val does not exist`) {
		t.Errorf("without pictures: %v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(dir, "imagenet"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "imagenet", "val")); err != nil {
		t.Skip("no links here:", err)
	}
	if out, err := run(); err == nil || !strings.Contains(out, "--allow-read "+elsewhere) {
		t.Errorf("pictures outside: %v\n%s", err, out)
	}
	if out, err := run("--allow-read", elsewhere); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(dir, "x.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`1 of 5 pictures cannot be used and left out: n01440764/ILSVRC2012_val_00000005.JPEG: jpeg: scan at offset 577: cut short in unit 92 of 196`,
		`<th scope="row">goldfish</th>`,
		`<ol class="top" aria-label="Likeliest classes">`,
		`resize shorter side 256 (bicubic); centre crop 224`,
		`"images_used"`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	for _, a := range record(t, page).Provenance.Artifacts {
		if len(a.SHA256) != 64 || strings.Contains(a.Source, elsewhere) {
			t.Errorf("artifact %v", a)
		}
	}
}

// asJPEG writes a picture as a JPEG file, or half of one.
func asJPEG(t *testing.T, from, to string, half bool) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(w, m, nil); err != nil {
		t.Fatal(err)
	}
	info, err := w.Stat()
	if err == nil && half {
		err = w.Truncate(info.Size() / 2)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
