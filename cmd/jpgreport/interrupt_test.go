//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt stops a run that would never end, once its first cell is done.
func TestInterrupt(t *testing.T) {
	for name, how := range map[string]struct {
		signal syscall.Signal
		args   []string
		again  time.Duration // for how long the signal is repeated
	}{
		"interrupt":  {syscall.SIGINT, nil, 0},
		"terminate":  {syscall.SIGTERM, nil, 0},
		"keep going": {syscall.SIGTERM, []string{"--keep-going"}, 0},
		"timeout(1)": {syscall.SIGTERM, nil, 200 * time.Millisecond},
		"sweep":      {syscall.SIGTERM, []string{"-P", "seed=[1, 2, 3]"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := "title: t\ncells:\n  - id: first\n    script: |\n      out.Text(\"what was done\")\n  - id: endless\n    script: |\n      for {\n      }\n"
			if err := os.WriteFile(filepath.Join(dir, "x.yaml"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			program, err := exec.LookPath("jpgreport")
			if err != nil {
				t.Fatal(err)
			}
			c := exec.Command(program, append([]string{"run", "x.yaml"}, how.args...)...)
			c.Dir, c.Env = dir, environ(filepath.Join(dir, "cache"))
			stderr, err := c.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			lines := bufio.NewScanner(io.TeeReader(stderr, &said))
			for lines.Scan() && !strings.Contains(lines.Text(), "first: done") {
			}
			if err := c.Process.Signal(how.signal); err != nil {
				t.Fatal(err)
			}
			for first := time.Now(); time.Since(first) < how.again; {
				c.Process.Signal(how.signal)
			}
			for lines.Scan() {
			}
			var exit *exec.ExitError
			if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusInterrupted {
				t.Errorf("ended with %v, want exit status %d; it said:\n%s", err, statusInterrupted, &said)
			}
			page, err := os.ReadFile(filepath.Join(dir, "outputs", "x.html"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(page, []byte("what was done")) {
				t.Error("the report does not have what was done before the interrupt")
			}
		})
	}
}
