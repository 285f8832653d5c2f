package dataset_test

import (
	"os"
	"path/filepath"
	"testing"
)

// metaMAT returns a file as the development kit's meta.mat: shark, tench and goldfish
// have the numbers 1 to 3, and a synset that is no class has 4.
func metaMAT(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "meta.mat"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
