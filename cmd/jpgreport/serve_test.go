//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jpgreport/report/preview"
	"jpgreport/templates"
)

// A preview is the command serve as a user starts it, in a folder with the first
// experiment.
type livePreview struct {
	dir, url string
	states   chan preview.State
}

// startPreview starts serve on a spec of the given text, or on the first
// experiment when text is "". It ends with the test.
func startPreview(t *testing.T, text string, args ...string) *livePreview {
	t.Helper()
	if testing.Short() {
		t.Skip("starts servers")
	}
	p := &livePreview{dir: t.TempDir()}
	if text == "" {
		if _, err := writeFirst(p.dir); err != nil {
			t.Fatal(err)
		}
	} else {
		p.save(t, "first.yaml", text)
	}
	program, err := exec.LookPath("jpgreport")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, append([]string{"serve", "first.yaml"}, args...)...)
	c.Dir, c.Env, c.Stderr = p.dir, environ(filepath.Join(p.dir, "cache")), os.Stderr
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGINT)
		c.Wait()
		if got := c.ProcessState.ExitCode(); got != statusInterrupted {
			t.Errorf("serve ended with %v, want exit status %d", c.ProcessState, statusInterrupted)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	p.url = strings.TrimSpace(line)
	return p
}

// save puts a file in the place of the old one, as editors do.
func (p *livePreview) save(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.WriteFile(name+"~", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+"~", name); err != nil {
		t.Fatal(err)
	}
}

// edit replaces text in a file.
func (p *livePreview) edit(t *testing.T, name, old, new string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s does not have %q", name, old)
	}
	p.save(t, name, strings.Replace(string(text), old, new, 1))
}

// wait returns the first state that is as wanted.
func (p *livePreview) wait(t *testing.T, what string, wanted func(preview.State) bool) preview.State {
	t.Helper()
	if p.states == nil {
		p.states = make(chan preview.State)
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(stop)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"events", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer answer.Body.Close()
			lines := bufio.NewScanner(answer.Body)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				text, ok := strings.CutPrefix(lines.Text(), "data: ")
				var st preview.State
				if !ok || json.Unmarshal([]byte(text), &st) != nil {
					continue
				}
				select {
				case p.states <- st:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	deadline := time.After(time.Minute)
	var last preview.State
	for {
		select {
		case last = <-p.states:
			if wanted(last) {
				return last
			}
		case <-deadline:
			t.Fatalf("%s did not come; last was %+v", what, last)
		}
	}
}

// ended returns the state once the given number of runs has come to an end.
func (p *livePreview) ended(t *testing.T, runs int) preview.State {
	t.Helper()
	return p.wait(t, fmt.Sprintf("the end of run %d", runs), func(st preview.State) bool { return st.Told >= runs && !st.Running })
}

// line returns the line of a text in a file.
func (p *livePreview) line(t *testing.T, name, text string) int {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(whole), text)
	return 1 + strings.Count(before, "\n")
}

func (p *livePreview) report(t *testing.T) string {
	t.Helper()
	answer, err := http.Get(p.url + "report")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	return string(text)
}

// A new user changes a script and sees the page change within two seconds, makes
// mistakes and is told each time what and where, and keeps the last good page.
func TestServeFollowsWhatIsSaved(t *testing.T) {
	p := startPreview(t, "")
	if st := p.ended(t, 1); st.Page != 1 || len(st.Problems) != 0 {
		t.Fatalf("after the first run: %+v", st)
	}
	if page := p.report(t); !strings.Contains(page, "Three digits") {
		t.Error("the report does not have the gallery of the script's file")
	}
	began := time.Now()
	p.edit(t, "_cells/attack.go", "Three digits", "Three figures")
	st := p.ended(t, 2)
	t.Logf("the change of a script took %v", time.Since(began).Round(time.Millisecond))
	if st.Page != 2 || !strings.Contains(p.report(t), "Three figures") {
		t.Errorf("the change of a script does not show: %+v", st)
	}

	for _, mistake := range []struct{ file, old, new, code, words string }{
		{"first.yaml", "title: A", "tilte: A", "JR012", `did you mean "title"?`},
		{"first.yaml", "quality: 75", "quality: 750", "JR117", "750 is outside 1..100"},
		{"first.yaml", "file: _cells/attack.go", "file: _cells/atack.go", "JR131", "does not exist"},
		{"_cells/attack.go", "range sweep.Epsilons", "range sweep.Epsilon", "JR204", "did you mean Epsilons?"},
		{"_cells/attack.go", "out.Gallery(shown)", "out.Metric(\"Three\", \"three\", 3)", "", "want snake_case"},
	} {
		p.edit(t, mistake.file, mistake.old, mistake.new)
		before := st
		st = p.ended(t, before.Told+1)
		where := fmt.Sprintf("%s:%d", mistake.file, p.line(t, mistake.file, mistake.new))
		if len(st.Problems) == 0 {
			t.Errorf("%q for %q: no problem", mistake.new, mistake.old)
		} else if q := st.Problems[0]; fmt.Sprintf("%s:%d", filepath.ToSlash(q.File), q.Line) != where || q.Code != mistake.code ||
			!strings.Contains(q.Message+q.Hint, mistake.words) || !strings.Contains(q.Excerpt, mistake.new) {
			t.Errorf("%q for %q: %+v, want %s %s %s", mistake.new, mistake.old, q, where, mistake.code, mistake.words)
		}
		if !st.Stale || st.Page != before.Page || !strings.Contains(p.report(t), "Three figures") {
			t.Errorf("%q for %q: the last good page is lost: %+v", mistake.new, mistake.old, st)
		}
		p.edit(t, mistake.file, mistake.new, mistake.old)
		if st = p.ended(t, before.Told+2); len(st.Problems) != 0 || st.Stale {
			t.Errorf("%q put right: %+v", mistake.new, st)
		}
	}
}

// A save stops the run that goes on, whatever it is at, and a spec without a good
// report shows what there is.
func TestServeStopsWhatIsOutdated(t *testing.T) {
	const endless = "title: t\ncells:\n  - id: a\n    script: |\n      for {\n      }\n"
	p := startPreview(t, endless)
	p.wait(t, "the endless cell", func(st preview.State) bool { return st.Running && st.Cell == "a" })
	p.save(t, "first.yaml", "title: t\ncells:\n  - id: b\n    script: |\n      out.Text(\"the second\")\n      panic(\"and its end\")\n")
	st := p.ended(t, 1)
	if st.Told != 1 || len(st.Problems) != 1 || st.Problems[0].Message != "panic: and its end" || st.Stale || !strings.Contains(p.report(t), "the second") {
		t.Errorf("after the save: %+v", st)
	}
	p.save(t, "first.yaml", endless)
	p.wait(t, "the endless cell again", func(st preview.State) bool { return st.Running && st.Cell == "a" })
	if !strings.Contains(p.report(t), "the second") {
		t.Error("a run that goes on has taken the report away")
	}
}

// A burst of saves, and one that changes nothing, runs once.
func TestServeRunsOnceForABurst(t *testing.T) {
	text := func(words string) string { return "title: t\ncells:\n  - id: a\n    text: " + words + "\n" }
	p := startPreview(t, text("first"))
	p.ended(t, 1)
	for range 20 {
		p.save(t, "first.yaml", text("second"))
	}
	p.save(t, "beside.txt", "no part of the report")
	if st := p.ended(t, 2); !strings.Contains(p.report(t), "second") {
		t.Errorf("the burst does not show: %+v", st)
	}
	p.save(t, "first.yaml", text("second"))
	p.save(t, "first.yaml", text("third"))
	if st := p.ended(t, 3); st.Told != 3 || !strings.Contains(p.report(t), "third") {
		t.Errorf("%d runs, want 3: %+v", st.Told, st)
	}
}

// A file of parameters is watched, and what is wrong in it is told with its place.
func TestServeFollowsParameters(t *testing.T) {
	params := filepath.Join(t.TempDir(), "params.yaml")
	at := &livePreview{dir: filepath.Dir(params)}
	at.save(t, "params.yaml", "quality: 30\n")
	p := startPreview(t, "title: t\nparams:\n  quality: 75\ncells:\n  - id: a\n    text: It is {{param \"quality\"}} now.\n", "--params", params)
	if p.ended(t, 1); !strings.Contains(p.report(t), "It is 30 now") {
		t.Error("the parameter of the file does not show")
	}
	at.save(t, "params.yaml", "quality: 300\n")
	if st := p.ended(t, 2); len(st.Problems) != 1 || st.Problems[0].File != params || st.Problems[0].Code != "JR117" || !st.Stale {
		t.Errorf("a wrong parameter: %+v", st)
	}
	at.save(t, "params.yaml", "quality: 40\n")
	if st := p.ended(t, 3); len(st.Problems) != 0 || !strings.Contains(p.report(t), "It is 40 now") {
		t.Errorf("the parameter put right: %+v", st)
	}
}

// Only an address of one interface is listened on.
func TestServeAddress(t *testing.T) {
	for addr, want := range map[string]string{
		"8000":         "want HOST:PORT",
		":8000":        "want one address",
		"0.0.0.0:8000": "want one address",
		"[::]:8000":    "want one address",
	} {
		if got, status := said("serve", "first/first.yaml", "--addr", addr); status != statusUsage || !strings.Contains(got, want) {
			t.Errorf("--addr %s: status %d, %s; want %s", addr, status, got, want)
		}
	}
}

// Templates are watched too, and a broken one is told.
func TestServeFollowsTemplates(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, templates.FS); err != nil {
		t.Fatal(err)
	}
	p := startPreview(t, "title: t\ncells:\n  - id: a\n    text: Words.\n", "--templates", dir)
	p.ended(t, 1)
	at := &livePreview{dir: dir}
	at.edit(t, "page.tmpl", "Skip to the text", "{{.NoSuchField}}")
	if st := p.ended(t, 2); len(st.Problems) != 1 || !strings.Contains(st.Problems[0].Message, "page.tmpl") || !st.Stale {
		t.Errorf("a broken template: %+v", st)
	}
	at.edit(t, "page.tmpl", "{{.NoSuchField}}", "Skip ahead")
	if st := p.ended(t, 3); len(st.Problems) != 0 || !strings.Contains(p.report(t), "Skip ahead") {
		t.Errorf("the template put right: %+v", st)
	}
}
