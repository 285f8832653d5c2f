package kernel

import (
	"runtime"
	"sync/atomic"
)

// A team shares out units of work. A call publishes as many tickets as it wants
// helpers; a helper that takes one works until no unit is left and stands by for
// the next call for a moment.
//
// Note: to wake a sleeping core takes as long as a convolution of a batch on a virtual
// machine, so helpers look out for work for a while before they go. Helpers that stay as long as the
// engine would have to be stopped by whoever drops it.
type team struct {
	job      func(worker, unit int)
	active   int // parts
	parts    []part
	single   bool         // the caller works alone
	numbers  atomic.Int64 // helpers' numbers given out
	tickets  atomic.Int64
	finished atomic.Int64
	standing atomic.Int64 // helpers that work or look out for it
	number   int64
	help     func() // stand, as one value: starting it takes no memory
}

// A part of the units is one worker's own: the same images in each operation, whose
// data its core still holds. Who has done his own takes from the others'.
type part struct {
	next, end atomic.Int64
	_         apart
}

// lookouts is how often a helper looks for a ticket before it goes: about a
// millisecond, as between two batches. Each time after yielding looks it lets other
// goroutines go first.
const (
	lookouts = 1_000_000
	yielding = 5_000
)

// Teams have numbers. Helpers stand by only for the one that was called last, latest,
// and leave the cores to its own.
var teams, latest atomic.Int64

// workers returns how many goroutines each will use at most.
func (t *team) workers(units int) int {
	if t.single {
		return min(units, 1)
	}
	return min(units, runtime.GOMAXPROCS(0))
}

// each calls job for each unit. Calls with different workers, 0 ≤ worker <
// workers(units), run side by side; each unit must write to places of its own.
func (t *team) each(units int, job func(worker, unit int)) {
	n := t.workers(units)
	if n <= 1 {
		for i := range units {
			job(0, i)
		}
		return
	}
	latest.Store(t.number)
	t.job = job
	if len(t.parts) < n {
		t.parts = make([]part, n)
	}
	for i := range n {
		t.parts[i].next.Store(int64(i * units / n))
		t.parts[i].end.Store(int64((i + 1) * units / n))
	}
	t.active = n
	t.numbers.Store(0)
	t.finished.Store(0)
	helpers := int64(n - 1)
	t.tickets.Store(helpers)
	for t.standing.Load() < helpers {
		t.standing.Add(1)
		go t.help()
	}
	t.work(0)
	helpers -= t.tickets.Swap(0) // those that nobody took in time
	for looks := 1; t.finished.Load() < helpers; looks++ {
		wait(looks)
	}
	t.job = nil
}

// stand is a helper.
func (t *team) stand() {
	for looks := 1; looks < lookouts && latest.Load() == t.number; looks++ {
		n := t.tickets.Load()
		if n > 0 && t.tickets.CompareAndSwap(n, n-1) {
			t.work(int(t.numbers.Add(1)))
			t.finished.Add(1)
			looks = 0
		}
		wait(looks)
	}
	t.standing.Add(-1)
}

// wait is what to do after so many looks. Looks follow one another without a pause
// instruction, at a series of which a virtual machine's host takes the core away.
func wait(looks int) {
	if looks%yielding == 0 {
		runtime.Gosched()
	}
}

// work does the worker's own part and then what is left of the others'. The caller
// is always worker 0, so that with one helper each keeps its images.
func (t *team) work(worker int) {
	for i := range t.active {
		p := &t.parts[(worker+i)%t.active]
		for end := p.end.Load(); ; {
			unit := p.next.Add(1) - 1
			if unit >= end {
				break
			}
			t.job(worker, int(unit))
		}
	}
}
