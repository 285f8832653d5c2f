package metric_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
)

// Eight images of classes 0 to 3, and what a network says of them. By hand:
//
//	image       0  1  2  3  4  5  6  7
//	label       0  1  2  3  0  1  2  3
//	clean       0  1  2  3  0  1  9  9    6 of 8 right
//	attacked    0  9  9  9  0  9  9  9    2 of 8 right
//	compressed  0  1  9  8  9  9  2  9    3 of 8 right
//
// Of the 6 right when clean the attack broke 4 (1, 2, 3, 5); compression brought
// back 1 of them (1), left 2 with the same label (2, 5) and gave 1 a third (3).
// Image 4 survived the attack and was broken by compression, 0 was right
// throughout; 6 was wrong and is right in the end, 7 was always wrong.
var (
	labels     = []int{0, 1, 2, 3, 0, 1, 2, 3}
	clean      = []int{0, 1, 2, 3, 0, 1, 9, 9}
	attacked   = []int{0, 9, 9, 9, 0, 9, 9, 9}
	compressed = []int{0, 1, 9, 8, 9, 9, 2, 9}
)

func TestRatesByHand(t *testing.T) {
	for _, c := range []struct {
		name string
		got  metric.Proportion
		k, n int
	}{
		{"accuracy clean", metric.Accuracy(clean, labels), 6, 8},
		{"accuracy attacked", metric.Accuracy(attacked, labels), 2, 8},
		{"accuracy compressed", metric.Accuracy(compressed, labels), 3, 8},
		{"attack success", metric.AttackSuccess(clean, attacked, labels), 4, 6},
		{"recovered", metric.Recovered(clean, attacked, compressed, labels), 1, 4},
		{"newly broken after the attack", metric.NewlyBroken(attacked, compressed, labels), 1, 2},
		{"newly broken from clean", metric.NewlyBroken(clean, compressed, labels), 4, 6},
		{"agreement", metric.Agreement(clean, attacked), 4, 8},
		{"nothing to recover", metric.Recovered(clean, clean, compressed, labels), 0, 0},
	} {
		if c.got.K != c.k || c.got.N != c.n {
			t.Errorf("%s: %d/%d, want %d/%d", c.name, c.got.K, c.got.N, c.k, c.n)
		}
		if c.got.Of == "" {
			t.Errorf("%s does not say of what", c.name)
		}
	}
}

func TestTransitionsByHand(t *testing.T) {
	got := metric.Transitions(clean, attacked, compressed, labels)
	want := metric.Transition{Kept: 1, NewlyBroken: 1, Recovered: 1, SameWrong: 2, ThirdLabel: 1, WrongFixed: 1, WrongKept: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got.Sum() != len(labels) {
		t.Errorf("the cells add up to %d, want %d", got.Sum(), len(labels))
	}
}

// TestWilson holds the interval to the two roots of its defining equation
// |p − π| = z·√(π(1−π)/n), and to printed values: 1/10 has 0.018 to 0.404, 0/10
// has 0 to 0.278, 5/10 has 0.237 to 0.763.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{1, 10, 0.018, 0.404}, {0, 10, 0, 0.278}, {5, 10, 0.237, 0.763}, {10, 10, 0.722, 1}} {
		p := metric.Proportion{K: c.k, N: c.n}
		low, high := p.Wilson()
		if math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
			t.Errorf("%d/%d: %.4f to %.4f, want %.3f to %.3f", c.k, c.n, low, high, c.low, c.high)
		}
		for _, end := range []float64{low, high} {
			if off := math.Abs(p.Value()-end) - 1.959964*math.Sqrt(end*(1-end)/float64(c.n)); end > 0 && end < 1 && math.Abs(off) > 1e-6 {
				t.Errorf("%d/%d: the end %v misses its equation by %v", c.k, c.n, end, off)
			}
		}
	}
}

func ExampleProportion() {
	fmt.Println(metric.Proportion{K: 1848, N: 2000, Of: "all images"})
	fmt.Println(metric.Proportion{Of: "broken by the attack"})
	// Output:
	// 92.4% [91.2, 93.5] (1848/2000)
	// not shown (n = 0)
}

// TestMcNemarByHand: of 5 images on which the treatments differ, all fall to A:
// twice (1/2)⁵ is 1/16. Of 4, 1 falls to B: twice (1 + 4)/16 is 5/8.
func TestMcNemarByHand(t *testing.T) {
	for _, c := range []struct {
		onlyA, onlyB int
		p            float64
	}{{5, 0, 1.0 / 16}, {3, 1, 5.0 / 8}, {2, 2, 1}, {0, 0, 1}, {0, 5, 1.0 / 16}} {
		if got := mcnemar(c.onlyA, c.onlyB); math.Abs(got.P-c.p) > 1e-12 || got.OnlyA != c.onlyA || got.OnlyB != c.onlyB {
			t.Errorf("%+v, want %d, %d and p = %v", got, c.onlyA, c.onlyB, c.p)
		}
	}
}

// TestMcNemarAgainstWholeNumbers adds up the tail exactly.
func TestMcNemarAgainstWholeNumbers(t *testing.T) {
	for _, c := range [][2]int{{30, 11}, {200, 160}, {7, 90}, {900, 1000}} {
		n, tail := int64(c[0]+c[1]), new(big.Int)
		for k := range min(c[0], c[1]) + 1 {
			tail.Add(tail, new(big.Int).Binomial(n, int64(k)))
		}
		exact := new(big.Rat).SetFrac(tail.Lsh(tail, 1), new(big.Int).Lsh(big.NewInt(1), uint(n)))
		want, _ := exact.Float64()
		if got := mcnemar(c[0], c[1]).P; math.Abs(got-min(want, 1)) > 1e-9*want {
			t.Errorf("%v: p = %v, want %v", c, got, want)
		}
	}
}

// mcnemar makes images of which some are right under one treatment only, and as
// many right under both and none.
func mcnemar(onlyA, onlyB int) metric.Test {
	a, b := []bool{true, false}, []bool{true, false}
	for range onlyA {
		a, b = append(a, true), append(b, false)
	}
	for range onlyB {
		a, b = append(a, false), append(b, true)
	}
	return metric.McNemar(a, b)
}

// TestDistancesByHand: levels 0 0 0 0 against 3 0 4 0. L∞ is 4 levels, L2 is
// 5/255, the mean square (25/255²)/4, so PSNR is 10·log₁₀(4·255²/25) = 40.17 dB.
func TestDistancesByHand(t *testing.T) {
	x := pixel.FromBytes(2, 1, 2, 2, []byte{0, 0, 0, 0, 9, 9, 9, 9})
	y := pixel.FromBytes(2, 1, 2, 2, []byte{3, 0, 4, 0, 9, 9, 9, 9})
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"L∞", metric.Linf(x, y), []float64{4, 0}},
		{"L2", metric.L2(x, y), []float64{5.0 / 255, 0}},
		{"PSNR", metric.PSNR(x, y), []float64{10 * math.Log10(4*255*255/25.0), math.Inf(1)}},
	} {
		for i := range c.want {
			if !(math.Abs(c.got[i]-c.want[i]) < 1e-6 || c.got[i] == c.want[i]) {
				t.Errorf("%s of image %d: %v, want %v", c.name, i, c.got[i], c.want[i])
			}
		}
	}
	if mean, n := metric.Mean(metric.PSNR(x, y)); n != 1 || math.Abs(mean-40.17) > 0.01 {
		t.Errorf("mean PSNR %v over %d images, want 40.17 over the one that changed", mean, n)
	}
}

// TestLinfIsWhole: 8-bit batches differ by whole levels, for every pair.
func TestLinfIsWhole(t *testing.T) {
	for a := range 256 {
		x := pixel.New(1, 1, 1, 1)
		x.Data[0] = pixel.Sample(byte(a))
		for b := range 256 {
			y := pixel.New(1, 1, 1, 1)
			y.Data[0] = pixel.Sample(byte(b))
			if got := metric.Linf(x, y)[0]; got != math.Abs(float64(a-b)) {
				t.Fatalf("levels %d and %d are %v apart", a, b, got)
			}
		}
	}
}

// TestSurvivalByHand: of d = (2, 0, 4, 0) a transform lets (1, 5, 2, 0) pass.
// ⟨(1,5,2,0), d⟩ = 10, ‖d‖² = 20: half survives. The norm ratio is √(30/20).
func TestSurvivalByHand(t *testing.T) {
	batch := func(levels ...byte) *pixel.Batch { return pixel.FromBytes(2, 1, 2, 2, append(levels, 7, 7, 7, 7)) }
	x, adv := batch(10, 10, 10, 10), batch(12, 10, 14, 10)
	jx, jadv := batch(20, 20, 20, 20), batch(21, 25, 22, 20)
	got, ratio := metric.Survival(x, adv, jx, jadv), metric.NormRatio(x, adv, jx, jadv)
	if math.Abs(got[0]-0.5) > 1e-6 || math.Abs(ratio[0]-math.Sqrt(1.5)) > 1e-6 {
		t.Errorf("survival %v and norm ratio %v, want 0.5 and %v", got[0], ratio[0], math.Sqrt(1.5))
	}
	if !math.IsNaN(got[1]) || !math.IsNaN(ratio[1]) {
		t.Errorf("without a perturbation survival is %v and the norm ratio %v, want NaN", got[1], ratio[1])
	}
	if whole := metric.Survival(x, adv, x, adv); math.Abs(whole[0]-1) > 1e-12 {
		t.Errorf("an identity lets %v pass, want 1", whole[0])
	}
}

func TestSummaries(t *testing.T) {
	values := []float64{2, math.NaN(), 4, math.Inf(1), 9}
	mean, n := metric.Mean(values)
	m, sd := metric.MeanSD(values) // deviations −3, −1, 4: 26/2 = 13
	low, high := metric.Range(values)
	if mean != 5 || n != 3 || m != 5 || math.Abs(sd-math.Sqrt(13)) > 1e-12 || low != 2 || high != 9 {
		t.Errorf("mean %v of %d, %v ± %v, %v to %v", mean, n, m, sd, low, high)
	}
	if mean, n := metric.Mean(nil); !math.IsNaN(mean) || n != 0 {
		t.Errorf("the mean of nothing is %v of %d", mean, n)
	}
	if m, sd := metric.MeanSD([]float64{3}); m != 3 || !math.IsNaN(sd) {
		t.Errorf("one value has mean %v and deviation %v", m, sd)
	}
	if got := metric.SizeInflation([]int{150, 90}, []int{100, 90}); got[0] != 1.5 || got[1] != 1 {
		t.Errorf("size inflation %v", got)
	}
}

func TestMistakesInTheCallingCodePanic(t *testing.T) {
	b := pixel.New(1, 1, 2, 2)
	for want, f := range map[string]func(){
		"metric: Accuracy: 3 predictions for 4 labels":             func() { metric.Accuracy(make([]int, 3), make([]int, 4)) },
		"metric: Recovered: 1 predictions for 2 labels":            func() { metric.Recovered(make([]int, 2), make([]int, 2), make([]int, 1), make([]int, 2)) },
		"metric: McNemar: 1 and 2 images":                          func() { metric.McNemar(make([]bool, 1), make([]bool, 2)) },
		"metric: L2: batches differ in shape: 1×1×2×2 and 2×1×2×2": func() { metric.L2(b, pixel.New(2, 1, 2, 2)) },
		"metric: SizeInflation: 1 and 2 files":                     func() { metric.SizeInflation(make([]int, 1), make([]int, 2)) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
