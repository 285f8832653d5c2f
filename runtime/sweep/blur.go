package sweep

import (
	"context"
	"fmt"
	"math"

	"jpgreport/runtime/pixel"
)

// Blur is a Gaussian blur of a standard deviation in pixels, in (0,100], rounded to
// 8 bits. The image's edge goes on outwards.
func Blur(sigma float64) Transform { return Transform{blur(sigma)} }

type blur float64

func (b blur) String() string { return fmt.Sprintf("blur %v", float64(b)) }

func (b blur) check(*pixel.Batch) error {
	if !(b > 0 && b <= 100) {
		return fmt.Errorf("blur: a standard deviation of %v pixels, want one in (0,100]", float64(b))
	}
	return nil
}

func (blur) passes() bool { return true }

// apply blurs along rows and then along columns.
func (b blur) apply(ctx context.Context, s *stage) (*applied, error) {
	x := s.images
	weights := b.weights()
	y, row := x.Like(), make([]float64, x.H*x.W)
	plane := x.H * x.W
	for i := range x.N * x.C {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from, to := x.Data[i*plane:(i+1)*plane], y.Data[i*plane:(i+1)*plane]
		for p := range row {
			row[p] = float64(from[p])
		}
		convolve(row, x.H, x.W, x.W, 1, weights)
		convolve(row, x.W, x.H, 1, x.W, weights)
		for p, v := range row {
			to[p] = pixel.Sample(pixel.Level(float32(v)))
		}
	}
	return &applied{images: y}, nil
}

// weights returns half of the kernel, from its middle outwards, cut at four
// standard deviations; the whole adds up to 1.
func (b blur) weights() []float64 {
	sigma := float64(b)
	w := make([]float64, 1+int(math.Ceil(4*sigma)))
	sum := 0.0
	for k := range w {
		w[k] = math.Exp(-float64(k*k) / (2 * sigma * sigma))
		sum += 2 * w[k]
	}
	sum -= w[0]
	for k := range w {
		w[k] /= sum
	}
	return w
}

// convolve blurs a number of lines of so many samples each, in place; a line
// starts lineStep after the one before, a sample stands step after the one before.
func convolve(data []float64, lines, samples, lineStep, step int, weights []float64) {
	line := make([]float64, samples)
	for l := range lines {
		at := data[l*lineStep:]
		for k := range line {
			line[k] = at[k*step]
		}
		for k := range line {
			v := weights[0] * line[k]
			for d := 1; d < len(weights); d++ {
				v += weights[d] * (line[max(k-d, 0)] + line[min(k+d, samples-1)])
			}
			at[k*step] = v
		}
	}
}
