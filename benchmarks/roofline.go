package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Measured is one kernel's work and time.
type measured struct {
	name       string
	operations float64 // floating-point operations, a fused multiply-add counting two
	bytes      float64 // that must move between memory and core, each once
	seconds    float64
}

// roofline measures the machine's bounds and prints what share of them each
// kernel reaches (Williams, Waterman and Patterson, 2009).
func roofline(w io.Writer, threads int) error {
	one, err := peak()
	if err != nil {
		return err
	}
	list, err := measureKernels(threads)
	if err != nil {
		return err
	}
	writeRoofline(w, float64(threads)*one, bandwidth(threads), list)
	return nil
}

// writeRoofline prints the table, given the peak in operations and the bandwidth
// in bytes a second, of all threads together. A kernel whose data stay in a cache
// may pass the bound.
func writeRoofline(w io.Writer, peak, bandwidth float64, list []measured) {
	fmt.Fprintf(w, "Peak of fused multiply-adds %.0f GFLOP/s, memory %.1f GB/s (triad).\n\n", peak/1e9, bandwidth/1e9)
	fmt.Fprintln(w, "| kernel | GFLOP/s | of peak | operations a byte | of bound |")
	fmt.Fprintln(w, "|---|---|---|---|---|")
	for _, m := range list {
		speed, intensity := m.operations/m.seconds, m.operations/m.bytes
		bound := min(peak, intensity*bandwidth)
		fmt.Fprintf(w, "| %s | %.1f | %.0f%% | %.1f | %.0f%% |\n", m.name, speed/1e9, 100*speed/peak, intensity, 100*speed/bound)
	}
}

// triadFloats is the length of each of triad's three arrays: 256 MB in all.
const triadFloats = 256 << 20 / 3 / 4

// bandwidth returns the bytes a second of the triad a = b + s·c (McCalpin's
// STREAM) in plain Go on that many goroutines, each with a part of arrays larger
// than the second-level caches: the best of five. Two arrays are read and one
// written; that a store may read its line first is not counted.
func bandwidth(threads int) float64 {
	a, b, c := make([]float32, triadFloats), make([]float32, triadFloats), make([]float32, triadFloats)
	for i := range b {
		a[i], b[i], c[i] = 1, 2, 3 // touched, so that their pages are there
	}
	best := time.Duration(1<<63 - 1)
	for range 5 {
		start := time.Now()
		var wg sync.WaitGroup
		for t := range threads {
			from, to := t*triadFloats/threads, (t+1)*triadFloats/threads
			wg.Go(func() { triad(a[from:to], b[from:to], c[from:to], 3) })
		}
		wg.Wait()
		best = min(best, time.Since(start))
	}
	return 3 * 4 * triadFloats / best.Seconds()
}

func triad(a, b, c []float32, s float32) {
	b, c = b[:len(a)], c[:len(a)]
	for i := range a {
		a[i] = b[i] + s*c[i]
	}
}
