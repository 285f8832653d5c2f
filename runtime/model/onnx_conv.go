package model

import (
	"fmt"
	"math"

	"jpgreport/runtime/kernel"
)

// image returns input i of the node as pixels of channels side by side.
func (im *importer) image(i int) (operand, error) {
	v, err := im.value(i)
	if err != nil {
		return v, err
	}
	if len(v.dims) != 3 {
		return v, fmt.Errorf("input %d has dimensions N×%v, want N×C×H×W", i, v.dims)
	}
	return im.lastly(v)
}

// place resolves a window on v. The kernel's size is given or an attribute.
func (im *importer) place(v operand, size []int) (window, error) {
	q := window{h: v.dims[1], w: v.dims[2], channels: v.dims[0]}
	kernel, err := im.integers("kernel_shape", 2, 0, 1, maxDimension)
	if err != nil {
		return q, err
	}
	switch {
	case size == nil && kernel[0] == 0:
		return q, fmt.Errorf("kernel_shape is missing")
	case size != nil && kernel[0] != 0 && (kernel[0] != size[0] || kernel[1] != size[1]):
		return q, fmt.Errorf("kernel_shape %v, the weights are %v", kernel, size)
	case size != nil:
		kernel = size
	}
	stride, err := im.integers("strides", 2, 1, 1, maxDimension)
	if err != nil {
		return q, err
	}
	dilation, err := im.integers("dilations", 2, 1, 1, maxDimension)
	if err != nil {
		return q, err
	}
	pad, err := im.integers("pads", 4, 0, 0, 1024)
	if err != nil {
		return q, err
	}
	q.kernel, q.stride, q.dilation, q.pad = [2]int(kernel), [2]int(stride), [2]int(dilation), [4]int(pad)
	ceil := im.integer("ceil_mode", 0) != 0
	auto := "NOTSET"
	if a := im.node.Attribute("auto_pad"); a != nil && a.String != "" {
		auto = a.String
	}
	var out [2]int
	for d, side := range [2]int{q.h, q.w} {
		span := (q.kernel[d]-1)*q.dilation[d] + 1
		switch auto {
		case "NOTSET":
		case "VALID":
			q.pad[d], q.pad[d+2] = 0, 0
		case "SAME_UPPER", "SAME_LOWER":
			n := (side + q.stride[d] - 1) / q.stride[d]
			total := max(0, (n-1)*q.stride[d]+span-side)
			q.pad[d], q.pad[d+2] = total/2, total-total/2
			if auto == "SAME_LOWER" {
				q.pad[d], q.pad[d+2] = q.pad[d+2], q.pad[d]
			}
		default:
			return q, fmt.Errorf("auto_pad %q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
		}
		room := side + q.pad[d] + q.pad[d+2] - span
		if room < 0 {
			return q, fmt.Errorf("a window of %v, dilation %v, does not fit %d×%d with padding %v", q.kernel, q.dilation, q.h, q.w, q.pad)
		}
		out[d] = room/q.stride[d] + 1
		// A window that would begin beyond the image and the padding before it is none.
		if ceil && room%q.stride[d] != 0 && out[d]*q.stride[d] < side+q.pad[d] {
			out[d]++
		}
	}
	q.oh, q.ow = out[0], out[1]
	if padded := (q.h + q.pad[0] + q.pad[2]) * (q.w + q.pad[1] + q.pad[3]); padded > maxPlanElements/q.channels {
		return q, fmt.Errorf("%d×%d with padding %v and %d channels, more than %d elements", q.h, q.w, q.pad, q.channels, maxPlanElements)
	}
	return q, nil
}

// finite returns an error unless all weights are numbers to compute with.
func finite(all ...[]float32) error {
	for _, w := range all {
		for i, v := range w {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("weight %d is %v, want a finite number", i, f)
			}
		}
	}
	return nil
}

func (im *importer) conv() error {
	v, err := im.image(0)
	if err != nil {
		return err
	}
	w, err := im.constant(1)
	if err != nil {
		return err
	}
	if w == nil || len(w.Dims) != 4 || len(w.Floats) == 0 {
		return fmt.Errorf("weights of other than four dimensions")
	}
	q, err := im.place(v, w.Dims[2:])
	if err != nil {
		return err
	}
	out, in, groups := w.Dims[0], w.Dims[1], im.integer("group", 1)
	if groups < 1 || groups > maxDimension || int64(in)*groups != int64(q.channels) || int64(out)%groups != 0 {
		return fmt.Errorf("weights of %v in %d groups do not fit %d channels", w.Dims, groups, q.channels)
	}
	bias, err := im.floats(2, out)
	if err != nil {
		return err
	}
	op := &convOp{
		shape: kernel.ConvShape{
			H: q.h, W: q.w, In: q.channels, Out: out, Kernel: q.kernel, Stride: q.stride, Dilation: q.dilation, Pad: q.pad, Groups: int(groups),
		},
		weight: make([]float32, len(w.Floats)), bias: make([]float32, out),
	}
	copy(op.bias, bias)
	if err := finite(w.Floats, op.bias); err != nil {
		return err
	}
	taps := q.kernel[0] * q.kernel[1]
	for o := range out {
		for i := range in {
			for t := range taps {
				op.weight[(t*in+i)*out+o] = w.Floats[(o*in+i)*taps+t]
			}
		}
	}
	if _, _, err := op.shape.Output(); err != nil {
		return err
	}
	return im.finish(op, operand{dims: []int{out, q.oh, q.ow}, last: true}, v)
}

func (im *importer) batchNorm() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	if im.integer("training_mode", 0) != 0 {
		return fmt.Errorf("training_mode, want a network exported for inference")
	}
	if len(v.dims) != 1 && len(v.dims) != 3 {
		return fmt.Errorf("input 0 has dimensions N×%v, want N×C or N×C×H×W", v.dims)
	}
	if v, err = im.lastly(v); err != nil {
		return err
	}
	c := v.dims[0]
	var p [4][]float32
	for i := range p {
		if p[i], err = im.floats(i+1, c); err != nil {
			return err
		}
		if p[i] == nil {
			return fmt.Errorf("input %d is missing", i+1)
		}
	}
	epsilon := float64(im.number("epsilon", 1e-5))
	op := &affineOp{size: v.size(), scale: make([]float32, c), shift: make([]float32, c)}
	for i := range c {
		s := float64(p[0][i]) / math.Sqrt(float64(p[3][i])+epsilon)
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("channel %d has scale %v and variance %v", i, p[0][i], p[3][i])
		}
		op.scale[i], op.shift[i] = float32(s), float32(float64(p[1][i])-float64(p[2][i])*s)
	}
	return im.finish(op, v, v)
}

// dense adds a multiplication of rows by a matrix.
func (im *importer) dense(v operand, w, bias []float32, out int) error {
	rank := len(v.dims)
	if rank == 0 {
		return fmt.Errorf("input 0 has no features")
	}
	if err := finite(w, bias); err != nil {
		return err
	}
	in := v.dims[rank-1]
	dims := append(append([]int(nil), v.dims[:rank-1]...), out)
	v, err := im.plain(v)
	if err != nil {
		return err
	}
	return im.finish(&denseOp{rows: v.size() / in, in: in, out: out, weight: w, bias: bias}, operand{dims: dims}, v)
}

func (im *importer) gemm() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	w, err := im.constant(1)
	if err != nil {
		return err
	}
	if len(v.dims) != 1 || w == nil || len(w.Dims) != 2 || len(w.Floats) == 0 || im.integer("transA", 0) != 0 {
		return fmt.Errorf("want N×features, not transposed, and a matrix of weights")
	}
	in, out := w.Dims[0], w.Dims[1]
	turned := im.integer("transB", 0) != 0
	if turned {
		in, out = out, in
	}
	if in != v.dims[0] {
		return fmt.Errorf("weights of %v do not fit %d features", w.Dims, v.dims[0])
	}
	alpha, beta := im.number("alpha", 1), im.number("beta", 1)
	weight := make([]float32, in*out)
	for i := range in {
		for o := range out {
			at := i*out + o
			if turned {
				at = o*in + i
			}
			weight[i*out+o] = alpha * w.Floats[at]
		}
	}
	c, err := im.floats(2, -1)
	if err != nil {
		return err
	}
	var bias []float32
	if c != nil {
		if len(c) != 1 && len(c) != out {
			return fmt.Errorf("a bias of %d numbers for %d features", len(c), out)
		}
		bias = make([]float32, out)
		for o := range bias {
			bias[o] = beta * c[min(o, len(c)-1)]
		}
	}
	return im.dense(v, weight, bias, out)
}

func (im *importer) matMul() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	w, err := im.constant(1)
	if err != nil {
		return err
	}
	if w == nil || len(w.Dims) != 2 || len(w.Floats) == 0 || len(v.dims) == 0 || w.Dims[0] != v.dims[len(v.dims)-1] {
		return fmt.Errorf("want rows of features and a matrix of weights that fits them, have N×%v", v.dims)
	}
	return im.dense(v, w.Floats, nil, w.Dims[1])
}
