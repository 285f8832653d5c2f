package report_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"jpgreport/report"
	"jpgreport/runtime/result"
)

// chromium starts a browser that can reach nothing, once for all its tabs.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium: none of chromium, chromium-browser and google-chrome is in PATH, so nothing here shows that a browser takes the page")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A tab opens a page and keeps what a reader must not meet: requests, messages,
// exceptions.
type tab struct {
	context.Context
	mu       sync.Mutex
	requests []string
	messages []string
}

func open(t *testing.T, browser context.Context, file string, width int64, scheme string) *tab {
	t.Helper()
	return openAt(t, browser, "file://"+file, width, scheme, `!document.querySelector('.drawn .chart:not(:has(svg))')`)
}

// openAt opens a page and waits until it is ready, as a script tells.
func openAt(t *testing.T, browser context.Context, url string, width int64, scheme, ready string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 30*time.Second)
	t.Cleanup(cancel)
	b := &tab{Context: ctx}
	if err := chromedp.Listen(ctx, b.event); err != nil {
		t.Fatal(err)
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](ready)); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) event(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			b.requests = append(b.requests, e.Request.URL)
		}
	case *log.EventEntryAdded:
		b.messages = append(b.messages, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			b.messages = append(b.messages, string(a.Value)+a.Description)
		}
	case *runtime.EventExceptionThrown:
		b.messages = append(b.messages, e.ExceptionDetails.Text)
	}
}

func (b *tab) quiet(t *testing.T, when string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		t.Errorf("%s: the console says %s", when, m)
	}
	b.messages = nil
}

func eval[T any](t *testing.T, b *tab, script string) T {
	t.Helper()
	v, err := chromedp.Run(b, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// drawn describes what is wrong with a chart, or nothing.
const drawn = `Array.from(document.querySelectorAll('.chart')).map(function (c) {
	var id = c.closest('figure').id, svg = c.querySelector('svg');
	if (!svg) return id + ' has no drawing';
	var shapes = Array.from(svg.querySelectorAll('path, polygon, rect')).filter(function (p) {
		var r = p.getBoundingClientRect();
		return r.width + r.height > 2 && p.getAttribute('d') !== '';
	});
	if (shapes.length < 5) return id + ' shows ' + shapes.length + ' shapes';
	if (svg.getBoundingClientRect().width < 200) return id + ' is narrow';
	if (c.closest('figure').querySelector('details.data').open) return id + ' has its data unfolded, as if it could not be drawn';
	return '';
}).filter(Boolean)`

// tips shows a tooltip on each chart and returns those that show none.
const tips = `Array.from(document.querySelectorAll('.chart')).map(function (c) {
	var chart = echarts.getInstanceByDom(c);
	chart.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: 1 });
	var tip = c.querySelector('.tip');
	return tip && tip.textContent.trim() && tip.getBoundingClientRect().height > 5 ? '' : c.closest('figure').id;
}).filter(Boolean)`

func TestChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := chromium(t)
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, render(t, fixture(t), report.Options{}), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, screen := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {390, "dark"}} {
		t.Run(fmt.Sprintf("%d %s", screen.width, screen.scheme), func(t *testing.T) {
			b := open(t, browser, file, screen.width, screen.scheme)
			b.quiet(t, "on opening")
			if h := eval[string](t, b, `document.querySelector('h1').textContent`); !strings.Contains(h, breakout) {
				t.Errorf("the title reads %q", h)
			}
			if n := eval[int](t, b, `document.querySelectorAll('.chart').length`); n != 7 {
				t.Errorf("%d charts, want 7", n)
			}
			for _, wrong := range eval[[]string](t, b, drawn) {
				t.Error(wrong)
			}
			for _, id := range eval[[]string](t, b, tips) {
				t.Errorf("%s shows no tooltip", id)
			}
			b.quiet(t, "with tooltips")
			if w := eval[int64](t, b, `document.documentElement.scrollWidth`); w > screen.width {
				t.Errorf("the page is %d wide on a screen of %d", w, screen.width)
			}
			if n := eval[int](t, b, `Array.from(document.images).filter(function (i) { return !i.naturalWidth; }).length`); n > 0 {
				t.Errorf("%d pictures do not show", n)
			}
			if s := eval[string](t, b, `JSON.parse(document.getElementById('jpgreport-record').textContent).title`); !strings.Contains(s, breakout) {
				t.Errorf("the record's title reads %q", s)
			}
			if n := eval[int](t, b, `document.querySelectorAll('script:not([type])').length + document.querySelectorAll('img:not([data-sha256]):not(.stage img)').length`); n != 2 {
				t.Errorf("text became %d elements", n-2)
			}
			slides(t, b)
			// the other scheme: everything is drawn again
			eval[int](t, b, `window.before = document.querySelector('.chart svg').innerHTML, 1`)
			other := map[string]string{"light": "dark", "dark": "light"}[screen.scheme]
			if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: other}},
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Run(b, chromedp.Poll[bool](`document.querySelector('.chart svg').innerHTML !== window.before`, chromedp.WithPollingTimeout(5*time.Second))); err != nil {
				t.Errorf("a change of the colour scheme changes no chart: %v", err)
			}
			for _, wrong := range eval[[]string](t, b, drawn) {
				t.Errorf("in the other scheme %s", wrong)
			}
			b.quiet(t, "in the other scheme")
			if len(b.requests) != 1 || b.requests[0] != "file://"+file {
				t.Errorf("requests: %q, want the page alone", b.requests)
			}
		})
	}
}

// Whoever has no script gets the numbers of each chart as an open table.
func TestChromiumWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := chromium(t)
	page := string(render(t, fixture(t), standIn))
	file := filepath.Join(t.TempDir(), "page.html")
	// the policy refuses a script that is not the one it names
	if err := os.WriteFile(file, []byte(strings.Replace(page, "'use strict';", "'use strict' ;", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	b := open(t, browser, file, 1280, "light")
	if n := eval[int](t, b, `Array.from(document.querySelectorAll('details.data')).filter(function (d) {
		return d.open && d.querySelector('table').getBoundingClientRect().height > 20;
	}).length`); n != 7 {
		t.Errorf("%d of 7 charts show their numbers", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) == 0 {
		t.Error("a script whose digest the policy does not name ran without a message")
	}
}

// A cloud of points is a few paths, or a browser takes seconds over it; its
// points still answer to the mouse.
func TestChromiumCloud(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := chromium(t)
	var s result.Series
	for i := range 2000 {
		s.X = append(s.X, float64(i%50)/49)
		s.Y = append(s.Y, float64(i/50)/39)
		s.Labels = append(s.Labels, fmt.Sprintf("image %d", i))
	}
	c := result.NewCell("cloud")
	c.Scatter(result.Chart{Title: "A made-up cloud", X: result.Axis{Name: "before", Percent: true}, Y: result.Axis{Name: "after", Percent: true}, Series: []result.Series{s}})
	run := result.New()
	run.Title, run.Status, run.Cells = "A made-up run", result.Done, []*result.Cell{c}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, render(t, run, report.Options{}), 0o644); err != nil {
		t.Fatal(err)
	}
	b := open(t, browser, file, 1280, "light")
	if n := eval[int](t, b, `document.querySelectorAll('.chart svg *').length`); n > 200 {
		t.Errorf("the drawing of 2,000 points has %d elements", n)
	}
	at := eval[[]float64](t, b, `(function () {
		var c = document.querySelector('.chart');
		c.scrollIntoView({ block: 'center' });
		var r = c.getBoundingClientRect(), p = echarts.getInstanceByDom(c).convertToPixel('grid', [25 / 49, 20 / 39]);
		return [r.left + p[0], r.top + p[1]];
	})()`)
	if err := chromedp.Do(b, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1])); err != nil {
		t.Fatal(err)
	}
	said, err := chromedp.Run(b, chromedp.Poll[string](`(document.querySelector('.tip') || {}).textContent`, chromedp.WithPollingTimeout(5*time.Second)))
	if err != nil || !strings.Contains(said, "image 1025") {
		t.Errorf("over point 1025 the tooltip says %q (%v)", said, err)
	}
	b.quiet(t, "over a point")
}
