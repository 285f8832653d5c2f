package result

import (
	"encoding/json"
	"fmt"
	"math"
)

// Values are numbers of which some may be missing: JSON has no NaN and no
// infinity, so these become null, and null becomes NaN.
type Values []float64

// MarshalJSON writes numbers that are not finite as null.
func (v Values) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	out := make([]*float64, len(v))
	for i := range v {
		out[i] = finite(v[i])
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads null as NaN.
func (v *Values) UnmarshalJSON(b []byte) error {
	var in []*float64
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*v = nil
	if in != nil {
		*v = make(Values, len(in))
	}
	for i, p := range in {
		(*v)[i] = orNaN(p)
	}
	return nil
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func orNaN(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// Proportion is a share of counted things: metric.Proportion is one. Value is
// K/N; Interval bounds it at 95%.
type Proportion interface {
	Counts() (k, n int)
	Denominator() string // in words: "correct on the clean image"
	Interval() (low, high float64)
}

// An Estimate is a number with what is needed to judge it.
type Estimate struct {
	Value     float64 // NaN: not shown
	K         int     // of a proportion, its numerator
	N         int     // how many things Value rests on
	Of        string  // of a proportion, its denominator in words; else empty
	Low, High float64 // 95% interval; both 0: none
	Unit      string  // of what is no proportion
	Title     string  // what the number is, for people
}

// IsProportion reports whether e is a share K/N.
func (e Estimate) IsProportion() bool { return e.Of != "" }

// HasInterval reports whether Low and High mean anything.
func (e Estimate) HasInterval() bool { return e.Low != 0 || e.High != 0 }

// Shown reports whether there is a number to print.
func (e Estimate) Shown() bool { return finite(e.Value) != nil }

// possible returns an error when the parts of e contradict each other.
func (e Estimate) possible() error {
	switch {
	case e.N < 0 || e.IsProportion() && (e.K < 0 || e.K > e.N):
		return fmt.Errorf("%d of %d is no count", e.K, e.N)
	case e.Low > e.High:
		return fmt.Errorf("an interval from %v to %v", e.Low, e.High)
	}
	return nil
}

type estimateJSON struct {
	Value    *float64    `json:"value"`
	K        *int        `json:"k,omitempty"`
	N        int         `json:"n"`
	Of       string      `json:"of,omitempty"`
	Interval *[2]float64 `json:"interval,omitempty"`
	Unit     string      `json:"unit,omitempty"`
	Title    string      `json:"title,omitempty"`
}

// MarshalJSON writes value, n and interval; a value that is not finite is null.
func (e Estimate) MarshalJSON() ([]byte, error) {
	j := estimateJSON{Value: finite(e.Value), N: e.N, Of: e.Of, Unit: e.Unit, Title: e.Title}
	if e.IsProportion() {
		j.K = &e.K
	}
	if e.HasInterval() && finite(e.Low) != nil && finite(e.High) != nil {
		j.Interval = &[2]float64{e.Low, e.High}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Estimate) UnmarshalJSON(b []byte) error {
	var j estimateJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*e = Estimate{Value: orNaN(j.Value), N: j.N, Of: j.Of, Unit: j.Unit, Title: j.Title}
	if j.K != nil {
		e.K = *j.K
	}
	if j.Interval != nil {
		e.Low, e.High = j.Interval[0], j.Interval[1]
	}
	return nil
}

// estimate turns what a script hands over into an Estimate: an Estimate, a
// Proportion or a plain number.
func estimate(v any) (Estimate, bool) {
	switch v := v.(type) {
	case Estimate:
		return v, true
	case Proportion:
		k, n := v.Counts()
		e := Estimate{Value: math.NaN(), K: k, N: n, Of: v.Denominator()}
		if n > 0 {
			e.Value = float64(k) / float64(n)
			e.Low, e.High = v.Interval()
		}
		return e, true
	case float64:
		return Estimate{Value: v}, true
	case float32:
		return Estimate{Value: float64(v)}, true
	case int:
		return Estimate{Value: float64(v)}, true
	}
	return Estimate{}, false
}

// A Datum is one cell of a table: a text or a number.
type Datum struct {
	Text   string    `json:"text,omitempty"`
	Number *Estimate `json:"number,omitempty"`
}

func datum(v any) (Datum, error) {
	switch v := v.(type) {
	case string:
		return Datum{Text: v}, nil
	case bool:
		if v {
			return Datum{Text: "yes"}, nil
		}
		return Datum{Text: "no"}, nil
	}
	e, ok := estimate(v)
	if !ok {
		return Datum{}, fmt.Errorf("a value of type %T, want a string, a number, a proportion or an Estimate", v)
	}
	return Datum{Number: &e}, e.possible()
}
