// Benchmarks measures this module against its peers, PyTorch and ONNX Runtime, on
// identical work with the same number of threads.
//
//	go run ./benchmarks -python PATH [-pairs 7] [-threads 2] [-rows REGEXP]
//	go run ./benchmarks -short      a tiny case without Python, to see that it runs
//	go run ./benchmarks -roofline   kernels against the machine's bounds
//
//	 1. A child process writes the row's case into a temporary folder: images,
//	    labels, weights and this side's results.
//	 2. peer.py calibrates: it tries memory layouts, torch.compile, batch sizes and
//	    kinds of Adam, in the C library's default memory settings and in settings
//	    that keep freed memory, and names the fastest.
//	 3. Both sides start as processes that live as long as the row. The peer computes
//	    the case in the setting to be measured, and the row fails when its results
//	    differ by more than the tolerance of the row.
//	 4. After two pairs to warm up, the sides run in turn, A B A B. The one that does
//	    not run waits for its input; what CPU time it takes meanwhile is checked.
//	 5. The table has the median of the ratios of pairs, with their range, the
//	    medians of both sides, and the peak memory of both processes;
//	    ONNX Runtime's has PyTorch in it too, which builds its model.
//
// A row whose result is worse stays in the table. The exit status is 0 when all
// rows were measured, whether or not they meet their bars, 1 when one failed and 2
// for wrong usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Options are the flags.
type options struct {
	python   string
	pairs    int
	threads  int
	rows     string
	short    bool
	roofline bool
}

// leastPairs is how many pairs a median needs to be worth quoting.
const leastPairs = 7

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == childFlag {
		if err := child(ctx, args[1:], stdin, stdout); err != nil {
			fmt.Fprintln(stderr, "benchmarks:", err)
			return 1
		}
		return 0
	}
	var o options
	f := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.python, "python", "python3", "the Python that has torch, onnxruntime, onnx and numpy")
	f.IntVar(&o.pairs, "pairs", leastPairs, "pairs of runs a row")
	f.IntVar(&o.threads, "threads", 2, "threads of each side")
	f.StringVar(&o.rows, "rows", "", "measure the rows whose name matches this regular expression")
	f.BoolVar(&o.short, "short", false, "a tiny case of each row against this module itself")
	f.BoolVar(&o.roofline, "roofline", false, "print the kernels' roofline")
	if err := f.Parse(args); err != nil {
		return 2
	}
	match, err := regexp.Compile(o.rows)
	switch {
	case err != nil:
		err = fmt.Errorf("-rows: %w", err)
	case f.NArg() > 0:
		err = fmt.Errorf("argument %q, want none", f.Arg(0))
	case o.threads < 1 || o.threads > 1024:
		err = fmt.Errorf("-threads %d, want 1..1024", o.threads)
	case o.pairs < 1 || o.pairs < leastPairs && !o.short:
		err = fmt.Errorf("-pairs %d, want at least %d", o.pairs, leastPairs)
	}
	var chosen []row
	for _, r := range rows() {
		if err == nil && match.MatchString(r.name) {
			chosen = append(chosen, r)
		}
	}
	if err == nil && len(chosen) == 0 {
		err = fmt.Errorf("-rows %q matches none of the rows", o.rows)
	}
	if err != nil {
		fmt.Fprintln(stderr, "benchmarks:", err)
		return 2
	}
	if o.roofline {
		err = roofline(stdout, o.threads)
	} else {
		err = compare(ctx, chosen, o, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "benchmarks:", err)
		var m *missing
		if errors.As(err, &m) {
			fmt.Fprintln(stderr, m.hint())
		}
		return 1
	}
	return 0
}
