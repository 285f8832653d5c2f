package dataset_test

import (
	"testing"

	"jpgreport/runtime/dataset"
)

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := dataset.Open(b.Context(), "mnist"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTest(b *testing.B) {
	for b.Loop() {
		s, err := dataset.Open(b.Context(), "mnist")
		if err == nil {
			_, err = s.Test(b.Context())
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	for b.Loop() {
		s, err := dataset.Open(b.Context(), "mnist")
		if err == nil {
			_, err = s.Train(b.Context())
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
