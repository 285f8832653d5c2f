package model

import (
	"context"
	"runtime"
	"slices"
	"testing"
)

// narrow is MobileNetV2's structure with few channels and pixels.
func narrow() Architecture {
	return bottlenecks("narrow", 32, 7, 8, []bottleneck{{1, 8, 1, 1}, {6, 16, 2, 2}, {6, 16, 2, 1}, {6, 24, 2, 2}}, 40)
}

// The paper's table counts to 3.4 million multiplied weights; those of the usual
// implementation are 3,504,872, of which 17,056 are batch normalisation's scales,
// where here there are biases.
func TestMobileNetV2(t *testing.T) {
	stages, n, err := MobileNetV2().stages()
	if err != nil {
		t.Fatal(err)
	}
	if n != 3504872-17056 {
		t.Errorf("%d weights, want %d", n, 3504872-17056)
	}
	convolutions, adds, products := 0, 0, 0
	for _, s := range stages {
		switch s.Kind {
		case "conv":
			convolutions++
			products += s.out.h * s.out.w * (s.weight.to - s.weight.from)
		case "add":
			adds++
		}
	}
	if convolutions != 52 || adds != 10 || products < 299e6 || products > 301e6 {
		t.Errorf("%d convolutions of %d products and %d additions, want 52 of 300 million and 10", convolutions, products, adds)
	}
}

func TestInvertedResidualsAgainstReference(t *testing.T) {
	net, err := Random(narrow(), 3)
	if err != nil {
		t.Fatal(err)
	}
	x, labels := noise(narrow(), 3, 4)
	logitsNearReference(t, net, x, 4e-6)
	c, err := net.CheckGradient(context.Background(), x, labels, 120, 5)
	if err != nil {
		t.Fatal(err)
	}
	if !(c.Error < 1e-4) || c.Compared < 60 {
		t.Errorf("gradient: error %v at %d samples, %d left out", c.Error, c.Compared, c.Kinks)
	}
}

// As for the digits network: inverted residuals, strides and residuals included.
func TestMobileNetV2SameBitsWhateverGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	a := MobileNetV2()
	net, err := Random(a, 3)
	if err != nil {
		t.Fatal(err)
	}
	x, labels := noise(a, 2, 4)
	var want []float32
	for _, procs := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(procs)
		got, err := net.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		if procs == 1 {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("GOMAXPROCS %d changes the gradient", procs)
		}
	}
}
