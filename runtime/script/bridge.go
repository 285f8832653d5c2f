package script

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"jpgreport/runtime/result"
	"jpgreport/runtime/script/symbols"
)

// The import path of the bridge inside the interpreter. No script can name it.
const (
	bridgeImport = "jpgreport/cell"
	bridgePath   = bridgeImport + "/cell"
)

// A bridge is what rewritten cells call: the predeclared names, the built-in
// functions that the interpreter lacks, and the notes of where a script is.
type bridge struct {
	ctx      context.Context
	params   *result.Params
	out      *result.Cell
	at       map[int][]int // by cell and function, the offset of the statement
	notes    map[int][]int // by cell, operands; see note
	finished chan struct{} // closed when the cell's body has ended
	here     atomic.Pointer[here]
}

// here is what the cell that runs notes.
type here struct {
	cell int
	at   []int
}

func (b *bridge) begin(ctx context.Context, out *result.Cell) { b.ctx, b.out = ctx, out }

func (b *bridge) symbols() symbols.Package {
	return symbols.Package{
		"At": reflect.ValueOf(func(cell, functions int) []int {
			at := make([]int, functions)
			b.at[cell] = at
			b.here.Store(&here{cell, at})
			return at
		}),
		"Clear":     reflect.ValueOf(clearAny),
		"Ctx":       reflect.ValueOf(func() context.Context { return b.ctx }),
		"Deferring": reflect.ValueOf(runDeferring),
		"MaxFloat":  reflect.ValueOf(func(v ...float64) float64 { return slices.Max(v) }),
		"MaxInt":    reflect.ValueOf(func(v ...int64) int64 { return slices.Max(v) }),
		"MaxString": reflect.ValueOf(func(v ...string) string { return slices.Max(v) }),
		"MaxUint":   reflect.ValueOf(func(v ...uint64) uint64 { return slices.Max(v) }),
		"MinFloat":  reflect.ValueOf(func(v ...float64) float64 { return slices.Min(v) }),
		"MinInt":    reflect.ValueOf(func(v ...int64) int64 { return slices.Min(v) }),
		"MinString": reflect.ValueOf(func(v ...string) string { return slices.Min(v) }),
		"MinUint":   reflect.ValueOf(func(v ...uint64) uint64 { return slices.Min(v) }),
		"Must":      reflect.ValueOf(must),
		"Notes": reflect.ValueOf(func(cell, operands int) []int {
			b.notes[cell] = make([]int, operands)
			return b.notes[cell]
		}),
		"Out":         reflect.ValueOf(func() *result.Cell { return b.out }),
		"Params":      reflect.ValueOf(func() *result.Params { return b.params }),
		"Raised":      reflect.ValueOf(func(v any) any { return raised{value: v} }),
		"RaisedError": reflect.ValueOf(func(err error) any { return raised{value: err} }),
		"Run":         reflect.ValueOf(b.run),
		"Runes":       reflect.ValueOf(runes),
	}
}

func (b *bridge) run(body func()) {
	finished := b.finished
	defer close(finished)
	body()
}

// Write takes what package fmt prints: one output for each call.
func (b *bridge) Write(p []byte) (int, error) {
	b.out.Print(string(p))
	return len(p), nil
}

// runDeferring runs body and then what it deferred, the last first, also when one
// of them panics.
func runDeferring(body func(func(func()))) {
	var deferred []func()
	var unwind func()
	unwind = func() {
		if n := len(deferred); n > 0 {
			last := deferred[n-1]
			deferred = deferred[:n-1]
			defer unwind()
			last()
		}
	}
	defer unwind()
	body(func(f func()) { deferred = append(deferred, f) })
}

// A character is one of a string, and where it begins.
type character struct {
	At   int
	Rune rune
}

func runes(s string) []character {
	list := make([]character, 0, len(s))
	for i, c := range s {
		list = append(list, character{i, c})
	}
	return list
}

// must is what a script calls with the error of a primitive.
func must(err error) {
	if err != nil {
		panic(raised{value: err, must: true})
	}
}

func clearAny(v any) { reflect.ValueOf(v).Clear() }

// empty is an input with nothing in it.
type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, io.EOF }

// printing tells the interpreter which functions call the String or Error method
// of what they are given as any.
func printing(fmtSymbols symbols.Package) symbols.Package {
	methods := []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Stringer]()}
	m := map[reflect.Value][]reflect.Type{}
	for name, v := range fmtSymbols {
		if v.Kind() == reflect.Func && (strings.Contains(name, "rint") || name == "Errorf" || strings.HasPrefix(name, "Append")) {
			m[v] = methods
		}
	}
	return symbols.Package{"MapTypes": reflect.ValueOf(m)}
}

func lastSlash(s string) int { return strings.LastIndexByte(s, '/') }
