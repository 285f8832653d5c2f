package notebook

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"jpgreport/runtime/result"
	"jpgreport/runtime/work"
)

// An event is a line of JSON that the child sends. Of the fields besides Kind
// those are set that the kind has a use for.
type event struct {
	Kind     string           `json:"kind"`
	Cell     string           `json:"cell,omitempty"`
	Output   *result.Output   `json:"output,omitempty"`
	Step     *work.Step       `json:"step,omitempty"`
	Artifact *result.Artifact `json:"artifact,omitempty"`
	Call     *result.Call     `json:"call,omitempty"`
	Status   result.Status    `json:"status,omitempty"`
	Error    *result.Error    `json:"error,omitempty"`
	Seconds  float64          `json:"seconds,omitempty"`
	Text     string           `json:"text,omitempty"`
}

// Kinds of event, and what each carries.
const (
	eventBegin  = "begin"  // Cell
	eventOutput = "output" // Cell, Output
	eventStep   = "step"   // Cell, Step
	eventUse    = "use"    // Artifact
	eventCall   = "call"   // Call
	eventEnd    = "end"    // Cell, Status, Error, Seconds
	eventLimit  = "limit"  // Text: the limit that the running cell hit; Error: where, when that is known
	eventSkip   = "skip"   // Cell, Error: why it is not run, unless it is known
	eventNotice = "notice" // Text
	eventFail   = "fail"   // Error: no cell could be run
	eventFinish = "finish" // no event follows
)

// maxLine bounds an event; a child's outputs stay far below it.
const maxLine = 256 << 20

// A sender writes events, from any goroutine.
type sender struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sender) send(e event) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.line(b)
}

// line writes one event that is JSON already.
func (s *sender) line(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.w.Write(append(b, '\n'))
	return err
}

// A throttle passes on at most ten steps a second, and in any case the last.
type throttle struct {
	send func(work.Step)

	mu      sync.Mutex
	last    time.Time
	pending *work.Step
	timer   *time.Timer
}

const stepInterval = 100 * time.Millisecond

var _ work.Progress = (*throttle)(nil)

// Step passes s on, at once or soon.
func (t *throttle) Step(s work.Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := stepInterval - time.Since(t.last)
	if wait <= 0 {
		t.pending, t.last = nil, time.Now()
		t.send(s)
		return
	}
	if t.pending == nil {
		t.timer = time.AfterFunc(wait, t.flush)
	}
	t.pending = &s
}

// flush passes on the step that waits, if any.
func (t *throttle) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending != nil {
		t.timer.Stop()
		s := *t.pending
		t.pending, t.last = nil, time.Now()
		t.send(s)
	}
}

// size says a number of bytes to people.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
