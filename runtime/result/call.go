package result

import (
	"fmt"
	"slices"
	"strings"
)

// A Call tells whether a primitive's result came from the cache.
type Call struct {
	Cell      string   `json:"cell"`
	Primitive string   `json:"primitive"`
	Hit       bool     `json:"hit"`
	Changed   []Change `json:"changed,omitempty"` // on a miss, parts of the key that differ from the nearest kept result
	Unkept    string   `json:"unkept,omitempty"`  // the input without a digest that prevents keeping
}

// A Change is a part of a cache key that differs from the nearest kept result's.
type Change struct {
	Part string `json:"part"`
	Old  string `json:"old,omitempty"` // empty: the kept result has no such part
	New  string `json:"new,omitempty"` // empty: this one has none
}

// String returns "epsilons (10 → 25)". Digests are cut short.
func (c Change) String() string {
	short := func(s string) string {
		switch {
		case s == "":
			return "none"
		case len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "":
			return s[:8] + "…"
		}
		const most = 40
		if r := []rune(s); len(r) > most {
			return string(r[:most]) + "…"
		}
		return s
	}
	return fmt.Sprintf("%s (%s → %s)", c.Part, short(c.Old), short(c.New))
}

// Why says why the result was not in the cache: "changed: epsilons (10 → 25)".
// It is empty for a hit.
func (c Call) Why() string {
	switch {
	case c.Hit:
		return ""
	case c.Unkept != "":
		return c.Unkept + " has no digest, so the result cannot be kept"
	case len(c.Changed) == 0:
		return "no such result is kept"
	}
	return "changed: " + c.changes()
}

func (c Call) changes() string {
	all := make([]string, len(c.Changed))
	for i, k := range c.Changed {
		all[i] = k.String()
	}
	return strings.Join(all, ", ")
}

// Recalled says of the calls of a cell, or with "" of a whole run, how many came
// from the cache and why others did not: "4 of 5 calls from the cache;
// attack.FGSM ran again because epsilons (10 → 25) changed". It is empty without calls.
func (e Environment) Recalled(cell string) string {
	hits, calls := 0, 0
	var ran []string
	for _, c := range e.Calls {
		if cell != "" && c.Cell != cell {
			continue
		}
		calls++
		if c.Hit {
			hits++
			continue
		}
		why := c.Primitive + " ran, as " + c.Why()
		if len(c.Changed) > 0 {
			why = c.Primitive + " ran again because " + c.changes() + " changed"
		}
		if !slices.Contains(ran, why) {
			ran = append(ran, why)
		}
	}
	switch {
	case calls == 0:
		return ""
	case calls == 1 && hits == 1:
		return "its one call came from the cache"
	}
	s := fmt.Sprintf("%d of %d calls from the cache", hits, calls)
	const most = 3
	if len(ran) > most {
		ran = append(ran[:most], fmt.Sprintf("and %d more", len(ran)-most))
	}
	return strings.Join(append([]string{s}, ran...), "; ")
}
