package codec

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The constants are cosines, rounded, of the figure's rotations.
func TestConstants(t *testing.T) {
	c := func(i int) float64 { return math.Sqrt2 * math.Cos(float64(i)*math.Pi/16) }
	for _, k := range []struct {
		got   int
		value float64
	}{
		{r0298, -c(1) + c(3) + c(5) - c(7)}, {r0390, c(3) - c(5)}, {r0541, c(6)}, {r0765, c(2) - c(6)},
		{r0899, c(3) - c(7)}, {r1175, c(3)}, {r1501, c(1) + c(3) - c(5) - c(7)}, {r1847, c(2) + c(6)},
		{r1961, c(3) + c(5)}, {r2053, c(1) + c(3) - c(5) + c(7)}, {r2562, c(1) + c(3)}, {r3072, c(1) + c(3) + c(5) - c(7)},
	} {
		if want := int(math.Round(k.value * (1 << constBits))); k.got != want {
			t.Errorf("%d for %v, want %d", k.got, k.value, want)
		}
	}
}

// byDefinition is the forward DCT as T.81, A.3.3 writes it.
func byDefinition(samples *[64]float64) (coefs [64]float64) {
	for k := range coefs {
		u, v := k%8, k/8
		sum := 0.0
		for i, s := range samples {
			sum += s * math.Cos(float64((2*(i%8)+1)*u)*math.Pi/16) * math.Cos(float64((2*(i/8)+1)*v)*math.Pi/16)
		}
		for _, w := range []int{u, v} {
			if w == 0 {
				sum *= math.Sqrt2 / 2
			}
		}
		coefs[k] = sum / 4
	}
	return coefs
}

// TestTransform holds the fixed-point transforms against the definition, over
// blocks of all amplitudes: coefficients within 1/4, and what comes back of whole
// coefficients within 2 levels.
func TestTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 2000 {
		var samples [64]byte
		var levels [64]float64
		for i := range samples {
			samples[i] = byte(128 + (r.Float64()-0.5)*float64(trial%256))
			levels[i] = float64(samples[i]) - 128
		}
		var got [64]int32
		forwardBlock(&got, samples[:], 8)
		want := byDefinition(&levels)
		for k, v := range got {
			if d := math.Abs(float64(v)/8 - want[k]); d > 0.25 {
				t.Fatalf("coefficient %d is %v/8, want %v", k, v, want[k])
			}
		}
		for k := range got {
			got[k] = int32(math.Round(want[k]))
		}
		var back [64]byte
		inverseBlock(back[:], 8, &got)
		for i, v := range back {
			if d := int(v) - int(samples[i]); d < -2 || d > 2 {
				t.Fatalf("sample %d came back as %d, want %d", i, v, samples[i])
			}
		}
	}
}

// TestQuantiser divides all that 8-bit levels can give by all steps.
func TestQuantiser(t *testing.T) {
	for step := 1; step <= 255; step++ {
		var steps [64]int
		for k := range steps {
			steps[k] = step
		}
		q := newQuantiser(&steps)
		const most = 1<<13 + 1<<8
		for from := -most; from <= most; from += 64 {
			var block [64]int32
			var got [64]int16
			for k := range block {
				block[k] = int32(from + k)
			}
			nonzero := q.quantise(got[:], &block)
			for k, v := range block {
				want := int16(math.Round(float64(v) / float64(8*step))) // halves away from zero
				if got[k] != want || nonzero>>k&1 == 1 != (want != 0) {
					t.Fatalf("%d over %d is %d (nonzero %v), want %d", v, 8*step, got[k], nonzero>>k&1, want)
				}
			}
		}
	}
}
