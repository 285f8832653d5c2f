package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGenerated: the committed assembly is what the generator writes. A stale one
// would go on giving the bits of code that is no more.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	assembly, stubs := filepath.Join(dir, "vector_amd64.s"), filepath.Join(dir, "vector_amd64.go")
	if out, err := exec.Command("go", "run", ".", "-out", assembly, "-stubs", stubs, "-pkg", "codec").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{assembly, stubs} {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", filepath.Base(name)))
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ = bytes.Cut(want, []byte("\n")) // the command, with its paths
		_, got, _ = bytes.Cut(got, []byte("\n"))
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./runtime/codec", filepath.Base(name))
		}
	}
}
