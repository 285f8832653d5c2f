package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"jpgreport/runtime/result"
)

// complainOf says all that went wrong in a run, but for what was said already.
func complainOf(w io.Writer, r *result.Run, said []*result.Error) {
	if r.Status != result.Failed && r.Status != result.Limited {
		return
	}
	for _, e := range problems(r) {
		if !slices.ContainsFunc(said, func(s *result.Error) bool { return *s == *e }) {
			complain(w, e)
			said = append(said, e) // variants may fail alike
		}
	}
}

// verdict turns how a run ended into the exit status. Its message is of what no
// cell has for an error.
func verdict(r *result.Run) error {
	switch r.Status {
	case result.Failed:
		return &statusError{status: statusFailed}
	case result.Limited:
		return &statusError{status: statusLimit}
	case result.Interrupted:
		return &statusError{statusInterrupted, errors.New("interrupted; the report has what was done")}
	}
	for i, part := range r.Parts() {
		for _, k := range part.Checks {
			if k.Status == result.Fail {
				return &statusError{statusFailed, fmt.Errorf("%scheck %q says FAIL: %s", prefix(r, i), k.ID, k.Detail)}
			}
		}
	}
	return nil
}

// problems returns the errors for which a run, or its variants, did not get to
// the end.
func problems(r *result.Run) []*result.Error {
	var all []*result.Error
	for _, part := range r.Parts() {
		for _, c := range part.Cells {
			if c.Error != nil {
				all = append(all, c.Error)
			}
		}
		if part.Error != nil {
			all = append(all, part.Error)
		}
	}
	return all
}

// prefix names the variant that part i of a run is, if it is one.
func prefix(r *result.Run, i int) string {
	if len(r.Variants) == 0 {
		return ""
	}
	return r.Label(r.Variants[i]) + ": "
}

// summarise prints what the run did, for people. With explain, it says of each
// call of a primitive whether the cache had its result.
func summarise(w io.Writer, r *result.Run, explain bool) {
	hits, calls := 0, 0
	counts := map[result.Verdict]int{}
	var doubts, warned []string
	for i, part := range r.Parts() {
		var lines []string
		alike := map[string]int{} // calls of a primitive in a cell, by its first line
		first := map[string]int{} // index of that line
		for _, call := range part.Environment.Calls {
			calls++
			if call.Hit {
				hits++
			}
			of := fmt.Sprintf("%s in cell %q", call.Primitive, call.Cell)
			switch {
			case call.Hit && explain:
				lines = append(lines, "recalled "+of)
			case !call.Hit && explain:
				lines = append(lines, fmt.Sprintf("computed %s: %s", of, call.Why()))
			case !call.Hit && (call.Unkept != "" || len(call.Changed) > 0):
				if _, ok := first[of]; !ok {
					first[of] = len(lines)
					lines = append(lines, fmt.Sprintf("computed %s: %s", of, call.Why()))
				}
				alike[of]++
			}
		}
		for of, at := range first {
			if n := alike[of] - 1; n > 0 {
				lines[at] += fmt.Sprintf("; and %d more of its calls, see --explain", n)
			}
		}
		for _, line := range lines {
			say(w, prefix(r, i)+line)
		}
		for _, k := range part.Checks {
			counts[k.Status]++
			if k.Status == result.Warn || k.Status == result.Fail {
				doubts = append(doubts, fmt.Sprintf("  %s%s %s: %s", prefix(r, i), k.Status, k.ID, k.Detail))
			}
		}
		for _, warning := range part.Warnings {
			if line := "warning: " + warning.Text; !slices.Contains(warned, line) {
				warned = append(warned, line) // variants may warn alike
			}
		}
		if len(r.Variants) > 0 && part.Status != result.Done {
			doubts = append(doubts, fmt.Sprintf("  %s%s", prefix(r, i), part.Status))
		}
	}
	fmt.Fprintf(w, "%d of %d results from the cache\n", hits, calls)
	fmt.Fprintf(w, "checks: %d pass, %d warn, %d fail, %d not applicable\n", counts[result.Pass], counts[result.Warn], counts[result.Fail], counts[result.NA])
	for _, line := range append(doubts, warned...) {
		say(w, line)
	}
}
