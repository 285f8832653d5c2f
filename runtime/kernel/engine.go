package kernel

import "fmt"

// An Engine computes on one path and spreads work over as many goroutines as
// GOMAXPROCS says, unless it is of [NewSingle]. It has memory of its own that it uses
// again, and is used by one goroutine at a time.
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
	e.team.number, e.team.help = teams.Add(1), e.team.stand
	e.product.init(e)
	e.elementwise.init(e)
	e.adamRun.init(e)
	return e, nil
}

// NewSingle returns an engine that computes on the calling goroutine and no other, for
// callers who spread their own work. Its results are the same bits as those of [New].
func NewSingle(p Path) (*Engine, error) {
	e, err := New(p)
	if err == nil {
		e.team.single = true
	}
	return e, err
}

// Path returns the path that the engine was made for.
func (e *Engine) Path() Path { return e.path }

// Peak runs a loop of independent fused multiply-adds n times on the calling
// goroutine and returns how many operations these are, two each: what the path
// can do at most, when timed.
func (e *Engine) Peak(n int) float64 {
	if n < 1 {
		return 0
	}
	e.peak(n)
	return 2 * float64(n) * float64(e.peakSums*e.lanes)
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
