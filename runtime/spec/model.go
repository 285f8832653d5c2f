package spec

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// Model names a model that scripts open, or train, by Name.
type Model struct {
	Name         string    // snake_case
	Source       string    // "onnx" or "architecture"
	Architecture string    // of the latter, one of [Architectures]
	Path         string    // of an ONNX file, as the spec has it
	Place        string    // Path as it can be opened, links resolved; set by Load
	SHA256       string    // that the file has to have, in hexadecimal; "": any
	Mean, Std    []float64 // the network sees (x − Mean)/Std of samples in [0,1]; one for all channels or one for each
	Classes      []string  // names of its labels, in order
	ClassList    string    // name of a known list, in their place

	Line   int // of the model in the spec
	Column int
}

// Sources of models.
const (
	sourceONNX         = "onnx"
	sourceArchitecture = "architecture"
)

var (
	modelSources  = []string{sourceArchitecture, sourceONNX}
	architectures = []string{"digits", "mobilenetv2"}
)

// Architectures returns the names of the architectures that can be trained, sorted.
func Architectures() []string { return append([]string(nil), architectures...) }

func (p *parser) models(n *yaml.Node) []Model {
	var list []Model
	for _, e := range p.mapping(n, "models", nil) {
		m := Model{Name: e.key.Value, Line: e.key.Line, Column: e.key.Column}
		of := "model " + strconv.Quote(short(m.Name))
		p.named(e.key, of)
		if e.value.Kind != yaml.MappingNode {
			m.Source = sourceArchitecture
			m.Architecture = p.oneOf(e.value, of+": architecture", "architecture", architectures)
		} else {
			p.model(&m, e.value, of)
		}
		list = append(list, m)
	}
	return list
}

func (p *parser) model(m *Model, n *yaml.Node, of string) {
	wrong := len(p.errors)
	keys := map[string]*yaml.Node{}
	for _, f := range p.mapping(n, of, names(modelTable)) {
		v, key := f.value, f.key.Value
		at := of + ": " + key
		keys[key] = f.key
		switch key {
		case "source":
			m.Source = p.oneOf(v, at, key, modelSources)
		case "architecture":
			m.Architecture = p.oneOf(v, at, key, architectures)
		case "path":
			m.Path = p.text(v, at)
			m.Line, m.Column = v.Line, v.Column
		case "sha256":
			m.SHA256 = p.digest(v, at)
		case "mean":
			m.Mean = p.channels(v, at, false)
		case "std":
			m.Std = p.channels(v, at, true)
		case "classes":
			m.Classes, m.ClassList = p.classes(v, at)
		}
	}
	if len(p.errors) > wrong {
		return
	}
	if m.Source == "" && m.Architecture != "" {
		m.Source = sourceArchitecture
	}
	switch {
	case m.Source == "":
		p.errorf(n, "%s has no source, want one of %s", of, list(modelSources)).as(fault.MissingKey)
	case m.Source == sourceONNX && m.Path == "":
		p.errorf(n, "%s: source %q has no path", of, m.Source).as(fault.PathNeeded)
	case m.Source == sourceONNX && m.Architecture != "":
		p.errorf(keys["architecture"], "%s: source %q takes no architecture, which is the file's own", of, m.Source).as(fault.UnknownKey)
	case m.Source == sourceArchitecture && m.Architecture == "":
		p.errorf(n, "%s: no architecture, want one of %s", of, list(architectures)).as(fault.MissingKey)
	case len(m.Mean) > 1 && len(m.Std) > 1 && len(m.Mean) != len(m.Std):
		p.errorf(n, "%s: %d numbers of mean and %d of std, want as many", of, len(m.Mean), len(m.Std)).as(fault.WrongType)
	}
	if m.Source != sourceArchitecture {
		return
	}
	for _, k := range []string{"path", "sha256", "mean", "std"} {
		if keys[k] != nil {
			p.errorf(keys[k], "%s: an architecture takes no %s: it is trained by the run and has its own normalisation", of, k).as(fault.UnknownKey)
		}
	}
}

// channels returns a number for all channels, or one for each.
func (p *parser) channels(n *yaml.Node, of string, positive bool) []float64 {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) != 1 && len(items) != 3 {
		p.errorf(n, "%s has %d numbers, want one for all channels, or red, green and blue", of, len(items)).as(fault.WrongType)
		return nil
	}
	var out []float64
	for _, item := range items {
		v, ok := p.number(item, of)
		if !ok {
			return nil
		}
		if positive && v <= 0 {
			p.errorf(item, "%s is %s, want more than 0", of, short(item.Value)).as(fault.OutOfRange)
			return nil
		}
		out = append(out, v)
	}
	return out
}

// number returns a finite number.
func (p *parser) number(n *yaml.Node, of string) (float64, bool) {
	wrong := len(p.errors)
	switch v := p.scalar(n, "", of).(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	if len(p.errors) == wrong {
		p.errorf(n, "%s is %s, want a number", of, what(n)).as(fault.WrongType)
	}
	return 0, false
}
