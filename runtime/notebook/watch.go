package notebook

import (
	"fmt"
	"os"
	"runtime/metrics"
	"time"
)

const watchInterval = 25 * time.Millisecond

// watch ends the process when its memory exceeds the limit, after it has told the
// parent. The garbage collector works harder from nine tenths of the limit on,
// so what exceeds it is in use.
func (s *server) watch(done <-chan struct{}, limit int64) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if used := memoryUsed(); used > uint64(limit) {
			s.out.send(event{Kind: eventLimit, Cell: s.running(), Text: fmt.Sprintf("the cell used more than %s of memory", size(limit))})
			os.Exit(1)
		}
	}
}

// memoryUsed returns the bytes that the Go runtime holds and has not given back.
func memoryUsed() uint64 {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
