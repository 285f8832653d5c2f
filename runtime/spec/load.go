package spec

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"jpgreport/runtime/fault"
)

// Load reads and parses the spec at path, the scripts that stand in files of
// their own and the places of its data sets. What is wrong with the spec comes
// as [Errors], a spec that cannot be read as another error.
func Load(path string, o LoadOptions) (*Spec, error) {
	s, err := Inspect(path, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Inspect is [Load], but beside [Errors] it returns what could be made of the
// spec, so that more can be said of it. Such a spec is not to be run.
func Inspect(path string, o LoadOptions) (*Spec, error) {
	text, err := readAtMost(path)
	if err != nil {
		return nil, err
	}
	p := &parser{file: path}
	s := p.spec(text)
	fence, err := newFence(path, o.AllowRead)
	if err != nil {
		return nil, err
	}
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Path != "" {
			before := len(p.errors)
			p.script(c, fence)
			p.inCell(c.ID, before)
		}
	}
	for i := range s.Data {
		d := &s.Data[i]
		of := fmt.Sprintf("data set %q", d.Name)
		d.Within = fence.allowed
		d.Place = p.place(fence, d.Path, d.Line, d.Column, of)
		if d.Labels != labelsNone {
			d.LabelsPlace = p.place(fence, d.Labels, d.Line, d.Column, of+": labels")
		}
		d.SynsetPlace = p.place(fence, d.Synsets, d.Line, d.Column, of+": synsets")
	}
	for i := range s.Models {
		m := &s.Models[i]
		m.Place = p.place(fence, m.Path, m.Line, m.Column, fmt.Sprintf("model %q", m.Name))
	}
	return s, p.err()
}

// place returns the place of a path, "" for none.
func (p *parser) place(f *fence, path string, line, column int, of string) string {
	if path == "" {
		return ""
	}
	place, err := f.place(path)
	if err != nil {
		p.refuse(line, column, of, err)
	}
	return place
}

// script reads a cell's file.
func (p *parser) script(c *Cell, f *fence) {
	at, column := c.Source.Line, c.Source.Column+1
	of := fmt.Sprintf("cell %q", c.ID)
	place, err := f.place(c.Path)
	if err != nil {
		p.refuse(at, column, of, err)
		return
	}
	text, err := readAtMost(place)
	switch {
	case err != nil: // told by the name that the spec has
		p.errorAt(at, column, "%s: %s", of, strings.ReplaceAll(err.Error(), place, c.Path)).as(fault.Unreadable)
	case !utf8.Valid(text):
		p.errorAt(at, column, "%s: %s is not UTF-8 text", of, c.Path).as(fault.NotText)
	case strings.TrimSpace(string(text)) == "":
		p.errorAt(at, column, "%s: %s is empty", of, c.Path).as(fault.EmptyValue)
	default:
		name := filepath.FromSlash(c.Path)
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(p.file), name)
		}
		c.Source = Source{File: name, Line: 1, Text: string(text)}
	}
}

func (p *parser) refuse(line, column int, of string, err error) {
	e := p.errorAt(line, column, "%s: %v", of, err).as(fault.Unreadable)
	if outside, ok := err.(*outsideError); ok {
		e.Code = fault.OutsideFolder
		e.Hint = "--allow-read " + outside.folder()
	}
}

// readAtMost reads a regular file of at most maxBytes.
func readAtMost(path string) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened: opening a pipe waits for its writer
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder, want a file", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxBytes:
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxBytes)
	}
	return text, nil
}

// A fence keeps the paths of a spec inside its folder and those that the user
// allows besides. Links are resolved first, so that none leads out.
type fence struct {
	dir     string // of the spec, links resolved
	allowed []string
}

func newFence(path string, allowed []string) (*fence, error) {
	f := new(fence)
	for i, dir := range append([]string{filepath.Dir(path)}, allowed...) {
		abs, err := filepath.Abs(dir)
		if err == nil {
			abs, err = filepath.EvalSymlinks(abs)
		}
		if err != nil {
			return nil, err
		}
		if i == 0 {
			f.dir = abs
		}
		f.allowed = append(f.allowed, abs)
	}
	return f, nil
}

// outsideError says that a path leads to where the spec may not read.
type outsideError struct{ path, place string }

// folder returns the smallest folder to allow: the path itself when it is one.
func (e *outsideError) folder() string {
	if info, err := os.Stat(e.place); err == nil && !info.IsDir() {
		return filepath.Dir(e.place)
	}
	return e.place
}

func (e *outsideError) Error() string {
	return fmt.Sprintf("%s lies outside the spec's folder", e.path)
}

// place returns the file that a path of the spec leads to.
func (f *fence) place(path string) (string, error) {
	name := filepath.FromSlash(path)
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.dir, name)
	}
	// Told before anything is looked at: a spec is not to find out what exists.
	if clean := filepath.Clean(name); !f.holds(clean) {
		return "", &outsideError{path, clean}
	}
	place, err := filepath.EvalSymlinks(name)
	if err != nil {
		if os.IsNotExist(err) {
			return "", fmt.Errorf("%s does not exist", path)
		}
		return "", fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if !f.holds(place) {
		return "", &outsideError{path, place}
	}
	return place, nil
}

func (f *fence) holds(place string) bool {
	for _, dir := range f.allowed {
		rel, err := filepath.Rel(dir, place)
		if err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}
