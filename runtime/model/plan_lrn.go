package model

import (
	"fmt"
	"math"
)

// A lrnOp is local response normalisation: each element over a power of the sum of
// the squares of the elements at its pixel in channels around its own, y =
// x·s^−β with s = bias + α/size·Σx².
type lrnOp struct {
	pixels, channels  int
	before, after     int // channels of the sum below and above
	bias, share, beta float64
}

func (im *importer) lrn() error {
	v, err := im.image(0)
	if err != nil {
		return err
	}
	size := im.integer("size", 0)
	if size < 1 || size > maxDimension {
		return fmt.Errorf("size %d, want 1..%d", size, maxDimension)
	}
	o := &lrnOp{
		pixels: v.dims[1] * v.dims[2], channels: v.dims[0], before: int(size-1) / 2, after: int(size) / 2,
		bias: float64(im.number("bias", 1)), share: float64(im.number("alpha", 1e-4)) / float64(size), beta: float64(im.number("beta", 0.75)),
	}
	return im.finish(o, v, v)
}

// sum returns s of channel c of a pixel.
func sumOf[T float32 | float64](o *lrnOp, x []T, c int) float64 {
	sum := 0.0
	for _, v := range x[max(0, c-o.before):min(len(x), c+o.after+1)] {
		sum += float64(v) * float64(v)
	}
	return o.bias + o.share*sum
}

func (o *lrnOp) bind(m *machine) (bound, error) {
	size := o.pixels * o.channels
	return bound{
		forward: func(y []float32, x [][]float32) error {
			m.engine.Each(m.n, func(_, image int) {
				for at := image * size; at < (image+1)*size; at += o.channels {
					x := x[0][at : at+o.channels]
					for c := range x {
						y[at+c] = float32(float64(x[c]) * math.Pow(sumOf(o, x, c), -o.beta))
					}
				}
			})
			return nil
		},
		backward: func(_ int, dx, dy, _ []float32, x [][]float32) error {
			m.engine.Each(m.n, func(_, image int) {
				inner := make([]float64, o.channels) // of each result: dy·x·s^(−β−1)
				for at := image * size; at < (image+1)*size; at += o.channels {
					x, dy, dx := x[0][at:at+o.channels], dy[at:at+o.channels], dx[at:at+o.channels]
					for c := range x {
						s := sumOf(o, x, c)
						power := math.Pow(s, -o.beta)
						dx[c] = float32(float64(dy[c]) * power)
						inner[c] = float64(dy[c]) * float64(x[c]) * power / s
					}
					for c := range x {
						sum := 0.0 // over results whose sums channel c is in
						for _, v := range inner[max(0, c-o.after):min(len(inner), c+o.before+1)] {
							sum += v
						}
						dx[c] -= float32(2 * o.beta * o.share * float64(x[c]) * sum)
					}
				}
			})
			return nil
		},
	}, nil
}

func (o *lrnOp) reference(x [][]float64, _ *piece) []float64 {
	y := make([]float64, len(x[0]))
	for at := 0; at < len(y); at += o.channels {
		pixel := x[0][at : at+o.channels]
		for c, v := range pixel {
			y[at+c] = v * math.Pow(sumOf(o, pixel, c), -o.beta)
		}
	}
	return y
}
