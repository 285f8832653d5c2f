package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settle is how long a side may take to come to rest before the other runs:
// OpenMP's threads and those of ONNX Runtime spin for some milliseconds.
const settle = 50 * time.Millisecond

// keepMemory has the C library keep freed memory, in huge pages, where by default
// it hands large blocks back to the system and PyTorch waits for their pages anew
// in each operation.
var keepMemory = []string{"MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=100000000000", "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"}

// An outcome is what a row measured.
type outcome struct {
	row
	setting       string // of the peer
	ours, theirs  []float64
	memory, peers int64 // bytes
	idle          float64
	difference    string
	err           error
	absent        bool
}

func compare(ctx context.Context, chosen []row, o options, stdout, stderr io.Writer) error {
	if !o.short {
		if err := findPeers(ctx, o.python, chosen); err != nil {
			return err
		}
	}
	t := table{w: stdout, pairs: o.pairs}
	t.head(machine(ctx, o))
	failed := 0
	for _, r := range chosen {
		if o.short {
			r = r.tiny()
		}
		fmt.Fprintf(stderr, "benchmarks: %s\n", r.name)
		res := measure(ctx, r, o, stderr)
		if res.err != nil {
			failed++
		}
		t.row(res)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	t.foot()
	if failed > 0 {
		return fmt.Errorf("%d of %d rows failed", failed, len(chosen))
	}
	return nil
}

// measure measures a row.
func measure(ctx context.Context, r row, o options, stderr io.Writer) outcome {
	res := outcome{row: r}
	res.err = func() error {
		dir, err := os.MkdirTemp("", "benchmarks")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		self, err := os.Executable()
		if err != nil {
			return err
		}
		if r.task == "product" {
			o.threads = 1
		}
		own := func(action string) []string {
			return []string{self, childFlag, action, r.name, dir, strconv.FormatBool(o.short)}
		}
		env := []string{"GOMAXPROCS=" + strconv.Itoa(o.threads)}
		if r.peer != "peak" {
			if res.absent, err = prepare(ctx, own("prepare"), env, stderr); err != nil {
				return err
			}
		}
		if o.short && res.absent {
			return nil
		}
		args, peerEnv := own("peer"), env
		switch {
		case r.peer == "peak":
			args = own("peak")
		case !o.short:
			if err := writeScripts(dir); err != nil {
				return err
			}
			best, err := calibrate(ctx, r, o, dir, stderr)
			if err != nil {
				return err
			}
			res.setting = best.String()
			args = append(peerArgs("serve", r, o, dir), best.json)
			peerEnv = best.env
		}
		sides := []func() (*side, error){
			func() (*side, error) { return start(ctx, "jpgreport", own("serve"), env, stderr) },
			func() (*side, error) { return start(ctx, r.peer, args, peerEnv, stderr) },
		}
		if res.absent {
			sides = sides[1:]
		}
		return res.pairs(sides, o.pairs)
	}()
	return res
}

// prepare has a child write the case, so that neither side holds what that took.
func prepare(ctx context.Context, args, env []string, stderr io.Writer) (absent bool, err error) {
	s, err := start(ctx, "prepare", args, env, stderr)
	if err != nil {
		return false, err
	}
	for s.lines.Scan() {
		absent = absent || s.lines.Text() == "absent"
	}
	return absent, s.cmd.Wait()
}

// pairs runs the sides in turn; of one side, that side alone.
func (res *outcome) pairs(starts []func() (*side, error), pairs int) error {
	var sides []*side
	for _, f := range starts {
		s, err := f()
		if err != nil {
			return err
		}
		defer s.kill()
		sides = append(sides, s)
		if _, err := s.wait("ready"); err != nil {
			return err
		}
	}
	peer := sides[len(sides)-1]
	if err := res.judge(peer.differences); err != nil {
		return err
	}
	const warmUp = 2
	var spent, elapsed float64 // by the idle side, seconds
	for k := range warmUp + pairs {
		for i, s := range sides {
			time.Sleep(settle)
			idle := sides[len(sides)-1-i]
			before, begin := idle.ticks(), time.Now()
			v, err := s.run()
			if err != nil {
				return err
			}
			if k < warmUp {
				continue
			}
			if idle != s {
				spent += float64(idle.ticks()-before) / 100
				elapsed += time.Since(begin).Seconds()
			}
			if v /= float64(res.parts); s == peer {
				res.theirs = append(res.theirs, v)
			} else {
				res.ours = append(res.ours, v)
			}
		}
	}
	if elapsed > 0 {
		res.idle = spent / elapsed
	}
	for _, s := range sides {
		m, err := s.quit()
		if err != nil {
			return err
		}
		if s == peer {
			res.peers = m
		} else {
			res.memory = m
		}
	}
	return nil
}

// judge holds the differences between the sides' results to the row's tolerance.
func (res *outcome) judge(differences map[string]float64) error {
	if res.absent || res.peer == "peak" {
		return nil
	}
	var told []string
	for name, most := range res.tolerance {
		d, ok := differences[name]
		if !ok {
			return fmt.Errorf("%s did not compare its %s", res.peer, name)
		}
		if !(d <= most) {
			return fmt.Errorf("the results are not the same work: %s differ by %.2g, want at most %.2g", name, d, most)
		}
		told = append(told, fmt.Sprintf("%s %.1g", strings.ReplaceAll(name, "-", " "), d))
	}
	res.difference = strings.Join(sorted(told), ", ")
	return nil
}

// A setting is one way to run the peer.
type setting struct {
	seconds float64
	json    string
	env     []string
}

// String returns the setting as the table shows it.
func (s setting) String() string {
	var v map[string]any
	if err := json.Unmarshal([]byte(s.json), &v); err != nil {
		return s.json
	}
	var parts []string
	for _, key := range []string{"layout", "mode", "batch", "adam", "batches"} {
		switch value, ok := v[key]; {
		case !ok:
		case key == "batch":
			parts = append(parts, fmt.Sprintf("batch %v", value))
		case key == "adam":
			parts = append(parts, fmt.Sprintf("%v Adam", value))
		default:
			parts = append(parts, fmt.Sprint(value))
		}
	}
	if len(s.env) > 0 {
		parts = append(parts, "memory kept")
	}
	return strings.Join(parts, ", ")
}

func peerArgs(action string, r row, o options, dir string) []string {
	return []string{o.python, dir + "/peer.py", action, r.peer, dir, strconv.Itoa(o.threads)}
}

// calibrate returns the fastest setting, in either way to keep memory. What was quick
// once may have had a quiet moment, so the quickest are run again as they will be in the
// pairs.
func calibrate(ctx context.Context, r row, o options, dir string, stderr io.Writer) (setting, error) {
	var candidates []setting
	for _, env := range [][]string{nil, keepMemory} {
		some, err := settings(ctx, r, o, dir, env, stderr)
		if err != nil {
			return setting{}, err
		}
		candidates = append(candidates, some...)
	}
	if len(candidates) == 0 {
		return setting{}, errors.New("no setting of the peer works; its messages say why")
	}
	slices.SortStableFunc(candidates, func(a, b setting) int { return cmp.Compare(a.seconds, b.seconds) })
	best := setting{seconds: math.Inf(1)}
	for _, s := range candidates[:min(finalists, len(candidates))] {
		var err error
		if s.seconds, err = again(ctx, s, r, o, dir, stderr); err != nil {
			fmt.Fprintf(stderr, "benchmarks: %v: %v\n", s, err)
			continue
		}
		fmt.Fprintf(stderr, "benchmarks: %9.2f ms  %v\n", 1e3*s.seconds, s)
		if s.seconds < best.seconds {
			best = s
		}
	}
	if math.IsInf(best.seconds, 0) {
		return setting{}, errors.New("none of the peer's quickest settings ran again; its messages say why")
	}
	return best, nil
}

// So many settings are run again, so often.
const (
	finalists = 3
	finals    = 5
)

// again returns the median time of a setting in a process of its own.
func again(ctx context.Context, s setting, r row, o options, dir string, stderr io.Writer) (float64, error) {
	p, err := start(ctx, r.peer, append(peerArgs("serve", r, o, dir), s.json), s.env, stderr)
	if err != nil {
		return 0, err
	}
	defer p.kill()
	if _, err := p.wait("ready"); err != nil {
		return 0, err
	}
	var times []float64
	for range finals {
		time.Sleep(settle)
		v, err := p.run()
		if err != nil {
			return 0, err
		}
		times = append(times, v)
	}
	return median(times), nil
}

// settings returns those that work with this environment, with their times.
func settings(ctx context.Context, r row, o options, dir string, env []string, stderr io.Writer) ([]setting, error) {
	s, err := start(ctx, r.peer, peerArgs("calibrate", r, o, dir), env, stderr)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	var all []setting
	for s.lines.Scan() {
		word, rest, _ := strings.Cut(s.lines.Text(), " ")
		if word == "done" {
			return all, nil
		}
		if word != "setting" {
			continue
		}
		first, rest, _ := strings.Cut(rest, " ")
		v, err := strconv.ParseFloat(first, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.peer, err)
		}
		all = append(all, setting{v, rest, env})
	}
	return nil, fmt.Errorf("%s ended before its settings were measured: %w", r.peer, cmp.Or(s.cmd.Wait(), io.ErrUnexpectedEOF))
}
