package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/model"
)

// childFlag as the first argument makes the program one side of a row:
// childFlag ACTION ROW FOLDER SHORT, where ACTION is "prepare", "serve", "peer"
// (the stand-in of -short) or "peak".
const childFlag = "-child"

// child runs one side. Its messages are those of peer.py, and "absent".
func child(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("%s %q: want an action, a row, a folder and whether it is short", childFlag, args)
	}
	action, dir := args[0], args[2]
	all := rows()
	i := slices.IndexFunc(all, func(r row) bool { return r.name == args[1] })
	if i < 0 {
		return fmt.Errorf("no row %q", args[1])
	}
	r := all[i]
	if args[3] == "true" {
		r = r.tiny()
	}
	if action == "prepare" {
		err := r.prepare(ctx, dir)
		if errors.Is(err, errAbsent) {
			fmt.Fprintln(out, "absent")
			return nil
		}
		return err
	}
	work, err := r.work(ctx, action, dir)
	if err != nil {
		return err
	}
	if action == "peer" {
		if err := r.standIn(ctx, dir, out); err != nil {
			return err
		}
	}
	return serve(work, r.repeats, in, out)
}

// serve answers until it is told to quit or its input ends. Between runs it is
// blocked in read.
func serve(work func() (time.Duration, error), repeats int, in io.Reader, out io.Writer) error {
	fmt.Fprintln(out, "ready")
	lines := bufio.NewScanner(in)
	for lines.Scan() && lines.Text() == "run" {
		var sum time.Duration
		for range repeats {
			d, err := work()
			if err != nil {
				return err
			}
			sum += d
		}
		fmt.Fprintln(out, "ok", sum.Seconds()/float64(repeats))
	}
	fmt.Fprintln(out, "memory", peakMemory())
	return lines.Err()
}

// timed makes work that is timed by the clock.
func timed(f func() error) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		start := time.Now()
		err := f()
		return time.Since(start), err
	}
}

// work returns what a run repeats.
func (r row) work(ctx context.Context, action, dir string) (func() (time.Duration, error), error) {
	if r.task == "product" {
		return productWork(action == "peak")
	}
	x, labels, err := readCase(dir)
	if err != nil {
		return nil, err
	}
	if r.task == "train" {
		return timed(func() error {
			_, err := model.Train(ctx, r.network, x, labels, trainOptions())
			return err
		}), nil
	}
	net, err := readNet(dir)
	if err != nil {
		return nil, err
	}
	if r.task == "gradient" {
		return timed(func() error {
			_, err := net.Gradient(ctx, x, labels)
			return err
		}), nil
	}
	return timed(func() error {
		_, err := net.Classify(ctx, x)
		return err
	}), nil
}

func readNet(dir string) (*model.Net, error) {
	b, err := os.ReadFile(filepath.Join(dir, netFile))
	if err != nil {
		return nil, err
	}
	net := new(model.Net)
	return net, net.UnmarshalBinary(b)
}

// productWork multiplies, or takes the time that the same operations need at the
// core's peak.
func productWork(atPeak bool) (func() (time.Duration, error), error) {
	if atPeak {
		return func() (time.Duration, error) {
			p, err := peak()
			return time.Duration(2 * edge * edge * edge / p * float64(time.Second)), err
		}, nil
	}
	a, b := factors()
	c := make([]float32, edge*edge)
	e, err := kernel.New(kernel.Best())
	if err != nil {
		return nil, err
	}
	return timed(func() error { return product(e, c, a, b, edge) }), nil
}

// standIn compares what this module computes in this process with the case.
func (r row) standIn(ctx context.Context, dir string, out io.Writer) error {
	again, err := os.MkdirTemp(dir, "again")
	if err != nil {
		return err
	}
	if err := r.prepare(ctx, again); err != nil {
		return err
	}
	file := map[string]string{"train": "curve", "gradient": "gradient", "classify": "logits", "product": "product"}[r.task] + ".bin"
	a, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(again, file))
	if err != nil {
		return err
	}
	difference := 0.0
	if !slices.Equal(a, b) {
		difference = math.Inf(1)
	}
	for name := range r.tolerance {
		fmt.Fprintln(out, "difference", name, difference)
	}
	return nil
}

// peakMemory returns the largest resident memory of this process so far in bytes,
// or 0 where the system does not tell.
func peakMemory() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
