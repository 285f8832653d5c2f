package check

import (
	"fmt"
	"math"

	"jpgreport/runtime/metric"
	"jpgreport/runtime/result"
)

// A Claim is a printed rate and the columns of the per-image rows that it can be
// computed from again. Columns hold class indices.
type Claim struct {
	Name     string            // what the number is called where it is printed
	Printed  metric.Proportion // as printed
	Labels   string            // column of the true labels
	Before   string            // column of predictions: rows that are wrong here do not count ("": all count)
	Attacked string            // column of predictions: rows that are right here do not count ("": all count)
	After    string            // column of predictions whose right ones are counted
	Wrong    bool              // count the wrong ones of After instead
}

// Ways is a printed transition table and the columns that it can be counted from
// again: true labels and the predictions on clean, attacked and compressed images.
type Ways struct {
	Printed                           metric.Transition
	Labels, Clean, Attacked, Restored string
}

// Rates checks that each claim follows from the per-image rows as the record
// keeps them, and that each cell of each transition table does too and the cells
// add up to the number of images (check 13).
func Rates(rows *result.Rows, claims []Claim, tables []Ways) result.Check {
	v := begin(numberRates, "rates", "Rates follow from the per-image rows")
	columns := map[string][]float64{}
	for _, c := range rows.Columns {
		numbers, err := c.Decode(rows.N)
		if err != nil {
			v.fail("%v", err)
			return v.end()
		}
		columns[c.Name] = numbers
	}
	if len(claims) == 0 {
		v.fail("no rate to compare")
	}
	same := 0
	for _, c := range claims {
		k, n, err := c.count(columns, rows.N)
		switch {
		case err != nil:
			v.fail("%s: %v", c.Name, err)
		case k != c.Printed.K || n != c.Printed.N:
			v.fail("%s: printed %d/%d, the rows give %d/%d", c.Name, c.Printed.K, c.Printed.N, k, n)
		default:
			same++
		}
	}
	v.note("%d of %d rates equal those computed from %s rows", same, len(claims), count(rows.N))
	same = 0
	for i, t := range tables {
		counted, err := t.count(columns, rows.N)
		switch {
		case err != nil:
			v.fail("transition table %d: %v", i+1, err)
		case t.Printed.Sum() != rows.N:
			v.fail("transition table %d adds up to %d, not to %d images", i+1, t.Printed.Sum(), rows.N)
		case t.Printed != counted:
			v.fail("transition table %d: printed %+v, the rows give %+v", i+1, t.Printed, counted)
		default:
			same++
		}
	}
	v.note("%d of %d transition tables have the cells counted from the rows and add up to %s images", same, len(tables), count(rows.N))
	return v.end()
}

// count applies the definitions in the plainest way, without package metric, so
// that a mistake there does not confirm itself.
func (c Claim) count(columns map[string][]float64, rows int) (k, n int, err error) {
	names := []string{c.Labels, c.After}
	for _, optional := range []string{c.Before, c.Attacked} {
		if optional != "" {
			names = append(names, optional)
		}
	}
	if err := have(columns, names); err != nil {
		return 0, 0, err
	}
	right := func(column string, i int) bool { return columns[column][i] == columns[c.Labels][i] }
	for i := range rows {
		if c.Before != "" && !right(c.Before, i) || c.Attacked != "" && right(c.Attacked, i) {
			continue
		}
		n++
		if right(c.After, i) != c.Wrong {
			k++
		}
	}
	return k, n, nil
}

func have(columns map[string][]float64, names []string) error {
	for _, name := range names {
		if _, ok := columns[name]; !ok {
			return fmt.Errorf("the rows have no column %q", name)
		}
	}
	return nil
}

// count fills the table cell by cell, each from its own definition.
func (w Ways) count(columns map[string][]float64, rows int) (metric.Transition, error) {
	var t metric.Transition
	if err := have(columns, []string{w.Labels, w.Clean, w.Attacked, w.Restored}); err != nil {
		return t, err
	}
	for i := range rows {
		label, adv, last := columns[w.Labels][i], columns[w.Attacked][i], columns[w.Restored][i]
		clean := columns[w.Clean][i] == label
		for cell, belongs := range map[*int]bool{
			&t.Kept:        clean && adv == label && last == label,
			&t.NewlyBroken: clean && adv == label && last != label,
			&t.Recovered:   clean && adv != label && last == label,
			&t.SameWrong:   clean && adv != label && last != label && last == adv,
			&t.ThirdLabel:  clean && adv != label && last != label && last != adv,
			&t.WrongFixed:  !clean && last == label,
			&t.WrongKept:   !clean && last != label,
		} {
			if belongs {
				*cell++
			}
		}
	}
	return t, nil
}

// fewImages is the number below which a sample is called small: at 300 a rate
// near one half is known to within six points.
const fewImages = 300

// SampleSize says how well n independent images determine a rate (check 18):
// half the width of the 95% interval of a rate near one half, its widest.
func SampleSize(n int) result.Check {
	v := begin(numberSampleSize, "sample-size", "The sample is large enough")
	if n <= 0 {
		return v.inapplicable("no images")
	}
	low, high := metric.Proportion{K: n / 2, N: n, Of: "all images"}.Wilson()
	report := v.note
	if n < fewImages {
		report = v.warn
	}
	report("n = %s independent images: a rate near 50%% is known to within ±%.1f points", count(n), math.Ceil(1000*(high-low)/2)/10)
	return v.end()
}
