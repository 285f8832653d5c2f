package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// maxBytes bounds a spec: far above what a person writes.
const maxBytes = 4 << 20

// maxText bounds the text of one cell, which is drawn as one piece.
const maxText = 64 << 10

// maxErrors bounds how many errors of one spec are told.
const maxErrors = 50

const braces = "a text that begins with a brace stands in quotes or in a block (|)"

// A parser gathers the errors of one file.
type parser struct {
	file   string
	lines  []string // of the file, without their ends
	errors Errors
	cut    bool // more errors than maxErrors
}

func (p *parser) errorf(n *yaml.Node, format string, args ...any) *Error {
	return p.errorAt(n.Line, n.Column, format, args...)
}

func (p *parser) errorAt(line, column int, format string, args ...any) *Error {
	e := &Error{File: p.file, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
	if len(p.errors) < maxErrors {
		p.errors = append(p.errors, e)
	} else {
		p.cut = true
	}
	return e
}

// inCell says of the errors from the given one on that they are in a cell.
func (p *parser) inCell(id string, from int) {
	for _, e := range p.errors[from:] {
		e.Cell = id
	}
}

// err returns what was gathered, or nil.
func (p *parser) err() error {
	if len(p.errors) == 0 {
		return nil
	}
	sortErrors(p.errors)
	if p.cut {
		p.errors = append(p.errors, &Error{File: p.file, Code: fault.TooMany, Message: fmt.Sprintf("more than %d errors; the others are not shown", maxErrors)})
	}
	return p.errors
}

// document returns the root of the only YAML document in text, or nil after an
// error.
func (p *parser) document(text []byte) *yaml.Node {
	switch {
	case len(text) > maxBytes:
		p.errorAt(0, 0, "the spec has %d bytes, want at most %d", len(text), maxBytes).as(fault.TooLarge)
		return nil
	case !utf8.Valid(text):
		line := 1 + bytes.Count(text[:invalidAt(text)], []byte("\n"))
		p.errorAt(line, 0, "byte %#02x is not UTF-8", text[invalidAt(text)]).as(fault.NotText)
		return nil
	}
	p.lines = splitLines(string(text))
	root, read, err := decode(text)
	switch {
	case errors.Is(err, io.EOF):
		p.errorAt(0, 0, "the spec is empty, want title and cells").as(fault.Empty)
		return nil
	case err != nil:
		p.syntax(text, read, err)
		return nil
	case !p.plain(root):
		return nil
	}
	return root.Content[0]
}

// decode parses one document, and fails when there is another. It says how many
// lines the YAML parser had taken in.
func decode(text []byte) (root *yaml.Node, lines int, err error) {
	defer func() { // a stranger's spec must not end the program by a slip of the YAML parser
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	in := &lineReader{rest: text}
	d := yaml.NewDecoder(in)
	root = new(yaml.Node)
	if err := d.Decode(root); err != nil {
		return nil, in.lines, err
	}
	var second yaml.Node
	switch err := d.Decode(&second); {
	case err == nil:
		return nil, second.Line, errSecond(second.Line)
	case !errors.Is(err, io.EOF):
		return nil, in.lines, err
	}
	return root, in.lines, nil
}

type errSecond int

func (e errSecond) Error() string { return "a second YAML document, want one" }

// A lineReader hands out one line at a time.
type lineReader struct {
	rest  []byte
	lines int
}

func (r *lineReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	line := r.rest
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	if n == len(line) {
		r.lines++
	}
	r.rest = r.rest[n:]
	return n, nil
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// closedUp is a key whose value follows without a space.
var closedUp = regexp.MustCompile(`^\s*(- +)?\w+:\b`)

// syntax reports an error of the YAML parser. For what is wrong between two
// values the parser names the line on which the surrounding block begins, so the
// place is looked for: it is the first line without which the text above is
// YAML.
func (p *parser) syntax(text []byte, read int, err error) {
	var second errSecond
	if errors.As(err, &second) {
		p.errorAt(int(second), 1, "%v", err).as(fault.SecondDocument)
		return
	}
	m := yamlPlace.FindStringSubmatch(err.Error())
	message := err.Error()
	line := 1
	if m != nil {
		message = message[len(m[0]):]
		if m[1] != "" {
			line, _ = strconv.Atoi(m[1])
		}
	}
	starts := lineStarts(text)
	const tries = 40
	for k := min(read, len(starts)); k > 0 && k > read-tries; k-- {
		if _, _, err := decode(text[:starts[k-1]]); err == nil || errors.Is(err, io.EOF) {
			line = k
			break
		}
	}
	at := func(line int) string {
		if line >= 1 && line <= len(p.lines) {
			return p.lines[line-1]
		}
		return ""
	}
	lines := []int{line}
	if strings.Contains(message, "mapping values are not allowed") {
		lines = []int{line - 1, line} // a text to the parser, which stumbles over the key below
	}
	for _, l := range lines {
		if key := closedUp.FindString(at(l)); key != "" {
			p.errorAt(l, 0, "not YAML: no space after %q", strings.TrimLeft(key, " -")).as(fault.NotYAML).Hint = "between a key's colon and its value stands a space"
			return
		}
	}
	e := p.errorAt(line, 0, "not YAML: %s", message).as(fault.NotYAML)
	source := at(line)
	switch {
	case strings.HasPrefix(strings.TrimLeft(source, " "), "\t"):
		e.Hint = "YAML is indented by spaces, not tabs"
	case strings.Contains(source, ": {{"):
		e.Hint = braces
	case strings.Contains(message, "mapping values are not allowed"):
		e.Hint = "a text with a colon and a space in it stands in quotes"
	}
}

// plain reports whether a document is free of what a spec has no use for and
// what makes small files large: anchors, aliases and tags.
func (p *parser) plain(n *yaml.Node) bool {
	before := len(p.errors)
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		switch {
		case n.Kind == yaml.AliasNode:
			p.errorf(n, "alias *%s; anchors and aliases are not allowed", n.Value).as(fault.NotPlain)
			return
		case n.Anchor != "":
			p.errorf(n, "anchor &%s; anchors and aliases are not allowed", n.Anchor).as(fault.NotPlain)
		case n.Style&yaml.TaggedStyle != 0:
			p.errorf(n, "tag %s; tags are not allowed", n.Tag).as(fault.NotPlain)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(n)
	return len(p.errors) == before
}

// An entry is a key of a mapping with its value.
type entry struct{ key, value *yaml.Node }

// mapping returns the entries of a mapping in order, each key once and of the
// allowed ones; allowed nil takes any. of says what the mapping is.
func (p *parser) mapping(n *yaml.Node, of string, allowed []string) []entry {
	if n.Kind != yaml.MappingNode {
		p.errorf(n, "%s is %s, want a mapping", of, what(n)).as(fault.NotMapping)
		return nil
	}
	var entries []entry
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			p.errorf(key, "%s has %s for a key, want a name", of, what(key)).as(fault.NotName)
			continue
		}
		if before, twice := first[key.Value]; twice {
			p.errorf(key, "key %q stands twice in %s, first on line %d", short(key.Value), of, before.Line).as(fault.KeyTwice)
			continue
		}
		first[key.Value] = key
		if allowed != nil && !slices.Contains(allowed, key.Value) {
			p.errorf(key, "unknown key %q in %s; allowed are %s", short(key.Value), of, list(allowed)).as(fault.UnknownKey).Hint = didYouMean(key.Value, allowed)
			continue
		}
		entries = append(entries, entry{key, value})
	}
	return entries
}

// text returns a scalar that is a string. A plain number or boolean is refused
// with the way to write it.
func (p *parser) text(n *yaml.Node, of string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		e := p.errorf(n, "%s is %s, want a text", of, what(n)).as(fault.WrongType)
		if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 {
			e.Hint = braces
		}
		return ""
	}
	if n.Tag != "!!str" && n.Tag != "!!timestamp" {
		p.errorf(n, "%s is %s, want a text", of, what(n)).as(fault.WrongType).Hint = fmt.Sprintf("a text stands in quotes: %q", short(n.Value))
		return ""
	}
	return n.Value
}

// what describes a node in a message.
func what(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "empty"
	case n.Tag == "!!bool":
		return "the boolean " + short(n.Value)
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "the number " + short(n.Value)
	}
	return "the text " + strconv.Quote(short(n.Value))
}

func short(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// splitLines splits as YAML does: at a line feed, a carriage return or both.
func splitLines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(s, "\r", "\n"), "\n")
}

// lineStarts returns where each line of text begins.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return 0
}
