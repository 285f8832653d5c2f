package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Missing says that the peers' packages are not there.
type missing struct {
	python string
	what   string
}

func (m *missing) Error() string {
	return fmt.Sprintf("%s: %s", m.python, m.what)
}

// hint returns the remedy.
func (m *missing) hint() string {
	return "hint: python3 -m venv peers && peers/bin/pip install -r benchmarks/requirements.txt, then -python peers/bin/python;\n" +
		"      -short needs no Python"
}

// findPeers returns a *missing when a package that the rows need is not there.
func findPeers(ctx context.Context, python string, chosen []row) error {
	need := map[string]bool{}
	for _, r := range chosen {
		switch r.peer {
		case "onnxruntime":
			need["onnxruntime"], need["onnx"], need["torch"], need["numpy"] = true, true, true, true
		case "pytorch":
			need["torch"], need["numpy"] = true, true
		}
	}
	var names []string
	for n := range need {
		names = append(names, n)
	}
	if len(names) == 0 {
		return nil
	}
	script := "import importlib.util as u,sys; print(' '.join(n for n in sys.argv[1:] if not u.find_spec(n)))"
	out, err := exec.CommandContext(ctx, python, append([]string{"-c", script}, sorted(names)...)...).Output()
	if err != nil {
		return &missing{python, "cannot be run: " + err.Error()}
	}
	if lacks := strings.Fields(string(out)); len(lacks) > 0 {
		return &missing{python, "lacks " + strings.Join(lacks, ", ")}
	}
	return nil
}

// machine tells what the numbers depend on.
func machine(ctx context.Context, o options) string {
	parts := []string{runtime.Version() + " " + runtime.GOARCH}
	if !o.short {
		script := "import importlib.metadata as m\nfor n in ['torch','onnxruntime']:\n try: print(n, m.version(n))\n except Exception: pass"
		out, _ := exec.CommandContext(ctx, o.python, "-c", script).Output()
		for line := range strings.Lines(string(out)) {
			parts = append(parts, strings.TrimSpace(line))
		}
	}
	parts = append(parts, fmt.Sprintf("%d threads", o.threads))
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			parts = append(parts, strings.Trim(name, " \t:\n"))
			break
		}
	}
	return strings.Join(parts, ", ")
}
