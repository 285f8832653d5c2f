// Package script runs the Go cells of a spec in an interpreter. A cell means what
// the Go specification says, or it is refused with a place and what to write
// instead.
//
//  1. [New] starts a [Session]: an interpreter with the packages of
//     runtime/script/symbols and nothing else. [Session.Eval] then takes cell
//     after cell.
//  2. parse splits a cell, which mixes imports, declarations and statements, and
//     parses both kinds.
//  3. typecheck has go/types look at all cells so far as at one package, with
//     the types of compiled packages made from the symbols ([universe]), and
//     refuses what has no place in a script or differs in the interpreter.
//  4. program rewrites the cell where the interpreter differs from Go, and notes
//     before each statement where the script has come to.
//  5. The interpreter runs it; panics are told in Go's words, with that place.
//
// [Check] does steps 2 and 3 for all cells of a spec and runs nothing.
//
// A script sees four names without an import: ctx, out, params and must. The
// last takes an error and ends the cell at that line when it is not nil.
package script

import (
	"context"
	"errors"
	"go/token"
	"go/types"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/traefik/yaegi/interp"

	"jpgreport/runtime/fault"
	"jpgreport/runtime/result"
	"jpgreport/runtime/script/symbols"
)

// Options say what a session gives to its cells.
type Options struct {
	Params *result.Params // nil: no parameters, and root seed 0
}

// A Session runs the cells of one run from top to bottom. What a cell imports and
// declares, later cells see. It is used from one goroutine.
type Session struct {
	params   *result.Params
	universe *universe
	fset     *token.FileSet
	cells    []*cell // that have begun to run
	count    int     // of cells given to Eval
	borrowed map[*types.TypeName]string
	interp   *interp.Interpreter
	frames   *frames
	bridge   *bridge
	running  atomic.Pointer[cell]
	ended    error
}

// New starts a session. It takes a few milliseconds.
func New(o Options) (*Session, error) {
	if o.Params == nil {
		o.Params = result.NewParams(0, nil)
	}
	table := symbols.Table()
	s := &Session{
		params:   o.Params,
		universe: newUniverse(table),
		fset:     token.NewFileSet(),
		borrowed: map[*types.TypeName]string{},
		frames:   new(frames),
		bridge:   &bridge{params: o.Params, at: map[int][]int{}, notes: map[int][]int{}},
	}
	s.interp = interp.New(interp.Options{
		Stdin:  empty{},
		Stdout: s.bridge,
		Stderr: s.frames,
		Env:    []string{},
	})
	exports := interp.Exports{bridgePath: s.bridge.symbols()}
	for path, p := range table {
		exports[path+"/"+path[lastSlash(path)+1:]] = p
	}
	exports["."] = printing(table["fmt"])
	if err := s.interp.Use(exports); err != nil {
		return nil, err
	}
	_, err := s.interp.Eval(`import ` + own + ` "` + bridgeImport + `"`)
	return s, err
}

// Check returns what is wrong with the scripts of a spec, cell by cell in their
// order, and runs nothing: syntax errors, imports and constructs that are refused,
// and what the Go compiler would say of names and types, each with the code of
// package fault. A cell with a syntax error is left out of the rest.
func Check(sources []result.Source) []*result.Error {
	fset := token.NewFileSet()
	var cells []*cell
	var errs []*result.Error
	for i, src := range sources {
		c, wrong := parse(fset, i, src)
		for _, e := range wrong {
			e.Code = string(fault.Syntax)
			if code := codeOf(e.Message, e.Hint); code == fault.NoPlace {
				e.Code = string(code)
			}
		}
		errs = append(errs, wrong...)
		if len(wrong) == 0 {
			cells = append(cells, c)
		}
	}
	typed := typecheck(fset, newUniverse(symbols.Table()), cells).problems(nil)
	for _, e := range typed {
		e.Code = string(codeOf(e.Message, e.Hint))
	}
	return append(errs, typed...)
}

// Eval runs one cell, whose outputs go to out. Every error is a [*result.Error]
// with a place in src, or in the earlier cell whose function failed.
//
// When ctx ends, Eval returns at once, a primitive that heeds its context
// included, and the session is of no more use: further calls return an error.
// After any other error it goes on.
func (s *Session) Eval(ctx context.Context, src result.Source, out *result.Cell) error {
	c, errs := parse(s.fset, s.count, src)
	s.count++
	if s.ended != nil {
		return c.at(0, s.ended.Error(), "")
	}
	if len(errs) > 0 {
		return errs[0]
	}
	t := typecheck(s.fset, s.universe, append(s.cells[:len(s.cells):len(s.cells)], c))
	if errs = t.problems(c); len(errs) > 0 {
		return errs[0]
	}
	s.cells = append(s.cells, c)
	s.running.Store(c)
	p := t.program(c, s.borrowed)
	s.lend()
	s.bridge.begin(ctx, out)
	for _, part := range append(append(p.imports, p.decls...), p.body) {
		if part == "" {
			continue
		}
		s.frames.reset()
		s.bridge.finished = make(chan struct{})
		if _, err := s.interp.EvalWithContext(ctx, part); err != nil {
			return s.failure(ctx, c, part == p.body, err)
		}
	}
	return nil
}

// grace is how long a stopped script may take to notice it.
const grace = 200 * time.Millisecond

// failure turns the interpreter's error into one with a place.
func (s *Session) failure(ctx context.Context, c *cell, running bool, err error) error {
	if ctx.Err() != nil {
		s.ended = errors.New("an earlier cell was stopped, and its session ended with it")
		message := "stopped by the user"
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			message = "the time limit was reached here"
		}
		if running {
			select {
			case <-s.bridge.finished: // what the script noted may be read now
				return c.at(s.bridge.at[c.index][0], message, "")
			case <-time.After(grace):
			}
		}
		if where := s.Where(); where != nil && where.File == c.src.File {
			where.Message = message
			return where
		}
		return c.at(0, message, "")
	}
	var p interp.Panic
	if !errors.As(err, &p) {
		return s.refusal(c, err)
	}
	message, hint := explain(p.Value)
	cell, offset := c, 0
	if index, function, ok := s.frames.innermost(); ok {
		for _, other := range s.cells {
			if other.index == index {
				cell, offset = other, s.bridge.at[index][function]
				message = cell.bounds(message, offset, s.bridge.notes[index])
			}
		}
	}
	return cell.at(offset, message, hint)
}

// Where returns the place of the statement at the top level that the running cell
// has come to, as an error without a message, or nil. It may be called while Eval
// runs. The script notes its place in a word that is read here without a lock, as
// nothing interpreted could take one: what is read is its place now or a moment ago.
func (s *Session) Where() *result.Error {
	h, c := s.bridge.here.Load(), s.running.Load()
	if h == nil || c == nil || h.cell != c.index {
		return nil
	}
	return c.at(h.at[0], "", "")
}

// lend gives the interpreter the compiled types that the session names itself.
func (s *Session) lend() {
	m := map[string]reflect.Value{}
	for obj, alias := range s.borrowed {
		m[alias] = reflect.Zero(reflect.PointerTo(s.universe.reflects[obj]))
	}
	_ = s.interp.Use(interp.Exports{bridgePath: m}) // it fails for malformed paths only
}
