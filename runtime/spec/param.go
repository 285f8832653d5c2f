package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
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
	kinds     = []string{kindBool, kindInt, kindFloat, kindString, kindInts, kindFloats, kindStrings}
	paramKeys = []string{"value", "unit", "help", "min", "max", "kind"}
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
	case q.Name == "seed":
		p.errorf(e.key, "%s is the spec's own: seed stands beside params", of)
	case !snakeCase.MatchString(q.Name):
		p.errorf(e.key, "%s, want a snake_case name: letters a to z, digits and underscores", of)
	}
	if e.value.Kind != yaml.MappingNode {
		q.standard()
		p.value(&q, e.value, of)
		return q
	}
	wrong := len(p.errors)
	var value *yaml.Node
	for _, f := range p.mapping(e.value, of, paramKeys) {
		switch f.key.Value {
		case "value":
			value = f.value
		case "unit":
			q.Unit = p.text(f.value, of+": unit")
			if q.radius() && q.Unit != unit255 {
				p.errorf(f.value, "%s: unit %q; an epsilon is on the 0..255 scale, its unit is %q", of, short(q.Unit), unit255)
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
				p.errorf(f.value, "%s: unknown kind %q; allowed are %s", of, short(q.Kind), list(kinds)).Hint = didYouMean(q.Kind, kinds)
			}
		}
	}
	switch {
	case len(p.errors) > wrong:
	case value == nil:
		p.errorf(e.value, "%s has no value", of)
	case q.Min != nil && q.Max != nil && *q.Min > *q.Max:
		p.errorf(e.value, "%s: min %s is above max %s", of, number(*q.Min), number(*q.Max))
	default:
		q.standard()
		p.value(&q, value, of)
		if (q.Min != nil || q.Max != nil) && q.Value != nil && numbers(q.Value) == nil && !strings.HasSuffix(q.Kind, "s") {
			p.errorf(e.value, "%s is of kind %s, which has no min or max", of, q.Kind)
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
		p.errorf(n, "%s is %s, want a number", of, what(n))
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
		p.errorf(n, "%s is of kind %s, want %s", of, kind, wanted(q))
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
		p.errorf(n, "%s: %s is outside %s", of, number(v), interval(q.Min, q.Max))
	case q.Unit == unit255 && (v < 0 || v > 255):
		p.errorf(n, "%s: %s is outside 0..255: it is an L∞ radius on the 0..255 scale", of, number(v))
	case q.quality() && (v < 1 || v > 100):
		p.errorf(n, "%s: %s is outside 1..100: it is a JPEG quality", of, number(v))
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

// values reads a scalar or a list of scalars as kind, or as the kind that it
// shows when kind is empty.
func (p *parser) values(n *yaml.Node, kind, of string) (any, string) {
	listed := kind != kindBool && strings.HasSuffix(kind, "s")
	switch {
	case n.Kind == yaml.MappingNode:
		p.errorf(n, "%s is a mapping, want a value or a list of values", of)
		return nil, ""
	case n.Kind == yaml.ScalarNode && listed:
		p.errorf(n, "%s is %s, want a list of kind %s", of, what(n), kind).Hint = fmt.Sprintf("write [%s]", short(n.Value))
		return nil, ""
	case n.Kind == yaml.ScalarNode:
		v := p.scalar(n, kind, of)
		return v, kindOf(v)
	case kind != "" && !listed:
		p.errorf(n, "%s is a list, want one value of kind %s", of, kind)
		return nil, ""
	case len(n.Content) == 0 && kind == "":
		p.errorf(n, "%s is an empty list, which shows no kind", of).Hint = "write { value: [], kind: … }"
		return nil, ""
	}
	wrong := len(p.errors)
	items := make([]any, len(n.Content))
	for i, item := range n.Content {
		items[i] = p.scalar(item, strings.TrimSuffix(kind, "s"), of+", item "+strconv.Itoa(i+1))
	}
	if len(p.errors) > wrong {
		return nil, ""
	}
	if kind == "" {
		kind = p.common(n, items, of)
	}
	switch kind {
	case kindInts:
		return collect[int](items), kind
	case kindFloats:
		for i, v := range items {
			if whole, ok := v.(int); ok {
				items[i] = float64(whole)
			}
		}
		return collect[float64](items), kind
	case kindStrings:
		return collect[string](items), kind
	}
	return nil, ""
}

// common returns the kind of a list: whole numbers among others are floats.
func (p *parser) common(n *yaml.Node, items []any, of string) string {
	kind := kindOf(items[0])
	for i, v := range items {
		k := kindOf(v)
		switch {
		case k == kindBool:
			p.errorf(n.Content[i], "%s, item %d is %s, want a number or a text", of, i+1, what(n.Content[i]))
			return ""
		case k == kind:
		case k != kindString && kind != kindString:
			kind = kindFloat
		default:
			p.errorf(n.Content[i], "%s, item %d is %s, the first is %s; want all of one kind", of, i+1, what(n.Content[i]), what(n.Content[0]))
			return ""
		}
	}
	return kind + "s"
}

func collect[T any](items []any) []T {
	out := make([]T, len(items))
	for i, v := range items {
		out[i] = v.(T)
	}
	return out
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return kindBool
	case int:
		return kindInt
	case float64:
		return kindFloat
	case string:
		return kindString
	}
	return ""
}

// scalar reads one value of the kind, or of that which it shows when kind is
// empty. It returns nil after an error.
func (p *parser) scalar(n *yaml.Node, kind, of string) any {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		want := "a value"
		if kind != "" {
			want += " of kind " + kind
		}
		p.errorf(n, "%s is %s, want %s", of, what(n), want)
		return nil
	}
	var v any
	switch n.Tag {
	case "!!bool":
		v = strings.EqualFold(n.Value, "true")
	case "!!int":
		whole, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64)
		digits := strings.TrimLeft(n.Value, "+-")
		switch {
		case len(digits) > 1 && digits[0] == '0':
			p.errorf(n, "%s is written %s, want a whole number in plain decimal digits", of, short(n.Value))
			return nil
		case err != nil || whole > maxWhole || whole < -maxWhole:
			p.errorf(n, "%s is %s, want a whole number within ±2^53", of, short(n.Value))
			return nil
		}
		v = int(whole)
	case "!!float":
		var f float64
		if err := n.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			p.errorf(n, "%s is %s, want a finite number", of, short(n.Value))
			return nil
		}
		v = f
	default:
		v = n.Value
	}
	if kind == kindString {
		if _, isText := v.(string); !isText {
			p.errorf(n, "%s is %s, want a text", of, what(n)).Hint = fmt.Sprintf("a text stands in quotes: %q", short(n.Value))
			return nil
		}
	}
	if whole, ok := v.(int); ok && kind == kindFloat {
		return float64(whole)
	}
	if f, ok := v.(float64); ok && kind == kindInt && f == math.Trunc(f) && math.Abs(f) <= maxWhole {
		return int(f)
	}
	if kind != "" && kindOf(v) != kind {
		p.errorf(n, "%s is %s, want a value of kind %s", of, what(n), kind)
		return nil
	}
	return v
}

// Set gives a parameter another value, written in YAML. It must be of the
// parameter's kind and within its bounds, else Set returns an [*Error] and
// changes nothing. The name "seed" is the spec's seed.
func (s *Spec) Set(name, value string) error {
	p := &parser{}
	i := slices.IndexFunc(s.Params, func(q Param) bool { return q.Name == name })
	if i < 0 && name != "seed" {
		names := []string{"seed"}
		for _, q := range s.Params {
			names = append(names, q.Name)
		}
		return &Error{
			Message: fmt.Sprintf("no parameter %q; the spec has %s", short(name), list(names)),
			Hint:    didYouMean(name, names),
		}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if i < 0 || s.Params[i].Kind != kindString { // what is given for a text is the text, whatever it looks like
		if n = p.document([]byte(value)); n == nil {
			return &Error{Message: fmt.Sprintf("parameter %q: %q is no value", name, short(value)), Hint: "a list is written [5, 10]"}
		}
	}
	if i < 0 {
		seed := p.seed(n)
		if len(p.errors) == 0 {
			s.Seed = seed
		}
	} else {
		q := s.Params[i]
		p.value(&q, n, "parameter "+strconv.Quote(name))
		if len(p.errors) == 0 {
			s.Params[i] = q
		}
	}
	if len(p.errors) == 0 {
		return nil
	}
	first := *p.errors[0]
	first.Line, first.Column = 0, 0 // of the value, which has no file
	return &first
}

// Show returns a parameter's value as a text cites it, with its unit: "5/255,
// 10/255", "2,000", "31 dB".
func (q Param) Show() string {
	var items []string
	switch v := q.Value.(type) {
	case string:
		items = []string{v}
	case []string:
		items = v
	case bool:
		items = []string{strconv.FormatBool(v)}
	default:
		for _, f := range numbers(v) {
			items = append(items, Group(number(f)))
		}
	}
	if strings.HasPrefix(q.Unit, "/") {
		for i := range items {
			items[i] += q.Unit
		}
		return strings.Join(items, ", ")
	}
	s := strings.Join(items, ", ")
	if q.Unit == "%" {
		return s + q.Unit
	}
	return strings.TrimSpace(s + " " + q.Unit)
}

// Group puts commas between the thousands of a decimal number, and a minus sign
// where it has a hyphen: "10,000", "−1.5".
func Group(decimal string) string {
	digits := strings.TrimPrefix(decimal, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if strings.Trim(whole, "0123456789") != "" {
		return decimal // an exponent, or no number
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	s := whole
	if fraction != "" {
		s += "." + fraction
	}
	if digits != decimal {
		s = "−" + s
	}
	return s
}
