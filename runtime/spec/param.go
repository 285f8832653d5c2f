package spec

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// Kinds of parameter.
const (
	kindBool    = "bool"
	kindInt     = "int"
	kindFloat   = "float"
	kindString  = "string"
	kindInts    = "ints"
	kindFloats  = "floats"
	kindStrings = "strings"
)

var (
	kinds = []string{kindBool, kindInt, kindFloat, kindString, kindInts, kindFloats, kindStrings}
)

// maxWhole bounds whole numbers to those that whatever reads the record keeps
// exactly.
const maxWhole = 1 << 53

// unit255 is the unit of an L∞ radius on the 0..255 scale.
const unit255 = "/255"

// params returns all parameters by name, those with errors without a value.
func (p *parser) params(n *yaml.Node) []Param {
	var out []Param
	for _, e := range p.mapping(n, "params", nil) {
		out = append(out, p.param(e))
	}
	return out
}

func (p *parser) param(e entry) Param {
	q := Param{Name: e.key.Value, Line: e.key.Line, Column: e.key.Column}
	of := "parameter " + strconv.Quote(short(q.Name))
	switch {
	case q.Name == seedName:
		p.errorf(e.key, "%s is the spec's own: seed stands beside params", of).as(fault.ReservedName)
	case !snakeCase.MatchString(q.Name):
		p.errorf(e.key, "%s, want a snake_case name: letters a to z, digits and underscores", of).as(fault.BadName)
	}
	if e.value.Kind != yaml.MappingNode {
		q.standard()
		p.value(&q, e.value, of)
		return q
	}
	wrong := len(p.errors)
	var value *yaml.Node
	for _, f := range p.mapping(e.value, of, names(paramTable)) {
		switch f.key.Value {
		case "value":
			value = f.value
		case "unit":
			q.Unit = p.text(f.value, of+": unit")
			if q.radius() && q.Unit != unit255 {
				p.errorf(f.value, "%s: unit %q; an epsilon is on the 0..255 scale, its unit is %q", of, short(q.Unit), unit255).as(fault.BadUnit)
			}
		case "help":
			q.Help = p.text(f.value, of+": help")
		case "min":
			q.Min = p.bound(f.value, of+": min")
		case "max":
			q.Max = p.bound(f.value, of+": max")
		case "kind":
			q.Kind = p.text(f.value, of+": kind")
			if q.Kind != "" && !slices.Contains(kinds, q.Kind) {
				p.errorf(f.value, "%s: unknown kind %q; allowed are %s", of, short(q.Kind), list(kinds)).as(fault.UnknownValue).Hint = didYouMean(q.Kind, kinds)
			}
		}
	}
	switch {
	case len(p.errors) > wrong:
	case value == nil:
		p.errorf(e.value, "%s has no value", of).as(fault.MissingKey)
	case q.Min != nil && q.Max != nil && *q.Min > *q.Max:
		p.errorf(e.value, "%s: min %s is above max %s", of, number(*q.Min), number(*q.Max)).as(fault.BadBounds)
	default:
		q.standard()
		p.value(&q, value, of)
		if (q.Min != nil || q.Max != nil) && q.Value != nil && numbers(q.Value) == nil && !strings.HasSuffix(q.Kind, "s") {
			p.errorf(e.value, "%s is of kind %s, which has no min or max", of, q.Kind).as(fault.BadBounds)
		}
	}
	return q
}

// radius and quality report whether the name has a meaning, see [Param].
func (q *Param) radius() bool  { return q.Name == "epsilon" || q.Name == "epsilons" }
func (q *Param) quality() bool { return q.Name == "quality" || q.Name == "qualities" }

// standard completes a parameter whose name has a meaning.
func (q *Param) standard() {
	if q.radius() {
		q.Unit = unit255
	}
}

func (p *parser) bound(n *yaml.Node, of string) *float64 {
	switch v := p.scalar(n, "", of).(type) {
	case int:
		f := float64(v)
		return &f
	case float64:
		return &v
	case nil:
	default:
		p.errorf(n, "%s is %s, want a number", of, what(n)).as(fault.WrongType)
	}
	return nil
}

// value reads and checks the value of q; q.Kind, when it is set, is what it has
// to be. After an error q.Value is as it was.
func (p *parser) value(q *Param, n *yaml.Node, of string) {
	wrong := len(p.errors)
	v, kind := p.values(n, q.Kind, of)
	if len(p.errors) > wrong {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for i, f := range numbers(v) {
		p.inRange(q, f, items[i], of)
	}
	if q.quality() && kind != kindInt && kind != kindInts || q.Unit == unit255 && numbers(v) == nil && len(items) > 0 {
		p.errorf(n, "%s is of kind %s, want %s", of, kind, wanted(q)).as(fault.WrongKind)
	}
	if len(p.errors) == wrong {
		q.Value, q.Kind = v, kind
	}
}

// wanted says what a parameter with a meaning has to be.
func wanted(q *Param) string {
	if q.quality() {
		return "a whole number in 1..100"
	}
	return "a number in 0..255"
}

func (p *parser) inRange(q *Param, v float64, n *yaml.Node, of string) {
	switch {
	case q.Min != nil && v < *q.Min || q.Max != nil && v > *q.Max:
		p.errorf(n, "%s: %s is outside %s", of, number(v), interval(q.Min, q.Max)).as(fault.OutOfRange)
	case q.Unit == unit255 && (v < 0 || v > 255):
		p.errorf(n, "%s: %s is outside 0..255: it is an L∞ radius on the 0..255 scale", of, number(v)).as(fault.NotRadius)
	case q.quality() && (v < 1 || v > 100):
		p.errorf(n, "%s: %s is outside 1..100: it is a JPEG quality", of, number(v)).as(fault.NotQuality)
	}
}

func interval(low, high *float64) string {
	switch {
	case low == nil:
		return "its bound: at most " + number(*high)
	case high == nil:
		return "its bound: at least " + number(*low)
	}
	return number(*low) + ".." + number(*high)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// numbers returns the numbers of a value, nil when it holds none.
func numbers(v any) []float64 {
	switch v := v.(type) {
	case int:
		return []float64{float64(v)}
	case float64:
		return []float64{v}
	case []float64:
		return v
	case []int:
		out := make([]float64, len(v))
		for i := range v {
			out[i] = float64(v[i])
		}
		return out
	}
	return nil
}
