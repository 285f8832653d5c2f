package model

import (
	"context"
	"testing"
)

// The three that a study is made of, on 100 digits each.
const benchImages = 100

// BenchmarkTrainStep is gradient and update for one batch.
func BenchmarkTrainStep(b *testing.B) {
	a := digits(b)
	x, labels := noise(a, benchImages, 1)
	tr, err := newTrainer(a, x, labels, TrainOptions{Epochs: 1, BatchSize: benchImages, LearningRate: 1e-3})
	if err != nil {
		b.Fatal(err)
	}
	batch := upTo(benchImages)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tr.gradient(batch); err != nil {
			b.Fatal(err)
		}
		tr.update(1e-3, benchImages)
	}
}

func BenchmarkInputGradient(b *testing.B) {
	net := random(b, digits(b), 1)
	x, labels := noise(net.arch, benchImages, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := net.Gradient(context.Background(), x, labels); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	net := random(b, digits(b), 1)
	x, _ := noise(net.arch, benchImages, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := net.Classify(context.Background(), x); err != nil {
			b.Fatal(err)
		}
	}
}
