package work_test

import (
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"testing"

	"jpgreport/runtime/work"
)

// Every number is done once, in parts no longer than asked for, by no more goroutines than
// there are cores, each of which was started once.
func TestShare(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		for _, n := range []int{0, 1, 6, 7, 8, 1000} {
			for _, grain := range []int{1, 7, 2000, math.MaxInt} {
				what := fmt.Sprintf("%d cores, %d numbers, %d at a time", cores, n, grain)
				times := make([]atomic.Int32, n)
				var started atomic.Int32
				work.Share(n, grain, func() func(from, to int) {
					started.Add(1)
					return func(from, to int) {
						if to-from > grain || to <= from {
							t.Errorf("%s: a part from %d to %d", what, from, to)
						}
						for i := from; i < to; i++ {
							times[i].Add(1)
						}
					}
				})
				for i := range times {
					if k := times[i].Load(); k != 1 {
						t.Fatalf("%s: number %d was done %d times", what, i, k)
					}
				}
				if most := max(1, min(cores, n/grain)); int(started.Load()) > most || n > 0 && started.Load() == 0 {
					t.Errorf("%s: %d starts, want 1 to %d", what, started.Load(), most)
				}
			}
		}
	}
}
