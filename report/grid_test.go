package report_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"jpgreport/report"
	"jpgreport/runtime/result"
)

// gridFixture is a run over qualities and seeds, of variants as made up as the
// fixture is. One was not run.
func gridFixture(t testing.TB) *result.Run {
	t.Helper()
	whole := fixture(t)
	whole.Cells, whole.Metrics, whole.Checks, whole.Warnings = []*result.Cell{}, map[string]result.Estimate{}, []result.Check{}, []result.Warning{}
	whole.Pictures = map[string][]byte{}
	whole.Environment = result.Environment{Started: "2024-03-01T12:00:00Z", Seconds: 99, Cores: 2}
	whole.Sweep = []string{"quality", "seed"}
	n := 0
	for _, quality := range []int{75, 10} {
		for _, seed := range []uint64{1, 2, 3} {
			v := fixture(t)
			v.Seed = seed
			v.Params = maps.Clone(v.Params)
			v.Params["quality"] = result.Param{Value: quality, Kind: "int", Help: "of JPEG " + hostile}
			for _, c := range v.Cells {
				for _, o := range c.Outputs {
					if m := o.Metric; m != nil && m.Name != "p_value" && m.Estimate.N > 0 {
						m.Estimate.Value *= 1 - 0.01*float64(n)
						v.Metrics[m.Name] = m.Estimate
					}
					if o.Chart != nil {
						for _, s := range o.Chart.Series {
							for i := range s.Y {
								s.Y[i] *= 1 - 0.01*float64(n)
							}
						}
					}
				}
			}
			if n == 5 {
				v.Status, v.Error = result.Skipped, &result.Error{Message: "not run: the variant quality=75, seed=1 did not get to its end " + hostile}
				v.Metrics, v.Checks, v.Warnings = map[string]result.Estimate{}, []result.Check{}, []result.Warning{}
				for _, c := range v.Cells {
					c.Status, c.Error, c.Outputs = result.Skipped, nil, []result.Output{}
				}
			}
			whole.Join(v)
			n++
		}
	}
	if err := whole.Seal(); err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestGridPage(t *testing.T) {
	run := gridFixture(t)
	page := render(t, run, standIn)
	checkMarkup(t, string(page))
	read, err := report.Read(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, render(t, read, standIn)) {
		t.Error("a page drawn from the record in a page differs from it")
	}
	sealed := read.Digest
	if err := read.Seal(); err != nil || read.Digest != sealed {
		t.Errorf("sealed again, the run has the digest %s (%v), want %s", read.Digest, err, sealed)
	}
	for _, want := range []string{
		"6: 5 failed, 1 not run", "quality (75; 10) and seed (1; 2; 3): 6 variants",
		`<a href="#variant-v2">quality=75, seed=2</a>`, "Mean over k = 3 seeds", "varied: 75; 10",
		`Go to <a href="#v1-cell-broken">cell broken of quality=75, seed=1</a>`,
		"The scripts are the same in all variants", "6 of 18 calls from the cache",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, once := range []string{`id="code-numbers"`, `data:image/png`} {
		few := 1
		if once == "data:image/png" {
			few = len(run.Pictures)
		}
		if n := strings.Count(string(page), once); n != few {
			t.Errorf("%s stands %d times, want %d: the same for all variants", once, n, few)
		}
	}
	one := len(render(t, fixture(t), standIn))
	if most := len(run.Variants) * one * 2 / 3; len(page) > most {
		t.Errorf("the page has %d bytes, want at most %d: two thirds of so many pages", len(page), most)
	}
}

func TestChromiumGrid(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := chromium(t)
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, render(t, gridFixture(t), report.Options{}), 0o644); err != nil {
		t.Fatal(err)
	}
	const visible = `Array.from(document.querySelectorAll('.variant')).filter(function (v) { return v.checkVisibility({ contentVisibilityAuto: true }) && !v.hidden; }).map(function (v) { return v.id; }).join()`
	const waiting = `!Array.from(document.querySelectorAll('.drawn .chart')).some(function (c) { return c.clientWidth && !c.closest('[hidden]') && !c.querySelector('svg'); })`
	for _, screen := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {390, "dark"}} {
		t.Run(fmt.Sprint(screen.width), func(t *testing.T) {
			b := openAt(t, browser, "file://"+file, screen.width, screen.scheme, waiting)
			if got := eval[string](t, b, visible); got != "variant-v1" {
				t.Errorf("shown at first: %s, want the first variant", got)
			}
			if n := eval[int](t, b, `document.querySelectorAll('.panel svg').length`); n < 6 {
				t.Errorf("%d small multiples are drawn", n)
			}
			// All panels of a figure have the same axes.
			if n := eval[int](t, b, `Array.from(document.querySelectorAll('.multiple')).filter(function (m) {
				var axes = Array.from(m.querySelectorAll('.panel .chart')).map(function (c) {
					return JSON.stringify(echarts.getInstanceByDom(c).getModel().getComponent('yAxis').axis.scale.getExtent());
				});
				return axes.some(function (a) { return a !== axes[0]; });
			}).length`); n > 0 {
				t.Errorf("%d figures have panels of different axes", n)
			}
			// The arrow keys choose, as with any radio buttons, and the charts follow.
			eval[int](t, b, `document.querySelectorAll('.picker fieldset')[1].querySelector('input').focus(), 1`)
			if err := chromedp.Do(b, chromedp.KeyEvent(kb.ArrowRight)); err != nil {
				t.Fatal(err)
			}
			if got := eval[string](t, b, visible); got != "variant-v2" {
				t.Errorf("shown after an arrow key: %s, want the next seed", got)
			}
			if got := eval[string](t, b, `document.querySelector('.chosen').textContent`); got != "Shown: quality=75, seed=2 (2 of 6)" {
				t.Errorf("told to screen readers: %q", got)
			}
			if _, err := chromedp.Run(b, chromedp.Poll[bool](`!!document.querySelector('#variant-v2 .chart svg')`, chromedp.WithPollingTimeout(5*time.Second))); err != nil {
				t.Errorf("the charts of the chosen variant are not drawn: %v", err)
			}
			// A link into a variant that is not shown shows it.
			eval[int](t, b, `document.querySelector('a[href="#variant-v4"]').click(), 1`)
			if got := eval[string](t, b, visible); got != "variant-v4" {
				t.Errorf("shown after a link: %s", got)
			}
			if w := eval[int64](t, b, `document.documentElement.scrollWidth`); w > screen.width {
				t.Errorf("the page is %d wide on a screen of %d", w, screen.width)
			}
			b.quiet(t, "choosing variants")
		})
	}
	b := openAt(t, browser, "file://"+file+"#v3-cell-numbers", 1280, "light", waiting)
	if got := eval[string](t, b, visible); got != "variant-v3" {
		t.Errorf("shown at a link from outside: %s", got)
	}
	if top := eval[float64](t, b, `document.getElementById('v3-cell-numbers').getBoundingClientRect().top`); top < -5 || top > 500 {
		t.Errorf("the cell that a link from outside leads to stands at %v", top)
	}
}

// Without script all variants are there, one below the other.
func TestChromiumGridWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := chromium(t)
	page := strings.Replace(string(render(t, gridFixture(t), standIn)), "'use strict';", "'use strict' ;", 1)
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	b := open(t, browser, file, 1280, "light")
	if n := eval[int](t, b, `Array.from(document.querySelectorAll('.variant')).filter(function (v) { return v.getBoundingClientRect().height > 20; }).length`); n != 6 {
		t.Errorf("%d of 6 variants are shown", n)
	}
	if n := eval[int](t, b, `Array.from(document.querySelectorAll('.picker, .multiple')).filter(function (v) { return v.getBoundingClientRect().height > 0; }).length`); n != 0 {
		t.Errorf("%d things are shown that need a script", n)
	}
}
