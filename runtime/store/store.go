package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"jpgreport/runtime/work"
)

// DefaultMaxBytes bounds a store whose options say nothing else.
const DefaultMaxBytes = 2 << 30

// Options of a store. The zero value is a store of at most [DefaultMaxBytes]
// that tells nobody anything.
type Options struct {
	MaxBytes  int64       // bound of all entries together; 0: DefaultMaxBytes
	WriteOnly bool        // recall nothing, keep everything
	OnCall    func(Call)  // told of each time the store is asked
	OnWarning func(error) // told once when results cannot be kept

	// Versions are parts that are added to every key, besides those that the
	// store knows: such as the path that a kernel takes on this processor.
	Versions []work.Part
	// Code returns the version parts of the package that a primitive is in, none
	// when it does not know the package; nil: from the sources that this module
	// was built of.
	Code func(pkg string) []work.Part
}

// A Call is one time that a primitive asked for a kept result.
type Call struct {
	Primitive string
	Hit       bool
	Changed   []Change // on a miss, parts that differ from the nearest kept result; empty: none is kept
	Unkept    string   // the input without a digest that prevents keeping
}

// A Change is a part of a key that differs from that of the nearest kept result.
type Change struct {
	Part     string
	Old, New string // its values there and here; empty: it has no such part
}

// A Store keeps results in a folder. It may be used from several goroutines,
// and several processes may use one folder.
type Store struct {
	dir     string
	options Options

	mu     sync.Mutex
	heads  map[string]*work.Key // keys of entries by path, as far as they were read; nil: unreadable
	own    map[string]bool      // entries that this store wrote, by path
	bytes  int64                // of all entries; -1: not counted yet
	warned bool
}

var _ work.Memory = (*Store)(nil)

// Open returns the store in dir. A folder that cannot be made or written is no
// error: nothing is kept then, and OnWarning says so.
func Open(dir string, o Options) (*Store, error) {
	switch {
	case dir == "":
		return nil, errors.New("store: no folder")
	case o.MaxBytes < 0:
		return nil, fmt.Errorf("store: at most %d bytes, want 0 (default) or more", o.MaxBytes)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Code == nil {
		o.Code = builtOf
	}
	s := &Store{dir: dir, options: o, heads: map[string]*work.Key{}, own: map[string]bool{}, bytes: -1}
	s.sweep(time.Now())
	return s, nil
}

// Recall returns the bytes kept under k. An entry that is not whole is removed
// and missed.
func (s *Store) Recall(k work.Key) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full, lacking := s.complete(k)
	if lacking != "" {
		s.tell(Call{Primitive: k.Primitive, Unkept: lacking})
		return nil, false
	}
	if s.options.WriteOnly {
		s.tell(Call{Primitive: k.Primitive})
		return nil, false
	}
	path := s.path(full)
	if value, ok := s.read(path, full); ok {
		s.tell(Call{Primitive: k.Primitive, Hit: true})
		return value, true
	}
	s.tell(Call{Primitive: k.Primitive, Changed: s.changed(full)})
	return nil, false
}

// Keep keeps value under k. When it cannot, it says so through OnWarning, once.
func (s *Store) Keep(k work.Key, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full, lacking := s.complete(k)
	if lacking != "" {
		return
	}
	path := s.path(full)
	size, err := s.write(path, full, value)
	switch {
	case errors.Is(err, errTooLarge):
	case err != nil:
		if !s.warned && s.options.OnWarning != nil {
			s.options.OnWarning(fmt.Errorf("results are not kept: %w", err))
		}
		s.warned = true
	default:
		s.own[path] = true
		s.heads[path] = &full
		s.grow(size)
	}
}

func (s *Store) tell(c Call) {
	if s.options.OnCall != nil {
		s.options.OnCall(c)
	}
}

// complete returns k with the parts that are the store's to add, and the name of
// the part for want of which the result cannot be kept, if any.
func (s *Store) complete(k work.Key) (full work.Key, lacking string) {
	if name := k.Nameless(); name != "" {
		return k, name
	}
	pkg, _, _ := strings.Cut(k.Primitive, ".")
	code := s.options.Code(pkg)
	if len(code) == 0 {
		return k, "the version of package " + pkg
	}
	for _, other := range k.Also {
		further := s.options.Code(other)
		if len(further) == 0 {
			return k, "the version of package " + other
		}
		for _, p := range further {
			code = append(slices.Clip(code), work.Part{Name: p.Name + " of " + other, Value: p.Value})
		}
	}
	k.Parts = slices.Concat(k.Parts, code, []work.Part{
		{Name: "Go release", Value: runtime.Version()},
		{Name: "architecture", Value: runtime.GOARCH},
	}, s.options.Versions)
	return k, ""
}

// path returns where the entry of a key stands: in a folder for each primitive,
// so that the kept results of one are quickly found.
func (s *Store) path(full work.Key) string {
	return filepath.Join(s.dir, folder(full.Primitive), name(full))
}

// folder returns a folder's name for a primitive, whatever stands in its name.
func folder(primitive string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, primitive)
	return "p-" + plain
}

// Size returns how many results are kept and how many bytes they take.
func (s *Store) Size() (entries int, bytes int64, err error) {
	all, err := s.entries()
	for _, e := range all {
		bytes += e.size
	}
	return len(all), bytes, err
}

// Clear removes all results, and nothing else that may stand in the folder.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.entries()
	for _, e := range all {
		if e := os.Remove(e.path); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	s.sweep(time.Now().Add(2 * orphanAge))
	clear(s.heads)
	s.bytes = 0
	return err
}
