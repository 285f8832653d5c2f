// Package spec reads an experiment file: a title, parameters, data sets and
// cells of text and script, in YAML.
//
//  1. [Load] reads the file, has it parsed and reads the scripts and finds the
//     data that it names beside itself.
//  2. [Parse] checks the text against what a spec may hold and returns all that
//     is wrong with it at once, as [Errors].
//  3. [Spec.Set] and [Spec.SetFile] give parameters other values, under the same
//     checks, or several values each: the axes of a sweep.
//  4. [Spec.Variants] returns the points of the grid that a sweep spans.
//  5. [Cite] finds the places where a text cites a result or a parameter.
package spec

import (
	"strings"
	"time"
)

// A Spec is an experiment as its file says it.
type Spec struct {
	File     string // as the user named it
	Text     string // of the file
	Title    string
	Abstract Source        // Markdown; may cite results
	Seed     uint64        // root of all random numbers, 0..2^53−1
	Timeout  time.Duration // of the whole run; 0: none
	Params   []Param
	Sweep    []Axis // what varies; nil: nothing, and the run is one
	Data     []Data
	Models   []Model
	Cells    []Cell
}

// MaxSeed is the largest seed: whatever reads the record keeps it exactly.
const MaxSeed = 1<<53 - 1

// A Source is a text with the place it came from.
type Source struct {
	File   string // as the user named it
	Line   int    // of the text's first line in File, from 1
	Column int    // by which the text is indented in File
	Text   string
}

// A Param is a typed parameter. Value is a bool, int, float64, string, []int,
// []float64 or []string, as Kind says.
//
// Two names have a meaning. An epsilon, or epsilons, is an L∞ radius on the
// 0..255 scale and so is whatever has the unit "/255": it lies in 0..255. A
// quality, or qualities, is a JPEG quality: a whole number in 1..100.
type Param struct {
	Name     string // snake_case
	Value    any
	Kind     string // "bool", "int", "float", "string" and lists: "ints", "floats", "strings"
	Unit     string
	Help     string
	Min, Max *float64 // bounds of each number; nil: none
	Line     int      // of the parameter in the spec
	Column   int
}

// Kinds of cell.
const (
	KindText   = "text"
	KindScript = "script"
)

// A Cell is a part of a spec: Markdown or a script. A script that stands in a
// file of its own has that file's text and name in Source once Load has read it.
type Cell struct {
	ID      string // letters a to z, digits and hyphens
	Kind    string // KindText or KindScript
	Path    string // of a script in a file of its own, as the spec has it
	Source  Source
	Timeout time.Duration // of a script; 0: none
	Line    int           // of the cell in the spec
	Column  int
}

// LoadOptions say what a spec may reach. The zero value confines it to its own
// folder.
type LoadOptions struct {
	AllowRead []string // further folders that scripts and data may stand in
}

// ScriptAt returns the id of the script cell that holds a line of a file, or "".
func (s *Spec) ScriptAt(file string, line int) string {
	for _, c := range s.Cells {
		lines := strings.Count(c.Source.Text, "\n") + 1
		if c.Kind == KindScript && c.Source.File == file && line >= c.Source.Line && line < c.Source.Line+lines {
			return c.ID
		}
	}
	return ""
}
