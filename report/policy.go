package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-echarts/statsview/statics"

	"jpgreport/runtime/result"
)

// parts are the texts that a page inlines: a browser runs them only because
// their digests stand in its policy.
type parts struct {
	echarts, script, style string
}

func readParts(fsys fs.FS, o Options) (parts, error) {
	library := []byte(statics.EchartJS)
	if o.ECharts != nil {
		library = o.ECharts
	}
	var p parts
	var err error
	if p.echarts, err = inlinable("chart library", library); err != nil {
		return p, err
	}
	for _, f := range []struct {
		name string
		into *string
	}{{"report.js", &p.script}, {"report.css", &p.style}} {
		b, err := fs.ReadFile(fsys, f.name)
		if err != nil {
			return p, fmt.Errorf("templates: %w", err)
		}
		if *f.into, err = inlinable(f.name, b); err != nil {
			return p, err
		}
	}
	return p, nil
}

// inlinable returns text as a parser of HTML will hand it to its script engine,
// or an error when it cannot stand inside an element.
func inlinable(name string, text []byte) (string, error) {
	if !utf8.Valid(text) {
		return "", fmt.Errorf("%s: not UTF-8", name)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	lower := bytes.ToLower(text)
	for _, bad := range []string{"</script", "</style", "<!--", "\x00"} {
		if bytes.Contains(lower, []byte(bad)) {
			return "", fmt.Errorf("%s: holds %q, which cannot stand in an inline script or style", name, bad)
		}
	}
	return string(text), nil
}

// policy returns the Content-Security-Policy of a page made of these parts.
func (p parts) policy() string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src " + source(p.echarts) + " " + source(p.script),
		"style-src " + source(p.style),
		"img-src data:",
		"base-uri 'none'",
		"form-action 'none'",
	}, "; ")
}

func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var versionOfECharts = regexp.MustCompile(`\bversion="(\d+\.\d+\.\d+)"`)

// ChartLibrary names the script that draws the charts, with the SHA-256 of its
// bytes as given, for the provenance of a run.
func ChartLibrary(o Options) result.Artifact {
	a := result.Artifact{Name: "ECharts", Source: "github.com/go-echarts/statsview/statics"}
	script := []byte(statics.EchartJS)
	if o.ECharts != nil {
		script, a.Source = o.ECharts, ""
	}
	if m := versionOfECharts.FindSubmatch(script); m != nil {
		a.Name += " " + string(m[1])
	}
	sum := sha256.Sum256(script)
	a.SHA256 = hex.EncodeToString(sum[:])
	return a
}
