package sweep_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/codec"
	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/sweep"
	"jpgreport/runtime/work"
)

// linear is a softmax classifier without hidden layers.
type linear struct {
	classes, samples int
	weights          []float32
	gradients        atomic.Int64 // images whose gradient was taken
	classified       atomic.Int64 // images
	fails            error        // of Logits
	poison           bool         // one logit is NaN
}

var _ sweep.Model = (*linear)(nil)

func newLinear(classes, samples int) *linear {
	m := &linear{classes: classes, samples: samples, weights: make([]float32, classes*samples)}
	r := rand.New(rand.NewPCG(5, 6))
	for k := range m.weights {
		m.weights[k] = float32(r.NormFloat64())
	}
	return m
}

func (m *linear) logits(x []float32) []float32 {
	y := make([]float32, m.classes)
	for c := range y {
		sum := 0.0
		for k, v := range x {
			sum += float64(v) * float64(m.weights[c*m.samples+k])
		}
		y[c] = float32(sum)
	}
	return y
}

func (m *linear) Logits(ctx context.Context, x *pixel.Batch) ([]float32, int, error) {
	if m.fails != nil {
		return nil, 0, m.fails
	}
	m.classified.Add(int64(x.N))
	var all []float32
	for i := range x.N {
		all = append(all, m.logits(x.Sample(i))...)
	}
	if m.poison {
		all[1] = float32(math.NaN())
	}
	return all, m.classes, ctx.Err()
}

func (m *linear) Gradient(_ context.Context, x *pixel.Batch, labels []int) ([]float32, error) {
	m.gradients.Add(int64(x.N))
	g := make([]float32, len(x.Data))
	for i := range x.N {
		p := softmax(m.logits(x.Sample(i)))
		p[labels[i]]--
		for k := range m.samples {
			sum := 0.0
			for c, v := range p {
				sum += v * float64(m.weights[c*m.samples+k])
			}
			g[i*m.samples+k] = float32(sum)
		}
	}
	return g, nil
}

func softmax(logits []float32) []float64 {
	p := make([]float64, len(logits))
	sum := 0.0
	for c, v := range logits {
		p[c] = math.Exp(float64(v) - float64(slices.Max(logits)))
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

func (m *linear) Digest() string { return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, m.weights))) }

// images returns smooth images in grey, on 8-bit levels, and labels.
func images(n int) sweep.Images {
	const side, classes = 20, 7
	x, labels := pixel.New(n, 1, side, side), make([]int, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		labels[i] = r.IntN(classes)
		a, b, c := r.Float64(), r.Float64(), r.Float64()
		for k := range x.Size() {
			v := 0.5 + 0.5*math.Sin(6*a+3*b*float64(k/side)/side+5*c*float64(k%side)/side)
			x.Sample(i)[k] = pixel.Sample(pixel.Level(float32(v)))
		}
	}
	return sweep.Images{Images: x, Labels: labels}
}

func model() *linear { return newLinear(7, 400) }

const sigma = 0.7

// The plan of most tests.
var (
	none     = sweep.Transform{}
	fgsm     = sweep.FGSM()
	q50, q10 = sweep.JPEG(codec.Options{Quality: 50}), sweep.JPEG(codec.Options{Quality: 10})
	shuffled = sweep.Permuted(q50, 3)
	noise    = sweep.Gaussian(q50, 4)
	dither   = sweep.Dither(5)
	blur     = sweep.Blur(sigma)
	coin     = sweep.RandomSign(6)
	permuted = sweep.PermutedStep(7)
)

func plan(batch int) sweep.Plan {
	return sweep.Plan{
		Clean: []sweep.Transform{q50, q10},
		Attacks: []sweep.Attacked{
			{By: fgsm, Epsilons: []float64{0, 4, 20}, Transforms: []sweep.Transform{q50, shuffled, noise, dither, blur}},
			{By: coin, Epsilons: []float64{4}},
			{By: permuted, Epsilons: []float64{20}, Transforms: []sweep.Transform{q10}},
		},
		Batch: batch,
	}
}

// numbers are all that an arm says, to be compared.
type numbers struct {
	Arm                      string
	Predictions, Bytes       []int
	Confidence, Top          []float64
	L2, Linf, Survival, Norm []float64
	Tables                   int
	Top2                     metric.Proportion
}

func of(r *sweep.Result) []numbers {
	var all []numbers
	for _, a := range r.Arms {
		all = append(all, numbers{a.String(), a.Predictions(), a.Bytes(), a.Confidence(), a.TopProbability(),
			a.L2(), a.Linf(), a.Survival(), a.NormRatio(), len(a.Tables()), a.TopK(2)})
	}
	return all
}

// equal compares numbers; NaN, as of a survival where there is no step, equals NaN.
func equal(t *testing.T, what string, want, got []numbers) {
	t.Helper()
	nan := cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })
	if d := cmp.Diff(want, got, nan); d != "" {
		t.Errorf("%s:\n%s", what, d)
	}
}

// TestRowsAreThoseOfAPlainLoop makes every arm again, with the primitives and one
// batch of all images.
func TestRowsAreThoseOfAPlainLoop(t *testing.T) {
	ctx, m, s := context.Background(), model(), images(23)
	r, err := sweep.Run(ctx, m, s, plan(5))
	if err != nil {
		t.Fatal(err)
	}
	x := s.Images
	must := func(b *pixel.Batch, err error) *pixel.Batch {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	compress := func(b *pixel.Batch, q int) *codec.Compressed {
		c, err := codec.JPEG(ctx, b, codec.Options{Quality: q})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var clean []int
	check := func(a *sweep.Arm, from, to *pixel.Batch) {
		t.Helper()
		var predictions []int
		ranked := 0
		for i := range to.N {
			l := m.logits(to.Sample(i))
			p := softmax(l)
			best := slices.Index(l, slices.Max(l))
			predictions = append(predictions, best)
			above := 0
			for _, v := range l {
				if v > l[s.Labels[i]] {
					above++
				}
			}
			if above < 3 {
				ranked++
			}
			top := best
			if clean != nil {
				top = clean[i]
			}
			if d := math.Abs(a.Confidence()[i] - p[best]); d > 0.5001/65535 {
				t.Errorf("%s: confidence of image %d is %v, want %v", a, i, a.Confidence()[i], p[best])
			}
			if d := math.Abs(a.TopProbability()[i] - p[top]); d > 0.5001/65535 {
				t.Errorf("%s: the clean label of image %d has %v, want %v", a, i, a.TopProbability()[i], p[top])
			}
		}
		if d := cmp.Diff(predictions, a.Predictions()); d != "" {
			t.Errorf("%s: predictions %s", a, d)
		}
		if a.TopK(3).K != ranked {
			t.Errorf("%s: %d in the first three, want %d", a, a.TopK(3).K, ranked)
		}
		near(t, a, "L2", a.L2(), metric.L2(from, to))
		near(t, a, "L∞", a.Linf(), metric.Linf(from, to))
		near(t, a, "PSNR", a.PSNR(), metric.PSNR(from, to))
	}
	check(r.Clean(none), x, x)
	clean = r.Clean(none).Predictions()
	cleaned := map[int]*codec.Compressed{}
	for quality, q := range map[int]sweep.Transform{50: q50, 10: q10} {
		c, a := compress(x, quality), r.Clean(q)
		cleaned[quality] = c
		check(a, x, c.Images)
		if d := cmp.Diff(c.Bytes, a.Bytes()) + cmp.Diff(c.Tables, a.Tables()); d != "" {
			t.Errorf("%s: %s", a, d)
		}
	}
	steps, err := attack.FGSM(ctx, m, x, s.Labels, attack.Options{Epsilons: []float64{0, 4, 20}})
	if err != nil {
		t.Fatal(err)
	}
	for k, e := range steps.Epsilons {
		adv := steps.Batches[k]
		back := compress(adv, 50)
		at := func(tr sweep.Transform) *sweep.Arm { return r.Attacked(fgsm, e, tr) }
		check(at(none), x, adv)
		check(at(q50), adv, back.Images)
		near(t, at(q50), "survival", at(q50).Survival(), metric.Survival(x, adv, cleaned[50].Images, back.Images))
		near(t, at(q50), "norm ratio", at(q50).NormRatio(), metric.NormRatio(x, adv, cleaned[50].Images, back.Images))
		check(at(shuffled), adv, must(attack.PermuteResidual(ctx, adv, back.Images, 3)))
		check(at(noise), adv, must(attack.GaussianNoise(ctx, adv, back.Images, 4)))
		check(at(dither), adv, attack.Dither(adv, 5))
		check(at(blur), adv, blurred(adv, sigma))
		if at(shuffled).Survival() != nil || at(none).Bytes() != nil {
			t.Errorf("ε = %v: noise has a survival, or images that are no files have sizes", e)
		}
	}
	check(r.Attacked(coin, 4, none), x, must(attack.RandomSign(x, 4, 6)))
	moved := must(attack.PermuteResidual(ctx, x, steps.Batches[2], 7))
	check(r.Attacked(permuted, 20, none), x, moved)
	check(r.Attacked(permuted, 20, q10), moved, compress(moved, 10).Images)

	// The rates are those of package metric.
	adv, back := r.Attacked(fgsm, 20, none), r.Attacked(fgsm, 20, q50)
	a, b := adv.Predictions(), back.Predictions()
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"accuracy", back.Accuracy(), metric.Accuracy(b, s.Labels)},
		{"attack success", adv.AttackSuccess(), metric.AttackSuccess(clean, a, s.Labels)},
		{"recovered", back.Recovered(), metric.Recovered(clean, a, b, s.Labels)},
		{"newly broken", back.NewlyBroken(), metric.NewlyBroken(a, b, s.Labels)},
		{"newly broken, clean", r.Clean(q10).NewlyBroken(), metric.NewlyBroken(clean, r.Clean(q10).Predictions(), s.Labels)},
		{"transitions", back.Transitions(), metric.Transitions(clean, a, b, s.Labels)},
		{"paired test", back.McNemar(adv), metric.McNemar(metric.Correct(b, s.Labels), metric.Correct(a, s.Labels))},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// blurred is a Gaussian blur as its definition has it, in two dimensions at once.
func blurred(x *pixel.Batch, sigma float64) *pixel.Batch {
	y := x.Like()
	reach := int(math.Ceil(4 * sigma))
	for i := range x.N {
		for k := range x.Size() {
			sum, weights := 0.0, 0.0
			for dy := -reach; dy <= reach; dy++ {
				for dx := -reach; dx <= reach; dx++ {
					w := math.Exp(-float64(dx*dx+dy*dy) / (2 * sigma * sigma))
					row, column := min(max(k/x.W+dy, 0), x.H-1), min(max(k%x.W+dx, 0), x.W-1)
					sum += w * float64(x.Sample(i)[row*x.W+column])
					weights += w
				}
			}
			y.Sample(i)[k] = pixel.Sample(pixel.Level(float32(sum / weights)))
		}
	}
	return y
}

// near compares to single precision.
func near(t *testing.T, a *sweep.Arm, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values of %s, want %d", a, len(got), what, len(want))
		return
	}
	for i := range got {
		if got[i] == want[i] || got[i] != got[i] && want[i] != want[i] {
			continue
		}
		if !(math.Abs(got[i]-want[i]) <= 1e-5*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: %s of image %d is %v, want %v", a, what, i, got[i], want[i])
		}
	}
}

func TestResultDependsNeitherOnBlocksNorOnCores(t *testing.T) {
	s := images(23)
	want, err := sweep.Run(context.Background(), model(), s, plan(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{1, 4, 23, 100} {
		for _, cores := range []int{1, 3} {
			before := runtime.GOMAXPROCS(cores)
			got, err := sweep.Run(context.Background(), model(), s, plan(batch))
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, fmt.Sprintf("blocks of %d, %d cores", batch, cores), of(want), of(got))
		}
	}
}

// memory keeps entries in a map, and may cancel a context after so many.
type memory struct {
	kept        map[string][]byte
	hits        int
	cancel      func()
	cancelAfter int
}

func (m *memory) Recall(k work.Key) ([]byte, bool) {
	b, ok := m.kept[fmt.Sprint(k)]
	if ok {
		m.hits++
	}
	return b, ok
}

func (m *memory) Keep(k work.Key, b []byte) {
	m.kept[fmt.Sprint(k)] = b
	if m.cancel != nil && len(m.kept) == m.cancelAfter {
		m.cancel()
	}
}

func TestSweepGoesOnFromWhereItWas(t *testing.T) {
	s := images(23)
	want, err := sweep.Run(context.Background(), model(), s, plan(5))
	if err != nil {
		t.Fatal(err)
	}
	arms := len(want.Arms)
	kept := &memory{kept: map[string][]byte{}}
	ctx, cancel := context.WithCancel(work.WithMemory(context.Background(), kept))
	kept.cancel, kept.cancelAfter = cancel, 2*arms+3 // in the third of five blocks
	if _, err := sweep.Run(ctx, model(), s, plan(5)); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled sweep ended with %v", err)
	}
	kept.cancel = nil
	done := len(kept.kept)

	ctx = work.WithMemory(context.Background(), kept)
	m := model()
	got, err := sweep.Run(ctx, m, s, plan(5))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "after a stop", of(want), of(got))
	if kept.hits != done {
		t.Errorf("%d entries recalled, want the %d of before", kept.hits, done)
	}
	if n := int(m.classified.Load()); n >= (5-2)*5*arms {
		t.Errorf("%d images classified, though two blocks were kept whole", n)
	}
	if n := m.gradients.Load(); n > 13 {
		t.Errorf("gradients of %d images, want one for each of the 13 that were left", n)
	}

	// All of it again, without the model.
	m = model()
	got, err = sweep.Run(ctx, m, s, plan(5))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "recalled", of(want), of(got))
	if m.classified.Load()+m.gradients.Load() > 0 {
		t.Error("a sweep that was kept whole asked the model")
	}

	// More images, a further budget and a further transform cost what they add: the
	// last block was short, so it is a new one.
	longer, more := images(33), plan(5)
	more.Attacks[0].Epsilons = append(more.Attacks[0].Epsilons, 8)
	more.Clean = append(more.Clean, blur)
	m = model()
	got, err = sweep.Run(ctx, m, longer, more)
	if err != nil {
		t.Fatal(err)
	}
	if n, want := int(m.classified.Load()), 13*len(got.Arms)+20*(len(got.Arms)-arms); n != want {
		t.Errorf("%d images classified, want %d", n, want)
	}
	fresh, err := sweep.Run(context.Background(), model(), longer, more)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "extended", of(fresh), of(got))

	// A damaged entry is computed again.
	for k, b := range kept.kept {
		kept.kept[k] = b[:len(b)-1]
		break
	}
	got, err = sweep.Run(ctx, model(), longer, more)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "with a damaged entry", of(fresh), of(got))
}

// counting is a source that says how many of its images are in use.
type counting struct {
	sweep.Images
	live, most atomic.Int64
}

func (c *counting) Batch(ctx context.Context, from, to int) (*pixel.Batch, []int, error) {
	x, labels, err := c.Images.Batch(ctx, from, to)
	if err != nil {
		return nil, nil, err
	}
	own := &pixel.Batch{N: x.N, C: x.C, H: x.H, W: x.W, Data: slices.Clone(x.Data)}
	n := c.live.Add(1)
	runtime.AddCleanup(own, func(int) { c.live.Add(-1) }, 0)
	for {
		most := c.most.Load()
		if n <= most || c.most.CompareAndSwap(most, n) {
			return own, labels, nil
		}
	}
}

// collecting is a model that collects garbage, so that what is still counted is in
// use.
type collecting struct{ *linear }

func (m collecting) Logits(ctx context.Context, x *pixel.Batch) ([]float32, int, error) {
	runtime.GC()
	return m.linear.Logits(ctx, x)
}

func TestMemoryIsBoundedByTheBlock(t *testing.T) {
	s := &counting{Images: images(120)}
	if _, err := sweep.Run(context.Background(), collecting{model()}, s, sweep.Plan{Clean: []sweep.Transform{q50, q10}, Batch: 2}); err != nil {
		t.Fatal(err)
	}
	// One being read, one attacked, one or two classified; collection lags behind.
	if most := s.most.Load(); most > 12 {
		t.Errorf("%d of 60 blocks were in memory at once", most)
	}
}

func TestOneGradientServesAllBudgets(t *testing.T) {
	m, s := model(), images(9)
	if _, err := sweep.Run(context.Background(), m, s, plan(4)); err != nil {
		t.Fatal(err)
	}
	if n := m.gradients.Load(); n != 9 {
		t.Errorf("the gradients of %d images were taken, want 9", n)
	}
}

func TestProgress(t *testing.T) {
	var steps []work.Step
	ctx := work.WithProgress(context.Background(), work.ProgressFunc(func(s work.Step) { steps = append(steps, s) }))
	r, err := sweep.Run(ctx, model(), images(9), plan(4))
	if err != nil {
		t.Fatal(err)
	}
	last := steps[len(steps)-1]
	if want := 9 * len(r.Arms); last.Done != want || last.Total != want || len(steps) != 3*len(r.Arms) {
		t.Errorf("%d steps, the last %+v; want one for each of 3 blocks and %d arms, up to %d", len(steps), last, len(r.Arms), want)
	}
}

func TestCancellationEndsAllThatWasStarted(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	at := 0
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(work.Step) {
		if at++; at == 7 {
			cancel()
		}
	}))
	if _, err := sweep.Run(ctx, model(), images(40), plan(3)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestRunRefuses(t *testing.T) {
	s := images(6)
	rough := images(6)
	rough.Images.Data[401] = 0.1234567
	broken, poisoned := model(), model()
	broken.fails, poisoned.poison = errors.New("out of order"), true
	attacked := func(by sweep.Attack, e ...float64) sweep.Plan {
		return sweep.Plan{Attacks: []sweep.Attacked{{By: by, Epsilons: e}}}
	}
	for _, c := range []struct {
		name   string
		model  sweep.Model
		source sweep.Source
		plan   sweep.Plan
		want   string
	}{
		{"no model", nil, s, sweep.Plan{}, "no model"},
		{"no source", model(), nil, sweep.Plan{}, "no source"},
		{"no images", model(), sweep.Images{}, sweep.Plan{}, "no images"},
		{"too few labels", model(), sweep.Images{Images: s.Images, Labels: s.Labels[:2]}, sweep.Plan{}, "2 labels for 6 images"},
		{"a strange label", model(), sweep.Images{Images: s.Images, Labels: []int{0, 1, 2, 3, 9, 5}}, sweep.Plan{}, "label 9 of image 4, want 0..6"},
		{"between the levels", model(), rough, sweep.Plan{}, "not on 8-bit levels"},
		{"quality 0", model(), s, sweep.Plan{Clean: []sweep.Transform{sweep.JPEG(codec.Options{})}}, "quality 0, want 1..100"},
		{"a strange subsampling", model(), s, sweep.Plan{Clean: []sweep.Transform{sweep.JPEG(codec.Options{Quality: 5, Subsampling: 9})}}, "subsampling 9"},
		{"noise of nothing", model(), s, sweep.Plan{Clean: []sweep.Transform{sweep.Gaussian(none, 1)}}, "of no transform"},
		{"a sharp blur", model(), s, sweep.Plan{Clean: []sweep.Transform{sweep.Blur(0)}}, "want one in (0,100]"},
		{"no transform", model(), s, sweep.Plan{Clean: []sweep.Transform{none}}, "transform 0 is none"},
		{"a transform twice", model(), s, sweep.Plan{Clean: []sweep.Transform{q10, q10}}, "stands twice"},
		{"no attack", model(), s, attacked(sweep.Attack{}, 1), "attack 0 is none"},
		{"no budget", model(), s, attacked(fgsm), "no epsilons"},
		{"a budget of 300", model(), s, attacked(fgsm, 300), "epsilon 300, want 0..255"},
		{"a budget twice", model(), s, attacked(fgsm, 3, 3), "epsilon 3 stands twice"},
		{"a batch of -1", model(), s, sweep.Plan{Batch: -1}, "a batch of -1"},
		{"a broken model", broken, s, sweep.Plan{}, "clean: out of order"},
		{"a logit that is none", poisoned, s, sweep.Plan{}, "image 0 has a logit of NaN"},
	} {
		_, err := sweep.Run(context.Background(), c.model, c.source, c.plan)
		if err == nil || !strings.HasPrefix(err.Error(), "sweep: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", c.name, err, c.want)
		}
	}
}

func TestUnknownArmPanics(t *testing.T) {
	r, err := sweep.Run(context.Background(), model(), images(3), sweep.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, `no arm "fgsm, ε = 3/255"`) {
			t.Errorf("it said %q", said)
		}
	}()
	r.Attacked(fgsm, 3, none)
}
