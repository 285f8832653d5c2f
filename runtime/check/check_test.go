package check_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/check"
	"jpgreport/runtime/codec"
	"jpgreport/runtime/metric"
	"jpgreport/runtime/model"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/result"
)

// images returns n smooth 16×16 images on 8-bit levels, away from both ends of
// the range.
func images(n int) *pixel.Batch {
	b := pixel.New(n, 1, 16, 16)
	for i := range b.Data {
		x, y := i%16, i/16%16
		b.Data[i] = pixel.Sample(byte(128 + 60*math.Sin(float64(x*(1+i/256))/5)*math.Cos(float64(y)/7)))
	}
	return b
}

// linear is a model whose gradient is the same everywhere: weights of either
// sign, and one that is exactly zero.
type linear struct{}

func (linear) Gradient(_ context.Context, x *pixel.Batch, _ []int) ([]float32, error) {
	g := make([]float32, len(x.Data))
	for i := range g {
		g[i] = float32(i%7-3) / 8
	}
	return g, nil
}

func (linear) Digest() string { return "linear" }

// attacked returns clean images, their labels and a sweep over them.
func attacked(t *testing.T, epsilons ...float64) (*pixel.Batch, []int, *attack.Sweep) {
	t.Helper()
	x := images(3)
	labels := make([]int, x.N)
	s, err := attack.FGSM(t.Context(), linear{}, x, labels, attack.Options{Epsilons: epsilons})
	if err != nil {
		t.Fatal(err)
	}
	return x, labels, s
}

// expect fails unless the check has the status and its detail the text.
func expect(t *testing.T, name string, k result.Check, status result.Verdict, detail string) {
	t.Helper()
	if k.Status != status || !strings.Contains(k.Detail, detail) {
		t.Errorf("%s: %s %q, want %s with %q", name, k.Status, k.Detail, status, detail)
	}
}

func TestBudget(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(x *pixel.Batch, s *attack.Sweep)
		status result.Verdict
		detail string
	}{
		{"whole", func(*pixel.Batch, *attack.Sweep) {}, result.Pass, "largest change 4, 0 of 768 samples outside"},
		{"one level too far", func(x *pixel.Batch, s *attack.Sweep) {
			s.Batches[0].Data[5] = pixel.Sample(pixel.Level(x.Data[5]) + 5)
		}, result.Fail, "largest change 5, 1 of 768 samples outside"},
		{"fraction of ε is not reached", func(x *pixel.Batch, s *attack.Sweep) { s.Epsilons[0] = 3.9 }, result.Fail, "largest change 4"},
		{"NaN", func(x *pixel.Batch, s *attack.Sweep) { s.Batches[0].Data[5] = float32(math.NaN()) }, result.Fail, "1 samples are NaN or infinite"},
		{"not rounded", func(x *pixel.Batch, s *attack.Sweep) { s.Batches[0].Data[5] += 0.3 / 255 }, result.Fail, "between the 8-bit levels"},
		{"not attacked", func(x *pixel.Batch, s *attack.Sweep) { s.Batches[0] = s.Batches[0].Slice(0, 1) }, result.Fail, "differ in shape"},
		{"clean images not 8-bit", func(x *pixel.Batch, s *attack.Sweep) { x.Data[0] += 0.3 / 255 }, result.NA, "not 8-bit"},
	} {
		x, _, s := attacked(t, 4)
		c.damage(x, s)
		expect(t, c.name, check.Budget(x, s), c.status, c.detail)
	}
}

func TestIdentity(t *testing.T) {
	x, _, s := attacked(t, 0, 4)
	labels := []int{1, 2, 3}
	expect(t, "ε = 0", check.Identity(x, s.Batches[0], labels, labels), result.Pass, "none of 768 samples and none of 3 predictions")
	expect(t, "ε = 4", check.Identity(x, s.Batches[1], labels, labels), result.Fail, "of 768 samples")
	expect(t, "other predictions", check.Identity(x, s.Batches[0], labels, []int{1, 2, 4}), result.Fail, "1 of 3 predictions differ")
	expect(t, "lost predictions", check.Identity(x, s.Batches[0], labels, labels[:2]), result.Fail, "3 and 2 predictions")
}

func TestGradient(t *testing.T) {
	good := model.GradientCheck{Compared: 100, Error: 1e-5}
	wrong, few, none, nan := good, good, good, good
	wrong.Error = 0.5
	few.Compared = 3
	none.Compared = 0
	nan.Error = math.NaN()
	seeing, blind := &attack.Sweep{ZeroGradient: 0.1}, &attack.Sweep{ZeroGradient: 0.9}
	expect(t, "agrees", check.Gradient(&good, seeing), result.Pass, "10.00% of the attack's gradient is exactly zero")
	expect(t, "a wrong derivative", check.Gradient(&wrong, seeing), result.Fail, "0.50")
	expect(t, "mostly zero", check.Gradient(&good, blind), result.Warn, "90.00%")
	expect(t, "few compared", check.Gradient(&few, seeing), result.Warn, "fewer than 50 derivatives")
	expect(t, "nothing compared", check.Gradient(&none, seeing), result.Fail, "no derivative")
	expect(t, "NaN", check.Gradient(&nan, seeing), result.Fail, "not shown")
}

func TestStep(t *testing.T) {
	x, labels, s := attacked(t, 4, 7.5)
	expect(t, "follows the sign", check.Step(x, s), result.Pass, "ε = 7.5/255: ⟨g, d⟩ is 1·ε·‖g‖₁")

	targeted, err := attack.FGSM(t.Context(), linear{}, x, labels, attack.Options{Epsilons: []float64{4}, Targeted: true})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "targeted", check.Step(x, targeted), result.Pass, "is −1·ε·‖g‖₁")

	// A step along the gradient itself, not along its sign, is no FGSM.
	for i := range s.Batches[0].Data {
		s.Batches[0].Data[i] = pixel.Sample(byte(float64(pixel.Level(x.Data[i])) + math.Round(4*float64(s.Gradient[i])/0.375)))
	}
	expect(t, "along the gradient", check.Step(x, s), result.Fail, "samples did not move by 4 along the sign")

	black := x.Like()
	cut, err := attack.FGSM(t.Context(), linear{}, black, labels, attack.Options{Epsilons: []float64{4}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cut.Gradient { // down everywhere: nothing can move
		cut.Gradient[i] = -1
	}
	cut.Batches[0] = black
	expect(t, "nothing to compare", check.Step(black, cut), result.Warn, "the range cuts every step")
	cut.Batches[0] = x
	expect(t, "black images moved anyhow", check.Step(black, cut), result.Fail, "768 of 768 samples did not move by 4")

	zero, err := attack.FGSM(t.Context(), linear{}, x, labels, attack.Options{Epsilons: []float64{0.5}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "below one level", check.Step(x, zero), result.NA, "no ε of at least one grey level")
	s.Gradient = s.Gradient[1:]
	expect(t, "another batch's gradient", check.Step(x, s), result.Fail, "767 derivatives for 768 samples")
}

func trip(of string, from *pixel.Batch, to *codec.Compressed) check.Trip {
	return check.Trip{Of: of, Quality: to.Quality, Tables: to.Tables, Bytes: to.Bytes, PSNR: metric.PSNR(from, to.Images)}
}

func TestJPEG(t *testing.T) {
	x := images(3)
	compress := func(quality int) *codec.Compressed {
		c, err := codec.JPEG(t.Context(), x, codec.Options{Quality: quality})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	run := func(compressed ...*codec.Compressed) result.Check {
		var trips []check.Trip
		for _, c := range compressed {
			trips = append(trips, trip("clean", x, c))
		}
		return check.JPEG(trips)
	}
	expect(t, "real", run(compress(90), compress(10)), result.Pass, "clean, quality 10: tables as asked")

	wrongTable := compress(50)
	wrongTable.Quality = 75
	expect(t, "another quality's tables", run(wrongTable), result.Fail, "is not the one of this quality")

	noTable := compress(50)
	noTable.Tables = nil
	expect(t, "no tables", run(noTable), result.Fail, "no quantisation table")

	untouched := compress(50)
	untouched.Images = x
	expect(t, "not compressed", run(untouched), result.Fail, "every image came back unchanged")

	small, equal := compress(90), compress(90)
	small.Bytes = []int{1, 1, 1}
	equal.Bytes = compress(10).Bytes
	expect(t, "sizes the wrong way round", run(compress(10), small), result.Fail, "smaller than at the quality below")
	expect(t, "sizes that do not fall", run(compress(10), equal), result.Warn, "as large as at the quality below")
	expect(t, "nothing", run(), result.NA, "nothing was compressed")

	own := compress(90)
	own.Quality = 0
	expect(t, "steps of one's own", run(own, compress(10)), result.Pass, "no one quality")

	other := check.JPEG([]check.Trip{trip("attacked", x, compress(90)), trip("clean", x, compress(10))})
	expect(t, "sizes of two batches are not compared", other, result.Pass, "attacked, quality 90")
}

func TestRounding(t *testing.T) {
	labels := make([]int, 1000)
	same := make([]int, 1000)
	expect(t, "no change", check.Rounding(same, same, labels), result.Pass, "changed 0 of 1,000")
	flipped := make([]int, 1000)
	for i := range 40 {
		flipped[i] = 1
	}
	expect(t, "rounding breaks forty", check.Rounding(same, flipped, labels), result.Warn, "changed 40 of 1,000 predictions; 0 images turned right and 40 wrong")
	expect(t, "rounding repairs forty", check.Rounding(flipped, same, labels), result.Warn, "40 images turned right")
	expect(t, "lost predictions", check.Rounding(same[1:], same, labels), result.Fail, "cannot be compared")
	expect(t, "no images", check.Rounding(nil, nil, nil), result.NA, "no images")
}

func TestRates(t *testing.T) {
	labels := []int{0, 1, 2, 3, 4, 5}
	clean := []int{0, 1, 2, 3, 4, 9}
	adv := []int{0, 9, 9, 9, 4, 9}
	jpeg := []int{0, 1, 9, 8, 9, 5}
	rows := func() *result.Rows {
		return result.NewCell("a").Rows(result.Rows{Name: "images", N: 6, Columns: []result.RowColumn{
			{Name: "label", Values: labels}, {Name: "clean", Values: clean}, {Name: "adv", Values: adv}, {Name: "jpeg", Values: jpeg}}})
	}
	claims := func() []check.Claim {
		return []check.Claim{
			{Name: "accuracy", Printed: metric.Accuracy(adv, labels), Labels: "label", After: "adv"},
			{Name: "success", Printed: metric.AttackSuccess(clean, adv, labels), Labels: "label", Before: "clean", After: "adv", Wrong: true},
			{Name: "recovered", Printed: metric.Recovered(clean, adv, jpeg, labels), Labels: "label", Before: "clean", Attacked: "adv", After: "jpeg"},
			{Name: "newly broken", Printed: metric.NewlyBroken(adv, jpeg, labels), Labels: "label", Before: "adv", After: "jpeg", Wrong: true},
		}
	}
	table := func(printed metric.Transition) []check.Ways {
		return []check.Ways{{Printed: printed, Labels: "label", Clean: "clean", Attacked: "adv", Restored: "jpeg"}}
	}
	ways := table(metric.Transitions(clean, adv, jpeg, labels))
	expect(t, "whole", check.Rates(rows(), claims(), ways), result.Pass, "4 of 4 rates equal those computed from 6 rows; 1 of 1 transition tables")
	expect(t, "nothing claimed", check.Rates(rows(), nil, ways), result.Fail, "no rate to compare")

	swapped := metric.Transitions(clean, adv, jpeg, labels)
	swapped.Recovered, swapped.Kept = swapped.Recovered+1, swapped.Kept-1
	expect(t, "two cells swapped, the sum unchanged", check.Rates(rows(), claims(), table(swapped)), result.Fail, "transition table 1: printed")

	lost := table(swapped)
	lost[0].Clean = "cleen"
	expect(t, "a table of no column", check.Rates(rows(), claims(), lost), result.Fail, `no column "cleen"`)

	wrong := claims()
	wrong[2].Printed.K++
	expect(t, "a rate off by one", check.Rates(rows(), wrong, ways), result.Fail, "recovered: printed 2/3, the rows give 1/3")

	denominator := claims()
	denominator[1].Printed.N = 6
	expect(t, "the wrong denominator", check.Rates(rows(), denominator, ways), result.Fail, "success: printed 3/6, the rows give 3/5")

	unknown := claims()
	unknown[0].After = "adw"
	expect(t, "no such column", check.Rates(rows(), unknown, ways), result.Fail, `no column "adw"`)

	unlabelled := claims()
	unlabelled[0].Labels = ""
	expect(t, "a claim without labels", check.Rates(rows(), unlabelled, ways), result.Fail, `no column ""`)

	damaged := rows()
	damaged.Columns[2].Data = damaged.Columns[1].Data
	expect(t, "damaged rows", check.Rates(damaged, claims(), ways), result.Fail, "digest")

	short := metric.Transitions(clean[1:], adv[1:], jpeg[1:], labels[1:])
	expect(t, "a table that misses an image", check.Rates(rows(), claims(), table(short)), result.Fail, "adds up to 5, not to 6 images")
}

// TestSampleSize: at n = 100 the Wilson interval of one half is 0.404 to 0.596,
// so ±9.7 points rounded up; at 2,000 it is 0.478 to 0.522, so ±2.2.
func TestSampleSize(t *testing.T) {
	expect(t, "small", check.SampleSize(100), result.Warn, "within ±9.7 points")
	expect(t, "large", check.SampleSize(2000), result.Pass, "within ±2.2 points")
	expect(t, "none", check.SampleSize(0), result.NA, "no images")
}
