package result

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Variant is what a run over a grid gave at one point of it: what differs from
// the other points. [Run.Of] makes it whole.
type Variant struct {
	ID        string              `json:"id"`     // "v1" and so on
	Params    map[string]Param    `json:"params"` // those that vary
	Seed      uint64              `json:"seed"`
	Status    Status              `json:"status"`
	Error     *Error              `json:"error,omitempty"`
	Abstract  string              `json:"abstract,omitempty"` // with this variant's numbers
	Cells     []*Cell             `json:"cells"`
	Metrics   map[string]Estimate `json:"metrics"`
	Checks    []Check             `json:"checks"`
	Warnings  []Warning           `json:"warnings"`
	Artifacts []Artifact          `json:"artifacts"` // data sets and weights, in order of use
	Digest    string              `json:"digest"`    // that of a run with these values alone
}

// seedName is what stands for the seed among the names of a sweep.
const seedName = "seed"

// Join adds the next variant, which v has run, to a run whose Sweep says what
// varies.
func (r *Run) Join(v *Run) {
	one := &Variant{
		ID: fmt.Sprintf("v%d", len(r.Variants)+1), Params: map[string]Param{}, Seed: v.Seed,
		Status: v.Status, Error: v.Error, Abstract: v.Abstract, Cells: v.Cells, Metrics: v.Metrics, Checks: v.Checks, Warnings: v.Warnings,
		Artifacts: v.Provenance.Artifacts, Digest: v.Digest,
	}
	for name, p := range v.Params {
		if slices.Contains(r.Sweep, name) {
			one.Params[name] = p
		}
	}
	for _, a := range one.Artifacts {
		if !slices.Contains(r.Provenance.Artifacts, a) {
			r.Provenance.Artifacts = append(r.Provenance.Artifacts, a)
		}
	}
	maps.Copy(r.Pictures, v.Pictures)
	if r.Environment.Variants == nil {
		r.Environment.Variants = map[string]Environment{}
	}
	r.Environment.Variants[one.ID] = v.Environment
	r.Variants = append(r.Variants, one)
}

// Of returns a variant as a run of its own. The two share what they hold.
func (r *Run) Of(v *Variant) *Run {
	one := *r
	one.Sweep, one.Variants = nil, nil
	one.Params = maps.Clone(r.Params)
	maps.Copy(one.Params, v.Params)
	one.Seed, one.Status, one.Error, one.Abstract = v.Seed, v.Status, v.Error, v.Abstract
	one.Cells, one.Metrics, one.Checks, one.Warnings = v.Cells, v.Metrics, v.Checks, v.Warnings
	one.Provenance.Artifacts = v.Artifacts
	one.Digest = v.Digest
	one.Environment = r.Environment.Variants[v.ID]
	return &one
}

// Parts returns the variants of a run as runs of their own, or the run itself
// when it is one.
func (r *Run) Parts() []*Run {
	if len(r.Variants) == 0 {
		return []*Run{r}
	}
	parts := make([]*Run, len(r.Variants))
	for i, v := range r.Variants {
		parts[i] = r.Of(v)
	}
	return parts
}

// Label names a variant by what varies, as a command line sets it: "seed=1,
// quality=10".
func (r *Run) Label(v *Variant) string {
	return Label(r.Sweep, v.Seed, v.Params)
}

// Label names a point of a sweep over the named parameters, "seed" among them.
func Label(sweep []string, seed uint64, params map[string]Param) string {
	parts := make([]string, len(sweep))
	for i, name := range sweep {
		parts[i] = name + "=" + point(name, seed, params)
	}
	return strings.Join(parts, ", ")
}

func point(name string, seed uint64, params map[string]Param) string {
	if name == seedName {
		return strconv.FormatUint(seed, 10)
	}
	return params[name].String()
}

// String returns the value as it is written on a command line: "10", "[5, 10]".
func (p Param) String() string {
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch v := p.Value.(type) {
	case float64:
		return number(v)
	case []int:
		return list(len(v), func(i int) string { return strconv.Itoa(v[i]) })
	case []float64:
		return list(len(v), func(i int) string { return number(v[i]) })
	case []string:
		return list(len(v), func(i int) string { return v[i] })
	}
	return fmt.Sprint(p.Value)
}
