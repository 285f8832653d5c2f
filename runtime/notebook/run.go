package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// grace is how long a child may take to stop when it is asked to.
const grace = 2 * time.Second

// Run runs a spec and returns what came out, sealed, however it ended: the run's
// Status says how. An error means that nothing could be run at all. When ctx
// ends, the child is asked to stop, and killed when it does not within two
// seconds.
func Run(ctx context.Context, sp *spec.Spec, o Options) (*result.Run, error) {
	switch {
	case o.Child == nil:
		return nil, errors.New("notebook: no command for the child")
	case o.Timeout < 0:
		return nil, fmt.Errorf("notebook: a timeout of %v, want 0 (none) or more", o.Timeout)
	case o.MemoryLimit < 0:
		return nil, fmt.Errorf("notebook: a memory limit of %d bytes, want 0 (default) or more", o.MemoryLimit)
	case o.CellTimeout < 0:
		return nil, fmt.Errorf("notebook: a timeout of %v for each cell, want 0 (none) or more", o.CellTimeout)
	}
	if o.MemoryLimit == 0 {
		o.MemoryLimit = DefaultMemoryLimit
	}
	if o.Timeout == 0 {
		o.Timeout = sp.Timeout
	}
	began := time.Now()
	one := single
	if len(sp.Sweep) > 0 {
		one = grid
	}
	run, err := one(ctx, sp, o)
	if err != nil {
		return nil, err
	}
	run.Environment.Started = began.UTC().Format(time.RFC3339)
	run.Environment.Seconds = time.Since(began).Seconds()
	run.Environment.Cores = runtime.GOMAXPROCS(0)
	if err := run.Seal(); err != nil {
		return nil, fmt.Errorf("notebook: seal the run: %w", err)
	}
	return run, nil
}

// single runs a spec that is no sweep. The run is not sealed.
func single(ctx context.Context, sp *spec.Spec, o Options) (*result.Run, error) {
	began := time.Now()
	g := newGatherer(sp, o)
	g.refuse(o.Faults)
	if len(g.job.Cells) > 0 && (len(o.Faults) == 0 || o.KeepGoing && g.run.Error == nil) {
		if err := g.child(ctx, o); err != nil {
			return nil, err
		}
	}
	run := g.complete()
	run.Environment.Seconds = time.Since(began).Seconds()
	return run, nil
}

// child runs the job in a child and gathers its events. It returns once the
// child is dead; an error means that it never lived.
func (g *gatherer) child(ctx context.Context, o Options) error {
	if ctx.Err() != nil {
		g.ended(halted(ctx, o.Timeout), nil)
		return nil
	}
	alive, kill := context.WithCancel(context.Background())
	defer kill()
	cmd := o.Child(alive)
	if cmd.Env == nil {
		cmd.Env = childEnv(os.Environ())
	}
	if o.cores > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("GOMAXPROCS=%d", o.cores))
	}
	var words lastWords
	cmd.Stdout = &lines{each: g.line}
	cmd.Stderr = &words
	if o.Stderr != nil {
		cmd.Stderr = io.MultiWriter(&words, o.Stderr)
	}
	cmd.WaitDelay = time.Second // for whoever holds the pipes of a dead child open
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("notebook: %w", err)
	}
	job, err := json.Marshal(g.job)
	if err != nil {
		return fmt.Errorf("notebook: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("notebook: start the child: %w", err)
	}
	go stdin.Write(append(job, '\n')) // a child that does not read it dies or is killed, which ends the write
	dead := make(chan struct{})
	reason := make(chan *stop, 1)
	go func() {
		why := g.stopper(ctx, o, cmd.Process.Pid, dead)
		reason <- why
		g.stopping.Store(why)
		stdin.Close()
		patience := grace
		if why != nil && why.atOnce {
			patience = 0
		}
		select {
		case <-dead:
		case <-time.After(patience):
			cmd.Process.Kill()
			kill()
		}
	}()
	err = cmd.Wait()
	close(dead)
	g.flush()
	why := <-reason
	if why == nil && interruptedBySignal(err) {
		why = interrupted()
	}
	g.ended(why, words.diagnose(err))
	return nil
}

// A stop is the reason for which a child was asked to end, or died.
type stop struct {
	status  result.Status
	message string
	atOnce  bool // it is not asked but killed
}

func interrupted() *stop { return &stop{status: result.Interrupted, message: "interrupted"} }

func overtime(timeout time.Duration) *stop {
	message := "still running at the deadline"
	if timeout > 0 {
		message += fmt.Sprintf(": the run may take %v", timeout)
	}
	return &stop{status: result.Limited, message: message}
}

func halted(ctx context.Context, timeout time.Duration) *stop {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return overtime(timeout)
	}
	return interrupted()
}

// stopper waits until the child has to stop, or is dead: it returns nil then.
func (g *gatherer) stopper(ctx context.Context, o Options, pid int, dead <-chan struct{}) *stop {
	var deadline <-chan time.Time
	if o.Timeout > 0 {
		t := time.NewTimer(o.Timeout)
		defer t.Stop()
		deadline = t.C
	}
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-dead:
			return nil
		case <-g.halt: // it broke a limit or the protocol: g knows
			return nil
		case <-ctx.Done():
			return halted(ctx, o.Timeout)
		case <-deadline:
			return overtime(o.Timeout)
		case <-tick.C:
			if resident(pid) > o.MemoryLimit+o.MemoryLimit/20 {
				return &stop{status: result.Limited, message: tooMuchMemory(o.MemoryLimit), atOnce: true}
			}
		}
	}
}

// interruptedBySignal reports whether the child was ended by a signal that is
// meant for the whole run: it may come before the child has learnt to ignore it.
func interruptedBySignal(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	return slices.Contains([]string{"signal: interrupt", "signal: terminated", "signal: hangup"}, exit.ProcessState.String())
}

// childEnv returns what a child needs of an environment, and nothing that a
// stranger's spec could want to know.
func childEnv(environ []string) []string {
	keep := []string{"PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "GOMAXPROCS", "GOGC", "GODEBUG", "JPGREPORT_KERNEL"}
	var out []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if slices.Contains(keep, strings.ToUpper(name)) {
			out = append(out, v)
		}
	}
	return append(out, "GOTRACEBACK=none") // no stack trace of ours is of use to a script's author
}

// lines passes on what is written to it line by line.
type lines struct {
	each    func(line []byte) error
	partial []byte
}

func (l *lines) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		i := slices.Index(b, '\n')
		if i < 0 {
			l.partial = append(l.partial, b...)
			if len(l.partial) > maxLine {
				return 0, l.each(l.partial[:100]) // no event is so long
			}
			return n, nil
		}
		line := b[:i]
		if len(l.partial) > 0 {
			line = append(l.partial, line...)
			l.partial = l.partial[:0]
		}
		if err := l.each(line); err != nil {
			return 0, err
		}
		b = b[i+1:]
	}
	return n, nil
}
