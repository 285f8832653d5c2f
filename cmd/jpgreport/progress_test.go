package main

import (
	"strings"
	"testing"
	"time"

	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/work"
)

// TestProgressOnAPipe: plain lines, not too many, with the time left of the task
// at hand and not of the one before it.
func TestProgressOnAPipe(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, false)
	at := func(done int, ago time.Duration) {
		p.began, p.printed = p.began.Add(-ago), p.printed.Add(-ago)
		p.show(notebook.Progress{Cell: "train", Number: 1, Cells: 2, Step: work.Step{Task: "train digits", Done: done, Total: 100, Unit: "batches", Note: "loss 0.5"}})
	}
	at(1, 0)
	at(2, 0) // at once: no line
	at(50, time.Minute)
	at(100, 0)
	at(1, 0) // the next network
	at(50, 20*time.Second)
	p.show(notebook.Progress{Cell: "train", Number: 1, Cells: 2, Elapsed: 90 * time.Second, Status: result.Done})
	want := `[1/2] train: train digits, 50 of 100 batches, loss 0.5, 1m0s left
[1/2] train: train digits, 100 of 100 batches, loss 0.5
[1/2] train: train digits, 50 of 100 batches, loss 0.5, 20s left
[1/2] train: done in 1m30s
`
	if b.String() != want {
		t.Errorf("got:\n%swant:\n%s", &b, want)
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("a pipe got escape codes")
	}
}

func TestQuietProgress(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, true)
	p.show(notebook.Progress{Cell: "a", Step: work.Step{Task: "x", Done: 1, Total: 2}})
	p.show(notebook.Progress{Cell: "a", Status: result.Done})
	p.end()
	if b.Len() > 0 {
		t.Errorf("printed %q", &b)
	}
}
