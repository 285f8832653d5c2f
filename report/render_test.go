package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jpgreport/report"
	"jpgreport/runtime/result"
)

var update = flag.Bool("update", false, "write the golden page anew")

// standIn is a chart library of one line, so that a page stays short.
var standIn = report.Options{ECharts: []byte(`/* version="0.0.0" */`)}

func render(t testing.TB, run *result.Run, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Render(&b, run, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	name := filepath.Join("testdata", "page.golden.html")
	got := render(t, fixture(t), standIn)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); d != "" {
		t.Errorf("the page is not the golden one (go test ./report -update writes it anew), -want +got:\n%s", d)
	}
}

func TestSameRecordSamePage(t *testing.T) {
	first := render(t, fixture(t), report.Options{})
	if again := render(t, fixture(t), report.Options{}); !bytes.Equal(first, again) {
		t.Error("two renderings of one run differ")
	}
	read, err := report.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	if drawn := render(t, read, report.Options{}); !bytes.Equal(first, drawn) {
		t.Error("a page drawn from the record in a page differs from it")
	}
}

// Bytes that are no UTF-8 cannot stand in JSON; the page must show what the
// record can hold, or it could not be drawn again.
func TestSamePageFromBrokenText(t *testing.T) {
	run := fixture(t)
	run.Title = "broken \xff\x00 text"
	first := render(t, run, standIn)
	read, err := report.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, render(t, read, standIn)) {
		t.Error("a page drawn from the record in a page differs from it")
	}
}

func TestReadGivesTheRun(t *testing.T) {
	want := fixture(t)
	got, err := report.Read(render(t, want, standIn))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	if !bytes.Equal(a, b) {
		t.Error("the record in the page is not that of the run")
	}
	if d := cmp.Diff(want.Pictures, got.Pictures); d != "" {
		t.Errorf("pictures, -want +got:\n%s", d)
	}
	sealed := got.Digest
	if err := got.Seal(); err != nil || got.Digest != sealed {
		t.Errorf("sealed again, the run has the digest %s (%v), want %s", got.Digest, err, sealed)
	}
}

func TestReadRefuses(t *testing.T) {
	page := render(t, fixture(t), standIn)
	picture := bytes.Index(page, []byte("base64,")) + len("base64,") + 60
	spoilt := bytes.Clone(page)
	spoilt[picture] ^= 1
	for _, test := range []struct {
		name string
		page []byte
		want string
	}{
		{"no record", []byte("<p>hello</p>"), "report: no record in this page"},
		{"cut short", page[:bytes.Index(page, []byte(`id="jpgreport-record"`))+500], "the file is cut short"},
		{"another format", bytes.Replace(page, []byte(`{"format":"jpgreport/1"`), []byte(`{"format":"jpgreport/9"`), 1), `format "jpgreport/9"`},
		{"spoilt picture", spoilt, "has the digest"},
	} {
		if _, err := report.Read(test.page); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	lost := fixture(t)
	lost.Pictures = nil
	for _, test := range []struct {
		name string
		run  *result.Run
		o    report.Options
		want string
	}{
		{"a lost picture", lost, standIn, "is not among the run's pictures"},
		{"a library that ends its element", fixture(t), report.Options{ECharts: []byte("a </SCRIPT> b")}, `chart library: holds "</script"`},
		{"a library that opens a comment", fixture(t), report.Options{ECharts: []byte("a <!-- b")}, `chart library: holds "<!--"`},
		{"a library that is no text", fixture(t), report.Options{ECharts: []byte("\xff")}, "chart library: not UTF-8"},
		{"no templates", fixture(t), report.Options{Templates: fstest.MapFS{}}, "templates: open report.js"},
	} {
		var b bytes.Buffer
		err := report.Render(&b, test.run, test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", test.name, b.Len())
		}
	}
}

func TestChartLibrary(t *testing.T) {
	if a := report.ChartLibrary(report.Options{}); a.Name != "ECharts 4.1.0" || len(a.SHA256) != 64 || a.Source == "" {
		t.Errorf("embedded: %+v", a)
	}
	if a := report.ChartLibrary(standIn); a.Name != "ECharts 0.0.0" || a.Source != "" {
		t.Errorf("given: %+v", a)
	}
	if a := report.ChartLibrary(report.Options{ECharts: []byte("abc")}); a.Name != "ECharts" || a.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("without a version: %+v", a)
	}
}

// The page may cost little beyond what it carries.
func TestOverhead(t *testing.T) {
	run := fixture(t)
	record, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for _, png := range run.Pictures {
		pictures += len(png) * 4 / 3
	}
	page := len(render(t, run, standIn))
	if over := page - len(record) - pictures; over > 170_000 {
		t.Errorf("%d bytes beyond record and pictures (the page has %d, the record %d)", over, page, len(record))
	}
}
