// Command study measures the whole study of experiments/mnist.yaml against the same
// study as a Python script with PyTorch, torchattacks and Pillow.
//
//	pip install -r benchmarks/study/requirements.txt
//	go run ./benchmarks/study -python PATH           from nothing, both sides in turn; and again after a change of prose
//	go run ./benchmarks/study -python PATH -check    a table of ours, computed again by the script with our network
//	go run ./benchmarks/study -curve                 cost of a sweep over 1,000 to 60,000 digits; needs no Python
//
// From nothing means an empty cache for us, and for both: training three networks,
// attacking, compressing, the controls and the tables. We also take finite
// differences, test and draw the report; the script does not. A ratio is the
// script's time over ours. It starts from the root of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	python := flag.String("python", "python3", "a Python with what requirements.txt names")
	pairs := flag.Int("pairs", 1, "pairs of runs from nothing")
	table := flag.Bool("check", false, "compare a table")
	curve := flag.Bool("curve", false, "measure cost against the number of images")
	point := flag.Int("point", 0, "one point of the curve: sweep so many images and print seconds and bytes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *pairs < 1:
		err = fmt.Errorf("-pairs %d, want at least 1", *pairs)
	case *point > 0:
		err = measurePoint(ctx, *point)
	case *curve:
		err = measureCurve(ctx)
	case *table:
		err = compareTable(ctx, *python)
	default:
		err = compareStudy(ctx, *python, *pairs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "study:", err)
		os.Exit(1)
	}
}
