package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jpgreport/report/preview"
	"jpgreport/runtime/model"
	"jpgreport/runtime/notebook"
	"jpgreport/runtime/result"
	"jpgreport/runtime/spec"
)

func serveCommand() *cobra.Command {
	var f runFlags
	var addr string
	c := &cobra.Command{
		Use:   "serve SPEC",
		Short: "Show the report in a browser, and run again whenever you save",
		Long: `Serve runs the spec and prints an address of this machine, at which a browser
shows the report. When you save the spec, one of its scripts or, with
--templates, a template, it runs again and the page changes where you are
reading. What is wrong is shown over the last good report. A save while a run
goes on stops that run. Nothing is written; "jpgreport run" writes the report.

Exit status: 2 wrong usage; 130 ended by an interrupt (Ctrl-C).`,
		Example:           "  jpgreport serve experiments/mnist.yaml\n  jpgreport serve first.yaml --addr 127.0.0.1:8000",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeOneSpec,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			return serve(c, args[0], addr, &f)
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 is any that is free")
	f.shared(c)
	return c
}

func serve(c *cobra.Command, path, addr string, f *runFlags) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr %s: want HOST:PORT, such as 127.0.0.1:8000", addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("--addr %s: want one address, such as 127.0.0.1; a preview is not for everyone", addr)
	}
	kernels, err := model.KernelPath()
	if err != nil {
		return err
	}
	// A wrong flag is no matter for the page; a wrong spec is.
	var wrong spec.Errors
	if _, err := f.load(c, path); err != nil && !errors.As(err, &wrong) {
		return err
	}
	watch, err := newWatcher()
	if err != nil {
		return &statusError{statusFailed, fmt.Errorf("files cannot be watched: %w", err)}
	}
	defer watch.close()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s := &session{command: c, path: path, flags: f, kernels: kernels, page: preview.New(host), watch: watch}
	s.page.Update(false, func(st *preview.State) { st.Name, st.Running = path, true })
	server := &http.Server{Handler: s.page, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(l)
	defer server.Close()
	fmt.Fprintf(c.OutOrStdout(), "http://%s%s\n", l.Addr(), s.page.Path())

	s.loop(c.Context())
	return &statusError{statusInterrupted, nil}
}

// A session is one preview: the spec, what watches its files and what shows its
// report.
type session struct {
	command *cobra.Command
	path    string
	flags   *runFlags
	kernels string
	page    *preview.Server
	watch   *watcher
	good    bool // a report without errors has been shown
}

// loop runs the spec, and again at each change, until ctx ends. A run that is not
// done at the next change is stopped first.
func (s *session) loop(ctx context.Context) {
	for ctx.Err() == nil {
		running, stop := context.WithCancel(ctx)
		if err := s.watch.watch(s.files()); err != nil {
			complain(s.command.ErrOrStderr(), fmt.Errorf("not all files can be watched: %w", err))
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.run(running)
		}()
		s.watch.changed(ctx.Done())
		stop()
		<-done
	}
}

// files returns what the report depends on: the spec, the scripts in files of
// their own, and what it is drawn with.
func (s *session) files() []string {
	files := []string{s.path}
	for _, named := range []string{s.flags.paramsFile, s.flags.templates, s.flags.echarts} {
		if named != "" {
			files = append(files, named)
		}
	}
	sp, _ := spec.Inspect(s.path, spec.LoadOptions{AllowRead: s.flags.allowRead}) // what is wrong with it, run says
	if sp == nil {
		return files
	}
	for _, c := range sp.Cells {
		if c.Path == "" {
			continue
		}
		name := filepath.FromSlash(c.Path)
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(s.path), name)
		}
		files = append(files, name)
	}
	return files
}

// run runs the spec once and shows what comes of it, unless ctx ends before. A
// report with errors takes the place of none that had no errors.
func (s *session) run(ctx context.Context) {
	began := time.Now()
	s.page.Update(false, func(st *preview.State) { st.Running, st.Progress = true, preview.Progress{} })
	made, page, wrong := s.attempt(ctx)
	if ctx.Err() != nil {
		return
	}
	if page != nil && (len(wrong) == 0 || !s.good) {
		s.page.Show(page)
	}
	note := ""
	if len(wrong) == 0 {
		s.good = true
		note = remark(made)
	}
	s.page.Update(true, func(st *preview.State) {
		st.Running, st.Progress, st.Note = false, preview.Progress{}, note
		st.Problems, st.Stale = shown(wrong), len(wrong) > 0 && s.good
	})
	for _, p := range wrong {
		complain(s.command.ErrOrStderr(), p.err)
	}
	if len(wrong) == 0 {
		say(s.command.ErrOrStderr(), strings.TrimSpace(fmt.Sprintf("%s: done in %s %s", s.path, time.Since(began).Round(10*time.Millisecond), note)))
	}
}

// attempt returns the run and its page, as far as it came to them, and all that
// is wrong.
func (s *session) attempt(ctx context.Context) (made *result.Run, page []byte, wrong []problem) {
	sp, err := s.flags.load(s.command, s.path)
	if err != nil { // of the spec, or of the parameters that go over it
		if wrong = checkSpec(s.path, spec.LoadOptions{AllowRead: s.flags.allowRead}); len(wrong) > 0 {
			return nil, nil, wrong
		}
		var list spec.Errors
		if !errors.As(err, &list) {
			return nil, nil, []problem{ofOther(err)}
		}
		for _, e := range list {
			wrong = append(wrong, ofSpec(e))
		}
		return nil, nil, wrong
	}
	for _, e := range faults(sp) {
		wrong = append(wrong, ofScript(e))
	}
	if len(wrong) > 0 {
		return nil, nil, wrong
	}
	style, err := s.flags.style()
	if err == nil {
		made, page, _, err = s.flags.produce(ctx, sp, style, s.kernels, "", notebook.Options{OnProgress: s.progress})
	}
	if err != nil {
		return nil, nil, []problem{ofOther(err)}
	}
	for _, e := range problems(made) {
		wrong = append(wrong, ofScript(e))
	}
	return made, page, wrong
}

func (s *session) progress(n notebook.Progress) {
	s.page.Update(false, func(st *preview.State) {
		t := n.Step
		st.Progress = preview.Progress{Cell: n.Cell, Number: n.Number, Cells: n.Cells, Task: t.Task, Done: t.Done, Total: t.Total, Unit: t.Unit}
	})
}

// remark is what there is to say about a run without errors.
func remark(made *result.Run) string {
	if err := verdict(made); err != nil {
		return err.Error()
	}
	return ""
}

// shown returns problems as the page shows them, each with its line.
func shown(wrong []problem) []preview.Problem {
	var out []preview.Problem
	for _, p := range wrong {
		q := preview.Problem{File: p.File, Line: p.Line, Column: p.Column, Cell: p.Cell, Code: p.Code, Message: p.Message, Hint: p.Hint}
		if text, err := os.ReadFile(p.File); err == nil && p.Line > 0 {
			if lines := strings.Split(string(text), "\n"); p.Line <= len(lines) {
				q.Excerpt = strings.TrimRight(lines[p.Line-1], "\r")
			}
		}
		out = append(out, q)
	}
	return out
}
