package dataset

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// Who lacks the files is told how to get them.
func TestFashionMNISTIsMissing(t *testing.T) {
	s := &Splits{Name: "clothes"}
	err := s.openFashionMNIST(t.Context(), Source{Kind: KindFashionMNIST}, t.TempDir()+"/none")
	var missing interface{ Hint() string }
	if !errors.As(err, &missing) || !strings.HasPrefix(err.Error(), "fashion-mnist is not on this machine: there is no folder /") {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(missing.Hint(), "apt install dataset-fashion-mnist") || !strings.Contains(missing.Hint(), "path: FOLDER") {
		t.Errorf("hint %q", missing.Hint())
	}
}

// A spec may name the source without a path, so it must not get at other files.
func TestFashionMNISTIsNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{trainImages, trainLabels, testImages, testLabels} {
		b, err := embedded.ReadFile("mnist/" + f + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+f+".gz", b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, src := range []Source{{Kind: KindFashionMNIST}, {Kind: KindFashionMNIST, Path: dir}} {
		err := new(Splits).openFashionMNIST(t.Context(), src, dir)
		want := "train-labels-idx1-ubyte.gz: found SHA-256 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5, want bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
