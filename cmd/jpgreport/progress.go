package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"jpgreport/runtime/notebook"
)

// A progress shows how far a run is: a bar on a terminal, now and then a line
// elsewhere, nothing when quiet.
type progress struct {
	w        io.Writer
	terminal bool
	wide     bool // enough for a bar and a note beside it
	quiet    bool
	prefix   string // of each line

	variants map[string]*progress // of a sweep: lines for each, since a bar shows one task

	bar     *progressbar.ProgressBar // of the task at hand; on a terminal
	task    string
	done    int
	began   time.Time // the task
	printed time.Time // the last line
}

// linesApart is the least time between two lines about one task.
const linesApart = 10 * time.Second

func newProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, quiet: quiet}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal = true
		columns, _, err := term.GetSize(int(f.Fd()))
		p.wide = err == nil && columns >= 100
	}
	return p
}

// show takes what the notebook reports.
func (p *progress) show(n notebook.Progress) {
	switch {
	case p.quiet:
	case n.Variant != "":
		v := p.variants[n.Variant]
		if v == nil {
			v = &progress{w: p.w, prefix: n.Variant + " "}
			if p.variants == nil {
				p.variants = map[string]*progress{}
			}
			p.variants[n.Variant] = v
		}
		n.Variant = ""
		v.show(n)
	case n.Status != "":
		p.end()
		p.print(fmt.Sprintf("%s[%d/%d] %s: %s in %s", p.prefix, n.Number, n.Cells, n.Cell, n.Status, n.Elapsed.Round(100*time.Millisecond)))
	case n.Step.Task == "":
		p.end()
	case n.Step.Total > 0:
		p.step(n)
	}
}

func (p *progress) step(n notebook.Progress) {
	s := n.Step
	// What goes backwards has begun anew, such as the training of the next network.
	if task := n.Cell + ": " + s.Task; task != p.task || s.Done < p.done {
		p.end()
		p.task, p.began = task, time.Now()
		p.printed = p.began
		if p.terminal {
			p.bar = progressbar.NewOptions(s.Total,
				progressbar.OptionSetWriter(p.w),
				progressbar.OptionSetWidth(16),
				progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionSetPredictTime(true),
				progressbar.OptionClearOnFinish())
		}
	}
	p.done = s.Done
	if p.bar != nil {
		text := fmt.Sprintf("[%d/%d] %s", n.Number, n.Cells, s.Task)
		if s.Note != "" && p.wide {
			text += ", " + s.Note
		}
		p.bar.Describe(text)
		p.bar.Set(s.Done)
		return
	}
	if time.Since(p.printed) < linesApart && s.Done < s.Total || s.Done == s.Total && time.Since(p.began) < linesApart {
		return
	}
	p.printed = time.Now()
	line := fmt.Sprintf("%s[%d/%d] %s, %d of %d %s", p.prefix, n.Number, n.Cells, p.task, s.Done, s.Total, s.Unit)
	if s.Note != "" {
		line += ", " + s.Note
	}
	if spent := time.Since(p.began); s.Done > 0 && s.Done < s.Total {
		left := spent * time.Duration(s.Total-s.Done) / time.Duration(s.Done)
		line += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	say(p.w, line)
}

// print prints a line above the bar.
func (p *progress) print(line string) {
	if p.bar != nil {
		p.bar.Clear()
	}
	if !p.quiet {
		say(p.w, line)
	}
}

// end removes the bar.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
	p.task = ""
}
