package notebook

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// grid runs the variants of a spec side by side, each in a child of its own, and
// joins them in their order. The children share the cache, in which what several
// of them need at one moment is computed once. Once a variant has failed, no
// other is begun unless the options say so; those that run go on to their ends.
func grid(ctx context.Context, sp *spec.Spec, o Options) (*result.Run, error) {
	if o.Timeout > 0 { // of all variants together
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
		defer cancel()
	}
	whole := newGatherer(sp, o).run
	whole.Cells = []*result.Cell{}
	for _, a := range sp.Sweep {
		whole.Sweep = append(whole.Sweep, a.Name)
		delete(whole.Params, a.Name)
	}
	variants := sp.Variants()
	runs := make([]*result.Run, len(variants))
	errs := make([]error, len(variants))
	width := abreast(len(variants), o.MemoryLimit)

	var (
		mu     sync.Mutex // of what follows, and of what o is told
		next   int
		failed string // the first variant that did
		wg     sync.WaitGroup
	)
	worker := func() {
		for {
			mu.Lock()
			i := next
			next++
			if i >= len(variants) {
				mu.Unlock()
				return
			}
			label := label(sp, variants[i])
			mine := o
			mine.cores = max(1, runtime.GOMAXPROCS(0)/min(width, len(variants)-i)) // the last may take what is left
			mine.OnProgress, mine.OnNotice = told(&mu, label, o)
			why := failed
			mu.Unlock()
			if why != "" && !o.KeepGoing {
				runs[i] = notRun(variants[i], o, why)
				continue
			}
			runs[i], errs[i] = single(ctx, variants[i], mine)
			mu.Lock()
			if failed == "" && (errs[i] != nil || runs[i].Status != result.Done) {
				failed = label
			}
			mu.Unlock()
		}
	}
	for range width {
		wg.Go(worker)
	}
	wg.Wait()
	for i, r := range runs {
		if errs[i] != nil {
			return nil, errs[i]
		}
		whole.Join(r)
	}
	whole.Abstract = ""
	if same := runs[0].Abstract; !slices.ContainsFunc(runs, func(r *result.Run) bool { return r.Abstract != same }) {
		whole.Abstract = same
	}
	whole.Status = result.Done
	for _, r := range runs {
		whole.Status = worse(whole.Status, r.Status)
	}
	return whole, nil
}

// notRun returns the run of a variant that was not begun since another failed.
func notRun(sp *spec.Spec, o Options, failed string) *result.Run {
	g := newGatherer(sp, o)
	g.run.Status = result.Skipped
	g.run.Error = &result.Error{Message: fmt.Sprintf("not run: the variant %s did not get to its end", failed)}
	return g.complete()
}

// label names a variant by what varies in its sweep.
func label(sp *spec.Spec, variant *spec.Spec) string {
	names := make([]string, len(sp.Sweep))
	for i, a := range sp.Sweep {
		names[i] = a.Name
	}
	return result.Label(names, variant.Seed, newGatherer(variant, Options{}).run.Params)
}

// told returns what passes on the reports of one variant, one at a time.
func told(mu *sync.Mutex, label string, o Options) (progress func(Progress), notice func(string)) {
	if o.OnProgress != nil {
		progress = func(p Progress) {
			p.Variant = label
			mu.Lock()
			defer mu.Unlock()
			o.OnProgress(p)
		}
	}
	if o.OnNotice != nil {
		notice = func(s string) {
			mu.Lock()
			defer mu.Unlock()
			o.OnNotice(label + ": " + s)
		}
	}
	return progress, notice
}

// abreast returns how many of so many variants run at one time: one a core, as
// far as each may take its limit of the memory that is free.
func abreast(variants int, limit int64) int {
	width := min(variants, runtime.GOMAXPROCS(0))
	if free := freeMemory(); free > 0 {
		width = min(width, int(free/limit))
	}
	return max(1, width)
}

// freeMemory returns the bytes that new work can have, 0 where the system does
// not say so as Linux does (proc(5), /proc/meminfo).
func freeMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "MemAvailable:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64) // 0 when it is no number
			return kilobytes << 10
		}
	}
	return 0
}
