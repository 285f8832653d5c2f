package model

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// inBatches runs x through machines, as many images at a time as one takes, and hands
// each on after its runs with the index of its first image. Calls of each are side by
// side where there are many images: then each core has a machine of its own, and no
// operation of one waits for the end of another's.
func (n *Net) inBatches(ctx context.Context, task string, p purpose, x *pixel.Batch, labels []int, each func(m *machine, first int)) error {
	if x.N == 0 {
		return nil
	}
	b := &batches{net: n, purpose: p, task: task, x: x, labels: labels, each: each, machines: 1}
	spread, err := n.spreads(p, x.N)
	if err != nil {
		return err
	}
	if spread {
		b.machines = runtime.GOMAXPROCS(0)
		return b.spread(ctx)
	}
	m, err := n.borrow(p)
	if err != nil {
		return err
	}
	return b.run(ctx, m, true)
}

// A machine of one core takes fewer images the more cores there are, so that all together
// hold not many more than one that works on all cores: from 36 to 126, multiples of
// wholeTiles.
const wholeTiles = 18 // of which the kernels' tiles of 6 and 9 rows are parts

func singleImages(cores int) int { return max(2*wholeTiles, 2*126/cores/wholeTiles*wholeTiles) }

// singleWeights bounds the weights that each core reads by itself, and may keep a copy of.
const singleWeights = 1 << 20

// spreads tells whether each core gets a machine of its own for so many images: there is
// enough for all, and the network is small.
func (n *Net) spreads(p purpose, images int) (bool, error) {
	cores := runtime.GOMAXPROCS(0)
	if cores < 2 || images < max(2*maxImages, cores*singleImages(cores)) || n.Parameters() > singleWeights {
		return false, nil
	}
	if n.plan != nil {
		return capacity(n.plan.elements()) == maxImages, nil
	}
	stages, _, err := n.arch.stages()
	if err != nil {
		return false, err
	}
	all, err := p.plan(stages)
	return err == nil && capacity(elements(all)) == maxImages, err
}

// A batches is the images of one call, of which machines take some at a time.
type batches struct {
	net        *Net
	purpose    purpose
	task       string
	x          *pixel.Batch
	labels     []int
	each       func(m *machine, first int)
	machines   int
	next, done atomic.Int64 // images
	reported   int
}

// take returns the images that a machine does next, at most so many; none is the end. Of
// several machines each takes half of its share of what is left at most, so that all come
// to an end at about the same time.
func (b *batches) take(most int) (first, count int) {
	for {
		next := b.next.Load()
		rest := b.x.N - int(next)
		if b.machines > 1 {
			half := rest / (2 * b.machines)
			most = min(most, half+wholeTiles-half%wholeTiles)
		}
		count = min(most, rest)
		if count == 0 || b.next.CompareAndSwap(next, next+int64(count)) {
			return int(next), count
		}
	}
}

// spread runs machines of one core, one of them on the calling goroutine, which alone
// reports progress.
func (b *batches) spread(parent context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait() // also where progress panics: they write to the caller's memory
	ctx, stop := context.WithCancel(parent)
	defer stop()
	errs := make([]error, b.machines)
	one := func(i int) {
		m, err := b.net.borrowSingle(b.purpose, singleImages(b.machines))
		if err == nil {
			err = b.run(ctx, m, i == 0)
		}
		if errs[i] = err; err != nil {
			stop()
		}
	}
	for i := 1; i < b.machines; i++ {
		workers.Go(func() { one(i) })
	}
	one(0)
	workers.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) { // that of the others
			return err
		}
	}
	if err := parent.Err(); err != nil && errors.Join(errs...) != nil {
		return err
	}
	if b.reported < b.x.N {
		b.report(parent, b.x.N)
	}
	return errors.Join(errs...)
}

// run has a machine take images until none is left.
func (b *batches) run(ctx context.Context, m *machine, report bool) error {
	x := b.x
	for {
		first, count := b.take(m.capacity)
		if count == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			b.net.giveBack(m)
			return err
		}
		var label func(i int) int
		if b.labels != nil {
			label = func(i int) int { return b.labels[first+i] }
		}
		m.see(count, x.Data[first*x.Size():(first+count)*x.Size()], label)
		if err := m.run(); err != nil {
			return err
		}
		b.each(m, first)
		if done := b.done.Add(int64(count)); report {
			b.report(ctx, int(done))
		}
	}
	b.net.giveBack(m)
	return nil
}

func (b *batches) report(ctx context.Context, done int) {
	b.reported = done
	work.Report(ctx, work.Step{Task: b.task, Done: done, Total: b.x.N, Unit: "images"})
}
