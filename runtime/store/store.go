package store

import (
	"errors"

	"jpgreport/runtime/work"
)

// DefaultMaxBytes bounds a store whose options say nothing else.
const DefaultMaxBytes = 2 << 30

// Options of a store. The zero value is a readable store of at most
// [DefaultMaxBytes] that tells nobody anything.
type Options struct {
	MaxBytes  int64       // bound of all entries together; 0: DefaultMaxBytes
	WriteOnly bool        // recall nothing, keep everything
	OnCall    func(Call)  // told of each time the store is asked
	OnWarning func(error) // told once when results cannot be kept

	// Versions are parts that are added to every key, besides those that the
	// store knows: such as the path that a kernel takes on this processor.
	Versions []work.Part
}

// A Call is one time that a primitive asked for a kept result.
type Call struct {
	Primitive string
	Hit       bool
	Changed   []string // parts that differ from the nearest kept result; empty on a miss: none is kept
	Unkept    string   // the input without a digest that prevents keeping
}

// A Store keeps results in a folder. It may be used from several goroutines,
// and several processes may use one folder.
type Store struct{}

var _ work.Memory = (*Store)(nil)

// Open returns the store in dir, which is made when the first result is kept.
func Open(dir string, o Options) (*Store, error) { return nil, errors.New("not written yet") }

// Recall returns the bytes kept under k.
func (s *Store) Recall(k work.Key) ([]byte, bool) { return nil, false }

// Keep keeps value under k.
func (s *Store) Keep(k work.Key, value []byte) {}

// Size returns how many results are kept and how many bytes they take.
func (s *Store) Size() (entries int, bytes int64, err error) { return 0, 0, nil }

// Clear removes all results.
func (s *Store) Clear() error { return nil }
