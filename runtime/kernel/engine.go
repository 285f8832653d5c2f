package kernel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// An Engine computes on one path and spreads work over as many goroutines as
// GOMAXPROCS says. It has memory of its own that it uses again, and is used by one
// goroutine at a time.
type Engine struct {
	path Path
	*routines
	team        team
	product     product
	elementwise elementwise
	adamRun     adamRun
	chains      []chainWorker
}

// New returns an engine. A path that this machine does not have is an error.
func New(p Path) (*Engine, error) {
	r := simd()[p]
	if p == Portable {
		r = portable()
	}
	if r == nil {
		return nil, fmt.Errorf("kernel: this machine does not have the path %v", p)
	}
	e := &Engine{path: p, routines: r}
	e.team.help = e.team.work
	e.product.init(e)
	e.elementwise.init(e)
	e.adamRun.init(e)
	return e, nil
}

// Path returns the path that the engine was made for.
func (e *Engine) Path() Path { return e.path }

// A team shares out units of work.
//
// Note: goroutines that live as long as the engine would have to be stopped by
// whoever drops it. Starting them anew costs a microsecond or two a call, and no
// memory, as help is one function value.
type team struct {
	job     func(worker, unit int)
	units   int
	next    atomic.Int64
	workers atomic.Int64
	done    sync.WaitGroup
	help    func()
}

// workers returns how many goroutines each will use at most.
func workers(units int) int { return min(units, runtime.GOMAXPROCS(0)) }

// each calls job for each unit. Calls with different workers, 0 ≤ worker <
// [workers](units), run side by side; each unit must write to places of its own.
func (t *team) each(units int, job func(worker, unit int)) {
	t.job, t.units = job, units
	t.next.Store(0)
	t.workers.Store(0)
	n := workers(units)
	if n <= 1 {
		for i := range units {
			job(0, i)
		}
		return
	}
	t.done.Add(n)
	for range n - 1 {
		go t.help()
	}
	t.work()
	t.done.Wait()
}

func (t *team) work() {
	worker := int(t.workers.Add(1)) - 1
	for {
		i := int(t.next.Add(1)) - 1
		if i >= t.units {
			break
		}
		t.job(worker, i)
	}
	t.done.Done()
}

// grown returns a slice of at least n elements, the old one if it has them.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// ceil returns ⌈a/b⌉.
func ceil(a, b int) int { return (a + b - 1) / b }
