package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// A report that cannot be put in its place is named as the user named it, not
// by its unfinished file.
func TestUnwritten(t *testing.T) {
	folder := t.TempDir()
	to := filepath.Join(folder, "gone", "first.html") // removed while the run went on
	err := write(to, []byte("page"), &bytes.Buffer{})
	if err == nil || !strings.HasPrefix(err.Error(), to+" is not written: ") || strings.Contains(err.Error(), ".jpgreport-") {
		t.Errorf("error %v, want one that names %s only", err, to)
	}
}
