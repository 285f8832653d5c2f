package script

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"jpgreport/runtime/result"
)

// A raised value is what a script itself panics with.
type raised struct {
	value any
	must  bool
}

// frames takes what the interpreter writes when functions end in a panic: a line
// for each, the innermost first, with the place of the function's first
// statement. That is a stamp, whose place names cell and function.
type frames struct {
	mu    sync.Mutex
	first string
}

func (f *frames) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first = ""
}

func (f *frames) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == "" && frame.Match(p) {
		line, _, _ := bytes.Cut(p, []byte("\n"))
		f.first = string(line)
	}
	return len(p), nil
}

var frame = regexp.MustCompile(`^f(\d+)/_\.go:(\d+):`)

func (f *frames) innermost() (cell, function int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := frame.FindStringSubmatch(f.first)
	if m == nil {
		return 0, 0, false
	}
	cell, _ = strconv.Atoi(m[1]) // digits
	function, _ = strconv.Atoi(m[2])
	return cell, function - 1, true
}

// opaque is how compiled code sees a value of a script's type inside an any.
const opaque = "type interp.valueInterface"

// placed matches the beginning of a message of the interpreter that has a place in a cell.
var placed = regexp.MustCompile(`^(?:CFG post-order panic: )?[cf](\d+)/_\.go:(\d+):(\d+): (?:CFG post-order panic: )?`)

// explain says in Go's words what a panic was.
func explain(v any) (message, hint string) {
	if rv, ok := v.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
		v = rv.Interface()
	}
	if r, ok := v.(raised); ok {
		if rv, ok := r.value.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
			r.value = rv.Interface()
		}
		if err, ok := r.value.(error); ok {
			var e *result.Error
			if errors.As(err, &e) && e.Error() == err.Error() {
				return e.Message, e.Hint
			}
			var helpful interface{ Hint() string }
			if errors.As(err, &helpful) {
				return err.Error(), helpful.Hint()
			}
			return err.Error(), ""
		}
		return "panic: " + fmt.Sprint(r.value), ""
	}
	switch v := v.(type) {
	case *result.Error:
		if strings.Contains(v.Message, opaque) {
			return strings.ReplaceAll(v.Message, opaque, "a type of the script"), "convert it to a number or a text"
		}
		return v.Message, v.Hint
	case runtime.Error:
		return inGo(v.Error())
	case error:
		return inGo(v.Error())
	}
	return inGo(fmt.Sprint(v))
}

// inGo returns the words that compiled Go has for a message of the interpreter,
// which works through package reflect.
func inGo(s string) (message, hint string) {
	s = strings.TrimPrefix(placed.ReplaceAllString(s, ""), "runtime error: ")
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(s, p) {
				return true
			}
		}
		return false
	}
	if !has("reflect") {
		if has("nil pointer dereference") {
			return "nil pointer dereference", "what stands before the dot, the bracket or after the star is nil"
		}
		if s == "assignment to entry in nil map" {
			return s, "make the map first: m = make(map[…]…)"
		}
		return s, ""
	}
	switch {
	case has("nil function", "nil func"):
		return "call of a nil function", ""
	case has("negative len", "negative cap", "len > cap"):
		return "make with a size that is out of range", ""
	case has("slice index out of bounds", "string slice index", "Slice: ", "Slice3"):
		return badBounds, ""
	case has("index out of range"):
		return outOfRange, ""
	case has("zero Value", "nil pointer", "nil interface"):
		return "nil pointer dereference", "what stands before the dot, the bracket or after the star is nil"
	}
	return "the interpreter cannot do what this line asks", "write it in smaller steps"
}

// refusal is the error for what go/types accepts and the interpreter does not.
func (s *Session) refusal(c *cell, err error) error {
	offset := 0
	if m := placed.FindStringSubmatch(err.Error()); m != nil && strings.Contains(m[0], "c"+m[1]+"/") {
		index, _ := strconv.Atoi(m[1])
		line, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		if index == c.index && line >= 1 && line <= len(c.lines) {
			offset = min(c.lines[line-1]+max(column-1, 0), len(c.src.Text))
		}
	}
	message := placed.ReplaceAllString(err.Error(), "")
	if strings.Contains(message, "reflect") || strings.Contains(message, own) || strings.Contains(message, "\n") {
		message = "an expression of a kind it lacks"
	}
	return c.at(offset, "the interpreter does not take this: "+message, "write it in smaller steps")
}
