package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

// values reads a scalar or a list of scalars as kind, or as the kind that it
// shows when kind is empty.
func (p *parser) values(n *yaml.Node, kind, of string) (any, string) {
	listed := listed(kind)
	switch {
	case n.Kind == yaml.MappingNode:
		p.errorf(n, "%s is a mapping, want a value or a list of values", of).as(fault.WrongType)
		return nil, ""
	case n.Kind == yaml.ScalarNode && listed:
		e := p.errorf(n, "%s is %s, want a list of kind %s", of, what(n), kind).as(fault.WrongKind)
		if try := (&parser{}); try.scalar(n, strings.TrimSuffix(kind, "s"), of) != nil && len(try.errors) == 0 {
			e.Hint = fmt.Sprintf("write [%s]", short(n.Value)) // only what a list of this kind may hold
		}
		return nil, ""
	case n.Kind == yaml.ScalarNode:
		v := p.scalar(n, kind, of)
		return v, kindOf(v)
	case kind != "" && !listed:
		p.errorf(n, "%s is a list, want one value of kind %s", of, kind).as(fault.WrongKind)
		return nil, ""
	case len(n.Content) == 0 && kind == "":
		p.errorf(n, "%s is an empty list, which shows no kind", of).as(fault.EmptyValue).Hint = "write { value: [], kind: … }"
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
			p.errorf(n.Content[i], "%s, item %d is %s, want a number or a text", of, i+1, what(n.Content[i])).as(fault.WrongType)
			return ""
		case k == kind:
		case k != kindString && kind != kindString:
			kind = kindFloat
		default:
			p.errorf(n.Content[i], "%s, item %d is %s, the first is %s; want all of one kind", of, i+1, what(n.Content[i]), what(n.Content[0])).as(fault.MixedList)
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
		p.errorf(n, "%s is %s, want %s", of, what(n), want).as(fault.WrongType)
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
			p.errorf(n, "%s is written %s, want a whole number in plain decimal digits", of, short(n.Value)).as(fault.NotNumber)
			return nil
		case err != nil || whole > maxWhole || whole < -maxWhole:
			p.errorf(n, "%s is %s, want a whole number within ±2^53", of, short(n.Value)).as(fault.NotNumber)
			return nil
		}
		v = int(whole)
	case "!!float":
		var f float64
		if err := n.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			p.errorf(n, "%s is %s, want a finite number", of, short(n.Value)).as(fault.NotNumber)
			return nil
		}
		v = f
	default:
		v = n.Value
	}
	if kind == kindString {
		if _, isText := v.(string); !isText {
			p.errorf(n, "%s is %s, want a text", of, what(n)).as(fault.WrongType).Hint = fmt.Sprintf("a text stands in quotes: %q", short(n.Value))
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
		p.errorf(n, "%s is %s, want a value of kind %s", of, what(n), kind).as(fault.WrongKind)
		return nil
	}
	return v
}
