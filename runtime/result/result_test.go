package result_test

import (
	"encoding/json"
	"errors"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/result"
)

// share is a proportion as package metric makes them.
type share struct{ k, n int }

func (s share) Counts() (int, int)           { return s.k, s.n }
func (s share) Denominator() string          { return "all images" }
func (s share) Interval() (float64, float64) { return 0.25, 0.75 }

// problem returns the error that f panics with.
func problem(t *testing.T, f func()) (message string) {
	t.Helper()
	defer func() {
		var e *result.Error
		if err, ok := recover().(error); ok && errors.As(err, &e) {
			message = e.Error()
		}
	}()
	f()
	return "no error"
}

// fill puts one output of each kind into a cell.
func fill(c *result.Cell) {
	c.Text("# Title")
	c.Print("hello\n")
	c.Metric("clean_accuracy", "accuracy on clean images", share{1, 2})
	c.Table(result.Table{Columns: []result.Column{{Name: "a"}, {Name: "b"}}, Rows: [][]any{{"x", 1.5}, {true, share{1, 4}}}})
	c.Line(result.Chart{Title: "curve", Series: []result.Series{{X: []float64{1, 2}, Y: []float64{3, math.NaN()}}}})
	c.Box(result.Chart{Title: "box", Series: []result.Series{{Name: "s", Y: []float64{4, 1, 3, 2, 5}}}})
	c.Gallery(result.Gallery{Columns: []string{"clean"}, Rows: []result.GalleryRow{
		{Pictures: []result.Picture{{Image: image.NewGray(image.Rect(0, 0, 3, 2)), Alt: "a digit"}}}}})
	c.Check(result.Check{ID: "budget", Status: result.Pass})
	c.Rows(result.Rows{Name: "images", N: 3, Columns: []result.RowColumn{
		{Name: "label", Values: []int{7, 0, 9}}, {Name: "class", Values: []int{1, 999, 2}}, {Name: "confidence", Shares: []float64{0, 0.5, 1}}}})
}

// run returns a run whose one script cell holds an output of each kind.
func run(t *testing.T) *result.Run {
	t.Helper()
	r := result.New()
	r.Cells = []*result.Cell{{ID: "all", Kind: result.KindScript, Status: result.Done}}
	rec := &result.Recorder{Sink: func(id string, o result.Output) {
		if err := r.Add(id, o); err != nil {
			t.Fatal(err)
		}
	}}
	fill(rec.Cell("all"))
	if err := r.Seal(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordRoundTrip(t *testing.T) {
	r := run(t)
	first, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := result.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(first), string(second)); d != "" {
		t.Errorf("a record that is read and written again differs:\n%s", d)
	}
	if strings.Contains(string(first), `"png"`) {
		t.Error("the record repeats the pictures that stand in the page")
	}
	if len(r.Pictures) != 1 || len(r.Metrics) != 1 || len(r.Checks) != 1 || len(r.Warnings) != 1 {
		t.Errorf("%d pictures, %d metrics, %d checks, %d warnings; want one of each", len(r.Pictures), len(r.Metrics), len(r.Checks), len(r.Warnings))
	}
}

func TestDecodeRefusesOtherFormats(t *testing.T) {
	for text, want := range map[string]string{
		`{"format":"other/9"}`: `record: format "other/9", want "jpgreport/1"`,
		`{`:                    "record: unexpected end of JSON input",
	} {
		if _, err := result.Decode([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func TestDigestCoversResultsAndNotTheEnvironment(t *testing.T) {
	base := run(t)
	for name, c := range map[string]struct {
		change  func(*result.Run)
		differs bool
	}{
		"nothing":         {func(*result.Run) {}, false},
		"environment":     {func(r *result.Run) { r.Environment.Seconds = 9 }, false},
		"provenance":      {func(r *result.Run) { r.Provenance.Go = "go2" }, false},
		"compressed rows": {func(r *result.Run) { last(r).Rows.Columns[0].Data = "" }, false},
		"rows":            {func(r *result.Run) { last(r).Rows.Columns[0].SHA256 = "0" }, true},
		"spec":            {func(r *result.Run) { r.Spec.Text = "x" }, true},
		"seed":            {func(r *result.Run) { r.Seed = 1 }, true},
		"param":           {func(r *result.Run) { r.Params["n"] = result.Param{Kind: "int", Value: 1} }, true},
		"data": {func(r *result.Run) {
			r.Provenance.Artifacts = []result.Artifact{{SHA256: "1"}}
		}, true},
		"text":   {func(r *result.Run) { r.Cells[0].Outputs[0].Text = "x" }, true},
		"metric": {func(r *result.Run) { r.Metrics["clean_accuracy"] = result.Estimate{Value: 1} }, true},
		"check":  {func(r *result.Run) { r.Checks[0].Status = result.Fail }, true},
	} {
		r := run(t)
		c.change(r)
		if err := r.Seal(); err != nil {
			t.Fatal(err)
		}
		if (r.Digest != base.Digest) != c.differs {
			t.Errorf("after a change of %s the digest differs: %t, want %t", name, !c.differs, c.differs)
		}
	}
}

func last(r *result.Run) result.Output { o := r.Cells[0].Outputs; return o[len(o)-1] }

func TestCellRefuses(t *testing.T) {
	for _, c := range []struct {
		do   func(*result.Cell)
		want string
	}{
		{func(c *result.Cell) { c.Metric("Clean", "", 1.0) }, `cell "a": metric name "Clean", want snake_case: letters a to z, digits and underscores`},
		{func(c *result.Cell) { c.Metric("m", "", "x") }, `cell "a": metric "m" has a value of type string, want a proportion, an Estimate, a float64 or an int`},
		{func(c *result.Cell) { c.Metric("m", "", 1.0); c.Metric("m", "", 1.0) }, `cell "a": metric "m" stands already in cell "a"`},
		{func(c *result.Cell) { c.Metric("m", "", result.Estimate{Value: 7, K: 3, N: 2, Of: "x"}) }, `cell "a": metric "m": 3 of 2 is no count`},
		{func(c *result.Cell) { c.Metric("m", "", result.Estimate{Value: 7, Low: 9, High: -9}) }, `cell "a": metric "m": an interval from 9 to -9`},
		{func(c *result.Cell) { c.Text(strings.Repeat(">", 1<<20)) }, `cell "a": a text of 1048576 bytes, want at most 65536`},
		{func(c *result.Cell) {
			c.Table(result.Table{Title: "T", Columns: []result.Column{{Name: "x", Digits: 1 << 30}}})
		}, `cell "a": table "T": column "x" has 1073741824 digits, want 0 to 17`},
		{func(c *result.Cell) {
			c.Table(result.Table{Title: "T", Columns: []result.Column{{Name: "x"}}, Rows: make([][]any, 100_001)})
		}, `cell "a": table "T" has 100001 cells, want at most 100000`},
		{func(c *result.Cell) { c.Check(result.Check{ID: "k", Status: "OK"}) }, `cell "a": check "k" has status "OK", want PASS, WARN, FAIL or NA`},
		{func(c *result.Cell) { c.Table(result.Table{Title: "T", Rows: [][]any{{1}}}) }, `cell "a": table "T": row 0 has 1 cells for 0 columns`},
		{func(c *result.Cell) {
			c.Table(result.Table{Title: "T", Columns: []result.Column{{Name: "x"}}, Rows: [][]any{{[]int{1}}}})
		}, `cell "a": table "T": row 0, column "x": a value of type []int, want a string, a number, a proportion or an Estimate`},
		{func(c *result.Cell) {
			c.Line(result.Chart{Title: "L", Series: []result.Series{{Name: "s", X: []float64{1}, Y: []float64{1, 2}}}})
		}, `cell "a": chart "L": series "s" has 2 values for 1 places along the horizontal axis`},
		{func(c *result.Cell) {
			c.Bar(result.Chart{Title: "B", X: result.Axis{Categories: []string{"p", "q"}}, Series: []result.Series{{Name: "s", Y: []float64{1, 2}, Low: []float64{1}}}})
		}, `cell "a": chart "B": series "s" has 1 interval ends for 2 values`},
		{func(c *result.Cell) {
			c.Gallery(result.Gallery{Title: "G", Columns: []string{"x"}, Rows: []result.GalleryRow{{}}})
		}, `cell "a": gallery "G": row 0 has 0 pictures for 1 columns`},
		{func(c *result.Cell) { c.Compare(result.Compare{}) }, `cell "a": picture "" has no image`},
		{func(c *result.Cell) {
			c.Rows(result.Rows{Name: "r", N: 2, Columns: []result.RowColumn{{Name: "p", Values: []int{1}}}})
		}, `cell "a": rows "r": column "p" has 1 numbers, want 2`},
		{func(c *result.Cell) {
			c.Rows(result.Rows{Name: "r", N: 1, Columns: []result.RowColumn{{Name: "p", Values: []int{-1}}}})
		}, `cell "a": rows "r": column "p": -1 at row 0 is outside 0..4294967295`},
		{func(c *result.Cell) {
			c.Rows(result.Rows{Name: "r", N: 1, Columns: []result.RowColumn{{Name: "p", Shares: []float64{1.5}}}})
		}, `cell "a": rows "r": column "p": 1.5 at row 0 is no share in [0,1]`},
		{func(c *result.Cell) {
			c.Rows(result.Rows{Name: "r", N: 2, Columns: []result.RowColumn{{Name: "p", Values: []int{1}, Numbers: []float64{1}}}})
		}, `cell "a": rows "r": column "p" has numbers of more than one kind, want values, shares or numbers`},
	} {
		if got := problem(t, func() { c.do(result.NewCell("a")) }); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestACellThatRenamesItselfLosesNothing(t *testing.T) {
	got := ""
	rec := result.Recorder{Sink: func(id string, o result.Output) { got += id + " " + o.Text }}
	c := rec.Cell("a")
	c.ID = "other"
	c.Text("kept")
	if got != "a kept" {
		t.Errorf("the recorder was told %q", got)
	}
}

func TestNamesAreUniqueAcrossCells(t *testing.T) {
	var rec result.Recorder
	rec.Cell("a").Metric("m", "", 1)
	got := problem(t, func() { rec.Cell("b").Metric("m", "", 1) })
	if want := `cell "b": metric "m" stands already in cell "a"`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMetricWithoutAValueWarns(t *testing.T) {
	c := result.NewCell("a")
	c.Metric("recovered", "", share{0, 0})
	if c.Outputs[0].Warning == nil || !strings.Contains(c.Outputs[0].Warning.Text, "not shown") {
		t.Errorf("outputs %+v, want a warning that the metric is not shown", c.Outputs)
	}
}

func TestRowsDecode(t *testing.T) {
	rows := result.NewCell("a").Rows(result.Rows{Name: "r", N: 3, Columns: []result.RowColumn{
		{Name: "small", Values: []int{0, 255, 3}}, {Name: "large", Values: []int{0, 256, 65535}}, {Name: "share", Shares: []float64{0, 1, 0.25}},
		{Name: "size", Values: []int{0, 65536, 4294967295}}, {Name: "norm", Numbers: []float64{1.5, -2, math.Inf(1)}}}})
	want := [][]float64{{0, 255, 3}, {0, 256, 65535}, {0, 1, 0.25}, {0, 65536, 4294967295}, {1.5, -2, math.Inf(1)}}
	for i, c := range rows.Columns {
		got, err := c.Decode(3)
		if err != nil {
			t.Fatal(err)
		}
		for j := range got {
			if got[j] != want[i][j] && !(math.Abs(got[j]-want[i][j]) <= 1.0/65535) {
				t.Errorf("column %s: %v, want %v", c.Name, got, want[i])
			}
		}
	}
	broken := rows.Columns[0]
	broken.SHA256 = "0"
	if _, err := broken.Decode(3); err == nil {
		t.Error("a column whose digest is wrong was read")
	}
}

// TestBoxQuartiles: 1 2 3 4 5 has the quartiles 2 and 4; 1 2 3 4 has 1.75 and
// 3.25 when interpolated between order statistics.
func TestBoxQuartiles(t *testing.T) {
	for _, c := range []struct{ sample, want result.Values }{
		{result.Values{4, 1, 3, 2, 5}, result.Values{1, 2, 3, 4, 5}},
		{result.Values{4, 3, 2, 1}, result.Values{1, 1.75, 2.5, 3.25, 4}},
		{result.Values{2, math.Inf(1), math.NaN()}, result.Values{2, 2, 2, 2, 2}},
	} {
		cell := result.NewCell("a")
		cell.Box(result.Chart{Series: []result.Series{{Y: c.sample}}})
		if d := cmp.Diff(c.want, cell.Outputs[0].Chart.Series[0].Y); d != "" {
			t.Errorf("five numbers of %v: %s", c.sample, d)
		}
	}
}

func TestParams(t *testing.T) {
	values := map[string]result.Param{
		"images":   {Kind: "int", Value: 2000},
		"epsilons": {Kind: "ints", Value: []int{5, 10}},
		"rate":     {Kind: "float", Value: 0.5},
		"name":     {Kind: "string", Value: "x"},
	}
	enc, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]result.Param
	if err := json.Unmarshal(enc, &back); err != nil {
		t.Fatal(err)
	}
	p := result.NewParams(1, back)
	if d := cmp.Diff([]float64{5, 10}, p.Floats("epsilons")); d != "" {
		t.Errorf("a list of whole numbers as floats: %s", d)
	}
	if p.Int("images") != 2000 || p.Float("images") != 2000 || p.Float("rate") != 0.5 || p.String("name") != "x" {
		t.Error("parameters changed on the way")
	}
	for want, get := range map[string]func(){
		`no parameter "imags"; the spec has epsilons, images, name, rate`: func() { p.Int("imags") },
		`parameter "rate" is of kind float, not int`:                      func() { p.Int("rate") },
	} {
		if got := problem(t, get); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestDerivedSeeds(t *testing.T) {
	p := result.NewParams(1, nil)
	if p.Seed("train") != p.Seed("train") || p.Seed("train") == p.Seed("noise") || p.Seed("train") == result.NewParams(2, nil).Seed("train") {
		t.Error("a derived seed does not follow from root and name alone, or two coincide")
	}
	if p.Seed("train") >= 1<<53 {
		t.Error("a derived seed is not exact in JSON")
	}
}

func TestGuesses(t *testing.T) {
	got := result.Guesses([]string{"cat", "dog"}, []int{1, 0, 2, -1}, []float64{0.5, 0.25, 0.25, 0})
	want := []result.Guess{{"dog", 0.5}, {"cat", 0.25}, {"2", 0.25}, {"unknown", 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		func() {
			defer func() {
				if e, ok := recover().(*result.Error); !ok || !strings.Contains(e.Message, "want 0..1") {
					t.Errorf("probability %v: %v, want an error of the cell", p, e)
				}
			}()
			picture := result.Picture{Image: image.NewGray(image.Rect(0, 0, 1, 1)), Top: []result.Guess{{"cat", p}}}
			result.NewCell("c").Gallery(result.Gallery{Columns: []string{"x"}, Rows: []result.GalleryRow{{Pictures: []result.Picture{picture}}}})
		}()
	}
}
