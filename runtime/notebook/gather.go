package notebook

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
	"jpgreport/runtime/work"
)

// A gatherer makes a run of a child's events.
type gatherer struct {
	spec    *spec.Spec
	options Options
	run     *result.Run
	job     Job

	next     int // script cell that is to begin
	running  string
	began    time.Time
	prints   strings.Builder // of the running cell, not yet among its outputs
	finished bool
	limit    string               // that the child hit
	limitAt  *result.Error        // where, when that is known
	stopping atomic.Pointer[stop] // why the child was asked to end
	fault    error                // that no event explains
	halt     chan struct{}        // closed at the first limit or fault
	once     sync.Once
}

// newGatherer returns the run of a spec before anything has happened: texts
// stand, scripts are not reached.
func newGatherer(sp *spec.Spec, o Options) *gatherer {
	run := result.New()
	run.Name = strings.TrimSuffix(filepath.Base(sp.File), filepath.Ext(sp.File))
	run.Title, run.Abstract, run.Seed = sp.Title, sp.Abstract.Text, sp.Seed
	run.Spec = result.Source{File: portable(sp.File), Line: 1, Text: sp.Text}
	run.Provenance = o.Provenance
	run.Provenance.Artifacts = append([]result.Artifact{}, o.Provenance.Artifacts...)
	run.Environment.CellSec = map[string]float64{}
	for _, p := range sp.Params {
		run.Params[p.Name] = result.Param{Value: p.Value, Kind: p.Kind, Unit: p.Unit, Help: p.Help}
	}
	g := &gatherer{spec: sp, options: o, run: run, halt: make(chan struct{})}
	g.job = Job{
		Params: run.Params, Seed: sp.Seed, Data: sp.Data, Models: sp.Models,
		Cache: o.Cache, CacheBytes: o.CacheBytes, NoCache: o.NoCache, Versions: o.Versions, MemoryLimit: o.MemoryLimit,
		KeepGoing: o.KeepGoing,
	}
	for _, c := range sp.Cells {
		cell := &result.Cell{ID: c.ID, Kind: result.KindText, Status: result.Done, Outputs: []result.Output{}}
		if c.Kind == spec.KindScript {
			cell.Kind, cell.Status = result.KindScript, result.Skipped
			src := result.Source{File: c.Source.File, Line: c.Source.Line, Column: c.Source.Column, Text: c.Source.Text}
			kept := src
			kept.File = portable(src.File)
			run.Scripts[c.ID] = kept
			j := JobCell{ID: c.ID, Source: src, Timeout: c.Timeout}
			if o.CellTimeout > 0 {
				j.Timeout = o.CellTimeout
			}
			if o.KeepGoing {
				j.Needs = o.Needs[c.ID]
			}
			g.job.Cells = append(g.job.Cells, j)
		} else {
			cell.Outputs = append(cell.Outputs, result.Output{Kind: "text", Text: c.Source.Text})
		}
		run.Cells = append(run.Cells, cell)
	}
	return g
}

// portable returns the name under which a report, which goes to other people,
// has a file: as the user gave it, but without the folders of an absolute path.
func portable(file string) string {
	if filepath.IsAbs(file) {
		return filepath.Base(file)
	}
	return file
}

// line takes in an event. After an error nothing more is taken.
func (g *gatherer) line(b []byte) error {
	var e event
	if err := json.Unmarshal(b, &e); err != nil {
		return g.broken("the process that runs the cells wrote %q among its results", clip(string(b)))
	}
	if err := g.event(e); err != nil {
		return g.broken("the process that runs the cells broke its protocol: %v", err)
	}
	return nil
}

func clip(s string) string {
	const most = 60
	if r := []rune(s[:min(len(s), 4*most)]); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (g *gatherer) broken(format string, args ...any) error {
	g.fault = fmt.Errorf(format, args...)
	g.stopChild()
	return g.fault
}

func (g *gatherer) stopChild() { g.once.Do(func() { close(g.halt) }) }

func (g *gatherer) event(e event) error {
	switch e.Kind {
	case eventBegin, eventSkip:
		if g.running != "" || g.finished || g.next >= len(g.job.Cells) || g.job.Cells[g.next].ID != e.Cell {
			return fmt.Errorf("cell %q begins out of turn", e.Cell)
		}
		g.next++
		if e.Kind == eventSkip {
			if e.Error != nil {
				g.run.Cell(e.Cell).Error = e.Error
			}
			return nil
		}
		g.running, g.began = e.Cell, time.Now()
		g.progress(work.Step{}, "")
		return nil
	case eventOutput, eventStep, eventEnd:
		if g.running == "" || g.running != e.Cell {
			return fmt.Errorf("%s of cell %q, which does not run", e.Kind, e.Cell)
		}
	}
	switch {
	case e.Kind == eventOutput && e.Output != nil:
		return g.output(*e.Output)
	case e.Kind == eventStep && e.Step != nil:
		g.progress(*e.Step, "")
	case e.Kind == eventUse && e.Artifact != nil:
		if !slices.Contains(g.run.Provenance.Artifacts, *e.Artifact) {
			g.run.Provenance.Artifacts = append(g.run.Provenance.Artifacts, *e.Artifact)
		}
	case e.Kind == eventCall && e.Call != nil:
		g.run.Environment.Calls = append(g.run.Environment.Calls, *e.Call)
	case e.Kind == eventEnd:
		g.flush()
		c := g.run.Cell(e.Cell)
		c.Status, c.Error = e.Status, e.Error
		g.run.Environment.CellSec[e.Cell] = e.Seconds
		status := e.Status
		if why := g.stopping.Load(); why != nil && status == result.Interrupted {
			status = why.status // the child cannot tell a deadline from an interrupt
		}
		g.progress(work.Step{}, status)
		g.running = ""
	case e.Kind == eventLimit:
		if g.limit == "" { // what comes after the first is its consequence
			g.limit, g.limitAt = e.Text, e.Error
		}
		g.stopChild()
	case e.Kind == eventNotice:
		if g.options.OnNotice != nil {
			g.options.OnNotice(e.Text)
		}
	case e.Kind == eventFail && e.Error != nil:
		g.run.Error = e.Error
	case e.Kind == eventFinish:
		g.finished = true
	default:
		return fmt.Errorf("event %q", clip(e.Kind))
	}
	return nil
}

// output adds an output to the running cell. Prints that follow one another
// become one.
func (g *gatherer) output(o result.Output) error {
	if o.Kind == "print" {
		g.prints.WriteString(o.Print)
		return nil
	}
	g.flush()
	return g.run.Add(g.running, o)
}

// flush moves what the running cell printed to its outputs.
func (g *gatherer) flush() {
	if g.prints.Len() > 0 {
		g.run.Add(g.running, result.Output{Kind: "print", Print: g.prints.String()}) // the cell exists
		g.prints.Reset()
	}
}

func (g *gatherer) progress(s work.Step, status result.Status) {
	if g.options.OnProgress != nil {
		g.options.OnProgress(Progress{
			Cell: g.running, Number: g.next, Cells: len(g.job.Cells),
			Step: s, Elapsed: time.Since(g.began), Status: status,
		})
	}
}

// refuse fails the cells of which it is known before the run that they cannot be
// run. A cell shows the first of its faults.
func (g *gatherer) refuse(faults []*result.Error) {
	for _, f := range faults {
		g.run.Status = result.Failed
		c := g.run.Cell(f.Cell)
		switch {
		case c == nil && g.run.Error == nil:
			g.run.Error = f
		case c != nil && c.Error == nil:
			c.Status, c.Error = result.Failed, f
			for i := range g.job.Cells {
				g.job.Cells[i].Faulty = g.job.Cells[i].Faulty || g.job.Cells[i].ID == c.ID
			}
		}
	}
}

// ended says of the run how it ended. why is the reason for which the child was
// asked to stop, nil when it was not; death is why it died when nothing else
// explains it.
func (g *gatherer) ended(why, death *stop) {
	g.run.Status = result.Done
	last := g.run.Cell(g.lastBegun())
	switch {
	case g.fault != nil:
		g.mark(last, &stop{status: result.Failed, message: g.fault.Error()})
	case g.limit != "":
		g.mark(last, &stop{status: result.Limited, message: g.limit})
	case why != nil && !g.allDone():
		if last != nil && last.Status == result.Failed { // of its own accord, before it was asked
			g.run.Status = result.Failed
			return
		}
		g.mark(last, why)
	case g.run.Error != nil:
		g.run.Status = result.Failed
	case !g.finished && !g.allDone() && (last == nil || last.Status == result.Done || last.Status == result.Skipped || g.running != ""):
		g.mark(last, death)
	default:
		for _, c := range g.run.Cells {
			g.run.Status = worse(g.run.Status, c.Status)
		}
	}
}

// worse returns the status of a whole of which two parts ended so.
func worse(a, b result.Status) result.Status {
	for _, s := range []result.Status{result.Interrupted, result.Limited, result.Failed} {
		if a == s || b == s {
			return s
		}
	}
	return result.Done // what was skipped was so for what another part tells
}

// mark gives the run the status of s, and its message to the cell at which the
// run ended. When that cell was done, the message is the run's own.
func (g *gatherer) mark(c *result.Cell, s *stop) {
	g.run.Status = s.status
	if c == nil || c.Status == result.Done || c.Status == result.Skipped && g.running == "" {
		g.run.Error = &result.Error{Message: s.message}
		return
	}
	if c.Error == nil {
		at := slices.IndexFunc(g.job.Cells, func(j JobCell) bool { return j.ID == c.ID })
		src := g.job.Cells[at].Source
		c.Error = &result.Error{File: src.File, Line: src.Line}
		if g.limitAt != nil {
			c.Error = g.limitAt
		}
	}
	c.Status = s.status
	c.Error.Cell, c.Error.Message = c.ID, s.message
	if _, known := g.run.Environment.CellSec[c.ID]; !known {
		g.run.Environment.CellSec[c.ID] = time.Since(g.began).Seconds()
		g.progress(work.Step{}, s.status)
	}
}

// lastBegun returns the id of the script cell that began last, or "".
func (g *gatherer) lastBegun() string {
	if g.next == 0 {
		return ""
	}
	return g.job.Cells[g.next-1].ID
}

// allDone reports whether each script ran to its end.
func (g *gatherer) allDone() bool {
	return !slices.ContainsFunc(g.job.Cells, func(c JobCell) bool { return g.run.Cell(c.ID).Status != result.Done })
}
