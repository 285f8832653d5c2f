package spec

import (
	"regexp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// Data names a data set that scripts open by Name.
type Data struct {
	Name      string   // snake_case
	Source    string   // one of [Sources]
	Path      string   // as the spec has it
	Place     string   // Path as it can be opened, links resolved; set by Load
	Classes   []string // names of the labels, in order; nil: the source's own
	ClassList string   // name of a known list, in their place
	SHA256    string   // that the set has to have, in hexadecimal; "": any

	// Of pictures.
	Labels      string   // "none", or the file of the labels as the spec has it; "": the folders
	LabelsPlace string   // that file as it can be opened; set by Load
	SynsetPlace string   // of Synsets, likewise
	Within      []string // folders that links may lead to, links resolved; set by Load
	Columns     Columns  // of that file
	Synsets     string   // of ilsvrc: the file of the development kit's order of classes
	Broken      string   // "fail" or "skip"; "": fail
	Preparation Preparation

	Line   int // of the data set in the spec
	Column int
}

// Columns are the names of the columns of a file of labels; "" is the loader's own.
type Columns struct{ File, Label, Group string }

// A Preparation says how pictures are brought to one size; what is left out is
// the loader's own.
type Preparation struct {
	Resize, Crop  []int // one side, or height and width
	Interpolation string
	Channels      int
	Background    []int // red, green and blue
}

// A source is a kind of data.
type source struct {
	name     string
	path     bool // needs one
	mayPath  bool // may have one
	pictures bool // is made of picture files
}

// sourceTable has the sources, sorted.
var sourceTable = []source{
	{name: "cifar-10", path: true},
	{name: "cifar-100", path: true},
	{name: "fashion-mnist", mayPath: true},
	{name: "folder", path: true, pictures: true},
	{name: "idx", path: true},
	{name: sourceILSVRC, path: true, pictures: true},
	{name: "mnist"},
}

const sourceILSVRC = "ilsvrc"

// Sources returns the names of the sources of data, sorted.
func Sources() []string {
	var out []string
	for _, s := range sourceTable {
		out = append(out, s.name)
	}
	return out
}

// sourceNamed returns the zero source for a name that is none.
func sourceNamed(name string) source {
	for _, s := range sourceTable {
		if s.name == name {
			return s
		}
	}
	return source{}
}

// classLists are the known lists of classes, sorted.
var classLists = []string{"cifar-10", "cifar-100", "fashion-mnist", "imagenet", "mnist"}

// ClassLists returns the names of the known lists of classes, sorted.
func ClassLists() []string { return slices.Clone(classLists) }

const labelsNone = "none"

var (
	interpolations = []string{"bicubic", "bilinear"}
	whenBroken     = []string{"fail", "skip"}
	hexDigest      = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

const maxSide = 1 << 14

// pictureKeys are what only sources of pictures have.
var pictureKeys = []string{"labels", "columns", "broken", "resize", "crop", "interpolation", "channels", "background"}

func (p *parser) data(n *yaml.Node) []Data {
	var sets []Data
	for _, e := range p.mapping(n, "data", nil) {
		d := Data{Name: e.key.Value, Line: e.key.Line, Column: e.key.Column}
		of := "data set " + strconv.Quote(short(d.Name))
		p.named(e.key, of)
		if e.value.Kind != yaml.MappingNode {
			d.Source = p.oneOf(e.value, of+": source", "source", Sources())
			if sourceNamed(d.Source).path {
				p.errorf(e.value, "%s: source %q has no path", of, d.Source).as(fault.PathNeeded).Hint = "write { source: " + d.Source + ", path: … }"
			}
			sets = append(sets, d)
			continue
		}
		p.dataSet(&d, e.value, of)
		sets = append(sets, d)
	}
	return sets
}

// named holds the name of a data set or a model to what scripts open it by.
func (p *parser) named(key *yaml.Node, of string) {
	if !snakeCase.MatchString(key.Value) {
		p.errorf(key, "%s, want a snake_case name: letters a to z, digits and underscores", of).as(fault.BadName)
	}
}

func (p *parser) dataSet(d *Data, n *yaml.Node, of string) {
	wrong := len(p.errors)
	keys := map[string]*yaml.Node{}
	for _, f := range p.mapping(n, of, names(dataTable)) {
		v, key := f.value, f.key.Value
		at := of + ": " + key
		keys[key] = f.key
		switch key {
		case "source":
			d.Source = p.oneOf(v, at, key, Sources())
		case "path":
			d.Path = p.text(v, at)
			d.Line, d.Column = v.Line, v.Column
			keys[key] = v
		case "classes":
			d.Classes, d.ClassList = p.classes(v, at)
		case "sha256":
			d.SHA256 = p.digest(v, at)
		case "labels":
			d.Labels = p.text(v, at)
			if d.Labels == "" && v.Tag == "!!str" {
				p.errorf(v, "%s is empty, want a file or %q", at, labelsNone).as(fault.EmptyValue)
			}
		case "synsets":
			d.Synsets = p.text(v, at)
		case "columns":
			d.Columns = p.columns(v, at)
		case "broken":
			d.Broken = p.oneOf(v, at, key, whenBroken)
		case "resize":
			d.Preparation.Resize = p.sides(v, at)
		case "crop":
			d.Preparation.Crop = p.sides(v, at)
		case "interpolation":
			d.Preparation.Interpolation = p.oneOf(v, at, key, interpolations)
		case "channels":
			d.Preparation.Channels = p.whole(v, at, 1, 3)
			if d.Preparation.Channels == 2 {
				p.errorf(v, "%s is 2, want 1 (grey) or 3 (red, green, blue)", at).as(fault.OutOfRange)
			}
		case "background":
			d.Preparation.Background = p.wholes(v, at, 3, 3, 0, 255)
		}
	}
	s := sourceNamed(d.Source)
	switch {
	case len(p.errors) > wrong:
		return
	case d.Source == "":
		p.errorf(n, "%s has no source, want one of %s", of, list(Sources())).as(fault.MissingKey)
		return
	case s.path && d.Path == "":
		p.errorf(n, "%s: source %q has no path", of, d.Source).as(fault.PathNeeded)
	case !s.path && !s.mayPath && keys["path"] != nil:
		p.errorf(keys["path"], "%s: source %q takes no path", of, d.Source).as(fault.PathRefused)
	}
	if d.Synsets != "" && d.Source != sourceILSVRC {
		p.errorf(keys["synsets"], "%s: source %q takes no synsets", of, d.Source).as(fault.UnknownKey)
	}
	if s.pictures {
		return
	}
	for _, k := range pictureKeys {
		if keys[k] != nil {
			p.errorf(keys[k], "%s: source %q takes no %s, which is of pictures in files of their own", of, d.Source, k).as(fault.UnknownKey)
		}
	}
}

func (p *parser) columns(n *yaml.Node, of string) (c Columns) {
	for _, f := range p.mapping(n, of, names(columnTable)) {
		name := p.text(f.value, of+": "+f.key.Value)
		switch f.key.Value {
		case "file":
			c.File = name
		case "label":
			c.Label = name
		case "group":
			c.Group = name
		}
	}
	return c
}

// oneOf returns a text that is one of those allowed, else "".
func (p *parser) oneOf(n *yaml.Node, of, name string, allowed []string) string {
	wrong := len(p.errors)
	s := p.text(n, of)
	if len(p.errors) > wrong {
		return ""
	}
	if !slices.Contains(allowed, s) {
		p.errorf(n, "%s: unknown %s %q; allowed are %s", trimLast(of), name, short(s), list(allowed)).as(fault.UnknownValue).Hint = didYouMean(s, allowed)
		return ""
	}
	return s
}

// trimLast returns "data set "x"" of "data set "x": source".
func trimLast(of string) string {
	for i := len(of) - 1; i > 0; i-- {
		if of[i] == ':' {
			return of[:i]
		}
	}
	return of
}

// classes returns the names of labels, or the name of a known list of them.
func (p *parser) classes(n *yaml.Node, of string) (classes []string, known string) {
	if n.Kind == yaml.ScalarNode {
		return nil, p.oneOf(n, of, "list of classes", classLists)
	}
	return p.texts(n, of), ""
}

// digest returns a SHA-256 in hexadecimal.
func (p *parser) digest(n *yaml.Node, of string) string {
	if n.Kind == yaml.ScalarNode && hexDigest.MatchString(n.Value) { // it may look like a number
		return n.Value
	}
	p.errorf(n, "%s is %s, want 64 hexadecimal digits in lower case", of, what(n)).as(fault.WrongType)
	return ""
}

// sides returns one side of a square, or a height and a width.
func (p *parser) sides(n *yaml.Node, of string) []int {
	if n.Kind == yaml.ScalarNode {
		return []int{p.whole(n, of, 1, maxSide)}
	}
	return p.wholes(n, of, 2, 2, 1, maxSide)
}

// wholes returns a list of so many whole numbers within bounds.
func (p *parser) wholes(n *yaml.Node, of string, atLeast, atMost, least, most int) []int {
	if n.Kind != yaml.SequenceNode || len(n.Content) < atLeast || len(n.Content) > atMost {
		found := what(n)
		if n.Kind == yaml.SequenceNode {
			found += " of " + strconv.Itoa(len(n.Content))
		}
		p.errorf(n, "%s is %s, want a list of %d whole numbers", of, found, atMost).as(fault.WrongType)
		return nil
	}
	var out []int
	for i, item := range n.Content {
		out = append(out, p.whole(item, of+", item "+strconv.Itoa(i+1), least, most))
	}
	return out
}

// whole returns a whole number within bounds.
func (p *parser) whole(n *yaml.Node, of string, least, most int) int {
	v, err := strconv.Atoi(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil:
		p.errorf(n, "%s is %s, want a whole number in %d..%d", of, what(n), least, most).as(fault.WrongType)
		return least
	case v < least || v > most:
		p.errorf(n, "%s is %d, want %d..%d", of, v, least, most).as(fault.OutOfRange)
		return least
	}
	return v
}

func (p *parser) texts(n *yaml.Node, of string) []string {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.errorf(n, "%s is %s, want a list of texts with at least one", of, what(n)).as(fault.WrongType)
		return nil
	}
	var out []string
	for i, item := range n.Content {
		out = append(out, p.text(item, of+", item "+strconv.Itoa(i+1)))
	}
	return out
}
