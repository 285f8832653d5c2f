// Package report draws a run as one HTML file that needs nothing else: no
// network, no second file, no program but a browser.
//
//  1. [Render] takes a [result.Run] to its record, the JSON that the page
//     carries, and draws from that alone; so [Read] and Render give the same
//     bytes again.
//  2. A page is laid out as a tree of plain values: title block, cells with
//     their outputs in order, the matter at the end. Figures, tables, headings
//     and warnings get their numbers here.
//  3. Markdown goes through goldmark, code through chroma, a chart's data
//     through go-echarts into an ECharts option; all three emit classes only.
//  4. The templates turn the tree into markup. Whatever is trusted to be markup
//     already is made in trusted.go.
//  5. A Content-Security-Policy is computed from the exact text of the two
//     scripts and the style sheet: nothing else can run, and nothing can load.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"

	"jpgreport/runtime/result"
	"jpgreport/templates"
)

// Options says what a page is made with.
type Options struct {
	// Templates has page.tmpl and the parts that it names (*.tmpl), report.css
	// and report.js. Nil means templates.FS.
	Templates fs.FS
	// ECharts is the chart library's script. Nil means the ECharts 4.1.0 that
	// github.com/go-echarts/statsview/statics carries.
	ECharts []byte
}

// Render writes run as one HTML file. The same run, library and templates give
// the same bytes. It is an error when run names a picture that run.Pictures does
// not have.
func Render(w io.Writer, run *result.Run, o Options) error {
	record, err := json.Marshal(run)
	if err != nil {
		return fmt.Errorf("report: record: %w", err)
	}
	drawn, err := result.Decode(record)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	// Once more, so that text which JSON cannot hold (bytes that are no UTF-8)
	// is the same in the record as in the page.
	if record, err = json.Marshal(drawn); err != nil {
		return fmt.Errorf("report: record: %w", err)
	}
	drawn.Pictures = run.Pictures

	fsys := o.Templates
	if fsys == nil {
		fsys = templates.FS
	}
	parts, err := readParts(fsys, o)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	tmpl, err := template.New("page.tmpl").ParseFS(fsys, "*.tmpl")
	if err != nil {
		return fmt.Errorf("report: templates: %w", err)
	}
	p, err := newPage(drawn)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	p.Policy = parts.policy()
	p.Style = styleElement(parts.style)
	p.Record = dataElement(`id="jpgreport-record"`, record)
	p.Scripts = []template.HTML{scriptElement(parts.echarts), scriptElement(parts.script)}

	var b bytes.Buffer
	if err := tmpl.Execute(&b, p); err != nil {
		return fmt.Errorf("report: templates: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}
