package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"jpgreport/runtime/fault"
	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/script"
	"jpgreport/runtime/spec"
)

func checkCommand() *cobra.Command {
	var allowRead []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "check SPEC…",
		Short: "Say what is wrong with specs, and run nothing",
		Long: `Check reads each spec, holds it to what a spec may say and its scripts to what
the Go compiler would say, and tells all that is wrong at once, each mistake
with its place and a code. It runs nothing.

"jpgreport doc CODE" explains a code by an example. --json prints a list of the
mistakes, each with file, line, column, cell, code, message and hint.

Exit status: 0 nothing is wrong; 2 something is.`,
		Example: `  jpgreport check experiments/mnist.yaml
  jpgreport doc JR012`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeSpecs,
		RunE: func(c *cobra.Command, specs []string) error {
			all := []problem{}
			for _, path := range specs {
				found := checkSpec(path, spec.LoadOptions{AllowRead: allowRead})
				if all = append(all, found...); asJSON {
					continue
				}
				for _, p := range found {
					complain(c.ErrOrStderr(), p.err)
				}
				if len(found) == 0 {
					fmt.Fprintf(c.OutOrStdout(), "%s: ok\n", path)
				}
			}
			if asJSON {
				if err := printJSON(c.OutOrStdout(), all); err != nil {
					return err
				}
			}
			if len(all) > 0 {
				if !asJSON {
					say(c.ErrOrStderr(), "a code in brackets is explained by: jpgreport doc CODE")
				}
				return &statusError{status: statusUsage}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the mistakes as JSON on standard output")
	c.Flags().StringArrayVar(&allowRead, "allow-read", nil, "let a spec name files below `DIR` too (repeatable)")
	return c
}

// A problem is a mistake as programs are told of it.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0: unknown
	Column  int    `json:"column"` // from 1; 0: unknown
	Cell    string `json:"cell"`   // id; "": in none
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`

	err error // as people are told
}

func ofSpec(e *spec.Error) problem {
	return problem{File: e.File, Line: e.Line, Column: e.Column, Cell: e.Cell, Code: string(e.Code), Message: e.Message, Hint: e.Hint, err: spec.Errors{e}}
}

func ofScript(e *result.Error) problem {
	return problem{File: e.File, Line: e.Line, Column: e.Column, Cell: e.Cell, Code: e.Code, Message: e.Message, Hint: e.Hint, err: e}
}

func ofOther(err error) problem { return problem{Message: err.Error(), err: err} }

// printJSON prints a value on lines of its own, as people can read it too.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// checkSpec returns all that is wrong with a spec and its scripts.
func checkSpec(path string, o spec.LoadOptions) (found []problem) {
	sp, err := spec.Inspect(path, o)
	var wrong spec.Errors
	if err != nil && !errors.As(err, &wrong) {
		message := err.Error()
		var ofPath *fs.PathError
		if errors.As(err, &ofPath) {
			message = ofPath.Err.Error()
		}
		wrong = spec.Errors{{File: path, Code: fault.Unreadable, Message: message}}
	}
	for _, e := range wrong {
		found = append(found, ofSpec(e))
	}
	if sp == nil {
		return found
	}
	for _, e := range faults(sp) {
		if len(wrong) == 0 || !follows(e, wrong) {
			found = append(found, ofScript(e))
		}
	}
	return found
}

// follows reports whether a mistake in a script may be the consequence of those in
// the spec around it, such as a cell that could not be read and now declares
// nothing.
func follows(e *result.Error, wrong spec.Errors) bool {
	return slices.Contains([]fault.Code{fault.Undefined, fault.TypeError, fault.TooEarly}, fault.Code(e.Code)) ||
		slices.ContainsFunc(wrong, func(w *spec.Error) bool { return w.Cell != "" && w.Cell == e.Cell })
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
