package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/script"
	"jpgreport/runtime/spec"
)

func checkCommand() *cobra.Command {
	var allowRead []string
	c := &cobra.Command{
		Use:   "check SPEC…",
		Short: "Say what is wrong with specs, and run nothing",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, specs []string) error {
			wrong := false
			for _, path := range specs {
				problems, err := checkSpec(path, spec.LoadOptions{AllowRead: allowRead})
				if err != nil {
					return err
				}
				for _, p := range problems {
					complain(c.ErrOrStderr(), p)
				}
				if len(problems) > 0 {
					wrong = true
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: ok\n", path)
			}
			if wrong {
				return &statusError{status: statusUsage}
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&allowRead, "allow-read", nil, "let a spec name files below `DIR`, besides its own folder (repeatable)")
	return c
}

// checkSpec returns all that is wrong with a spec and its scripts.
func checkSpec(path string, o spec.LoadOptions) ([]error, error) {
	sp, err := spec.Load(path, o)
	var ofSpec spec.Errors
	if errors.As(err, &ofSpec) {
		return []error{ofSpec}, nil
	}
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, e := range faults(sp) {
		problems = append(problems, e)
	}
	return problems, nil
}

// faults returns what is wrong with the scripts of a spec, as far as can be told
// without running them.
func faults(sp *spec.Spec) []*result.Error {
	_, sources := scripts(sp)
	found := script.Check(sources)
	for _, e := range found {
		e.Cell = sp.ScriptAt(e.File, e.Line)
	}
	return found
}

// scripts returns the scripts of a spec with the ids of their cells.
func scripts(sp *spec.Spec) (ids []string, sources []result.Source) {
	for _, c := range sp.Cells {
		if c.Kind == spec.KindScript {
			s := c.Source
			ids = append(ids, c.ID)
			sources = append(sources, result.Source{File: s.File, Line: s.Line, Column: s.Column, Text: s.Text})
		}
	}
	return ids, sources
}

// needs returns, by cell, what each script takes from earlier ones.
func needs(sp *spec.Spec) map[string][]notebook.Need {
	ids, sources := scripts(sp)
	all := map[string][]notebook.Need{}
	for i, taken := range script.Needs(sources) {
		for _, n := range taken {
			all[ids[i]] = append(all[ids[i]], notebook.Need{Name: n.Name, Cell: ids[n.From], Declared: n.Declared})
		}
	}
	return all
}
