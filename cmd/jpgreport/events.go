package main

import (
	"encoding/json"
	"io"
	"slices"

	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

// Events of run --json: what each tells besides the spec and, in a sweep,
// the variant, such as "seed=1". Names and fields stay
// as they are; more may be added.
const (
	eventRunStarted    = "run_started"    // cells: how many scripts
	eventCellStarted   = "cell_started"   // cell, number, cells
	eventProgress      = "progress"       // cell, number, cells, task, done, total, unit, note
	eventCellDone      = "cell_done"      // cell, number, cells, seconds
	eventCellFailed    = "cell_failed"    // cell, number, cells, seconds, status: failed, limit or interrupted
	eventError         = "error"          // error: as check --json tells it
	eventWarning       = "warning"        // cell, text
	eventNotice        = "notice"         // text
	eventReportWritten = "report_written" // file, digest
	eventRunFinished   = "run_finished"   // status, exit, seconds
)

// eventMeanings explains the events, in the order in which they come.
var eventMeanings = []struct{ name, fields, meaning string }{
	{eventError, "error", "something is wrong with the spec or a script, as check --json tells it, or a cell failed; with a wrong spec nothing else follows"},
	{eventRunStarted, "cells", "the scripts are about to run, so many of them"},
	{eventCellStarted, "cell, number, cells", "a script began"},
	{eventProgress, "cell, number, cells, task, done, total, unit, note", "a step of what the cell does, at most ten a second"},
	{eventCellDone, "cell, number, cells, seconds", "a script ran to its end"},
	{eventCellFailed, "cell, number, cells, seconds, status", "a script ended before: status is failed, limit or interrupted"},
	{eventNotice, "text", "something that concerns no result, such as a cache that cannot be written"},
	{eventWarning, "cell, text", "the report doubts a number"},
	{eventReportWritten, "file, digest", "the report stands in the file; the digest is that of the record"},
	{eventRunFinished, "status, exit, seconds", "nothing follows for this spec; exit is the exit status"},
}

// An event is a line of JSON. Fields that a kind has no use for are left out.
type event struct {
	Event   string   `json:"event"`
	Spec    string   `json:"spec"`
	Variant string   `json:"variant,omitempty"`
	Cell    string   `json:"cell,omitempty"`
	Number  int      `json:"number,omitempty"`
	Cells   int      `json:"cells,omitempty"`
	Task    string   `json:"task,omitempty"`
	Done    int      `json:"done,omitempty"`
	Total   int      `json:"total,omitempty"`
	Unit    string   `json:"unit,omitempty"`
	Note    string   `json:"note,omitempty"`
	Text    string   `json:"text,omitempty"`
	File    string   `json:"file,omitempty"`
	Digest  string   `json:"digest,omitempty"`
	Error   *problem `json:"error,omitempty"`
	Status  string   `json:"status,omitempty"`
	Seconds float64  `json:"seconds,omitempty"`
	Exit    *int     `json:"exit,omitempty"`
}

// events tells other programs how a run goes. The zero value tells nobody.
type events struct {
	w    io.Writer // gets a line an event; nil: nobody asked
	spec string
}

func (s events) send(e event) {
	if s.w == nil {
		return
	}
	e.Spec = s.spec
	enc := json.NewEncoder(s.w)
	enc.SetEscapeHTML(false)
	enc.Encode(e) // who closed the pipe does not want to know
}

// show takes what the notebook reports.
func (s events) show(n notebook.Progress) {
	e := event{Event: eventProgress, Variant: n.Variant, Cell: n.Cell, Number: n.Number, Cells: n.Cells}
	switch {
	case n.Status == result.Done:
		e.Event, e.Seconds = eventCellDone, n.Elapsed.Seconds()
	case n.Status != "":
		e.Event, e.Seconds, e.Status = eventCellFailed, n.Elapsed.Seconds(), string(n.Status)
	case n.Step.Task == "":
		e.Event = eventCellStarted
	default:
		t := n.Step
		e.Task, e.Done, e.Total, e.Unit, e.Note = t.Task, t.Done, t.Total, t.Unit, t.Note
	}
	s.send(e)
}

func (s events) started(sp *spec.Spec) {
	n := 0
	for _, c := range sp.Cells {
		if c.Kind == spec.KindScript {
			n++
		}
	}
	s.send(event{Event: eventRunStarted, Cells: n})
}

func (s events) notice(text string) { s.send(event{Event: eventNotice, Text: text}) }

func (s events) problem(p problem) { s.send(event{Event: eventError, Error: &p}) }

// finished tells what the finished run came to. wrong is why nothing was run, if
// so; file is "" if the report could not be written.
func (s events) finished(made *result.Run, wrong []*result.Error, file string, exit int) {
	for _, e := range wrong {
		s.problem(ofScript(e))
	}
	for i, part := range made.Parts() {
		variant := ""
		if len(made.Variants) > 0 {
			variant = made.Label(made.Variants[i])
		}
		for _, e := range problems(part) {
			if !slices.ContainsFunc(wrong, func(w *result.Error) bool { return *w == *e }) {
				p := ofScript(e)
				s.send(event{Event: eventError, Variant: variant, Error: &p})
			}
		}
		for _, w := range part.Warnings {
			s.send(event{Event: eventWarning, Variant: variant, Cell: w.Cell, Text: w.Text})
		}
	}
	if file != "" {
		s.send(event{Event: eventReportWritten, File: file, Digest: made.Digest})
	}
	s.send(event{Event: eventRunFinished, Status: string(made.Status), Seconds: made.Environment.Seconds, Exit: &exit})
}
