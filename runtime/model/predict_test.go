package model

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

func TestInputGradient(t *testing.T) {
	for _, tt := range []struct {
		arch      Architecture
		n, pixels int
		tolerance float64 // of the image's largest |gradient|
	}{
		{tiny(), 27, 40, 1e-5},
		{digits(t), 2, 10, 1e-5},
		{residual(), 3, 60, 1e-5},
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

// An image's logits and gradient do not depend on its place or its neighbours.
func TestImagesAreIndependent(t *testing.T) {
	net := random(t, tiny(), 6)
	x, labels := noise(net.arch, maxImages+6, 7)
	logits, gradient := answers(t, net, x, labels)
	classes, size := net.arch.Classes, x.Size()
	for _, i := range []int{0, 3, maxImages - 1, maxImages, x.N - 1} {
		l, g := answers(t, net, x.Slice(i, i+1), labels[i:i+1])
		if want := logits[i*classes : (i+1)*classes]; !slices.Equal(l, want) {
			t.Errorf("image %d alone has logits %v, in the batch %v", i, l, want)
		}
		if !slices.Equal(g, gradient[i*size:(i+1)*size]) {
			t.Errorf("image %d alone has another gradient", i)
		}
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

// TestNetsDoNotPileUp: a net that nobody has any more leaves nothing of its machines
// behind, nor does its training. A long study has many.
func TestNetsDoNotPileUp(t *testing.T) {
	x := pixel.New(25, 1, 28, 28)
	labels := make([]int, x.N)
	goroutines := runtime.NumGoroutine()
	live := func() uint64 {
		for range 3 {
			n, err := Train(t.Context(), "digits", x, labels, TrainOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := n.Classify(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if _, err := n.Gradient(t.Context(), x, labels); err != nil {
				t.Fatal(err)
			}
		}
		// An engine's helpers, which hold it, stand by for a moment after the last call.
		for begin := time.Now(); runtime.NumGoroutine() > goroutines && time.Since(begin) < 10*time.Second; {
			time.Sleep(time.Millisecond)
		}
		runtime.GC()
		runtime.GC() // what the pools held is free after the next
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	if after := live(); after > before+1<<20 {
		t.Errorf("three nets left %d KB behind", (after-before)>>10)
	}
}

// A NaN is no agreement: comparisons with it are false either way.
func TestCheckGradientSeesNaN(t *testing.T) {
	n, err := Train(t.Context(), "digits", pixel.New(2, 1, 28, 28), []int{0, 1}, TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	image, _ := bars(1, 1)
	gradient := make([]float32, image.Size())
	for i := range gradient {
		gradient[i] = float32(math.NaN())
	}
	if c := n.checkImage(widen(image.Sample(0)), 0, gradient, []int{400, 401, 402, 403, 404, 405}); c.Compared == 0 || c.Error == c.Error {
		t.Errorf("%d derivatives compared, error %v; want NaN", c.Compared, c.Error)
	}
}
