package attack_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Every level × every sign × budgets whole, fractional and extreme: the step is
// ⌊ε⌋ levels, never beyond ε and never outside 0..255.
func TestStepBudget(t *testing.T) {
	var levels []byte
	var gradient []float32
	for l := range 256 {
		for _, g := range []float32{-1e-30, 0, 5} {
			levels = append(levels, byte(l))
			gradient = append(gradient, g)
		}
	}
	x := pixel.FromBytes(1, 1, 1, len(levels), levels)
	for _, e := range []float64{0, 0.5, 0.999999, 1, 1.5, 2, 7.99, 8, 127.5, 254.9, 255} {
		for _, targeted := range []bool{false, true} {
			adv, clipped, err := attack.Step(x, gradient, e, targeted)
			if err != nil {
				t.Fatal(err)
			}
			got, exact := adv.Levels()
			if !exact {
				t.Fatalf("ε=%v: the result is not 8-bit", e)
			}
			cut := 0
			for i, l := range levels {
				step := int(math.Floor(e))
				if (gradient[i] < 0) != targeted {
					step = -step
				}
				if gradient[i] == 0 {
					step = 0
				}
				want := int(l) + step
				if want < 0 || want > 255 {
					cut++
					want = min(max(want, 0), 255)
				}
				if int(got[i]) != want {
					t.Fatalf("ε=%v, targeted %t: level %d with gradient %v becomes %d, want %d", e, targeted, l, gradient[i], got[i], want)
				}
				if d := math.Abs(float64(got[i]) - float64(l)); d > e {
					t.Fatalf("ε=%v: level %d moved by %v", e, l, d)
				}
			}
			if want := float64(cut) / float64(len(levels)); clipped != want {
				t.Errorf("ε=%v: clipped share %v, want %v", e, clipped, want)
			}
		}
	}
}

func TestZeroEpsilonIsIdentity(t *testing.T) {
	x, labels := batch(3, 1)
	s, err := attack.FGSM(context.Background(), newLinear(3, 60, 1), x, labels, attack.Options{Epsilons: []float64{0, 0.9}})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := x.MarshalBinary()
	for i, b := range s.Batches {
		if got, _ := b.MarshalBinary(); !bytes.Equal(got, want) {
			t.Errorf("ε=%v changes the images", s.Epsilons[i])
		}
	}
}

// The model's gradient is that of its loss, and the sweep carries it.
func TestGradientAgainstDifferences(t *testing.T) {
	const h, tolerance = 1e-2, 1e-4
	m := newLinear(3, 60, 2)
	x, labels := batch(2, 2)
	g, err := attack.Gradient(context.Background(), m, x, labels)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range x.Data {
		up, down := v+h, v-h
		x.Data[k] = up
		high := m.loss(x, labels)
		x.Data[k] = down
		low := m.loss(x, labels)
		x.Data[k] = v
		if numeric := (high - low) / float64(up-down); math.Abs(numeric-float64(g[k])) > tolerance {
			t.Errorf("sample %d: gradient %v, numeric %v", k, g[k], numeric)
		}
	}
}

func TestStepGoesUpOrDownTheLoss(t *testing.T) {
	m := newLinear(3, 60, 3)
	x, labels := batch(8, 3)
	before := m.loss(x, labels)
	for _, tt := range []struct {
		targeted bool
		rises    bool
	}{{false, true}, {true, false}} {
		s, err := attack.FGSM(context.Background(), m, x, labels, attack.Options{Epsilons: []float64{4}, Targeted: tt.targeted})
		if err != nil {
			t.Fatal(err)
		}
		if after := m.loss(s.Batches[0], labels); (after > before) != tt.rises || after == before {
			t.Errorf("targeted %t: loss %v becomes %v", tt.targeted, before, after)
		}
	}
}

// memory is a work.Memory that keeps everything.
type memory map[string][]byte

func (m memory) Recall(k work.Key) ([]byte, bool) { b, ok := m[fmt.Sprint(k)]; return b, ok }
func (m memory) Keep(k work.Key, v []byte)        { m[fmt.Sprint(k)] = v }

func TestOneBackwardPass(t *testing.T) {
	x, labels := batch(4, 4)
	m := newLinear(3, 60, 4)
	ctx := work.WithMemory(context.Background(), memory{})
	sweep := func(labels []int, epsilons ...float64) *attack.Sweep {
		t.Helper()
		s, err := attack.FGSM(ctx, m, x, labels, attack.Options{Epsilons: epsilons})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := sweep(labels, 1, 2, 4, 8)
	if m.passes != 1 {
		t.Errorf("%d backward passes for four ε, want 1", m.passes)
	}
	second := sweep(labels, 2, 16)
	if m.passes != 1 {
		t.Errorf("another ε took %d backward passes, want none", m.passes-1)
	}
	a, _ := first.At(2)
	b, _ := second.At(2)
	if a.Digest() != b.Digest() {
		t.Error("a recalled gradient gives other images")
	}
	other := append([]int(nil), labels...)
	other[0] = (other[0] + 1) % 3
	if sweep(other, 2); m.passes != 2 {
		t.Errorf("other labels: %d passes in all, want 2", m.passes)
	}
}

// named is a model that names its code.
type named struct{ *linear }

func (named) Primitive() string { return "elsewhere.Gradient" }

func TestGradientIsKeptUnderTheModelsCode(t *testing.T) {
	x, labels := batch(1, 5)
	m := newLinear(3, 60, 5)
	ctx := work.WithMemory(context.Background(), memory{})
	for _, model := range []attack.Model{m, named{m}, named{m}} {
		if _, err := attack.Gradient(ctx, model, x, labels); err != nil {
			t.Fatal(err)
		}
	}
	if m.passes != 2 {
		t.Errorf("%d backward passes, want 2: one a primitive", m.passes)
	}
}

func TestSweepShares(t *testing.T) {
	x := pixel.FromBytes(1, 1, 1, 4, []byte{0, 100, 255, 250})
	m := fixed{-1, 0, 1, 1}
	s, err := attack.FGSM(context.Background(), m, x, []int{0}, attack.Options{Epsilons: []float64{5, 6}})
	if err != nil {
		t.Fatal(err)
	}
	if s.ZeroGradient != 0.25 {
		t.Errorf("zero gradient share %v, want 0.25", s.ZeroGradient)
	}
	// At 5 the samples 0 and 255 are cut; 250 just fits. At 6 it does not.
	if s.Clipped[0] != 0.5 || s.Clipped[1] != 0.75 {
		t.Errorf("clipped shares %v, want [0.5 0.75]", s.Clipped)
	}
}

// fixed is a model whose gradient is given.
type fixed []float32

func (f fixed) Gradient(context.Context, *pixel.Batch, []int) ([]float32, error) { return f, nil }
func (f fixed) Digest() string                                                   { return fmt.Sprint([]float32(f)) }

func TestErrors(t *testing.T) {
	x := pixel.FromBytes(1, 1, 1, 2, []byte{7, 9})
	between := pixel.New(2, 1, 1, 2)
	between.Data[3] = 0.5
	nan := float32(math.NaN())
	inf := float32(math.Inf(1))
	fgsm := func(m attack.Model, x *pixel.Batch, labels int, epsilons ...float64) error {
		_, err := attack.FGSM(context.Background(), m, x, make([]int, labels), attack.Options{Epsilons: epsilons})
		return err
	}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"none", fgsm(fixed{1, 1}, x, 1), "fgsm: no epsilons, want at least one in 0..255"},
		{"below", fgsm(fixed{1, 1}, x, 1, 1, -0.5), "fgsm: epsilon -0.5, want 0..255 (an L∞ radius on the 0..255 scale)"},
		{"above", fgsm(fixed{1, 1}, x, 1, 256), "fgsm: epsilon 256, want 0..255 (an L∞ radius on the 0..255 scale)"},
		{"NaN", fgsm(fixed{1, 1}, x, 1, math.NaN()), "fgsm: epsilon NaN, want 0..255 (an L∞ radius on the 0..255 scale)"},
		{"8-bit", fgsm(fixed{1, 1, 1, 1}, between, 2, 1), "fgsm: image 1: sample 1 is 0.5, not an 8-bit level/255; round the batch first"},
		{"labels", fgsm(fixed{1, 1}, x, 2, 1), "fgsm: gradient: 2 labels for 1 images"},
		{"short", fgsm(fixed{1}, x, 1, 1), "fgsm: gradient: the model gave 1 samples for a batch of 1×1×1×2"},
		{"not finite", fgsm(fixed{inf, nan}, x, 1, 1), "fgsm: gradient: 2 of 2 values are not finite, the first +Inf in image 0; look for probabilities fed to the loss instead of logits (a saturated softmax), and for weights or samples that are not finite"},
		{"random", func() error { _, err := attack.RandomSign(x, 300, 1); return err }(), "random sign: epsilon 300, want 0..255 (an L∞ radius on the 0..255 scale)"},
		{"permute", func() error { _, err := attack.PermuteResidual(context.Background(), x, between, 1); return err }(), "permute residual: batches differ in shape: 1×1×1×2 and 2×1×1×2"},
		{"gaussian", func() error { _, err := attack.GaussianNoise(context.Background(), between, between, 1); return err }(), "gaussian noise: image 1: sample 1 is 0.5, not an 8-bit level/255; round the batch first"},
		{"at", func() error { _, err := (&attack.Sweep{Epsilons: []float64{1, 2}}).At(3); return err }(), "epsilon 3 is not in the sweep, want one of [1 2]"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %s", tt.name, tt.err, tt.want)
		}
	}
}
