package model_test

import (
	"context"
	"flag"
	"math"
	"testing"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/model"
)

// Training on all of MNIST takes a minute or two:
//
//	go test ./runtime/model -run TestMNISTFull -v -full
var full = flag.Bool("full", false, "train on all 60,000 digits")

func mnist(t *testing.T) (train, test *dataset.Set) {
	t.Helper()
	ctx := context.Background()
	s, err := dataset.Open(ctx, "mnist")
	if err != nil {
		t.Fatal(err)
	}
	if train, err = s.Train(ctx); err != nil {
		t.Fatal(err)
	}
	if test, err = s.Test(ctx); err != nil {
		t.Fatal(err)
	}
	return train, test
}

// The first n digits, trained on with these options; the share of the first m
// test digits that come out right.
func learn(t *testing.T, n, m int, o model.TrainOptions) float64 {
	t.Helper()
	train, test := mnist(t)
	net, err := model.Train(context.Background(), "digits", train.Images.Slice(0, n), train.Labels[:n], o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := net.Classify(context.Background(), test.Images.Slice(0, m))
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for i, l := range p.Labels {
		if l == test.Labels[i] {
			hits++
		}
	}
	return float64(hits) / float64(m)
}

func TestMNISTSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on 2,000 digits for some seconds")
	}
	got := learn(t, 2000, 1000, model.TrainOptions{Epochs: 2, Seed: 1})
	t.Logf("accuracy %.4f", got)
	if got < 0.9 {
		t.Errorf("accuracy %.4f after two epochs of 2,000 digits, want 0.9", got)
	}
}

// The recipe of the zero options gives what the README promises, whatever the
// seed.
func TestMNISTFull(t *testing.T) {
	if !*full {
		t.Skip("run with -full: minutes")
	}
	for seed := range uint64(3) {
		got := learn(t, 60000, 10000, model.TrainOptions{Seed: seed + 1})
		t.Logf("seed %d: accuracy %.4f", seed+1, got)
		if got < 0.985 {
			t.Errorf("seed %d: accuracy %.4f on the test digits, want 0.985", seed+1, got)
		}
	}
}

// The constants of the architecture are those of the training images.
func TestNormalisationConstants(t *testing.T) {
	train, _ := mnist(t)
	var sum, square float64
	for _, v := range train.Images.Data {
		sum += float64(v)
		square += float64(v) * float64(v)
	}
	n := float64(len(train.Images.Data))
	mean := sum / n
	std := math.Sqrt(square/n - mean*mean)
	a, err := model.Named("digits")
	if err != nil {
		t.Fatal(err)
	}
	l := a.Layers[0]
	if math.Abs(l.Mean-mean) > 5e-5 || math.Abs(l.Std-std) > 5e-5 {
		t.Errorf("mean %v and std %v, the images have %v and %v", l.Mean, l.Std, mean, std)
	}
}
