package work

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Share has 0..n-1 done in parts of at most grain numbers, on as many goroutines as
// GOMAXPROCS says; the caller's is one of them. On each start is called once, for memory
// of its own, and what it returns for every part that the goroutine takes. Which takes which
// differs from run to run, so no result may depend on it.
func Share(n, grain int, start func() func(from, to int)) {
	var next atomic.Int64
	take := func() {
		do := start()
		for {
			to := int(next.Add(int64(grain)))
			from := to - grain
			if from >= n {
				return
			}
			do(from, min(to, n))
		}
	}
	var others sync.WaitGroup
	defer others.Wait() // also where the caller's part panics: they write to its memory
	workers := min(runtime.GOMAXPROCS(0), (n+grain-1)/grain)
	for range workers - 1 {
		others.Go(take)
	}
	if workers > 0 {
		take()
	}
}
