package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"jpgreport/runtime/kernel"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jpgreport": main})
}

// TestScripts runs the scenarios of testdata/script, a file each.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("JPGREPORT_CACHE", filepath.Join(e.WorkDir, "cache"))
			root, err := filepath.Abs(filepath.Join("..", ".."))
			e.Setenv("ROOT", root)
			return err
		},
		// [avx2] and so on hold on machines that have those kernels.
		Condition: func(name string) (bool, error) {
			_, err := kernel.ParsePath(name)
			return err == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"digests": digests,
			"damage":  damage,
		},
	})
}

// exits runs a command and asserts its exit status: "exits 2 jpgreport run".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// environ returns the environment of a command that is started directly.
func environ(cache string) []string {
	return append(os.Environ(), "JPGREPORT_CACHE="+cache)
}
