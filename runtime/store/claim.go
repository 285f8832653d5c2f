package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"jpgreport/runtime/work"
)

// How often a claim that waits looks whether it may go on, and says that it
// waits.
const (
	claimInterval  = 20 * time.Millisecond
	claimTellEvery = time.Second
)

var _ work.Claimer = (*Store)(nil)

// Claim waits until no other run, in this process or another, computes the
// result of k, and keeps others from it until release is called. When the result
// is kept already, nothing is claimed. A process that dies, however it does,
// gives up what it claimed: the system holds the lock, on a file beside the
// entries.
//
// Where locks are not to be had, such as in a folder that cannot be written, the
// same result may be computed twice, which costs time and nothing else.
func (s *Store) Claim(ctx context.Context, k work.Key) (release func(), err error) {
	nothing := func() {}
	full, lacking := s.complete(k)
	if lacking != "" || s.options.WriteOnly {
		return nothing, nil
	}
	entry := s.path(full)
	lock := filepath.Join(s.dir, locks+filepath.Base(entry))
	var told time.Time
	for {
		if _, err := os.Stat(entry); err == nil {
			return nothing, nil
		}
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_RDWR, 0o666)
		if os.IsNotExist(err) && os.MkdirAll(s.dir, 0o777) == nil {
			f, err = os.OpenFile(lock, os.O_CREATE|os.O_RDWR, 0o666)
		}
		if err != nil {
			return nothing, nil
		}
		if held, err := tryLock(f); err != nil {
			f.Close()
			return nothing, nil
		} else if held && current(f, lock) {
			return func() {
				os.Remove(lock) // while it is held: who opened it meanwhile finds it gone and opens the next
				f.Close()
			}, nil
		}
		f.Close()
		if time.Since(told) > claimTellEvery {
			told = time.Now()
			work.Report(ctx, work.Step{Task: "wait for " + k.Primitive + " of another run", Total: 1, Unit: "results"})
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(claimInterval):
		}
	}
}

// current reports whether f is still the file of that name.
func current(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(mine, named)
}
