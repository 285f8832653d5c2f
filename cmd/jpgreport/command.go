package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// Exit statuses; other programs rely on them.
const (
	statusDone        = 0
	statusFailed      = 1   // a cell failed or a check says FAIL; the report is written
	statusUsage       = 2   // wrong usage, or something is wrong with a spec; nothing is written
	statusLimit       = 4   // a limit was hit; what was done is written
	statusInterrupted = 130 // interrupted; what was done is written
)

// A statusError ends the command with a status. Its error is nil when all has
// been said.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// A hinted is an error with its remedy.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// run executes the command line and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "jpgreport",
		Short: "A notebook for experiments on adversarial images and JPEG compression",
		Long: `jpgreport runs an experiment, a YAML file of text and Go scripts, and writes one
HTML file with everything in it: prose, code, curves, pictures, numbers with
their intervals, the checks the run makes on itself, and the record of it all.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return hinted{err, usage(c)} })
	root.AddCommand(initCommand(), runCommand(), serveCommand(), docCommand(), checkCommand(), schemaCommand(), dataCommand(), cacheCommand(), versionCommand(), cellsCommand())

	hintArguments(root)

	err := root.ExecuteContext(ctx)
	status := statusOf(err)
	var s *statusError
	if errors.As(err, &s) {
		err = s.err
	}
	complain(stderr, err)
	return status
}

// usage is the remedy where a command was called otherwise.
func usage(c *cobra.Command) string {
	return fmt.Sprintf("usage: %s; %s --help tells more", c.UseLine(), c.CommandPath())
}

// hintArguments has what is refused of a command's arguments, and of those of the
// commands below it, come with the usage.
func hintArguments(c *cobra.Command) {
	if allowed := c.Args; allowed != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := allowed(c, args); err != nil {
				return hinted{err, usage(c)}
			}
			return nil
		}
	}
	for _, below := range c.Commands() {
		hintArguments(below)
	}
}

// statusOf returns the exit status that an error stands for. What cobra itself
// refuses is wrong usage.
func statusOf(err error) int {
	var s *statusError
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &s):
		return s.status
	}
	return statusUsage
}

// complain prints an error the way all of the command's messages are printed: on
// standard error, in lower case and without a full stop, after "jpgreport:" or
// the place in a file, the remedy on a line of its own after "hint:".
func complain(w io.Writer, err error) {
	var ofSpec spec.Errors
	var one *spec.Error
	var ofCell *result.Error
	var withHint hinted
	switch {
	case err == nil:
	case errors.As(err, &ofSpec):
		for _, e := range ofSpec {
			say(w, e.Error()+tag(string(e.Code)))
			hint(w, e.Hint)
		}
	case errors.As(err, &one):
		say(w, "jpgreport: "+err.Error()+tag(string(one.Code)))
		hint(w, one.Hint)
	case errors.As(err, &ofCell):
		say(w, strings.TrimSpace(ofCell.Error())+tag(ofCell.Code))
		excerpt(w, ofCell)
		hint(w, ofCell.Hint)
	case errors.As(err, &withHint):
		say(w, "jpgreport: "+err.Error())
		hint(w, withHint.hint)
	default:
		say(w, "jpgreport: "+err.Error())
	}
}

// tag returns the code of a mistake as it stands behind the message; doc explains
// it.
func tag(code string) string {
	if code == "" {
		return ""
	}
	return " [" + code + "]"
}

// excerpt prints the source line of an error with a caret under its column.
func excerpt(w io.Writer, e *result.Error) {
	if e.Excerpt == "" {
		return
	}
	line, caret := e.Marked()
	say(w, "    "+line)
	if caret != "" {
		say(w, "    "+caret)
	}
}

func hint(w io.Writer, text string) {
	if text != "" {
		say(w, "hint: "+text)
	}
}

// say prints a line. Messages quote specs and scripts, which may come from a
// stranger, so control characters that a terminal would obey are printed as Go
// escapes.
func say(w io.Writer, line string) {
	var b strings.Builder
	for _, r := range line {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	fmt.Fprintln(w, b.String())
}
