package report_test

import (
	"bytes"
	"os"
	"testing"

	"jpgreport/report"
)

func render(t testing.TB, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Render(&b, fixture(t), o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScratch(t *testing.T) {
	os.WriteFile("/tmp/report/fixture.html", render(t, report.Options{}), 0o644)
}
