package model

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// memory is a work.Memory that keeps everything and counts what it gives out.
type memory struct {
	kept map[string][]byte
	hits int
}

func (m *memory) Recall(k work.Key) ([]byte, bool) {
	b, ok := m.kept[fmt.Sprint(k)]
	if ok {
		m.hits++
	}
	return b, ok
}

func (m *memory) Keep(k work.Key, v []byte) { m.kept[fmt.Sprint(k)] = v }

func newMemory() *memory { return &memory{kept: map[string][]byte{}} }

// Whatever the number of goroutines, weights, logits and gradients are the same
// bits.
func TestSameBitsWhateverGOMAXPROCS(t *testing.T) {
	a := digits(t)
	x, labels := noise(a, 53, 4)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	want := ""
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		net, err := Train(context.Background(), "digits", x, labels, TrainOptions{BatchSize: 51, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		logits, gradient := answers(t, net, x, labels)
		got := fmt.Sprintf("%s %x %x", net.Digest(), sha256.Sum256(floats(logits)), sha256.Sum256(floats(gradient)))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GOMAXPROCS %d: digests of weights, logits and gradient\n%s, at 1\n%s", procs, got, want)
		}
	}
}

func TestTrainingIsRecalled(t *testing.T) {
	a := tiny()
	x, labels := noise(a, 40, 8)
	m := newMemory()
	steps := 0
	ctx := work.WithMemory(context.Background(), m)
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(s work.Step) {
		steps++
		if s.Done != steps || s.Total != 8 || s.Unit != "batches" || !strings.HasPrefix(s.Note, fmt.Sprintf("epoch %d/2, loss ", 1+(steps-1)/4)) {
			t.Errorf("step %d reports %+v", steps, s)
		}
	}))
	o := TrainOptions{Epochs: 2, BatchSize: 12, Seed: 9}
	first, err := train(ctx, a, x, labels, o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := train(ctx, a, x, labels, o)
	if err != nil {
		t.Fatal(err)
	}
	if m.hits != 1 || steps != 8 {
		t.Errorf("%d hits and %d steps after two trainings, want 1 and 8", m.hits, steps)
	}
	if first.Digest() != second.Digest() || !slices.Equal(first.Curve, second.Curve) || len(second.Curve) != 8 {
		t.Errorf("the net recalled differs: curve of %d and %d points", len(first.Curve), len(second.Curve))
	}
	if last := second.Curve[7]; last.Step != 8 || !(last.Loss > 0) {
		t.Errorf("last point of the curve %+v", last)
	}
	seen := map[string]bool{first.Digest(): true}
	for name, again := range map[string]func() (*Net, error){
		"seed": func() (*Net, error) {
			return train(ctx, a, x, labels, TrainOptions{Epochs: 2, BatchSize: 12, Seed: 10})
		},
		"rate": func() (*Net, error) {
			return train(ctx, a, x, labels, TrainOptions{Epochs: 2, BatchSize: 12, Seed: 9, LearningRate: 0.01})
		},
		"batch": func() (*Net, error) { return train(ctx, a, x, labels, TrainOptions{Epochs: 2, BatchSize: 13, Seed: 9}) },
	} {
		steps = 0
		n, err := again()
		if err != nil {
			t.Fatal(err)
		}
		if seen[n.Digest()] {
			t.Errorf("another %s gives the same net", name)
		}
		seen[n.Digest()] = true
	}
}

func TestTrainErrors(t *testing.T) {
	x, labels := noise(digits(t), 4, 1)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	train := func(arch string, x *pixel.Batch, labels []int, o TrainOptions) error {
		_, err := Train(context.Background(), arch, x, labels, o)
		return err
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{train("lenet", x, labels, TrainOptions{}), `train: architecture "lenet", want one of digits, mobilenetv2`},
		{train("digits", x, labels, TrainOptions{Epochs: -1}), "train digits: -1 epochs, want 1..1000, or 0 for 1"},
		{train("digits", x, labels, TrainOptions{BatchSize: -1}), "train digits: batch size -1, want 1..10000, or 0 for 50"},
		{train("digits", x, labels, TrainOptions{LearningRate: math.NaN()}), "train digits: learning rate NaN, want one in (0,1], or 0 for 0.002"},
		{train("digits", x, labels[1:], TrainOptions{}), "train digits: 3 labels for 4 images"},
		{train("digits", x, []int{0, 1, 10, 2}, TrainOptions{}), "train digits: label 10 of image 2, want 0..9"},
		{train("digits", pixel.New(4, 3, 28, 28), labels, TrainOptions{}), "train digits: images of 3×28×28, digits takes 1×28×28"},
		{train("digits", x.Slice(0, 0), nil, TrainOptions{}), "train digits: no images"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
	if _, err := Train(canceled, "digits", x, labels, TrainOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled training: %v", err)
	}
}

// A training cancelled on the way ends with the context's error and keeps
// nothing.
func TestTrainingIsCancelled(t *testing.T) {
	a := tiny()
	x, labels := noise(a, 60, 1)
	m := newMemory()
	ctx, cancel := context.WithCancel(work.WithMemory(context.Background(), m))
	ctx = work.WithProgress(ctx, work.ProgressFunc(func(s work.Step) {
		if s.Done == 2 {
			cancel()
		}
	}))
	if _, err := train(ctx, a, x, labels, TrainOptions{BatchSize: 10}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled after two batches: %v", err)
	}
	if len(m.kept) != 0 {
		t.Error("a cancelled training was kept")
	}
}

func TestLossThatIsNotFinite(t *testing.T) {
	x, labels := noise(tiny(), 40, 1)
	x.Data[0] = float32(math.Inf(1))
	_, err := train(context.Background(), tiny(), x, labels, TrainOptions{BatchSize: 40, Seed: 1})
	want := "train tiny: epoch 1, step 1 of 1: the loss is NaN; a learning rate below 0.002 may help"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
