package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary be a side of a row.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childFlag {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// TestShort runs every row that the module has against itself: both sides'
// processes, the comparison of results, the pairs and the table.
func TestShort(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run(t.Context(), []string{"-short", "-pairs", "1", "-rows", "^(train|gradient|classify|product-pytorch)$"}, nil, &out, &errs); status != 0 {
		t.Fatalf("status %d\n%s", status, errs.String())
	}
	table := out.String()
	all := rows()
	for _, r := range append(all[:3:3], all[len(all)-1]) {
		found := false
		for line := range strings.Lines(table) {
			found = found || strings.Contains(line, "| "+r.title+" | "+r.peer+" |") && (r.bar == 0 || strings.Contains(line, "met |")) && strings.Contains(line, " 0 |")
		}
		if !found {
			t.Errorf("no measured row %q with equal results in\n%s", r.title, table)
		}
	}
}

// TestUsage sees what cannot be measured refused, with the remedy where there is one.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-pairs", "3"}, 2, "want at least 7"},
		{[]string{"-threads", "0"}, 2, "want 1..1024"},
		{[]string{"-rows", "nothing"}, 2, "matches none"},
		{[]string{"-rows", "["}, 2, "-rows"},
		{[]string{"-rows", "train", "-python", "/none/python"}, 1, "pip install -r benchmarks/requirements.txt"},
	} {
		var errs bytes.Buffer
		if status := run(t.Context(), c.args, nil, io.Discard, &errs); status != c.status || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%q: status %d, want %d, and %q in\n%s", c.args, status, c.status, c.want, errs.String())
		}
	}
}

// TestOtherWork sees results that differ by more than the tolerance fail the row.
func TestOtherWork(t *testing.T) {
	r := row{task: "classify", peer: "pytorch", tolerance: map[string]float64{"logits": 1e-4}}
	for _, c := range []struct {
		differences map[string]float64
		ok          bool
	}{
		{map[string]float64{"logits": 1e-5}, true},
		{map[string]float64{"logits": 1e-3}, false},
		{map[string]float64{}, false},
	} {
		res := outcome{row: r}
		if err := res.judge(c.differences); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.differences, err)
		}
	}
}

// TestRoofline checks shares against bounds of one's own reckoning: at a peak of
// 100 GFLOP/s and 10 GB/s, half an operation a byte is bound by 5 GFLOP/s.
func TestRoofline(t *testing.T) {
	var out strings.Builder
	writeRoofline(&out, 100e9, 10e9, []measured{{"far", 80e9, 1e9, 1}, {"near", 4e9, 8e9, 1}})
	for _, want := range []string{"| far | 80.0 | 80% | 80.0 | 80% |", "| near | 4.0 | 4% | 0.5 | 80% |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("want %q in\n%s", want, out.String())
		}
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("of three: %v, want 2", m)
	}
	if m := median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Errorf("of four: %v, want 2.5", m)
	}
}
