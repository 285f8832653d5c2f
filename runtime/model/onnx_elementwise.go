package model

import (
	"fmt"
	"math"
)

func (im *importer) curve(c curve) error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	return im.finish(&curveOp{size: v.size(), curve: c}, v, v)
}

func (im *importer) leaky() error { return im.curve(leakyCurve(float64(im.number("alpha", 0.01)))) }

func (im *importer) hardSigmoid() error {
	alpha, beta := float64(im.number("alpha", 0.2)), float64(im.number("beta", 0.5))
	if !(alpha > 0) || math.IsInf(alpha, 0) || math.IsNaN(beta) {
		return fmt.Errorf("alpha %v and beta %v, want alpha above 0", alpha, beta)
	}
	return im.curve(hardSigmoidCurve(alpha, beta))
}

func (im *importer) relu() error { return im.bounds(0, float32(math.Inf(1))) }

func (im *importer) bounds(low, high float32) error {
	if !(low < high) {
		return fmt.Errorf("bounds %v..%v", low, high)
	}
	v, err := im.value(0)
	if err != nil {
		return err
	}
	return im.finish(&boundOp{size: v.size(), limits: limits{true, low, high}}, v, v)
}

func (im *importer) clip() error {
	ends := [2]float32{im.number("min", float32(math.Inf(-1))), im.number("max", float32(math.Inf(1)))}
	for i := range ends {
		v, err := im.floats(i+1, -1)
		if err != nil {
			return err
		}
		switch {
		case len(v) == 1:
			ends[i] = v[0]
		case v != nil:
			return fmt.Errorf("input %d has %d numbers, want one", i+1, len(v))
		}
	}
	return im.bounds(ends[0], ends[1])
}

// same hands its input on: we compute in float32, whatever float the file asks for.
func (im *importer) same() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	if to := im.integer("to", 1); im.node.Op == "Cast" && to != 1 && to != 10 {
		return fmt.Errorf("to type %d, want float or float16", to)
	}
	return im.give(v)
}

func (im *importer) dropout() error {
	if t, err := im.constant(2); err != nil || t != nil && len(t.Ints) == 1 && t.Ints[0] != 0 {
		return fmt.Errorf("training_mode, want a network exported for inference")
	}
	return im.same()
}

// binary takes two values, or one and a constant.
func (im *importer) binary(kind byte) error {
	o := &binaryOp{kind: kind}
	var v [2]operand
	var values []int
	for i := range v {
		if i >= len(im.node.Inputs) {
			return fmt.Errorf("input %d is missing", i)
		}
		var ok bool
		if v[i], ok = im.operands[im.node.Inputs[i]]; !ok {
			return fmt.Errorf("input %d, %q, is a second result, which is not supported", i, im.node.Inputs[i])
		}
		if v[i].constant == nil {
			values = append(values, i)
		}
	}
	first := v[values[0]] // fold has taken two constants
	rank := len(first.dims)
	last := first.last
	if len(values) == 2 {
		if len(v[1].dims) != rank {
			return fmt.Errorf("values of dimensions N×%v and N×%v, want as many of each", v[0].dims, v[1].dims)
		}
		last = v[0].last || v[1].last
	}
	if rank == 0 {
		return fmt.Errorf("values without dimensions beside N")
	}
	for i := range v {
		var err error
		switch t := v[i].constant; {
		case t == nil && last:
			v[i], err = im.lastly(v[i])
		case t == nil:
			v[i], err = im.plain(v[i])
		case len(t.Ints) > 0 || len(t.Floats) == 0:
			err = fmt.Errorf("input %d is of type %v, want float", i, t.Type)
		default:
			dims := t.Dims
			for len(dims) > rank && dims[0] == 1 {
				dims = dims[1:]
			}
			if len(dims) > rank {
				return fmt.Errorf("a constant of %v for a value of N×%v", t.Dims, first.dims)
			}
			for len(dims) < rank {
				dims = append([]int{1}, dims...)
			}
			o.which, o.constant = i, t.Floats
			v[i].dims, v[i].last = dims, last
			if last {
				o.constant = turned(t.Floats, dims, []int{1, 2, 0})
			}
		}
		if err != nil {
			return err
		}
	}
	out := operand{dims: make([]int, rank), last: last}
	for d := range out.dims {
		a, b := v[0].dims[d], v[1].dims[d]
		if a != b && a != 1 && b != 1 {
			return fmt.Errorf("dimensions %v and %v do not fit", v[0].dims, v[1].dims)
		}
		out.dims[d] = max(a, b)
	}
	if err := o.lay(out.stored(), v[0].stored(), v[1].stored()); err != nil {
		return err
	}
	var in []operand
	for _, i := range values {
		in = append(in, v[i])
	}
	return im.finish(o, out, in...)
}

// lay sets the operation's dimensions and strides, with neighbours joined where
// both operands go through them as through one.
func (o *binaryOp) lay(out, a, b []int) error {
	o.size = 1
	for _, d := range out {
		if o.size > maxPlanElements/d {
			return fmt.Errorf("a result of dimensions N×%v, more than %d elements", out, maxPlanElements)
		}
		o.size *= d
	}
	o.sizes = [2]int{product(a), product(b)}
	var dims []int // last first
	var strides [2][]int
	next := [2]int{1, 1}
	for d := len(out) - 1; d >= 0; d-- {
		var s [2]int
		for i, v := range [2][]int{a, b} {
			if v[d] == out[d] && v[d] > 1 {
				s[i] = next[i]
			}
			next[i] *= v[d]
		}
		if out[d] == 1 {
			continue
		}
		if k := len(dims) - 1; k >= 0 && s[0] == strides[0][k]*dims[k] && s[1] == strides[1][k]*dims[k] {
			dims[k] *= out[d]
			continue
		}
		dims = append(dims, out[d])
		strides[0], strides[1] = append(strides[0], s[0]), append(strides[1], s[1])
	}
	if len(dims) == 0 {
		dims, strides = []int{1}, [2][]int{{0}, {0}}
	}
	for i := range dims {
		k := len(dims) - 1 - i
		o.dims = append(o.dims, dims[k])
		o.strides[0], o.strides[1] = append(o.strides[0], strides[0][k]), append(o.strides[1], strides[1][k])
	}
	return nil
}
