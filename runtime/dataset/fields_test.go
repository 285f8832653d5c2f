package dataset_test

import (
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/dataset"
)

// What else a table says of a picture comes with the set, in the order of its
// images, and is cut with it.
func TestFields(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"owl.png", "bee.png"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	table := filepath.Join(dir, "credits.csv")
	if err := os.WriteFile(table, []byte("file,photograph,author\nowl.png,night,A. Owl\nbee.png,day,\"Bee, B.\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx := dataset.WithCatalog(context.Background(), dataset.Catalog{"photos": {
		Kind: dataset.KindFolder, Path: dir, Labels: table, Columns: dataset.Columns{Group: "photograph"},
	}})
	photos, err := dataset.Open(ctx, "photos")
	if err != nil {
		t.Fatal(err)
	}
	set, err := photos.Test(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := dataset.Fields{
		"file":       {"bee.png", "owl.png"},
		"photograph": {"day", "night"},
		"author":     {"Bee, B.", "A. Owl"},
	}
	if d := cmp.Diff(want, set.Fields); d != "" {
		t.Error(d)
	}
	first, err := set.First(1)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Bee, B."}, first.Fields["author"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"day"}, first.Groups); d != "" {
		t.Error(d)
	}
}
