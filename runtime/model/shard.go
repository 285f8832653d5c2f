package model

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// A pool is machines of one purpose over one network, one for each goroutine
// that may run, built when first needed.
type pool struct {
	arch     Architecture
	weights  []float32
	purpose  purpose
	machines []*machine
}

// A newPool's machines read weights in place: its owner may change them between
// runs.
func newPool(a Architecture, weights []float32, p purpose) *pool {
	return &pool{arch: a, weights: weights, purpose: p}
}

// run calls job for the shards 0 ≤ s < n, each on some machine, and done on the
// calling goroutine after each. What a job computes depends on its shard alone,
// and no two jobs write to one place, so that the result does not depend on the
// number of goroutines. The error is that of the lowest shard that failed.
func (p *pool) run(ctx context.Context, n int, job func(m *machine, shard int) error, done func(count int)) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	for len(p.machines) < workers {
		m, err := newMachine(p.arch, p.weights, p.purpose)
		if err != nil {
			return err
		}
		p.machines = append(p.machines, m)
	}
	errs := make([]error, n)
	finished := make(chan struct{}, n)
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for _, m := range p.machines[:workers] {
		wg.Go(func() {
			for {
				s := int(next.Add(1)) - 1
				if s >= n || failed.Load() || ctx.Err() != nil {
					return
				}
				if errs[s] = job(m, s); errs[s] != nil {
					failed.Store(true)
				}
				finished <- struct{}{}
			}
		})
	}
	go func() {
		wg.Wait()
		close(finished)
	}()
	count := 0
	for range finished {
		count++
		if done != nil {
			done(count)
		}
	}
	if err := ctx.Err(); err != nil && count < n {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) close() {
	for _, m := range p.machines {
		m.close()
	}
}

// shards returns how many shards n images make.
func shards(n int) int { return (n + shardSize - 1) / shardSize }
