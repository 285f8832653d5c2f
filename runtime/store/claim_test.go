package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jpgreport/runtime/work"
)

var number = work.Codec[int]{
	Encode: func(n int) ([]byte, error) { return []byte(strconv.Itoa(n)), nil },
	Decode: func(b []byte) (int, error) { return strconv.Atoi(string(b)) },
}

// Of several that need one result at one moment, one computes it.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	var computed, hits atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		s, err := Open(dir, Options{Code: code, OnCall: func(c Call) {
			if c.Hit {
				hits.Add(1)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			ctx := work.WithMemory(t.Context(), s)
			v, err := work.Recalled(ctx, key("n", 1), number, func(context.Context) (int, error) {
				computed.Add(1)
				time.Sleep(50 * time.Millisecond) // the others come meanwhile
				return 42, nil
			})
			if v != 42 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	wg.Wait()
	if computed.Load() != 1 || hits.Load() != 7 {
		t.Errorf("computed %d times and recalled %d times, want 1 and 7", computed.Load(), hits.Load())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, locks+"*")); len(left) > 0 {
		t.Errorf("locks are left: %q", left)
	}
}

// Whoever fails, or is killed, lets the next one try.
func TestClaimEnds(t *testing.T) {
	dir := t.TempDir()
	s, _ := openStore(t, dir, Options{})
	ctx := work.WithMemory(t.Context(), s)
	broken := errors.New("broken")
	if _, err := work.Recalled(ctx, key("n", 2), number, func(context.Context) (int, error) { return 0, broken }); err != broken {
		t.Errorf("%v, want %v", err, broken)
	}
	if v, err := work.Recalled(ctx, key("n", 2), number, func(context.Context) (int, error) { return 5, nil }); v != 5 || err != nil {
		t.Errorf("after a failure: %d, %v", v, err)
	}

	c := child(t, dir, "claim")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan bool, 1)
	patient, stop := context.WithCancel(work.WithProgress(t.Context(), work.ProgressFunc(func(work.Step) {
		select {
		case waiting <- true:
		default:
		}
	})))
	ended := make(chan error)
	go func() {
		_, err := s.Claim(patient, key("n", 1))
		ended <- err
	}()
	<-waiting
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait ends with %v", err)
	}
	go func() {
		release, err := s.Claim(t.Context(), key("n", 1))
		if err == nil {
			release()
		}
		ended <- err
	}()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.Wait() // it was killed
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Without a folder to lock in, work goes on.
func TestClaimWithoutLocks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	s, _ := openStore(t, filepath.Join(file, "cache"), Options{OnWarning: func(error) {}})
	release, err := s.Claim(t.Context(), key("n", 1))
	if err != nil {
		t.Fatal(err)
	}
	release()
}
