package main

import (
	"fmt"
	"io"
	"slices"
)

// A table is written row by row, as Markdown, so that an interrupted run has what
// was measured.
type table struct {
	w     io.Writer
	pairs int
	notes []string
}

func (t *table) head(machine string) {
	fmt.Fprintf(t.w, "Medians of %d pairs; %s.\n\n", t.pairs, machine)
	fmt.Fprintln(t.w, "| work | peer, at its best | ratio (range) | bar | jpgreport | peer | memory | peer's memory | difference |")
	fmt.Fprintln(t.w, "|---|---|---|---|---|---|---|---|---|")
}

func (t *table) row(o outcome) {
	peer := o.peer
	if o.setting != "" {
		peer += ": " + o.setting
	}
	ratio, bar, ours, memory := "–", "–", "–", "–"
	if o.bar > 0 {
		bar = fmt.Sprintf("%g×", o.bar)
	}
	theirs, peers := "–", "–"
	if len(o.theirs) > 0 {
		theirs, peers = duration(median(o.theirs))+" a "+o.unit, megabytes(o.peers)
	}
	switch {
	case o.err != nil:
		ratio = "failed"
		t.notes = append(t.notes, fmt.Sprintf("%s failed: %v", o.name, o.err))
	case o.absent:
		ratio = "not available"
		t.notes = append(t.notes, fmt.Sprintf("%s is not available: %v", o.name, errAbsent))
	default:
		r := ratios(o.ours, o.theirs)
		ratio = fmt.Sprintf("%.2f (%.2f–%.2f)", median(r), slices.Min(r), slices.Max(r))
		if o.bar > 0 && median(r) >= o.bar {
			bar += " met"
		} else if o.bar > 0 {
			bar += " not met"
		}
		ours, memory = duration(median(o.ours))+" a "+o.unit, megabytes(o.memory)
	}
	if o.idle > 0.02 {
		t.notes = append(t.notes, fmt.Sprintf("%s: the side that waited used %.0f%% of a core", o.name, 100*o.idle))
	}
	difference := o.difference
	if difference == "" {
		difference = "–"
	}
	fmt.Fprintf(t.w, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", o.title, peer, ratio, bar, ours, theirs, memory, peers, difference)
}

func (t *table) foot() {
	for _, n := range t.notes {
		fmt.Fprintf(t.w, "\n- %s", n)
	}
	if len(t.notes) > 0 {
		fmt.Fprintln(t.w)
	}
}

// ratios returns how many times as fast we are, pair by pair.
func ratios(ours, theirs []float64) []float64 {
	r := make([]float64, len(ours))
	for i := range r {
		r[i] = theirs[i] / ours[i]
	}
	return r
}

// median returns the middle value, or the mean of the two in the middle.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

func sorted(v []string) []string { return slices.Sorted(slices.Values(v)) }

func duration(seconds float64) string {
	switch {
	case seconds >= 1:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds >= 0.1:
		return fmt.Sprintf("%.0f ms", 1e3*seconds)
	}
	return fmt.Sprintf("%.2f ms", 1e3*seconds)
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%d MB", (bytes+5e5)/1e6)
}
