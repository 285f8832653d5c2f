package codec

import (
	"context"
	"fmt"
	"math"

	"jpgreport/runtime/pixel"
)

// Differentiable returns the images of x after the round trip in its
// differentiable form: the transform, the tables and the resampling of [JPEG] in
// real numbers, with rounding r(v) of a quantised coefficient replaced by
// r(v) + (v − r(v))³ (Shin and Song 2017, section 3) and no other rounding. So a
// sample is 255 levels of a real number each way, and what comes back lies in
// [0,1] but not on the levels. Optimize changes nothing. With rounding as it is
// this form is no more than near to JPEG's pixels: a coefficient close to a half
// may round the other way.
//
// It errs as JPEG does, and is not kept in the context's memory.
func Differentiable(ctx context.Context, x *pixel.Batch, o Options) (*pixel.Batch, error) {
	back, err := soften(ctx, x, &o, cubic)
	if err != nil {
		return nil, fmt.Errorf("differentiable jpeg: %w", err)
	}
	return back, nil
}

// Gradient returns the product of a vector with the Jacobian of [Differentiable]
// at x: given the gradient of a loss by the images that come back, that of the
// loss by x, of the same shape. A sample that was clipped to its range passes
// nothing on.
func Gradient(ctx context.Context, x, byBack *pixel.Batch, o Options) (*pixel.Batch, error) {
	byX, err := backward(ctx, x, byBack, &o)
	if err != nil {
		return nil, fmt.Errorf("gradient of differentiable jpeg: %w", err)
	}
	return byX, nil
}

// A rounding returns a coefficient rounded in its way, and its derivative.
type rounding func(v float64) (rounded, slope float64)

func cubic(v float64) (rounded, slope float64) {
	r := math.Round(v)
	d := v - r
	return r + d*d*d, 3 * d * d
}

// hard is the rounding that cubic stands for.
func hard(v float64) (rounded, slope float64) { return math.Round(v), 0 }

func soften(ctx context.Context, x *pixel.Batch, o *Options, round rounding) (*pixel.Batch, error) {
	if err := checkNumbers(x, o); err != nil {
		return nil, err
	}
	back := x.Like()
	err := spread(ctx, x, "compress differentiably "+o.task(), func() func(i int) {
		t := newSoftTrip(x, o, round)
		return func(i int) { t.image(back.Sample(i), x.Sample(i)) }
	})
	return back, err
}

func backward(ctx context.Context, x, byBack *pixel.Batch, o *Options) (*pixel.Batch, error) {
	if err := checkNumbers(x, o); err != nil {
		return nil, err
	}
	if err := pixel.SameShape(x, byBack); err != nil {
		return nil, err
	}
	byX := x.Like()
	err := spread(ctx, x, "differentiate compression "+o.task(), func() func(i int) {
		t := newSoftTrip(x, o, cubic)
		back := make([]float32, x.Size())
		return func(i int) {
			t.image(back, x.Sample(i))
			t.gradient(byX.Sample(i), byBack.Sample(i))
		}
	})
	return byX, err
}

// checkNumbers checks the entry, where no kernel sees a NaN on its way.
func checkNumbers(x *pixel.Batch, o *Options) error {
	if err := check(x, o); err != nil {
		return err
	}
	for k, v := range x.Data {
		if v != v {
			return notNumber(x, k/x.Size())
		}
	}
	return nil
}
