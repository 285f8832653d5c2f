package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What stands beside the generator is what it writes.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	program, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command to run the generator with")
	}
	folder := t.TempDir()
	flags := []string{"run", "./gen"}
	files := []string{"-out", "simd_amd64.s", "-stubs", "simd_amd64.go", "-tables", "tables_amd64.go"}
	for i := 0; i < len(files); i += 2 {
		flags = append(flags, files[i], filepath.Join(folder, files[i+1]))
	}
	if out, err := exec.Command(program, append(flags, "-pkg", "kernel")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i := 1; i < len(files); i += 2 {
		var text [2][]byte
		for k, dir := range []string{folder, "."} {
			if text[k], err = os.ReadFile(filepath.Join(dir, files[i])); err != nil {
				t.Fatal(err)
			}
			// The first line names the command and with it the folder; a checkout
			// may have changed the ends of lines.
			_, rest, _ := bytes.Cut(bytes.ReplaceAll(text[k], []byte("\r\n"), []byte("\n")), []byte("\n"))
			text[k] = rest
		}
		if !bytes.Equal(text[0], text[1]) {
			t.Errorf("%s is stale: run go generate ./runtime/kernel", files[i])
		}
	}
}
