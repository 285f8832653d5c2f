package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs each "$ jpgreport …" of README.md and compares what it prints,
// and checks the experiment that stands there.
func TestReadme(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range strings.Split(string(text), "```")[1:] {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for i, line := range lines {
			command, ok := strings.CutPrefix(line, "$ jpgreport ")
			if !ok {
				continue
			}
			ran++
			want := ""
			for _, l := range lines[i+1:] {
				if strings.HasPrefix(l, "$ ") {
					break
				}
				want += l + "\n"
			}
			var got bytes.Buffer
			run(context.Background(), strings.Fields(command), strings.NewReader(""), &got, &got)
			if got.String() != want {
				t.Errorf("$ jpgreport %s\ngot:\n%swant:\n%s", command, &got, want)
			}
		}
		if spec, ok := strings.CutPrefix(block, "yaml\n"); ok {
			ran++
			file := filepath.Join(t.TempDir(), "readme.yaml")
			if err := os.WriteFile(file, []byte(spec), 0o644); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			if status := run(context.Background(), []string{"check", file}, strings.NewReader(""), &said, &said); status != statusDone {
				t.Errorf("the experiment in README: exit status %d\n%s", status, &said)
			}
		}
	}
	if ran < 2 {
		t.Errorf("%d examples in README, want at least 2", ran)
	}
}
