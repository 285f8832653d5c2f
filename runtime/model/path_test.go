package model

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/kernel"
)

// Each path gives the logits of the reference, and gradients that its differences
// bear out, also for a batch that does not fill the machine.
func TestEachPathAgainstReference(t *testing.T) {
	for _, path := range kernel.Paths() {
		t.Run(path.String(), func(t *testing.T) {
			t.Setenv(pathVariable, path.String())
			for _, a := range []Architecture{tiny(), residual(), narrow()} {
				net := random(t, a, 3)
				x, labels := noise(a, 3, 4)
				logitsNearReference(t, net, x, 5e-6)
				c, err := net.CheckGradient(context.Background(), x, labels, 20, 5)
				if err != nil {
					t.Fatal(err)
				}
				if !(c.Error <= 2e-5) || c.Compared < 10 {
					t.Errorf("%s: gradient off by %v at %d samples", a.Name, c.Error, c.Compared)
				}
			}
		})
	}
}

// A training ends in the same bits on AVX2 and AVX-512, and near them on the
// portable path: some steps on, rounding has grown to a few parts in 10⁴.
func TestPathsTrainAlike(t *testing.T) {
	x, labels := bars(60, 1)
	digest, weights := map[kernel.Path]string{}, map[kernel.Path][]float32{}
	for _, path := range kernel.Paths() {
		t.Setenv(pathVariable, path.String())
		net, err := Train(context.Background(), "digits", x, labels, TrainOptions{BatchSize: 25, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		g, err := net.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		p, err := net.Classify(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		digest[path] = fmt.Sprintf("%s %x %x", net.Digest(), sha256.Sum256(floats(g)), sha256.Sum256(floats(p.Logits)))
		weights[path] = net.weights
	}
	if slices.Contains(kernel.Paths(), kernel.AVX512) && digest[kernel.AVX2] != digest[kernel.AVX512] {
		t.Errorf("digests of weights, gradient and logits\navx2   %s\navx512 %s", digest[kernel.AVX2], digest[kernel.AVX512])
	}
	for path, w := range weights {
		for i, v := range weights[kernel.Portable] {
			if d := math.Abs(float64(v - w[i])); d > 1e-3 {
				t.Fatalf("%v: weight %d is %v, on the portable path %v", path, i, w[i], v)
			}
		}
	}
}

func TestUnknownPath(t *testing.T) {
	x, labels := bars(3, 1)
	net := random(t, digits(t), 1)
	t.Setenv(pathVariable, "sse9")
	want := `JPGREPORT_KERNEL: kernel path "sse9", want one that this machine has: portable`
	if _, err := Train(context.Background(), "digits", x, labels, TrainOptions{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("train: %v, want %s", err, want)
	}
	if _, err := net.Classify(context.Background(), x); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("classify: %v, want %s", err, want)
	}
	if _, err := net.Gradient(context.Background(), x, labels); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("gradient: %v, want %s", err, want)
	}
}
