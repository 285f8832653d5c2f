package metric_test

import (
	"fmt"

	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
)

func ExampleAccuracy() {
	acc := metric.Accuracy([]int{7, 2, 1, 0}, []int{7, 2, 1, 8})
	low, high := acc.Interval()
	fmt.Printf("%v of %s; %.2f to %.2f\n", acc.Value(), acc.Of, low, high)
	// Output: 0.75 of all images; 0.30 to 0.95
}

func ExampleTopK() {
	scores := []float32{0.5, 0.3, 0.2, 0.1, 0.2, 0.7} // two images, three classes
	labels := []int{1, 2}
	fmt.Println(metric.TopK(scores, 3, labels, 1))
	fmt.Println(metric.TopK(scores, 3, labels, 2))
	// Output:
	// 50.0% [9.5, 90.5] (1/2)
	// 100.0% [34.2, 100.0] (2/2)
}

func ExampleRecovered() {
	labels := []int{1, 1, 1, 1, 1}
	clean := []int{1, 1, 1, 1, 0}
	adv := []int{1, 0, 0, 0, 0}
	jpeg := []int{1, 1, 0, 2, 1}
	fmt.Println("attack success", metric.AttackSuccess(clean, adv, labels))
	fmt.Println("recovered", metric.Recovered(clean, adv, jpeg, labels))
	fmt.Println("newly broken", metric.NewlyBroken(adv, jpeg, labels))
	// Output:
	// attack success 75.0% [30.1, 95.4] (3/4)
	// recovered 33.3% [6.1, 79.2] (1/3)
	// newly broken 0.0% [0.0, 79.3] (0/1)
}

func ExampleTransitions() {
	labels := []int{1, 1, 1, 1, 1}
	ways := metric.Transitions([]int{1, 1, 1, 1, 0}, []int{1, 0, 0, 0, 0}, []int{1, 1, 0, 2, 1}, labels)
	for _, w := range ways.Cells() {
		fmt.Println(w.Count, w.Name)
	}
	fmt.Println(ways.Sum(), "in all")
	// Output:
	// 1 right throughout
	// 0 right, still right under attack, newly broken by compression
	// 1 broken by the attack, recovered by compression
	// 1 broken by the attack, still wrong with the same label
	// 1 broken by the attack, wrong with a third label
	// 0 wrong from the start, wrong in the end
	// 1 wrong from the start, right in the end
	// 5 in all
}

func ExampleMcNemar() {
	labels := []int{1, 1, 1, 1, 1, 1}
	jpeg := metric.Correct([]int{1, 1, 1, 1, 1, 0}, labels)
	noise := metric.Correct([]int{0, 0, 0, 0, 0, 0}, labels)
	test := metric.McNemar(jpeg, noise)
	fmt.Println(test.OnlyA, test.OnlyB, test.P)
	// Output: 5 0 0.0625
}

func ExamplePSNR() {
	x := pixel.FromBytes(2, 1, 1, 2, []byte{10, 20, 30, 40})
	y := pixel.FromBytes(2, 1, 1, 2, []byte{13, 16, 30, 40})
	mean, n := metric.Mean(metric.PSNR(x, y)) // of the image that changed
	fmt.Printf("L∞ %v, PSNR %.1f dB over n = %d\n", metric.Linf(x, y), mean, n)
	// Output: L∞ [4 0], PSNR 37.2 dB over n = 1
}

func ExampleMeanSD() {
	seeds := []float64{0.78, 0.86, 0.82}
	mean, sd := metric.MeanSD(seeds)
	low, high := metric.Range(seeds)
	fmt.Printf("%.2f ± %.2f, %.2f to %.2f\n", mean, sd, low, high)
	// Output: 0.82 ± 0.04, 0.78 to 0.86
}
