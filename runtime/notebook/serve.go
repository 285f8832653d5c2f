package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"jpgreport/runtime/result"
	"jpgreport/runtime/store"
	"jpgreport/runtime/work"
)

// Bounds of what a cell may put out. A print counts as minPrint bytes at least,
// so that many small ones are bounded too.
const (
	maxPrints  = 8 << 20
	minPrint   = 64
	maxOutputs = 32 << 20 // of everything else, as JSON
)

// maxStack bounds the stack of a goroutine: a script that recurses without end
// ends its process at it.
const maxStack = 256 << 20

// childGrace is how long the child works on after its parent has closed the
// input or died.
const childGrace = 3 * time.Second

// Serve runs the job that stands on in and writes events to out. It takes the
// process over: os.Stdout becomes standard error, so that a stray print does not
// end up among the events; interrupts are ignored, since the parent tells the
// child when to stop, by closing in; and the limits of stack and memory are set.
// An error means that the parent could not be understood or reached; errors of
// cells are events.
func Serve(ctx context.Context, in io.Reader, out io.Writer, start Start) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	os.Stdout = os.Stderr
	debug.SetMaxStack(maxStack)

	var job Job
	d := json.NewDecoder(in)
	if err := d.Decode(&job); err != nil {
		return fmt.Errorf("notebook: read the job: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		io.Copy(io.Discard, in) // returns when the parent closes its end or dies
		cancel()
		select {
		case <-done:
		case <-time.After(childGrace):
			os.Exit(1)
		}
	}()

	s := &server{job: job, out: &sender{w: out}, where: func() *result.Error { return nil }}
	go s.watchStack(done)
	if job.MemoryLimit > 0 {
		debug.SetMemoryLimit(job.MemoryLimit / 10 * 9)
		go s.watch(done, job.MemoryLimit)
	}
	s.run(ctx, start)
	return s.out.send(event{Kind: eventFinish})
}

// A server runs the cells of one job.
type server struct {
	job   Job
	out   *sender
	steps *throttle

	warned map[string]bool // what primitives warned of

	mu      sync.Mutex
	cell    string // that runs
	prints  int    // bytes it printed
	outputs int    // bytes of its other outputs
	limit   string // that it hit
	stop    context.CancelFunc
	where   func() *result.Error // the line it has come to
}

func (s *server) run(ctx context.Context, start Start) {
	s.steps = &throttle{send: s.step}
	ctx = work.WithProgress(ctx, s.steps)
	ctx = work.WithProvenance(ctx, work.ProvenanceFunc(s.use))
	if m := s.memory(); m != nil {
		ctx = work.WithMemory(ctx, m)
	}
	ev, ctx, err := s.start(ctx, start)
	if err != nil {
		s.out.send(event{Kind: eventFail, Error: asError(err)})
		return
	}
	if p, ok := ev.(Placer); ok {
		s.mu.Lock()
		s.where = p.Where
		s.mu.Unlock()
	}
	recorder := &result.Recorder{Sink: s.sink}
	lost := map[string]result.Status{} // cells that are not done
	for _, c := range s.job.Cells {
		if ctx.Err() != nil {
			return
		}
		if why := lacks(c, lost); c.Faulty || why != nil {
			s.out.send(event{Kind: eventSkip, Cell: c.ID, Error: why})
			lost[c.ID] = result.Skipped
			continue
		}
		status := s.eval(ctx, ev, c, recorder.Cell(c.ID))
		if status != result.Done && !(status == result.Failed && s.job.KeepGoing) {
			return
		}
		if status != result.Done {
			lost[c.ID] = status
		}
	}
}

// lacks says why a cell cannot be run: for want of what another should have
// given. It returns nil when it can.
func lacks(c JobCell, lost map[string]result.Status) *result.Error {
	if c.Faulty {
		return nil // and the parent knows why
	}
	for _, n := range c.Needs {
		how, is := lost[n.Cell]
		if !is || n.Declared && how == result.Failed {
			continue
		}
		end := "failed"
		if how == result.Skipped {
			end = "was not run"
		}
		return &result.Error{
			Cell: c.ID, File: c.Source.File, Line: c.Source.Line,
			Message: fmt.Sprintf("not run: needs %s from cell %q, which %s", n.Name, n.Cell, end),
		}
	}
	return nil
}

func (s *server) start(ctx context.Context, start Start) (ev Evaluator, inner context.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	ev, inner, err = start(ctx, s.job)
	if inner == nil {
		inner = ctx
	}
	return ev, inner, err
}

func (s *server) use(a work.Artifact) {
	s.out.send(event{Kind: eventUse, Artifact: &result.Artifact{Kind: a.Kind, Name: a.Name, Source: a.Source, SHA256: a.SHA256}})
}

// memory returns the cache, or nil when there is to be none.
func (s *server) memory() work.Memory {
	if s.job.Cache == "" {
		return nil
	}
	notice := func(err error) { s.out.send(event{Kind: eventNotice, Text: err.Error()}) }
	m, err := store.Open(s.job.Cache, store.Options{
		MaxBytes:  s.job.CacheBytes,
		WriteOnly: s.job.NoCache,
		Versions:  s.job.Versions,
		OnWarning: notice,
		OnCall: func(c store.Call) {
			s.out.send(event{Kind: eventCall, Call: &result.Call{
				Cell: s.running(), Primitive: c.Primitive, Hit: c.Hit, Changed: changes(c.Changed), Unkept: c.Unkept,
			}})
		},
	})
	if err != nil {
		notice(err)
		return nil
	}
	return m
}

func changes(of []store.Change) []result.Change {
	var out []result.Change
	for _, c := range of {
		out = append(out, result.Change{Part: c.Part, Old: c.Old, New: c.New})
	}
	return out
}

func (s *server) running() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cell
}

// step sends how far the running cell is. What a primitive reports once its cell
// has ended, as after an interrupt, is dropped.
func (s *server) step(step work.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cell != "" {
		s.out.send(event{Kind: eventStep, Cell: s.cell, Step: &step})
	}
}

// eval runs one cell and returns how it ended.
func (s *server) eval(ctx context.Context, ev Evaluator, c JobCell, cell *result.Cell) result.Status {
	whole := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	s.mu.Lock()
	s.cell, s.prints, s.outputs, s.limit, s.stop = c.ID, 0, 0, "", cancel
	s.mu.Unlock()
	s.out.send(event{Kind: eventBegin, Cell: c.ID})
	began := time.Now()
	err := s.guarded(work.WithWarnings(ctx, s.warnings(cell)), ev, c, cell)
	s.steps.flush()

	s.mu.Lock()
	limit := s.limit
	s.cell = ""
	s.mu.Unlock()
	end := event{Kind: eventEnd, Cell: c.ID, Status: result.Done, Seconds: time.Since(began).Seconds()}
	switch {
	case limit != "":
		end.Status, end.Error = result.Limited, &result.Error{Message: limit}
		if err != nil { // it knows the line
			e := asError(err)
			e.Message = limit
			end.Error = e
		}
	case err != nil && whole.Err() == nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		end.Status, end.Error = result.Limited, asError(err)
		end.Error.Message = fmt.Sprintf("still running at its deadline: the cell may take %v", c.Timeout)
	case err != nil && ctx.Err() != nil:
		end.Status, end.Error = result.Interrupted, asError(err)
	case err != nil:
		end.Status, end.Error = result.Failed, asError(err)
	}
	if e := end.Error; e != nil {
		e.Cell = c.ID
		if e.File == "" {
			e.File, e.Line = c.Source.File, c.Source.Line
		}
	}
	s.out.send(end)
	return end.Status
}

// guarded evaluates a cell such that a panic is an error of the cell.
func (s *server) guarded(ctx context.Context, ev Evaluator, c JobCell, cell *result.Cell) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return ev.Eval(ctx, c.Source, cell)
}

// warnings returns what puts the warnings of primitives into a cell, each once a
// run: a data set that is opened in three cells has said it in the first.
func (s *server) warnings(cell *result.Cell) work.Warnings {
	return work.WarningsFunc(func(text string) {
		if s.warned[text] {
			return
		}
		if s.warned == nil {
			s.warned = map[string]bool{}
		}
		s.warned[text] = true
		cell.Warn(text)
	})
}

// sink sends an output on, within the bounds of a cell. It ends the cell, at the
// line that put the output out, when a bound is reached or the output has no
// JSON form.
func (s *server) sink(cell string, o result.Output) {
	b, err := json.Marshal(event{Kind: eventOutput, Cell: cell, Output: &o})
	if err != nil {
		panic(&result.Error{Message: fmt.Sprintf("a %s that cannot be recorded: %v", o.Kind, err)})
	}
	if limit := s.pass(cell, o, b); limit != "" {
		panic(&result.Error{Message: limit})
	}
}

// pass sends an output on unless its cell has ended or hit a limit, which it
// returns then.
func (s *server) pass(cell string, o result.Output, line []byte) (limit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cell != cell {
		return "" // an interrupted script may go on for a moment
	}
	if s.limit != "" {
		return s.limit // and the script recovered from the panic
	}
	if o.Print != "" {
		s.prints += max(minPrint, len(o.Print))
	} else {
		s.outputs += len(line)
	}
	switch {
	case s.prints > maxPrints:
		s.limit = fmt.Sprintf("the cell printed more than %s", size(maxPrints))
	case s.outputs > maxOutputs:
		s.limit = fmt.Sprintf("the cell put out more than %s", size(maxOutputs))
	default:
		s.out.line(line)
		return ""
	}
	s.out.send(event{Kind: eventLimit, Cell: cell, Text: s.limit})
	s.stop()
	return s.limit
}

// asError returns err as an error of the record, the caller's own.
func asError(err error) *result.Error {
	var e *result.Error
	if errors.As(err, &e) && e != nil {
		c := *e
		return &c
	}
	return &result.Error{Message: err.Error()}
}

func panicked(r any) error {
	if e, ok := r.(*result.Error); ok {
		return e
	}
	return &result.Error{Message: fmt.Sprintf("panic: %v", r)}
}
