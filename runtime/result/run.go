// Package result is the record of a run: what was asked, what came out, and what
// both rest on. Whatever makes a run can be drawn, verified or compared, and
// whatever reads one needs no model, interpreter or data set.
//
//  1. A [Recorder] makes a [Cell] for each cell of a spec.
//  2. A script calls the cell's methods, [Cell.Table], [Cell.Line],
//     [Cell.Metric] and so on; each appends an [Output].
//  3. [Run.Add] takes the outputs into a [Run], its pictures to the side.
//  4. [Run.Join] makes one run of several, the variants of a sweep.
//  5. [Run.Seal] computes the digests; the run is then complete.
//  6. [json.Marshal] gives the record as it stands in a report, [Decode] reads it.
package result

import (
	"encoding/json"
	"fmt"
)

// Format names the layout of the record.
const Format = "jpgreport/1"

// Status says how a cell or a run ended.
type Status string

const (
	Done        Status = "done"
	Failed      Status = "failed"      // an error in a cell
	Interrupted Status = "interrupted" // stopped by the user
	Limited     Status = "limit"       // stopped at a limit of time or memory
	Skipped     Status = "skipped"     // not reached, or not run for want of what a failed cell declares
)

// A Run is one run of a spec.
type Run struct {
	Format      string              `json:"format"`
	Name        string              `json:"name"` // of the spec's file, without folder and ending
	Title       string              `json:"title"`
	Abstract    string              `json:"abstract,omitempty"` // Markdown, its citations resolved
	Spec        Source              `json:"spec"`
	Scripts     map[string]Source   `json:"scripts"` // by cell
	Params      map[string]Param    `json:"params"`
	Seed        uint64              `json:"seed"`
	Status      Status              `json:"status"`
	Error       *Error              `json:"error,omitempty"` // one that belongs to no cell
	Cells       []*Cell             `json:"cells"`
	Metrics     map[string]Estimate `json:"metrics"`
	Checks      []Check             `json:"checks"`
	Warnings    []Warning           `json:"warnings"`
	Provenance  Provenance          `json:"provenance"`
	Digest      string              `json:"digest"`
	Environment Environment         `json:"environment"`

	// A run over a grid has its cells, metrics, checks and warnings in its
	// variants, and among its Params those that all variants share. Sweep names
	// what varies, in order: parameters, or "seed".
	Sweep    []string   `json:"sweep,omitempty"`
	Variants []*Variant `json:"variants,omitempty"`

	// RowsFile names the file beside the report that has the numbers of its rows,
	// where these are too many for the record.
	RowsFile string `json:"rows_file,omitempty"`

	// Pictures holds the PNG files by SHA-256. They stand once in a report,
	// outside the record.
	Pictures map[string][]byte `json:"-"`
}

// New returns an empty run.
func New() *Run {
	return &Run{
		Format:   Format,
		Scripts:  map[string]Source{},
		Params:   map[string]Param{},
		Metrics:  map[string]Estimate{},
		Checks:   []Check{},
		Warnings: []Warning{},
		Pictures: map[string][]byte{},
	}
}

// A Source is a text with the place it came from.
type Source struct {
	File   string `json:"file"`             // as the user named it, or the base name
	Line   int    `json:"line,omitempty"`   // of the text's first line in File, from 1
	Column int    `json:"column,omitempty"` // by which the text is indented in File
	Text   string `json:"text"`
}

// An Error has a message and, where one is known, a place.
type Error struct {
	Code    string `json:"code,omitempty"` // of package fault, of what can be told without running
	Message string `json:"message"`
	Cell    string `json:"cell,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Excerpt string `json:"excerpt,omitempty"` // the source line
	Hint    string `json:"hint,omitempty"`    // the remedy
}

// Error returns "file:line:column: cell "id": message", as far as they are known.
func (e *Error) Error() string {
	s := ""
	if e.File != "" {
		s = e.File + ":"
		if e.Line > 0 {
			s += fmt.Sprintf("%d:", e.Line)
			if e.Column > 0 {
				s += fmt.Sprintf("%d:", e.Column)
			}
		}
		s += " "
	}
	if e.Cell != "" {
		s += fmt.Sprintf("cell %q: ", e.Cell)
	}
	return s + e.Message
}

// A Warning doubts a number, and is shown beside it.
type Warning struct {
	Cell string `json:"cell"`
	Text string `json:"text"`
}

// Provenance is what a run rests on besides its spec.
type Provenance struct {
	Version   string            `json:"version"`
	Go        string            `json:"go"`
	GOOS      string            `json:"goos"`
	GOARCH    string            `json:"goarch"`
	Codec     string            `json:"codec"`
	Kernels   string            `json:"kernels,omitempty"` // the instructions that networks ran on
	Git       Git               `json:"git"`
	Modules   map[string]string `json:"modules"`   // path → version
	Artifacts []Artifact        `json:"artifacts"` // data sets and weights, in order of use
	Charts    Artifact          `json:"charts"`    // the chart library in the page
	Digest    string            `json:"digest"`
}

// Git is the state of the repository that the program or the spec came from.
type Git struct {
	Commit string `json:"commit"` // "unknown" when there is none
	Dirty  bool   `json:"dirty"`
}

// An Artifact is a file or data set that a run used.
type Artifact struct {
	Kind   string `json:"kind,omitempty"` // "data", "weights"
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	SHA256 string `json:"sha256"`
}

// Environment is what differs between two runs of one spec without meaning
// anything. No digest covers it.
type Environment struct {
	Started string             `json:"started,omitempty"` // RFC 3339
	Seconds float64            `json:"seconds"`
	Cores   int                `json:"cores"`
	CellSec map[string]float64 `json:"cell_seconds,omitempty"`
	Calls   []Call             `json:"calls,omitempty"`

	Variants map[string]Environment `json:"variants,omitempty"` // of a run over a grid, by variant
}

// Cell returns the cell with the given id, or nil.
func (r *Run) Cell(id string) *Cell {
	for _, c := range r.Cells {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Add appends an output to the cell with the given id. Pictures are moved to
// r.Pictures; metrics, checks and warnings are listed in the run as well.
func (r *Run) Add(id string, o Output) error {
	c := r.Cell(id)
	if c == nil {
		return fmt.Errorf("an output for cell %q, which does not exist", id)
	}
	for _, p := range o.pictures() {
		if p.PNG != nil {
			r.Pictures[p.SHA256] = p.PNG
			p.PNG = nil
		}
	}
	switch {
	case o.Metric != nil:
		r.Metrics[o.Metric.Name] = o.Metric.Estimate
	case o.Check != nil:
		r.Checks = append(r.Checks, *o.Check)
	case o.Warning != nil:
		r.Warnings = append(r.Warnings, *o.Warning)
	}
	c.Outputs = append(c.Outputs, o)
	return nil
}

// Decode reads a record. The pictures are not in it.
func Decode(record []byte) (*Run, error) {
	r := New()
	if err := json.Unmarshal(record, r); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("record: format %q, want %q", r.Format, Format)
	}
	return r, nil
}
