package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	spec    = "experiments/mnist.yaml"
	script  = "benchmarks/study/study.py"
	data    = "runtime/dataset/mnist"
	threads = "2"
)

// A cost is what a process and those it started took.
type cost struct {
	seconds float64
	bytes   int64 // peak memory of the largest process
}

// measured runs a command to its end.
func measured(c *exec.Cmd) (cost, error) {
	var said bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &said
	}
	c.Stderr = &said
	began := time.Now()
	err := c.Run()
	took := cost{seconds: time.Since(began).Seconds()}
	if err != nil {
		return took, fmt.Errorf("%s: %w\n%s", filepath.Base(c.Path), err, &said)
	}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.bytes = int64(u.Maxrss) << 10 // Linux counts in KiB
	}
	return took, nil
}

// compareStudy runs both sides from nothing, in turn, and ours again with another
// sentence.
func compareStudy(ctx context.Context, python string, pairs int) error {
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "jpgreport")
	if _, err := measured(exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/jpgreport")); err != nil {
		return err
	}
	edited, err := withOtherProse(dir)
	if err != nil {
		return err
	}
	study := func(spec, cache string) (cost, error) {
		c := exec.CommandContext(ctx, program, "run", spec, "-o", filepath.Join(dir, "study.html"))
		c.Env = append(os.Environ(), "JPGREPORT_CACHE="+filepath.Join(dir, cache), "GOMAXPROCS="+threads)
		return measured(c)
	}
	fmt.Println("| pair | jpgreport, from nothing | script, from nothing | ratio | memory | script's memory | again, other prose |\n|---|---|---|---|---|---|---|")
	for pair := range pairs {
		cache := fmt.Sprintf("cache%d", pair)
		ours, err := study(spec, cache)
		if err != nil {
			return err
		}
		again, err := study(edited, cache)
		if err != nil {
			return err
		}
		theirs, err := measured(exec.CommandContext(ctx, python, script, "run", data, threads))
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %.1f s | %.1f s | %.2f | %d MB | %d MB | %.2f s |\n", pair+1, ours.seconds, theirs.seconds,
			theirs.seconds/ours.seconds, ours.bytes/1e6, theirs.bytes/1e6, again.seconds)
	}
	return nil
}

// withOtherProse writes the spec with another sentence and returns its path.
func withOtherProse(dir string) (string, error) {
	b, err := os.ReadFile(spec)
	if err != nil {
		return "", err
	}
	const before = "## The question"
	if !strings.Contains(string(b), before) {
		return "", fmt.Errorf("%s has no heading %q", spec, before)
	}
	path := filepath.Join(dir, "edited.yaml")
	return path, os.WriteFile(path, []byte(strings.Replace(string(b), before, "## What is asked", 1)), 0o666)
}
