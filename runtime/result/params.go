package result

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Param is a parameter as the record keeps it. Value is a bool, int, float64,
// string, []int, []float64 or []string.
type Param struct {
	Value any    `json:"value"`
	Kind  string `json:"kind"` // "bool", "int", "float", "string" and lists: "ints", "floats", "strings"
	Unit  string `json:"unit,omitempty"`
	Help  string `json:"help,omitempty"`
}

// UnmarshalJSON gives Value the Go type that Kind names.
func (p *Param) UnmarshalJSON(b []byte) error {
	type plain Param
	var j struct {
		plain
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*p = Param(j.plain)
	var err error
	switch p.Kind {
	case "bool":
		p.Value, err = decode[bool](j.Value)
	case "int":
		p.Value, err = decode[int](j.Value)
	case "float":
		p.Value, err = decode[float64](j.Value)
	case "string":
		p.Value, err = decode[string](j.Value)
	case "ints":
		p.Value, err = decode[[]int](j.Value)
	case "floats":
		p.Value, err = decode[[]float64](j.Value)
	case "strings":
		p.Value, err = decode[[]string](j.Value)
	default:
		return fmt.Errorf("a parameter of kind %q", p.Kind)
	}
	return err
}

func decode[T any](b []byte) (v T, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}

// Params is how a script reads the parameters and the seed of its run. The
// methods panic with an [*Error] when there is no such parameter or it is of
// another kind; a run then ends the cell at that line.
type Params struct {
	root   uint64
	values map[string]Param
}

// NewParams returns the parameters under a root seed.
func NewParams(seed uint64, values map[string]Param) *Params {
	return &Params{root: seed, values: values}
}

// Seed derives a seed from the root seed and a name: the first eight bytes,
// little endian, of the SHA-256 of the root's eight bytes and the name, without
// the top eleven bits so that JSON keeps it exactly. Different uses take
// different names, so that no two share a stream of random numbers.
func (p *Params) Seed(name string) uint64 {
	b := binary.LittleEndian.AppendUint64(nil, p.root)
	sum := sha256.Sum256(append(b, name...))
	return binary.LittleEndian.Uint64(sum[:8]) >> 11
}

func (p *Params) get(name, kind string) any {
	v, ok := p.values[name]
	if !ok {
		var names []string
		for n := range p.values {
			names = append(names, n)
		}
		slices.Sort(names)
		panic(&Error{Message: fmt.Sprintf("no parameter %q; the spec has %s", name, strings.Join(names, ", "))})
	}
	if v.Kind == kind {
		return v.Value
	}
	switch n := v.Value.(type) { // a whole number serves as a float64
	case int:
		if kind == "float" {
			return float64(n)
		}
	case []int:
		if kind == "floats" {
			f := make([]float64, len(n))
			for i := range n {
				f[i] = float64(n[i])
			}
			return f
		}
	case float64:
		if kind == "int" && n == math.Trunc(n) {
			return int(n)
		}
	}
	panic(&Error{Message: fmt.Sprintf("parameter %q is of kind %s, not %s", name, v.Kind, kind)})
}

// Bool returns a boolean parameter.
func (p *Params) Bool(name string) bool { return p.get(name, "bool").(bool) }

// Int returns a whole number.
func (p *Params) Int(name string) int { return p.get(name, "int").(int) }

// Float returns a number.
func (p *Params) Float(name string) float64 { return p.get(name, "float").(float64) }

// String returns a text.
func (p *Params) String(name string) string { return p.get(name, "string").(string) }

// Ints returns a list of whole numbers. The list is the caller's own.
func (p *Params) Ints(name string) []int { return slices.Clone(p.get(name, "ints").([]int)) }

// Floats returns a list of numbers. The list is the caller's own.
func (p *Params) Floats(name string) []float64 {
	return slices.Clone(p.get(name, "floats").([]float64))
}

// Strings returns a list of texts. The list is the caller's own.
func (p *Params) Strings(name string) []string {
	return slices.Clone(p.get(name, "strings").([]string))
}
