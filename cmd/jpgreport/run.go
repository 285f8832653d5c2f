package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jpgreport/report"
	"jpgreport/runtime/model"
	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// runFlags are the flags of the run command.
type runFlags struct {
	output      string
	seed        uint64
	params      []string
	paramsFile  string
	noCache     bool
	explain     bool
	keepGoing   bool
	timeout     time.Duration
	cellTimeout time.Duration
	quiet       bool
	json        bool
	templates   string
	echarts     string
	allowRead   []string
}

func runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run SPEC…",
		Short: "Run experiments and write their reports",
		Long: `Run executes the cells of each spec and writes outputs/NAME.html, NAME being the
name of the spec's file. Results of dear steps are kept and used again when
nothing that they depend on has changed.

A list of values, such as -P 'seed=[1, 2, 3]', or a block sweep: in the spec
gives one report of a run for each, or for each combination of several.

--json tells other programs how the run goes, an event a line; "jpgreport doc
events" lists them.

Exit status: 0 done; 1 a cell failed or a check says FAIL; 2 wrong usage or
spec; 4 a limit was hit; 130 interrupted. But for status 2, the report is
written with all that was done.

Environment: JPGREPORT_CACHE is the folder of kept results. JPGREPORT_KERNEL
names the instructions that networks run on: portable, avx2 or avx512, as far
as the machine has them; without it, the last of these.`,
		Example: `  jpgreport run experiments/mnist.yaml
  jpgreport run experiments/mnist.yaml -P images=500 -o small.html
  jpgreport run experiments/mnist.yaml -P 'seed=[1, 2, 3]'`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeSpecs,
		RunE: func(c *cobra.Command, specs []string) error {
			if err := f.check(specs); err != nil {
				return err
			}
			return runSpecs(c, specs, &f)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE`; - is standard output")
	f.shared(c)
	flags.BoolVar(&f.explain, "explain", false, "say of each result why it was computed")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	flags.BoolVar(&f.json, "json", false, "print events as lines of JSON instead")
	return c
}

// shared adds the flags that say how a spec is run and its report drawn.
func (f *runFlags) shared(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVarP(&f.params, "param", "P", nil, "set a parameter, as `NAME=VALUE` (repeatable)")
	flags.StringVar(&f.paramsFile, "params", "", "set those in a YAML mapping in `FILE`")
	flags.Uint64Var(&f.seed, "seed", 0, "use `N` as the root seed instead of the spec's")
	c.RegisterFlagCompletionFunc("param", completeParam)
	flags.BoolVar(&f.noCache, "no-cache", false, "compute everything again, and keep it")
	flags.BoolVar(&f.keepGoing, "keep-going", false, "after a failure, run cells without need of it")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop after this time, such as 10m (0: never)")
	flags.DurationVar(&f.cellTimeout, "cell-timeout", 0, "stop when a cell takes longer than this")
	flags.StringVar(&f.templates, "templates", "", "draw the report with the templates in `DIR`")
	flags.StringVar(&f.echarts, "echarts", "", "put the ECharts build in `FILE` into the report")
	flags.StringArrayVar(&f.allowRead, "allow-read", nil, "let a spec name files below `DIR` too (repeatable)")
}

// check finds what is wrong with the flags by themselves.
func (f *runFlags) check(specs []string) error {
	if f.output != "" && len(specs) > 1 {
		return fmt.Errorf("-o names one file, but there are %d specs", len(specs))
	}
	if f.output == "-" && f.json {
		return errors.New("--json and -o - both write to standard output")
	}
	if f.timeout < 0 {
		return fmt.Errorf("--timeout %v: want 0 (never) or more", f.timeout)
	}
	if f.cellTimeout < 0 {
		return fmt.Errorf("--cell-timeout %v: want 0 (the spec's) or more", f.cellTimeout)
	}
	written := map[string]string{}
	for _, path := range specs {
		output := f.outputOf(path)
		if other, taken := written[output]; taken {
			return fmt.Errorf("%s and %s would both be written to %s", other, path, output)
		}
		written[output] = path
	}
	return nil
}

// outputOf returns where the report of a spec goes.
func (f *runFlags) outputOf(path string) string {
	if f.output != "" {
		return f.output
	}
	return filepath.Join("outputs", reportName(path)+".html")
}

// runSpecs runs one spec after the other; the first status that is not 0 is the
// command's.
func runSpecs(c *cobra.Command, specs []string, f *runFlags) error {
	style, err := f.style()
	if err != nil {
		return err
	}
	kernels, err := model.KernelPath()
	if err != nil {
		return err
	}
	// A mistake in the last spec is found before the first runs.
	loaded := make([]*spec.Spec, len(specs))
	var wrong spec.Errors
	for i, path := range specs {
		sp, err := f.load(c, path)
		var more spec.Errors
		switch {
		case errors.As(err, &more):
			wrong = append(wrong, more...)
		case err != nil:
			return err
		}
		loaded[i] = sp
	}
	if len(wrong) > 0 {
		for _, e := range wrong {
			f.events(c, e.File).problem(ofSpec(e))
		}
		return wrong
	}
	var first error
	for _, sp := range loaded {
		if err := runSpec(c, sp, f, style, kernels); err != nil {
			var s *statusError
			if !errors.As(err, &s) || s.status == statusInterrupted {
				return err
			}
			complain(c.ErrOrStderr(), s.err)
			if first == nil {
				first = &statusError{status: s.status}
			}
		}
	}
	return first
}

// style reads the files that the report's looks depend on.
func (f *runFlags) style() (report.Options, error) {
	var o report.Options
	if f.templates != "" {
		o.Templates = os.DirFS(f.templates)
	}
	if f.echarts != "" {
		script, err := os.ReadFile(f.echarts)
		if err != nil {
			return o, err
		}
		o.ECharts = script
	}
	return o, nil
}

// load reads a spec and applies what the command line says of it.
func (f *runFlags) load(c *cobra.Command, path string) (*spec.Spec, error) {
	sp, err := spec.Load(path, spec.LoadOptions{AllowRead: f.allowRead})
	if err != nil {
		return nil, err
	}
	if f.paramsFile != "" {
		if err := sp.SetFile(f.paramsFile); err != nil {
			return nil, err
		}
	}
	for _, p := range f.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, fmt.Errorf("-P %s: want NAME=VALUE", p)
		}
		if err := sp.Set(name, value); err != nil {
			return nil, fmt.Errorf("-P %s: %w", p, err)
		}
	}
	if c.Flags().Changed("seed") {
		if err := sp.Set("seed", strconv.FormatUint(f.seed, 10)); err != nil {
			return nil, fmt.Errorf("--seed %d: %w", f.seed, err)
		}
	}
	if c.Flags().Changed("timeout") {
		sp.Timeout = f.timeout
	}
	return sp, nil
}

func runSpec(c *cobra.Command, sp *spec.Spec, f *runFlags, style report.Options, kernels string) error {
	ctx, stderr := c.Context(), c.ErrOrStderr()
	output := f.outputOf(sp.File)
	if err := writable(output); err != nil {
		return err
	}
	quiet := f.quiet || f.json
	progress, events := newProgress(stderr, quiet), f.events(c, sp.File)
	wrong := faults(sp)
	events.started(sp)
	made, page, rows, err := f.produce(ctx, sp, style, kernels, rowsName(output), notebook.Options{
		Faults:     wrong,
		OnProgress: func(n notebook.Progress) { progress.show(n); events.show(n) },
		OnNotice:   func(text string) { progress.print("jpgreport: " + text); events.notice(text) },
	})
	progress.end()
	if err != nil {
		return &statusError{statusFailed, err}
	}
	if rows != nil {
		err = write(rowsName(output), rows, nil)
	}
	if err == nil {
		err = write(output, page, c.OutOrStdout())
	}
	written := output
	if err != nil {
		err, written = &statusError{statusFailed, err}, ""
	}
	if !quiet {
		summarise(stderr, made, f.explain)
		if written != "" && output != "-" {
			fmt.Fprintln(c.OutOrStdout(), output)
		}
	}
	for _, e := range wrong {
		complain(stderr, e)
	}
	complainOf(stderr, made, wrong)
	if err == nil {
		err = verdict(made)
	}
	events.finished(made, wrong, written, statusOf(err))
	return err
}

// produce runs a spec and draws its report. Of o it takes what concerns the
// telling, the rest is the flags'. Rows that are too many for the page are returned
// beside it, for a file of the given name; none is "".
func (f *runFlags) produce(ctx context.Context, sp *spec.Spec, style report.Options, kernels, rowsFile string, o notebook.Options) (made *result.Run, html, rows []byte, err error) {
	o.Child = child
	o.CellTimeout = f.cellTimeout
	if o.KeepGoing = f.keepGoing; o.KeepGoing {
		o.Needs = needs(sp)
	}
	o.Cache, o.NoCache = cacheFolder(), f.noCache
	o.Versions = processor(kernels)
	o.Provenance = provenance(sp.File, kernels, report.ChartLibrary(style))
	if made, err = notebook.Run(ctx, sp, o); err != nil {
		return nil, nil, nil, err
	}
	if rowsFile != "" {
		if rows, err = made.DetachRows(filepath.Base(rowsFile)); err != nil {
			return nil, nil, nil, fmt.Errorf("%s: %w", sp.File, err)
		}
	}
	var page bytes.Buffer
	if err := report.Render(&page, made, style); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", sp.File, err)
	}
	return made, page.Bytes(), rows, nil
}

// rowsName returns the name of the file for the rows of a report, "" for one that goes
// to no file of its own and has them in itself.
func rowsName(output string) string {
	if info, err := os.Stat(output); output == "-" || err == nil && !info.Mode().IsRegular() {
		return ""
	}
	if filepath.Ext(output) == ".rows" {
		return output + ".rows"
	}
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".rows"
}

// events returns where the events of a spec's run go: nowhere unless asked for.
func (f *runFlags) events(c *cobra.Command, spec string) events {
	if !f.json {
		return events{}
	}
	return events{w: c.OutOrStdout(), spec: spec}
}

// reportName returns the name of the spec's file without folder and ending.
func reportName(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
