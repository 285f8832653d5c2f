package dataset_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// collect returns a context whose data sets are c, and where the artifacts go.
func collect(t *testing.T, c dataset.Catalog) (context.Context, *[]work.Artifact) {
	used := new([]work.Artifact)
	ctx := work.WithProvenance(t.Context(), work.ProvenanceFunc(func(a work.Artifact) { *used = append(*used, a) }))
	if c != nil {
		ctx = dataset.WithCatalog(ctx, c)
	}
	return ctx, used
}

// small returns the files of a set of four training and two test images, 2×3.
func small() map[string][]byte {
	return map[string][]byte{
		"train-images-idx3-ubyte":    idx(count(24), 4, 2, 3),
		"train-labels-idx1-ubyte.gz": gzipped(idx([]byte{0, 1, 2, 1}, 4)),
		"t10k-images-idx3-ubyte.gz":  gzipped(idx(count(12), 2, 2, 3)),
		"t10k-labels-idx1-ubyte":     idx([]byte{3, 0}, 2),
	}
}

// write puts files into a new folder.
func write(t *testing.T, files map[string][]byte) string {
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMNIST(t *testing.T) {
	ctx, used := collect(t, nil)
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		t.Fatal(err)
	}
	if len(*used) != 0 {
		t.Errorf("used before any image was asked for: %v", *used)
	}
	test, err := digits.Test(ctx)
	if err != nil {
		t.Fatal(err)
	}
	train, err := digits.Train(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if train.Name != "mnist train" || train.Images.Shape() != "60000×1×28×28" || test.Images.Shape() != "10000×1×28×28" {
		t.Errorf("%s %s, %s %s", train.Name, train.Images.Shape(), test.Name, test.Images.Shape())
	}
	// The first digits of either file are well known.
	if got := train.Labels[:10]; !slices.Equal(got, []int{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}) {
		t.Errorf("training labels begin %v", got)
	}
	if got := test.Labels[:10]; !slices.Equal(got, []int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}) {
		t.Errorf("test labels begin %v", got)
	}
	if got := strings.Join(test.Classes, ""); got != "0123456789" {
		t.Errorf("classes %v", test.Classes)
	}
	want := []work.Artifact{
		{Kind: "data", Name: "mnist/t10k-images-idx3-ubyte", Source: "embedded mnist, t10k-images-idx3-ubyte.gz", SHA256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		{Kind: "data", Name: "mnist/t10k-labels-idx1-ubyte", Source: "embedded mnist, t10k-labels-idx1-ubyte.gz", SHA256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
		{Kind: "data", Name: "mnist/train-images-idx3-ubyte", Source: "embedded mnist, train-images-idx3-ubyte.gz", SHA256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		{Kind: "data", Name: "mnist/train-labels-idx1-ubyte", Source: "embedded mnist, train-labels-idx1-ubyte.gz", SHA256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
	}
	if !slices.Equal(*used, want) {
		t.Errorf("artifacts %v, want %v", *used, want)
	}
	// The ink of the first training image, a five, begins in row 5 and column 12 at level 3.
	if got := train.Images.Sample(0)[5*28+12]; got != pixel.Sample(3) || pixel.Level(train.Images.Sample(0)[5*28+11]) != 0 {
		t.Errorf("the first ink of the first training image has the sample %v, want 3/255", got)
	}
	if again, err := digits.Train(ctx); err != nil || again != train || len(*used) != 6 {
		t.Errorf("asked for again, the training images were decoded again or not named: %v, %d artifacts", err, len(*used))
	}
}

// TestFashionMNIST reads the files where Debian's package dataset-fashion-mnist
// installs them, which its source needs no path for.
func TestFashionMNIST(t *testing.T) {
	const dir = "/usr/share/datasets/fashion-mnist"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("Debian's package dataset-fashion-mnist is not installed:", err)
	}
	ctx, used := collect(t, dataset.Catalog{"clothes": {Kind: "fashion-mnist"}})
	clothes, err := dataset.Open(ctx, "clothes")
	if err != nil {
		t.Fatal(err)
	}
	test, err := clothes.Test(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if test.Name != "fashion-mnist test" || clothes.Name != "clothes" || test.Images.Shape() != "10000×1×28×28" {
		t.Errorf("%s of %s, %s", test.Name, clothes.Name, test.Images.Shape())
	}
	if got := test.Classes[test.Labels[0]]; got != "ankle boot" {
		t.Errorf("the first test image is a %s, want an ankle boot", got)
	}
	if want := (work.Artifact{Kind: "data", Name: "clothes/t10k-images-idx3-ubyte", Source: "fashion-mnist, t10k-images-idx3-ubyte.gz",
		SHA256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"}); (*used)[0] != want {
		t.Errorf("artifact %v, want %v", (*used)[0], want)
	}
}

func TestFolder(t *testing.T) {
	dir := write(t, small())
	ctx, used := collect(t, dataset.Catalog{
		"shapes": {Kind: "idx", Path: dir},
		"named":  {Kind: "idx", Path: dir, Classes: []string{"a", "b", "c", "d", "e"}},
	})
	for name, classes := range map[string]string{"shapes": "0 1 2 3", "named": "a b c d e"} {
		s, err := dataset.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		test, err := s.Test(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(test.Classes, " "); got != classes {
			t.Errorf("%s: classes %s, want %s", name, got, classes)
		}
		if test.Name != name+" test" || !slices.Equal(test.Labels, []int{3, 0}) {
			t.Errorf("%s has the labels %v", test.Name, test.Labels)
		}
		if want := pixel.FromBytes(2, 1, 2, 3, count(12)); test.Images.Digest() != want.Digest() {
			t.Errorf("%s: other images", test.Name)
		}
	}
	for _, a := range *used {
		if strings.Contains(a.Source, dir) || !strings.HasPrefix(a.Source, "t10k-") || len(a.SHA256) != 64 {
			t.Errorf("artifact %v", a)
		}
	}
}

func TestOpenRefusesNames(t *testing.T) {
	dir := write(t, small())
	file := filepath.Join(dir, "t10k-labels-idx1-ubyte")
	for _, c := range []struct {
		name    string
		catalog dataset.Catalog
		want    string
	}{
		{"cifar", nil, `no data set "cifar", want one of: mnist`},
		{"mnist", dataset.Catalog{"b": {Kind: "mnist"}, "a": {Kind: "mnist"}}, `no data set "mnist", want one of: a, b`},
		{"mnist", dataset.Catalog{}, `no data set "mnist", and no other`},
		{"a", dataset.Catalog{"a": {Kind: "png"}}, `data set "a": source "png", want one of: cifar-10, cifar-100, fashion-mnist, folder, idx, ilsvrc, mnist`},
		{"a", dataset.Catalog{"a": {Kind: "idx"}}, `data set "a": source "idx" has no path`},
		{"a", dataset.Catalog{"a": {Kind: "mnist", Path: "x"}}, `data set "a": source "mnist" takes no path`},
		{"a", dataset.Catalog{"a": {Kind: "mnist", Classes: []string{"zero", "one", "two", "three"}}},
			`data set "a": train-labels-idx1-ubyte.gz: offset 8: found label 5, want 0..3 for 4 classes`},
		{"a", dataset.Catalog{"a": {Kind: "idx", Path: filepath.Join(dir, "none")}},
			`data set "a": train-labels-idx1-ubyte: the folder: no such file or directory`},
		{"a", dataset.Catalog{"a": {Kind: "idx", Path: file}},
			`data set "a": train-labels-idx1-ubyte: the folder: not a directory`},
		{"a", dataset.Catalog{"a": {Kind: "idx", Path: t.TempDir()}},
			`data set "a": neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz is there`},
	} {
		ctx, _ := collect(t, c.catalog)
		if _, err := dataset.Open(ctx, c.name); err == nil || err.Error() != c.want {
			t.Errorf("error\n%v\nwant\n%s", err, c.want)
		}
	}
}

// TestFilesThatDisagree: each file is sound, or nearly; together they are not.
func TestFilesThatDisagree(t *testing.T) {
	for _, c := range []struct {
		name, file string
		content    []byte
		want       string // after the set's name
	}{
		{"a label too few", "t10k-labels-idx1-ubyte", idx([]byte{3}, 1),
			"t10k-labels-idx1-ubyte: offset 4: found 1 labels, want 2 as in t10k-images-idx3-ubyte.gz"},
		{"test images of another size", "t10k-images-idx3-ubyte.gz", idx(count(12), 2, 3, 2),
			"t10k-images-idx3-ubyte: offset 8: found images of 3×2, want 2×3 as in train-images-idx3-ubyte"},
		{"labels where images belong", "train-images-idx3-ubyte", idx(count(4), 4),
			"train-images-idx3-ubyte: offset 0: found magic number 0x00000801 (labels), want 0x00000803 (images)"},
		{"images where labels belong", "t10k-labels-idx1-ubyte", idx(count(12), 2, 2, 3),
			"t10k-labels-idx1-ubyte: offset 0: found magic number 0x00000803 (images), want 0x00000801 (labels)"},
		{"images cut short", "t10k-images-idx3-ubyte.gz", gzipped(idx(count(12), 2, 2, 3)[:20]),
			"t10k-images-idx3-ubyte.gz: offset 20: found the end of the file, want 8 more bytes for the 2×2×3 of the header"},
		{"images with more after them", "t10k-images-idx3-ubyte.gz", gzipped(idx(count(13), 2, 2, 3)),
			"t10k-images-idx3-ubyte.gz: offset 28: found more bytes, want the end of the file after the 2×2×3 of the header"},
	} {
		files := small()
		files[c.file] = c.content
		ctx, used := collect(t, dataset.Catalog{"s": {Kind: "idx", Path: write(t, files)}})
		s, err := dataset.Open(ctx, "s")
		if err == nil {
			_, err = s.Test(ctx)
		}
		if want := `data set "s": ` + c.want; err == nil || err.Error() != want {
			t.Errorf("%s: error\n%v\nwant\n%s", c.name, err, want)
		}
		if len(*used) != 0 {
			t.Errorf("%s: named as used: %v", c.name, *used)
		}
	}
}

// TestFileChangedSinceOpen: the labels of a set are not put to other images.
func TestFileChangedSinceOpen(t *testing.T) {
	dir := write(t, small())
	ctx, _ := collect(t, dataset.Catalog{"s": {Kind: "idx", Path: dir}})
	s, err := dataset.Open(ctx, "s")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "train-images-idx3-ubyte"), idx(count(30), 5, 2, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.Train(ctx)
	if want := `data set "s": train-images-idx3-ubyte: offset 4: found 5×2×3, want 4×2×3 as when it was opened`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestFolderDoesNotLeadOut: a link out of the folder is refused, one inside it
// is followed, and what is no file is not waited for.
func TestFolderDoesNotLeadOut(t *testing.T) {
	outside := write(t, small())
	const name = "t10k-labels-idx1-ubyte"
	for _, c := range []struct {
		link func(dir string) error
		want string
	}{
		{func(dir string) error { return os.Symlink(filepath.Join(outside, name), filepath.Join(dir, name)) }, "path escapes from parent"},
		{func(dir string) error { return os.Mkdir(filepath.Join(dir, name), 0o700) }, "not a regular file"},
		{func(dir string) error {
			if err := os.WriteFile(filepath.Join(dir, "l"), small()[name], 0o600); err != nil {
				return err
			}
			return os.Symlink("l", filepath.Join(dir, name))
		}, ""},
	} {
		files := small()
		delete(files, name)
		dir := write(t, files)
		if err := c.link(dir); err != nil {
			t.Skip("no links here:", err)
		}
		ctx, _ := collect(t, dataset.Catalog{"s": {Kind: "idx", Path: dir}})
		_, err := dataset.Open(ctx, "s")
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != `data set "s": `+name+": "+c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := digits.Train(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestFirst(t *testing.T) {
	s := &dataset.Set{Name: "s test", Images: pixel.FromBytes(3, 1, 1, 2, count(6)), Labels: []int{2, 0, 1}, Classes: []string{"a", "b", "c"}}
	f, err := s.First(2)
	if err != nil {
		t.Fatal(err)
	}
	if want := pixel.FromBytes(2, 1, 1, 2, count(4)); f.Images.Digest() != want.Digest() || !slices.Equal(f.Labels, []int{2, 0}) || f.Name != s.Name {
		t.Errorf("the first two are %v with %v", f.Images.Data, f.Labels)
	}
	for n, want := range map[int]string{0: "s test: the first 0 images, want 1..3", 4: "s test: the first 4 images, want 1..3", -1: "s test: the first -1 images, want 1..3"} {
		if _, err := s.First(n); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestDigest(t *testing.T) {
	set := func() *dataset.Set {
		return &dataset.Set{Name: "s", Images: pixel.FromBytes(3, 1, 1, 2, count(6)), Labels: []int{2, 0, 1}}
	}
	first, _ := set().First(2)
	label, sample, renamed := set(), set(), set()
	label.Labels[1] = 1
	sample.Images.Data[5] = 1
	renamed.Name = "t"
	if renamed.Digest() != set().Digest() {
		t.Error("the name counts")
	}
	for what, s := range map[string]*dataset.Set{"the number of images": first, "a label": label, "a sample": sample} {
		if s.Digest() == set().Digest() {
			t.Errorf("%s does not count", what)
		}
	}
}

// TestKnown: the list is sorted, complete and true of the embedded files.
func TestKnown(t *testing.T) {
	known := dataset.Known()
	if !slices.IsSortedFunc(known, func(a, b dataset.Info) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	for _, k := range known {
		if k.Embedded != (k.Get == "") || k.Origin == "" || k.Terms == "" || len(k.Files) != 4 || len(k.Classes) != 10 {
			t.Errorf("%s is not described whole: %+v", k.Name, k)
		}
		for _, f := range k.Files {
			n := map[bool]int{true: k.Train, false: k.Test}[strings.HasPrefix(f.Name, "train")]
			if want := map[bool]int{true: 16 + 28*28*n, false: 8 + n}[strings.Contains(f.Name, "images")]; f.Bytes != want || len(f.SHA256) != 64 {
				t.Errorf("%s: %s has %d bytes and digest %q, want %d bytes", k.Name, f.Name, f.Bytes, f.SHA256, want)
			}
			if !k.Embedded {
				continue
			}
			b, err := os.ReadFile(filepath.Join("mnist", "README.md"))
			if err != nil || !bytes.Contains(b, []byte(f.SHA256)) {
				t.Errorf("mnist/README.md does not state the digest of %s: %v", f.Name, err)
			}
		}
	}
}
