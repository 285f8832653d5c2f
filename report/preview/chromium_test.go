package preview_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"jpgreport/report"
	"jpgreport/report/preview"
	"jpgreport/runtime/result"
)

// chromium starts a browser that can reach this machine and nothing else.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	path := ""
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
		}
	}
	if path == "" {
		t.Skip("no Chromium in PATH, so nothing here shows that a browser takes the preview")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// made draws a report with forty cells, of which one has so many words.
func made(t *testing.T, title string, words int) []byte {
	t.Helper()
	run := result.New()
	run.Title, run.Status = title, result.Done
	for i := range 40 {
		c := result.NewCell(fmt.Sprintf("c%d", i))
		text := fmt.Sprintf("## Part %d\n\n", i) + strings.Repeat("Words to scroll by. ", 60)
		if i == 3 {
			text += strings.Repeat("More of them. ", words)
		}
		c.Text(text)
		if i == 5 {
			c.Text("[away](https://example.org/)")
			c.Line(result.Chart{Title: "A made-up curve", X: result.Axis{Name: "x"}, Y: result.Axis{Name: "y"},
				Series: []result.Series{{Name: "s", X: []float64{1, 2, 3}, Y: []float64{3, 1, 2}}}})
		}
		run.Cells = append(run.Cells, c)
	}
	var b bytes.Buffer
	if err := report.Render(&b, run, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a condition in the page.
func until(t *testing.T, ctx context.Context, what, script string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// shot keeps a picture of the page for people to look at, in the folder that
// PREVIEW_SHOTS names.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("PREVIEW_SHOTS")
	if dir == "" {
		return
	}
	for _, screen := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {1280, "dark"}, {390, "light"}, {390, "dark"}} {
		look(t, ctx, screen.width, screen.scheme)
		png, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(fmt.Sprintf("%s/%s-%d-%s.png", dir, name, screen.width, screen.scheme), png.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	look(t, ctx, 1280, "light")
}

func look(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

const frame = `document.querySelector('iframe:not(.next)')`

// A browser shows the report, keeps the reader's place when it changes, shows how
// far a run is, and what is wrong over the last good report.
func TestChromiumPreview(t *testing.T) {
	ctx := chromium(t)
	var mu sync.Mutex
	var messages []string
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok {
			mu.Lock()
			defer mu.Unlock()
			messages = append(messages, e.Entry.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	s := preview.New("")
	server := httptest.NewServer(s)
	defer func() { // a stream of states does not end by itself
		server.CloseClientConnections()
		server.Close()
	}()
	look(t, ctx, 1280, "light")
	s.Update(false, func(st *preview.State) { st.Name, st.Running = "x.yaml", true })
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+s.Path())); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the first state", `document.title === '… x.yaml'`)
	shot(t, ctx, "empty")

	// The first report. A fold is opened, and the reader goes to a cell.
	s.Show(made(t, "One", 0))
	s.Update(true, func(st *preview.State) { st.Running = false })
	until(t, ctx, "the first report", frame+` && `+frame+`.contentDocument.title === 'One' && document.title === 'x.yaml'`)
	if got := eval[bool](t, ctx, `document.getElementById('status').hidden && document.getElementById('problems').hidden && document.getElementById('empty').hidden`); !got {
		t.Error("something stands over a report without errors")
	}
	eval[int](t, ctx, `(`+frame+`.contentDocument.querySelector('details.data').open = true, 1)`)
	eval[int](t, ctx, `(`+frame+`.contentDocument.getElementById('cell-c20').scrollIntoView({ behavior: 'instant' }), `+frame+`.contentWindow.scrollBy({ top: 37, behavior: 'instant' }), 1)`)
	const top = frame + `.contentDocument.getElementById('cell-c20').getBoundingClientRect().top`
	before := eval[float64](t, ctx, top)

	// The next has more text above that cell.
	s.Show(made(t, "Two", 3000))
	until(t, ctx, "the second report", `document.querySelectorAll('iframe').length === 1 && `+frame+`.contentDocument.title === 'Two'`)
	if after := eval[float64](t, ctx, top); after < before-1 || after > before+1 {
		t.Errorf("the cell that was read stood at %v and stands at %v", before, after)
	}
	if !eval[bool](t, ctx, frame+`.contentDocument.querySelector('details.data').open`) {
		t.Error("an open fold is closed")
	}

	// Progress.
	s.Update(false, func(st *preview.State) {
		st.Running = true
		st.Progress = preview.Progress{Cell: "train", Number: 2, Cells: 5, Task: "train digits", Done: 30, Total: 120, Unit: "batches"}
	})
	until(t, ctx, "progress", `document.querySelector('#status p').textContent === '[2/5] train: train digits, 30 of 120 batches'`)
	if got := eval[float64](t, ctx, `document.querySelector('#status progress').position`); got != 0.25 {
		t.Errorf("the bar stands at %v, want a quarter", got)
	}
	shot(t, ctx, "progress")

	// Errors stand over the last good report, as text, and can be put aside.
	problem := preview.Problem{File: "x.yaml", Line: 12, Column: 11, Cell: "train", Code: "JR202", Message: "undefined: <img src=x onerror=alert(1)>",
		Excerpt: "      x := epsilom", Hint: "did you mean epsilon?"}
	wrong := func(st *preview.State) {
		st.Running, st.Progress, st.Stale = false, preview.Progress{}, true
		st.Problems = []preview.Problem{problem, {Message: "and one without a place"}}
	}
	s.Update(true, wrong)
	until(t, ctx, "the errors", `!document.getElementById('problems').hidden`)
	shown := eval[string](t, ctx, `document.getElementById('problems').innerText`)
	for _, want := range []string{"2 errors", "x.yaml:12:11", "JR202", "cell train: undefined: <img src=x onerror=alert(1)>", "x := epsilom\n    ^", "hint: did you mean epsilon?", "and one without a place", "the last report without errors"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the errors do not say %q:\n%s", want, shown)
		}
	}
	if title := eval[string](t, ctx, frame+`.contentDocument.title`); title != "Two" {
		t.Errorf("below the errors stands %q", title)
	}
	shot(t, ctx, "errors")
	eval[int](t, ctx, `(document.getElementById('hide').click(), 1)`)
	until(t, ctx, "put aside", `document.getElementById('problems').hidden && !document.getElementById('show').hidden`)
	shot(t, ctx, "hidden")
	s.Update(true, wrong)
	until(t, ctx, "the errors of the next save", `!document.getElementById('problems').hidden`)
	s.Update(true, func(st *preview.State) {
		st.Problems, st.Stale, st.Note = nil, false, `check "mine" says FAIL: it is broken`
	})
	until(t, ctx, "the end of the errors", `document.getElementById('problems').hidden && document.querySelector('#status p').textContent.includes('says FAIL')`)
	shot(t, ctx, "note")

	mu.Lock()
	defer mu.Unlock()
	for _, m := range messages {
		t.Errorf("the console says %s", m)
	}
}

// A page of another origin gets nothing out of the preview, neither by asking nor
// by framing it.
func TestChromiumOtherOrigin(t *testing.T) {
	ctx := chromium(t)
	s := preview.New("")
	s.Show([]byte("<title>secret</title>"))
	var mu sync.Mutex
	answers := map[int]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &statusWriter{ResponseWriter: w, status: 200}
		s.ServeHTTP(rec, r)
		mu.Lock()
		defer mu.Unlock()
		answers[rec.status]++
	}))
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>other</title>")
	}))
	defer other.Close()
	if err := chromedp.Do(ctx, chromedp.Navigate(other.URL)); err != nil {
		t.Fatal(err)
	}
	url := server.URL + s.Path()
	eval[int](t, ctx, fmt.Sprintf(`(window.told = [],
		fetch(%[1]q + 'report').then(function (r) { told.push('read ' + r.status); }, function () { told.push('refused'); }),
		fetch(%[1]q + 'report', { mode: 'no-cors' }).then(function () { told.push('opaque'); }, function () { told.push('refused'); }),
		(function () { var e = new EventSource(%[1]q + 'events'); e.onmessage = function () { told.push('state'); }; e.onerror = function () { e.close(); told.push('refused'); }; })(),
		(function () { var f = document.createElement('iframe'); f.src = %[1]q + 'report'; f.onload = function () { told.push('framed'); }; document.body.appendChild(f); })(), 1)`, url))
	until(t, ctx, "four answers", `told.length === 4`)
	for _, got := range eval[[]string](t, ctx, `told`) {
		if strings.HasPrefix(got, "read") || got == "state" {
			t.Errorf("another origin gets an answer: %s", got)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(answers) != 1 || answers[http.StatusForbidden] == 0 {
		t.Errorf("answers by status: %v, want 403 alone", answers)
	}
}

// A statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
