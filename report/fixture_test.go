package report_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"jpgreport/runtime/result"
)

// Text that would run, load or break out if a page took it for markup.
const (
	breakout = `</script><script>alert(1)</script>`
	onerror  = `<img src=x onerror=alert(1)>`
	deadLink = `[x](javascript:alert(1))`
	comment  = "<!-- \u2028\u2029 -->"
	hostile  = breakout + onerror + deadLink + comment
)

// share is k of n with a made-up interval.
type share struct {
	k, n int
	of   string
}

func (s share) Counts() (int, int)  { return s.k, s.n }
func (s share) Denominator() string { return s.of }
func (s share) Interval() (float64, float64) {
	p, h := float64(s.k)/float64(s.n), 1/math.Sqrt(float64(s.n))
	return max(0, p-h), min(1, p+h)
}

// glyph draws a picture that differs with its seed.
func glyph(seed uint64, side int) image.Image {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewGray(image.Rect(0, 0, side, side))
	cx, cy, rad := r.Float64()*float64(side)/3+float64(side)/3, float64(side)/2, float64(side)/4
	for y := range side {
		for x := range side {
			d := math.Abs(math.Hypot(float64(x)-cx, float64(y)-cy) - rad)
			m.SetGray(x, y, color.Gray{Y: uint8(max(0, 255-70*d))})
		}
	}
	return m
}

// fixture is a run whose every number is made up: it has each kind of output,
// each verdict, a cell that failed, one that was not reached, gaps, a repeated
// picture, and hostile text wherever text can stand.
func fixture(t testing.TB) *result.Run {
	t.Helper()
	run := result.New()
	run.Name, run.Seed, run.Status = "fixture", 1, result.Failed
	run.Title = "A made-up run that tests the page, with " + breakout
	run.Abstract = "Every number on this page is **invented**; it tests how a report is drawn. The text tries to escape: " + hostile + "\n\n## A heading in an abstract\n\nIt becomes a line in bold."
	run.Spec = result.Source{File: "fixture.yaml", Text: "title: A made-up run # " + hostile + "\nseed: 1\ncells:\n  - id: intro\n    text: Hello\n"}
	run.Params = map[string]result.Param{
		"epsilons":  {Value: []float64{0, 2.5, 10, 25, 51}, Kind: "floats", Unit: "/255", Help: "budgets of the attack"},
		"qualities": {Value: []int{75, 25, 10}, Kind: "ints", Help: "of JPEG"},
		"images":    {Value: 2000, Kind: "int", Help: "how many " + hostile},
		"names":     {Value: []string{"a", hostile}, Kind: "strings"},
		"quick":     {Value: true, Kind: "bool"},
		"rate":      {Value: 1.0, Kind: "float"},
	}
	run.Provenance = result.Provenance{
		Version: "devel", Go: "go1.26.0", GOOS: "linux", GOARCH: "amd64", Codec: "image/jpeg of go1.26.0", Kernels: "avx2",
		Git:     result.Git{Commit: "0123456789abcdef0123456789abcdef01234567", Dirty: true},
		Modules: map[string]string{"example.org/b": "v1.2.3", "example.org/a": "v0.1.0 " + hostile},
		Artifacts: []result.Artifact{
			{Kind: "data", Name: "mnist", Source: "embedded", SHA256: strings.Repeat("ab", 32)},
			{Kind: "weights", Name: "digits " + hostile, Source: "trained here", SHA256: strings.Repeat("cd", 32)},
		},
		Charts: result.Artifact{Name: "ECharts 4.1.0", SHA256: strings.Repeat("ef", 32)},
	}
	run.Environment = result.Environment{
		Started: "2024-03-01T12:00:00Z", Seconds: 754.2, Cores: 2,
		CellSec: map[string]float64{"numbers": 12.25, "sweep": 0.042},
		Calls: []result.Call{
			{Cell: "numbers", Primitive: "model.Train", Changed: []result.Change{{Part: "epochs", Old: "1", New: "2"}, {Part: "seed", New: "3"}}},
			{Cell: "numbers", Primitive: "attack.FGSM", Hit: true},
			{Cell: "sweep", Primitive: "codec.RoundTrip", Unkept: "transform " + hostile},
		},
	}

	rec := &result.Recorder{}
	add := func(id, script string, status result.Status, body func(c *result.Cell)) {
		c := rec.Cell(id)
		body(c)
		if script != "" {
			run.Scripts[id] = result.Source{File: "fixture.yaml", Line: 10 + 20*len(run.Cells), Text: script}
		} else {
			c.Kind = result.KindText
		}
		run.Cells = append(run.Cells, &result.Cell{ID: id, Kind: c.Kind, Status: status, Outputs: []result.Output{}})
		for _, o := range c.Outputs {
			if err := run.Add(id, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := func(id, s string) {
		add(id, "", result.Done, func(c *result.Cell) { c.Text(s) })
	}

	text("intro", strings.Join([]string{
		"# What is measured",
		"A classifier reads digits; a small step along the sign of the gradient changes what it reads, and compression may change it back. On clean images it is right for 98.5% [98.3, 98.7] of them. This paragraph is long enough to show the measure, the leading and the \"quotes\" of the page, with `attack.FGSM` in it and a [link](https://example.org/paper).",
		"## In formulas", "The step is of size ε/255:", "```go\nadv := attack.FGSM(ctx, net, batch, eps) // rounded to 8 bits\n```",
		"| ε/255 | accuracy | note |\n|---:|---:|:--|\n| 10 | 92.4% | a table in text |\n| 25 | 77.5% | " + onerror + " |",
		"- a list\n- of two", "> A quotation.",
	}, "\n\n"))

	add("numbers", "for _, q := range params.Ints(\"qualities\") {\n\tfmt.Println(q, \"</script>\") // "+hostile+"\n}\nout.Metric(\"clean_accuracy\", \"Accuracy on clean images\", metric.Accuracy(labels, predicted))\n", result.Done, func(c *result.Cell) {
		c.Print("quality 75: 7,412 bytes\n")
		c.Print("quality 25: 3,910 bytes " + hostile + "\n")
		c.Metric("clean_accuracy", "Accuracy on clean images", share{9853, 10000, "all test images"})
		c.Metric("recovered_q75", "Recovered by JPEG at quality 75, ε = 10/255", share{184, 812, "right on x, wrong on the adversarial image"})
		c.Metric("mean_psnr", "Mean PSNR after JPEG", result.Estimate{Value: 31.4159, N: 2000, Low: 31.2, High: 31.6, Unit: "dB"})
		c.Metric("p_value", "McNemar, JPEG against its permuted residual", 1.3e-12)
		c.Metric("empty", "A share of nothing "+hostile, share{0, 0, "no image"})
		c.Table(result.Table{
			Title: "Accuracy by budget and quality", Caption: "Rates on the *same* images. " + hostile,
			Columns: []result.Column{{Name: "ε", Unit: "/255"}, {Name: "adversarial"}, {Name: "quality 75"}, {Name: "quality 25"}, {Name: "quality 10"}},
			Rows: [][]any{
				{10, share{1848, 2000, "all images"}, share{1870, 2000, "all images"}, share{1882, 2000, "all images"}, share{1892, 2000, "all images"}},
				{25, share{1550, 2000, "all images"}, share{1596, 2000, "all images"}, share{1678, 2000, "all images"}, share{1686, 2000, "all images"}},
				{51, share{606, 2000, "all images"}, share{638, 2000, "all images"}, share{760, 2000, "all images"}, share{832, 2000, "all images"}},
			},
		})
		c.Table(result.Table{
			Title:   "A table whose shares rest on different things",
			Columns: []result.Column{{Name: "measure"}, {Name: "value"}, {Name: "distance", Unit: "L2", Digits: 2}},
			Rows: [][]any{
				{"recovered " + hostile, share{184, 812, "right on x, wrong on adv"}, 1.5},
				{"newly broken", share{9, 1188, "right on adv"}, -0.25},
				{"not shown", share{0, 0, "nothing"}, math.NaN()},
			},
		})
		c.Rows(result.Rows{Name: "predictions", Caption: "Of each image. " + hostile, N: 3, Columns: []result.RowColumn{{Name: "label", Values: []int{1, 2, 3}}, {Name: "confidence", Shares: []float64{0.1, 0.2, 0.3}}}})
		c.Print(strings.Repeat("a long line of printed output that goes on and on, beyond the width of any page that a reader would hold in hand\n", 40))
	})

	text("charts-text", "# Charts\n\nEach kind once. "+hostile+"\n\n### A heading that skips a level\n\nIt follows on the last one.")

	add("sweep", "out.Line(chart)\n", result.Done, func(c *result.Cell) {
		var adv, q75, q10, noise result.Series
		adv.Name, q75.Name, q10.Name, noise.Name = "adversarial", "after JPEG, quality 75", "after JPEG, quality 10 "+hostile, "Gaussian noise of equal L2 (control)"
		noise.Reference = true
		for i, eps := range []float64{0, 2, 5, 10, 25, 38, 51, 64} {
			f := math.Exp(-eps * eps / 2200)
			adv.Add(eps, share{int(1970 * f), 2000, "all images"})
			q75.Add(eps, share{int(1968 * math.Pow(f, 0.93)), 2000, "all images"})
			q10.Add(eps, share{int(1950 * math.Pow(f, 0.78)), 2000, "all images"})
			noise.Add(eps, share{1970 - 6*i, 2000, "all images"})
		}
		adv.Y[4], adv.Low[4] = math.NaN(), math.Inf(-1)
		c.Line(result.Chart{
			Title: "Accuracy falls with the budget", Caption: "Bands are 95% intervals, n = 2,000 for each point. " + hostile,
			X: result.Axis{Name: "ε", Unit: "/255"}, Y: result.Axis{Name: "accuracy", Percent: true},
			Series: []result.Series{adv, q75, q10, noise},
		})
		c.Line(result.Chart{
			Title: "Loss while training", X: result.Axis{Name: "step"}, Y: result.Axis{Name: "loss", Log: true},
			Series: []result.Series{{Name: "training", X: result.Values{1, 10, 100, 1000}, Y: result.Values{2.3, 0.8, 0.12, 0}}},
		})
		c.Line(result.Chart{
			Title: "Bytes by quality", X: result.Axis{Name: "quality", Categories: []string{"10", "25", "50", "75", "90"}}, Y: result.Axis{Name: "size", Unit: "bytes"},
			Series: []result.Series{
				{Name: "clean", Y: result.Values{310, 372, 455, 612, 1004}},
				{Name: "adversarial", Y: result.Values{342, 455, 610, 842, 1290}},
			},
		})
	})
	add("controls", "out.Bar(chart)\n", result.Done, func(c *result.Cell) {
		c.Bar(result.Chart{
			Title: "JPEG against its controls", Caption: "Whiskers are 95% intervals.",
			X: result.Axis{Name: "transform", Categories: []string{"none", "JPEG", "permuted residual", "Gaussian, equal L2", "8-bit rounding " + hostile}},
			Y: result.Axis{Name: "accuracy", Percent: true},
			Series: []result.Series{
				{Name: "quality 75", Y: result.Values{0.783, 0.807, 0.798, 0.802, 0.783}, Low: result.Values{0.764, 0.789, 0.78, 0.784, 0.764}, High: result.Values{0.8, 0.823, 0.815, 0.819, 0.8}, N: []int{2000, 2000, 2000, 2000, 2000}},
				{Name: "quality 10", Y: result.Values{0.783, 0.86, 0.814, 0.824, math.NaN()}, Low: result.Values{0.764, 0.844, 0.796, 0.807, math.NaN()}, High: result.Values{0.8, 0.874, 0.83, 0.84, math.NaN()}, N: []int{2000, 2000, 2000, 1990, 0}},
			},
		})
		heat := result.Chart{
			Title: "Accuracy by budget and quality", X: result.Axis{Name: "JPEG quality", Categories: []string{"none", "95", "90", "75", "50", "25", "10", "5"}},
			Y: result.Axis{Name: "ε", Unit: "/255"}, Z: result.Axis{Name: "accuracy", Percent: true},
		}
		for i, eps := range []string{"0", "10", "25", "38", "51", "64 " + onerror} {
			s := result.Series{Name: eps}
			for j := range heat.X.Categories {
				s.Y = append(s.Y, 0.985*math.Exp(-float64(i*i)/float64(16+2*j)))
			}
			heat.Series = append(heat.Series, s)
		}
		heat.Series[2].Y[3] = math.NaN()
		c.HeatMap(heat)
		r := rand.New(rand.NewPCG(3, 4))
		points := func(name string, n int, shift float64) result.Series {
			s := result.Series{Name: name}
			for range n {
				x := 1 - 0.6*r.Float64()*r.Float64()
				s.X = append(s.X, x)
				s.Y = append(s.Y, max(0, min(1, x-shift*r.Float64())))
				label := "image " + strconv.Itoa(len(s.Labels))
				if len(s.Labels) == 0 {
					label = hostile
				}
				s.Labels = append(s.Labels, label)
			}
			return s
		}
		c.Scatter(result.Chart{
			Title: "Probability of the top label before and after", X: result.Axis{Name: "before", Percent: true, Max: 1}, Y: result.Axis{Name: "after", Percent: true},
			Series: []result.Series{points("adversarial", 210, 0.9), points("after JPEG", 20, 0.3)},
		})
		sample := func(mean float64) result.Values {
			var v result.Values
			for range 200 {
				v = append(v, mean+r.NormFloat64())
			}
			return v
		}
		c.Box(result.Chart{
			Title: "PSNR by quality", X: result.Axis{Name: "quality"}, Y: result.Axis{Name: "PSNR", Unit: "dB"},
			Series: []result.Series{{Name: "quality 75 " + hostile, Y: sample(36)}, {Name: "quality 25", Y: sample(30)}, {Name: "quality 10", Y: sample(26)}},
		})
	})
	text("pictures-text", "# Pictures\n\nDigits that are none.")
	add("pictures", "out.Gallery(g)\n", result.Done, func(c *result.Cell) {
		g := result.Gallery{Title: "Made-up digits", Caption: "Residuals amplified 8 times. " + hostile, Columns: []string{"clean", "adversarial", "JPEG, quality 75", "JPEG, quality 10", "residual × 8"}}
		for row := range 3 {
			r := result.GalleryRow{Label: []string{"a one", "a two", hostile}[row]}
			for col := range g.Columns {
				p := result.Picture{Image: glyph(uint64(10*row+col%4), 28), Alt: "a ring " + hostile, Label: "7", Detail: "0.98", Mark: result.Right}
				if col == 1 {
					p.Label, p.Detail, p.Mark = "9 "+onerror, "0.61", result.Wrong
					p.Top = result.Guesses([]string{"ring", hostile}, []int{1, 0, 7}, []float64{0.61, 0.3896, 0.0004})
				}
				if col == 4 {
					p.Label, p.Detail, p.Mark = "", "", result.NoMark
				}
				r.Pictures = append(r.Pictures, p)
			}
			g.Rows = append(g.Rows, r)
		}
		c.Gallery(g)
		c.Compare(result.Compare{
			Title: "Before and after", Caption: "Two pictures of one scene.",
			Before: result.Picture{Image: glyph(50, 28), Alt: "before", Label: "clean"},
			After:  result.Picture{Image: glyph(51, 28), Alt: "after", Label: "compressed", Detail: "quality 10"},
		})
	})
	text("judgement-text", "# Judgement")
	add("judgement", "out.Check(k)\n", result.Done, func(c *result.Cell) {
		c.Check(result.Check{ID: "budget", Number: 1, Title: "The attack stays within its budget", Status: result.Pass, Detail: "max |adv − x| = 10 of 10 allowed; 3.1% of pixels clipped"})
		c.Check(result.Check{ID: "rounding", Number: 10, Title: "Rounding alone changes nothing", Status: result.Warn, Detail: "2 of 2,000 predictions changed " + hostile})
		c.Check(result.Check{ID: "tables", Number: 9, Title: "JPEG really ran", Status: result.Fail, Detail: "the tables say quality 74, not 75"})
		c.Check(result.Check{ID: "own", Title: hostile, Status: result.NA, Detail: "no iterative attack was run"})
		c.Warn("200 images are few: ±7 percentage points. " + hostile)
	})
	add("broken", "x := 1\nout.Table(t)\n", result.Failed, func(c *result.Cell) { c.Print("before the error\n") })
	run.Cell("broken").Error = &result.Error{Message: "undefined: t " + hostile, Cell: "broken", File: "fixture.yaml", Line: 152, Column: 11, Excerpt: "out.Table(t) // " + hostile, Hint: "declare it first " + hostile}
	add("never", "fmt.Println(1)\n", result.Skipped, func(*result.Cell) {})

	if err := run.Seal(); err != nil {
		t.Fatal(err)
	}
	return run
}
