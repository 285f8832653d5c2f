package model

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// bars returns n noisy images of ten kinds: a bright bar at one of five heights,
// lying or standing.
func bars(n int, seed uint64) (*pixel.Batch, []int) {
	r := rand.New(rand.NewPCG(seed, 3))
	x, labels := pixel.New(n, 1, 28, 28), make([]int, n)
	for i := range n {
		labels[i] = r.IntN(10)
		s := x.Sample(i)
		at, from := 2+5*(labels[i]/2)+r.IntN(3), r.IntN(8)
		for k := range s {
			s[k] = 0.3 * r.Float32()
		}
		for k := from; k < from+18; k++ {
			if labels[i]%2 == 0 {
				s[at*28+k] = 1
			} else {
				s[k*28+at] = 1
			}
		}
	}
	return x, labels
}

func accuracy(t *testing.T, n *Net, x *pixel.Batch, labels []int) float64 {
	t.Helper()
	p, err := n.Classify(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for i, l := range p.Labels {
		if l == labels[i] {
			hits++
		}
	}
	return float64(hits) / float64(x.N)
}

// The whole chain learns: initial weights, order, gradients, Adam, schedule.
func TestTrainingLearns(t *testing.T) {
	x, labels := bars(400, 1)
	net, err := Train(context.Background(), "digits", x, labels, TrainOptions{Epochs: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	test, want := bars(100, 2)
	if got := accuracy(t, net, test, want); got < 0.95 {
		t.Errorf("accuracy %v on images like those trained on, want 0.95", got)
	}
	first, last := net.Curve[0], net.Curve[len(net.Curve)-1]
	if last.Loss > first.Loss/4 || last.Accuracy <= first.Accuracy {
		t.Errorf("the curve goes from %+v to %+v", first, last)
	}
}

func TestRate(t *testing.T) {
	for _, steps := range []int{1, 2, 19, 20, 600} {
		warm := steps / 20
		peak := 0.0
		for s := range steps {
			r := rate(0.1, s, steps)
			if r <= 0 || r > 0.1 {
				t.Errorf("step %d of %d: rate %v outside (0, 0.1]", s, steps, r)
			}
			if s > 0 && (s <= warm) != (r > rate(0.1, s-1, steps)) && s != warm {
				t.Errorf("step %d of %d: rate %v after %v", s, steps, r, rate(0.1, s-1, steps))
			}
			peak = max(peak, r)
		}
		if steps >= 20 && (peak < 0.099 || rate(0.1, steps-1, steps) > 0.001) {
			t.Errorf("%d steps: peak %v, last %v, want about 0.1 and 0", steps, peak, rate(0.1, steps-1, steps))
		}
	}
}

// A gradient does not depend on what the machine ran before: a full batch, then
// a small one.
func TestMachinesForget(t *testing.T) {
	a := tiny()
	x, labels := noise(a, 28, 1)
	gradient := func(batches ...[]int) []float32 {
		tr, err := newTrainer(a, x, labels, TrainOptions{Epochs: 1, BatchSize: x.N, LearningRate: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			if _, err := tr.gradient(b); err != nil {
				t.Fatal(err)
			}
		}
		return tr.flat()
	}
	all := upTo(x.N)
	after, fresh := gradient(all, all[5:9]), gradient(all[5:9])
	for i := range fresh {
		if after[i] != fresh[i] {
			t.Fatalf("weight %d: gradient %v after another batch, %v before any", i, after[i], fresh[i])
		}
	}
}

// A report lists the weights that its numbers rest on, trained or recalled.
func TestTrainNamesItsWeights(t *testing.T) {
	var used []work.Artifact
	ctx := work.WithProvenance(t.Context(), work.ProvenanceFunc(func(a work.Artifact) { used = append(used, a) }))
	net, err := Train(ctx, "digits", pixel.New(2, 1, 28, 28), []int{0, 1}, TrainOptions{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	want := []work.Artifact{{Kind: "weights", Name: "digits, seed 7", Source: "trained by model.Train", SHA256: net.Digest()}}
	if !slices.Equal(used, want) {
		t.Errorf("named %+v, want %+v", used, want)
	}
}
