// Package notebook runs a spec: its scripts in a child process, so that whatever
// a script does to its process, what was done before stands.
//
//  1. [Run] starts the child, sends it a [Job] and takes its events.
//  2. [Serve], in the child, hands each script to an [Evaluator] and sends what
//     it puts out, line by line, as events.
//  3. Run gathers the events into a result.Run, marks the cell at which things
//     went wrong and those that were not reached, puts numbers in the place of
//     the texts' citations and seals the run.
//  4. A spec with a sweep gives a run of variants, each gathered from a child of
//     its own; they run side by side.
package notebook

import (
	"context"
	"io"
	"os/exec"
	"time"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
	"jpgreport/runtime/work"
)

// Options of a run.
type Options struct {
	// Child returns the command that starts this program such that it calls
	// [Serve] on its standard input and output. Its context ends when the child
	// has to die. When the command has no environment of its own, the child gets
	// the few variables that it needs.
	Child func(ctx context.Context) *exec.Cmd

	// Faults are what is wrong with the scripts, each with its Cell, as far as
	// can be told without running them. With any, nothing is run: better at once
	// than after the minutes that the cells before take.
	Faults []*result.Error

	// KeepGoing lets cells run after one has failed, but for those that need what
	// it should have given. Needs says, by cell, what that is. In a sweep, the
	// variants that wait run as well.
	KeepGoing bool
	Needs     map[string][]Need

	Timeout     time.Duration // of the whole run; 0: the spec's
	CellTimeout time.Duration // of each script; 0: what the spec says of it
	MemoryLimit int64         // of a child, in bytes; 0: DefaultMemoryLimit
	Cache       string        // folder of kept results; "": none
	CacheBytes  int64         // bound of that folder; 0: the store's default
	NoCache     bool          // recall nothing from the cache, but keep
	Versions    []work.Part   // added to every key of the cache, see store.Options

	Provenance result.Provenance // what the caller knows; artifacts are added
	OnProgress func(Progress)    // told how far the run is; nil: nobody
	OnNotice   func(string)      // told what concerns no result, such as a cache that cannot be written
	Stderr     io.Writer         // gets what the child writes on standard error; nil: dropped

	cores int // that the child may use; 0: as many as its environment says
}

// DefaultMemoryLimit is the memory, in bytes, that a child may use when the
// options say nothing else.
const DefaultMemoryLimit = 3 << 30

// Progress says how far a run is. It is reported when a cell begins, ends or
// reports a step, and from one goroutine at a time.
type Progress struct {
	Variant string        // of a sweep, such as "seed=1, quality=10"; else ""
	Cell    string        // its id
	Number  int           // of the script cell, from 1
	Cells   int           // script cells in all
	Step    work.Step     // of the primitive at work; zero when the cell begins or ends
	Elapsed time.Duration // since the cell began
	Status  result.Status // how the cell ended; "" while it runs
}

// A Job is what the child is given.
type Job struct {
	Cells       []JobCell               `json:"cells"`
	Params      map[string]result.Param `json:"params"`
	Seed        uint64                  `json:"seed"`
	Data        []spec.Data             `json:"data"`
	Models      []spec.Model            `json:"models"`
	Cache       string                  `json:"cache"`
	CacheBytes  int64                   `json:"cache_bytes"`
	NoCache     bool                    `json:"no_cache"`
	Versions    []work.Part             `json:"versions"`
	MemoryLimit int64                   `json:"memory_limit"`
	KeepGoing   bool                    `json:"keep_going"`
}

// A JobCell is a script to run.
type JobCell struct {
	ID      string        `json:"id"`
	Source  result.Source `json:"source"`
	Timeout time.Duration `json:"timeout"` // 0: none
	Needs   []Need        `json:"needs"`   // with KeepGoing
	Faulty  bool          `json:"faulty"`  // it is known to fail, and not run
}

// A Need is a name that a script takes from an earlier one.
type Need struct {
	Name string `json:"name"`
	Cell string `json:"cell"` // the earlier script's
	// Declared: that the earlier script was begun is enough; it may have failed.
	Declared bool `json:"declared"`
}

// An Evaluator runs scripts one after the other; script.Session is one. An error
// is best a *result.Error, which says where. Eval returns soon after ctx ended.
type Evaluator interface {
	Eval(ctx context.Context, src result.Source, out *result.Cell) error
}

// A Placer is an Evaluator that can tell, while a cell runs and from another
// goroutine, how far it has come: an error without a message, or nil.
type Placer interface{ Where() *result.Error }

// Start makes the evaluator for a job. The context it returns is the one scripts
// run under: ctx, with what the caller adds, such as the data sets; nil stands
// for ctx itself. ctx carries progress, provenance and memory already.
type Start func(ctx context.Context, job Job) (Evaluator, context.Context, error)
