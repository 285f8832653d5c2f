package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/sys/cpu"

	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/script"
	"jpgreport/runtime/work"
)

// cellsName is the command by which the program starts itself to run scripts in
// a process of their own.
const cellsName = "run-cells"

func cellsCommand() *cobra.Command {
	return &cobra.Command{
		Use:    cellsName,
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := notebook.Serve(c.Context(), c.InOrStdin(), c.OutOrStdout(), startCells)
			if err != nil {
				return &statusError{statusFailed, err}
			}
			return nil
		},
	}
}

// startCells makes what scripts run in: an interpreter, and a context that knows
// the data sets and models that they may open.
func startCells(ctx context.Context, job notebook.Job) (notebook.Evaluator, context.Context, error) {
	ctx, err := withNamed(ctx, job)
	if err != nil {
		return nil, nil, err
	}
	session, err := script.New(script.Options{Params: result.NewParams(job.Seed, job.Params)})
	return session, ctx, err
}

// child returns the command that runs this program for its cells.
func child(ctx context.Context) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return exec.CommandContext(ctx, self, cellsName)
}

// processor names what of the processor's instructions numbers depend on: with a
// fused multiply-add package math rounds otherwise, and so do the kernels that
// networks run on. It is part of every key of the cache.
//
// Note: AVX2 and AVX-512 give the same bits, yet a result of one is not recalled
// for the other: who runs both means to compare them.
func processor(kernels string) []work.Part {
	return []work.Part{{Name: "processor", Value: fmt.Sprintf("fma %t", cpu.X86.HasFMA)}, {Name: "kernels", Value: kernels}}
}

// cacheFolder returns the folder of kept results, or "" when there is none to be
// had.
func cacheFolder() string {
	if dir, ok := os.LookupEnv("JPGREPORT_CACHE"); ok {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "jpgreport")
}
