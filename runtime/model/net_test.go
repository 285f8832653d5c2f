package model

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
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

func TestInputGradient(t *testing.T) {
	for _, tt := range []struct {
		arch      Architecture
		n, pixels int
		tolerance float64 // of the image's largest |gradient|
	}{
		{tiny(), shardSize + 2, 40, 1e-5},
		{digits(t), 2, 10, 1e-5},
	} {
		net := random(t, tt.arch, 1)
		x, labels := noise(tt.arch, tt.n, 2)
		c, err := net.CheckGradient(context.Background(), x, labels, tt.pixels, 3)
		if err != nil {
			t.Fatal(err)
		}
		if c.Error > tt.tolerance {
			t.Errorf("%s: gradient off by %v, want %v at most", tt.arch.Name, c.Error, tt.tolerance)
		}
		if c.Compared+c.Kinks != tt.n*tt.pixels || c.Compared < c.Kinks {
			t.Errorf("%s: %d samples compared, %d at kinks", tt.arch.Name, c.Compared, c.Kinks)
		}
	}
}

// A gradient that is wrong in one place shows, and so does one that is nowhere.
func TestGradientCheckCatches(t *testing.T) {
	net := random(t, tiny(), 1)
	x, labels := noise(net.arch, 1, 2)
	all := make([]int, x.Size())
	for i := range all {
		all[i] = i
	}
	for name, spoil := range map[string]func(g []float32){
		"one sign":  func(g []float32) { k := largest(g); g[k] = -g[k] },
		"all zero":  func(g []float32) { clear(g) },
		"one tenth": func(g []float32) { g[largest(g)] *= 1.1 },
	} {
		g, err := net.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		spoil(g)
		if c := net.checkImage(widen(x.Sample(0)), labels[0], g, all); c.Error < 0.05 {
			t.Errorf("%s: the check says %v", name, c.Error)
		}
	}
}

func largest(g []float32) int {
	k := 0
	for i, v := range g {
		if math.Abs(float64(v)) > math.Abs(float64(g[k])) {
			k = i
		}
	}
	return k
}

// Whatever the number of goroutines, weights, logits and gradients are the same
// bits.
func TestSameBitsWhateverGOMAXPROCS(t *testing.T) {
	a := digits(t)
	x, labels := noise(a, 2*shardSize+3, 4)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	want := ""
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		net, err := Train(context.Background(), "digits", x, labels, TrainOptions{BatchSize: 2*shardSize + 1, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		p, err := net.Classify(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		g, err := net.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%s %x %x", net.Digest(), sha256.Sum256(floats(p.Logits)), sha256.Sum256(floats(g)))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GOMAXPROCS %d: digests of weights, logits and gradient\n%s, at 1\n%s", procs, got, want)
		}
	}
}

// An image's logits and gradient do not depend on its place or its neighbours.
func TestImagesAreIndependent(t *testing.T) {
	net := random(t, tiny(), 6)
	x, labels := noise(net.arch, shardSize+6, 7)
	p, err := net.Classify(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	g, err := net.Gradient(context.Background(), x, labels)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 3, shardSize - 1, shardSize, x.N - 1} {
		one, err := net.Classify(context.Background(), x.Slice(i, i+1))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one.Logits, p.row(i)) {
			t.Errorf("image %d alone has logits %v, in the batch %v", i, one.Logits, p.row(i))
		}
		alone, err := net.Gradient(context.Background(), x.Slice(i, i+1), labels[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(alone, g[i*x.Size():(i+1)*x.Size()]) {
			t.Errorf("image %d alone has another gradient", i)
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

func TestPredictionsAreRecalled(t *testing.T) {
	net := random(t, tiny(), 1)
	x, labels := noise(net.arch, 5, 2)
	m := newMemory()
	ctx := work.WithMemory(context.Background(), m)
	var all []*Predictions
	for range 2 {
		p, err := net.Classify(ctx, x)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if m.hits != 1 || !slices.Equal(all[0].Logits, all[1].Logits) || !slices.Equal(all[0].Labels, all[1].Labels) || !slices.Equal(all[0].Confidence, all[1].Confidence) {
		t.Errorf("%d hits, want 1; predictions %+v, recalled %+v", m.hits, all[0], all[1])
	}
	losses, err := net.Loss(ctx, x, labels)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range losses {
		if want := net.ReferenceLoss(widen(x.Sample(i)), labels[i]); math.Abs(l-want) > 1e-5*max(1, want) {
			t.Errorf("image %d: loss %v, reference %v", i, l, want)
		}
	}
}

func TestPredictions(t *testing.T) {
	p := newPredictions([]float32{0, 0, 0, 1, 3, 3, float32(math.Log(6)), float32(math.Log(3)), 0}, 3)
	if want := []int{0, 1, 0}; !slices.Equal(p.Labels, want) {
		t.Errorf("labels %v, want %v", p.Labels, want)
	}
	for _, tt := range []struct {
		i, label int
		want     float64
	}{{0, 2, 1. / 3}, {2, 0, 0.6}, {2, 1, 0.3}, {2, 2, 0.1}} {
		if got := p.Probability(tt.i, tt.label); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("probability of label %d for image %d: %v, want %v", tt.label, tt.i, got, tt.want)
		}
	}
	if math.Abs(p.Confidence[2]-0.6) > 1e-6 {
		t.Errorf("confidence %v, want 0.6", p.Confidence[2])
	}
	if got, want := p.Top(1, 2), []int{1, 2}; !slices.Equal(got, want) {
		t.Errorf("top 2 %v, want %v", got, want)
	}
	if got := p.Top(0, 9); len(got) != 3 {
		t.Errorf("top 9 of 3 classes: %v", got)
	}
}

// With logits so far apart that the label's probability is 1 in float64, the
// gradient keeps its direction: it is that of the reference.
func TestSaturatedLogitsKeepTheirGradient(t *testing.T) {
	a := tiny()
	net := random(t, a, 11)
	stages, _, err := a.stages()
	if err != nil {
		t.Fatal(err)
	}
	x, _ := noise(a, 4, 12)
	p, err := net.Classify(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	label := p.Labels[0]
	stages[len(stages)-1].bias.of(net.weights)[label] += 60
	p, err = newNet(a, net.weights).Classify(context.Background(), x.Slice(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	if p.Confidence[0] != 1 {
		t.Fatalf("the softmax is not saturated: %v", p.Confidence[0])
	}
	c, err := net.CheckGradient(context.Background(), x.Slice(0, 1), []int{label}, 40, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Error > 1e-4 || c.Compared < 20 || c.ZeroShare > 0.1 {
		t.Errorf("saturated: %+v", *c)
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
		{train("lenet", x, labels, TrainOptions{}), `train: architecture "lenet", want one of digits`},
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

func TestEncoding(t *testing.T) {
	net := random(t, tiny(), 1)
	net.Curve = []CurvePoint{{1, 2.5, 0.1}, {7, 0.25, 0.9}}
	enc, err := net.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Net
	if err := back.UnmarshalBinary(enc); err != nil {
		t.Fatal(err)
	}
	again, _ := back.MarshalBinary()
	if !bytes.Equal(enc, again) || back.Digest() != net.Digest() || !slices.Equal(back.Curve, net.Curve) {
		t.Error("a net does not come back as it was")
	}
	for i := range enc {
		damaged := bytes.Clone(enc)
		damaged[i] ^= 0x40
		if new(Net).UnmarshalBinary(damaged) == nil {
			t.Fatalf("byte %d changed: no error", i)
		}
		if new(Net).UnmarshalBinary(enc[:i]) == nil {
			t.Fatalf("cut to %d bytes: no error", i)
		}
	}
}

// seal puts the right digest after a body, as someone who forges a file would.
func seal(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), sum[:]...)
}

func FuzzUnmarshal(f *testing.F) {
	net := random(f, tiny(), 1)
	enc, err := net.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	body := enc[:len(enc)-sha256.Size]
	f.Add(body)
	f.Add(body[:len(body)-4])
	huge := bytes.Clone(body)
	binary.LittleEndian.PutUint32(huge[len(magic):], math.MaxUint32)
	f.Add(huge)
	f.Add(bytes.Replace(body, []byte(`"Out":5`), []byte(`"Out":6`), 1))
	f.Add(bytes.Replace(body, []byte(`"Height":8`), []byte(`"Height":0`), 1))
	f.Add(bytes.Replace(body, []byte(`"Size":2`), []byte(`"Size":0`), 1))
	f.Fuzz(func(t *testing.T, body []byte) {
		var n Net
		if err := n.UnmarshalBinary(seal(body)); err != nil {
			return
		}
		// What decodes is a net that works.
		if n.arch.Channels*n.arch.Height*n.arch.Width > 1000 || len(n.weights) > 1e5 {
			return
		}
		x, _ := noise(n.arch, 1, 1)
		n.ReferenceLogits(x, 0)
	})
}

func TestArchitecturesAreSortedAndFit(t *testing.T) {
	if !slices.IsSorted(Architectures()) {
		t.Errorf("not sorted: %v", Architectures())
	}
	for _, a := range architectures() {
		if _, _, err := a.stages(); err != nil {
			t.Error(err)
		}
	}
	if _, n, _ := digits(t).stages(); n != 421642 {
		t.Errorf("the digits network has %d weights, want 421642", n)
	}
	want := "digits: 1×28×28, normalise mean 0.1307 std 0.3081, conv 32 3×3 padding 1, relu, max pool 2×2, conv 64 3×3 padding 1, relu, max pool 2×2, flatten, dense 128, relu, dense 10; 10 classes"
	if got := digits(t).String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArchitectureErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(a *Architecture)
		want   string
	}{
		{func(a *Architecture) { a.Height = 0 }, `architecture "tiny": images of 2×0×8, want dimensions in 1..65536`},
		{func(a *Architecture) { a.Layers[3].Size = 3 }, `architecture "tiny": layer 3, max pool 3×3, does not fit images of 3×8×8`},
		{func(a *Architecture) { a.Layers[0].Std = 0 }, `architecture "tiny": layer 0, normalise mean 0.4 std 0, does not fit images of 2×8×8`},
		{func(a *Architecture) { a.Classes = 4 }, `architecture "tiny": the last layer gives 3×1×1, want 4 classes (at least 2)`},
		{func(a *Architecture) { a.Layers[2].Kind = "gelu" }, `architecture "tiny": layer 2, gelu, does not fit images of 3×8×8`},
		{func(a *Architecture) { a.Layers[1].Pad = 65 }, `architecture "tiny": layer 1, conv 3 3×3 padding 65: out of range`},
	} {
		a := tiny()
		tt.change(&a)
		if _, _, err := a.stages(); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}
