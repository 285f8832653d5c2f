package notebook

import (
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// The memory of the child is watched from both sides. The child knows what its
// Go runtime holds, on any system. But while it moves a huge block of memory and
// the garbage collector waits for that, its watch stands still; the parent then
// sees, on Linux, how much the child really occupies.
const watchInterval = 25 * time.Millisecond

func tooMuchMemory(limit int64) string {
	return fmt.Sprintf("the cell used more than %s of memory", size(limit))
}

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
			s.die(tooMuchMemory(limit))
		}
	}
}

// watchStack ends the process while a script recurses without end, before the Go
// runtime does, which could not tell where. A stack doubles whenever it is full; what
// is found here has reached the last size that is allowed.
func (s *server) watchStack(done <-chan struct{}) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if metrics.Read(sample); sample[0].Value.Uint64() >= maxStack {
			s.die(tooDeep())
		}
	}
}

func tooDeep() string {
	return fmt.Sprintf("the cell recursed without end: its stack grew beyond %s", size(maxStack))
}

// die tells the parent which limit the running cell hit, and ends the process.
func (s *server) die(limit string) {
	s.mu.Lock()
	cell, where := s.cell, s.where
	s.mu.Unlock()
	s.out.send(event{Kind: eventLimit, Cell: cell, Text: limit, Error: where()})
	os.Exit(1)
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

// resident returns the bytes of memory that a process occupies, 0 where the
// system does not say so as Linux does (proc(5), /proc/pid/statm).
func resident(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
