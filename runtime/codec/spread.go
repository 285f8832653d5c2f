package codec

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// runSamples is how many samples a worker takes on before it reports.
const runSamples = 1 << 16

// spread shares the images of x out to workers that take the next few each.
// Every worker is started once, for memory of its own, and then called with the
// images' numbers. spread reports progress and ends with the context's error.
func spread(ctx context.Context, x *pixel.Batch, task string, start func() func(i int)) error {
	run := max(1, runSamples/x.Size())
	finished := make(chan int)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), ceilDiv(x.N, run)) {
		workers.Go(func() {
			image := start()
			for ctx.Err() == nil {
				from := int(next.Add(1)-1) * run
				to := min(from+run, x.N)
				if from >= to {
					return
				}
				for i := from; i < to; i++ {
					image(i)
				}
				finished <- to - from
			}
		})
	}
	go func() { workers.Wait(); close(finished) }()
	step := work.Step{Task: task, Total: x.N, Unit: "images"}
	told := 0
	for n := range finished { // here, so that progress is reported from one goroutine
		if step.Done += n; step.Done == x.N || step.Done-told >= max(1, x.N/50) {
			told = step.Done
			work.Report(ctx, step)
		}
	}
	if step.Done < x.N {
		return ctx.Err()
	}
	return nil
}
