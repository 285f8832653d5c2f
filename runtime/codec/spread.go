package codec

import (
	"context"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// runSamples is how many samples a worker takes on before it reports.
const runSamples = 1 << 16

// spread shares the images of x out to workers that take the next few each.
// Every worker is started once, for memory of its own, and then called with the
// images' numbers. spread reports progress and ends with the context's error.
func spread(ctx context.Context, x *pixel.Batch, task string, start func() func(i int)) error {
	finished, run := make(chan int), max(1, runSamples/x.Size())
	go func() {
		defer close(finished)
		work.Share(x.N, run, func() func(from, to int) {
			image := start()
			return func(from, to int) {
				if ctx.Err() != nil {
					return
				}
				for i := from; i < to; i++ {
					image(i)
				}
				finished <- to - from
			}
		})
	}()
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
