package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Files being written have names of this pattern, and those that only serve as
// locks begin so. One that is older than orphanAge was left by a process that was
// killed. (A lock that is held for so long loses its effect, which costs time
// and nothing else.)
const (
	orphans   = "writing-*"
	locks     = "lock-"
	orphanAge = time.Hour
)

// A kept is an entry as the folder lists it.
type kept struct {
	path string
	size int64
	used time.Time
}

// list returns the entries of one primitive's folder; one that vanishes
// meanwhile is left out.
func list(dir string) ([]kept, error) {
	files, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	var out []kept
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() || len(f.Name()) != 64 {
			continue
		}
		out = append(out, kept{filepath.Join(dir, f.Name()), info.Size(), info.ModTime()})
	}
	return out, err
}

// entries returns all entries of the store.
func (s *Store) entries() ([]kept, error) {
	dirs, err := os.ReadDir(s.dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	var all []kept
	for _, d := range dirs {
		if !d.IsDir() || !strings.HasPrefix(d.Name(), "p-") {
			continue
		}
		some, e := list(filepath.Join(s.dir, d.Name()))
		if e != nil && err == nil {
			err = e
		}
		all = append(all, some...)
	}
	return all, err
}

// grow takes note of a new entry and, when the store is beyond its bound, removes
// those that were used longest ago until a tenth of it is free.
func (s *Store) grow(size int64) {
	if s.bytes >= 0 && s.bytes+size <= s.options.MaxBytes {
		s.bytes += size
		return
	}
	all, err := s.entries() // counted anew: other processes write here too
	if err != nil {
		return
	}
	s.bytes = 0
	for _, e := range all {
		s.bytes += e.size
	}
	if s.bytes <= s.options.MaxBytes {
		return
	}
	slices.SortFunc(all, func(a, b kept) int {
		if c := a.used.Compare(b.used); c != 0 {
			return c
		}
		return strings.Compare(a.path, b.path)
	})
	for _, e := range all[:len(all)-1] { // the newest stays
		if s.bytes <= s.options.MaxBytes/10*9 {
			break
		}
		if os.Remove(e.path) == nil {
			s.bytes -= e.size
			delete(s.heads, e.path)
		}
	}
}

// sweep removes what killed processes left half written.
func (s *Store) sweep(now time.Time) {
	left, _ := filepath.Glob(filepath.Join(s.dir, orphans)) // fails on a bad pattern only
	unlocked, _ := filepath.Glob(filepath.Join(s.dir, locks+"*"))
	for _, path := range append(left, unlocked...) {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > orphanAge {
			os.Remove(path)
		}
	}
}
