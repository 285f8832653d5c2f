package attack_test

import (
	"context"
	"fmt"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/pixel"
)

func ExampleFGSM() {
	// Two samples and two classes; the loss of class 0 rises as the first
	// sample falls and as the second rises.
	m := &linear{weights: [][]float64{{1, -1}, {-1, 1}}}
	x := pixel.FromBytes(1, 1, 1, 2, []byte{120, 250})
	s, err := attack.FGSM(context.Background(), m, x, []int{0}, attack.Options{Epsilons: []float64{1, 8.5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, b := range s.Batches {
		levels, _ := b.Levels()
		fmt.Printf("ε=%v: %v, %.0f%% clipped\n", s.Epsilons[i], levels, 100*s.Clipped[i])
	}
	// Output:
	// ε=1: [119 251], 0% clipped
	// ε=8.5: [112 255], 50% clipped
}

func ExampleSweep_At() {
	m := &linear{weights: [][]float64{{1, -1}, {-1, 1}}}
	x := pixel.FromBytes(1, 1, 1, 2, []byte{120, 250})
	s, _ := attack.FGSM(context.Background(), m, x, []int{0}, attack.Options{Epsilons: []float64{1}})
	adv, err := s.At(1)
	fmt.Println(adv.Shape(), err)
	_, err = s.At(2)
	fmt.Println(err)
	// Output:
	// 1×1×1×2 <nil>
	// epsilon 2 is not in the sweep, want one of [1]
}

func ExampleGaussianNoise() {
	grey := make([]byte, 28*28)
	for i := range grey {
		grey[i] = 100
	}
	from := pixel.FromBytes(1, 1, 28, 28, grey)
	for i := range 25 {
		grey[i] += 20
	}
	to := pixel.FromBytes(1, 1, 28, 28, grey)
	noisy, err := attack.GaussianNoise(context.Background(), from, to, 1)
	fmt.Printf("%.1f levels asked for, %.1f reached, %v\n", l2(to, from, 0), l2(noisy, from, 0), err)
	// Output:
	// 100.0 levels asked for, 100.0 reached, <nil>
}

func ExamplePermuteResidual() {
	from := pixel.FromBytes(1, 1, 1, 6, []byte{100, 100, 100, 100, 100, 100})
	to := pixel.FromBytes(1, 1, 1, 6, []byte{101, 102, 103, 100, 100, 100})
	moved, err := attack.PermuteResidual(context.Background(), from, to, 1)
	fmt.Printf("%.3f and %.3f levels, %v\n", l2(to, from, 0), l2(moved, from, 0), err)
	// Output:
	// 3.742 and 3.742 levels, <nil>
}
