package work

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Share has 0..n-1 done in parts of at most grain numbers, which is at least 1, on as many
// goroutines as GOMAXPROCS says and have a whole part to do; the caller's is one of them.
// On each start is called once, for memory of its own, and what it returns for every part
// that the goroutine takes. Which takes which differs from run to run, so no result may
// depend on it. A panic in a part ends the program unless the part was the caller's.
func Share(n, grain int, start func() func(from, to int)) {
	if grain < 1 {
		panic("work.Share: parts of no number")
	}
	if n < 1 {
		return
	}
	grain = min(grain, n)
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
	for range min(runtime.GOMAXPROCS(0), n/grain) - 1 {
		others.Go(take)
	}
	take()
}
