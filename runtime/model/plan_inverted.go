package model

import (
	"slices"

	"jpgreport/runtime/kernel"
)

// invert takes each inverted residual as one step, as [joined] does for layers.
func (p *plan) invert() {
	readers, maker := p.uses()
	// before returns the convolution that alone makes v for one reader.
	before := func(v int) (int, *convOp) {
		k := maker[v]
		if k < 0 || readers[v] != 1 {
			return -1, nil
		}
		c, _ := p.steps[k].op.(*convOp)
		return k, c
	}
	for last := range p.steps {
		s := &p.steps[last]
		project, ok := s.op.(*convOp)
		if !ok || !project.pointwise() || project.shape.Bounded {
			continue
		}
		middle, filter := before(s.in[0])
		if filter == nil || !filter.eachChannel() {
			continue
		}
		parts, from := []*convOp{filter, project}, p.steps[middle].in
		first, expand := before(from[0])
		if expand != nil && expand.pointwise() && expand.to(filter.shape.High) {
			parts, from = slices.Insert(parts, 0, expand), p.steps[first].in
		} else {
			first = -1
		}
		op := newInverted(parts)
		if add := p.residual(s.out, from[0], readers); add >= 0 && op.shape.Stride == 1 {
			op.shape.Residual = true
			s.op = nil
			s = &p.steps[add]
		}
		p.steps[middle].op = nil
		if first >= 0 {
			p.steps[first].op = nil
		}
		s.op, s.in = op, from
		_, maker = p.uses()
	}
	p.drop()
}

// residual returns the step that adds v, which nothing else reads, and x; −1: none.
func (p *plan) residual(v, x int, readers []int) int {
	if readers[v] != 1 {
		return -1
	}
	for k, s := range p.steps {
		o, ok := s.op.(*binaryOp)
		if ok && o.kind == '+' && o.constant == nil && !o.bounded && o.sizes == [2]int{o.size, o.size} &&
			(s.in[0] == v && s.in[1] == x || s.in[0] == x && s.in[1] == v) {
			return k
		}
	}
	return -1
}

// pointwise tells whether the kernels are 1×1 and nothing else is done.
func (o *convOp) pointwise() bool {
	s := o.shape
	return s.Kernel == [2]int{1, 1} && s.Stride == [2]int{1, 1} && s.Pad == [4]int{} && s.Groups == 1 && s.Pool == 0
}

// to tells whether results are bounded to 0..high.
func (o *convOp) to(high float32) bool {
	return o.shape.Bounded && o.shape.Low == 0 && o.shape.High == high
}

// eachChannel tells whether it is the filter of an inverted residual.
func (o *convOp) eachChannel() bool {
	s := o.shape
	return s.Kernel == [2]int{3, 3} && s.Pad == [4]int{1, 1, 1, 1} && s.Stride[0] == s.Stride[1] && s.Stride[0] <= 2 && s.Dilation == [2]int{1, 1} &&
		s.Groups == s.In && s.Out == s.In && s.In > 1 && s.Pool == 0 && o.to(s.High)
}

// newInverted returns two or three convolutions as one operation.
func newInverted(parts []*convOp) *invertedOp {
	n := len(parts)
	filter, project := parts[n-2], parts[n-1]
	o := &invertedOp{parts: parts, shape: kernel.InvertedShape{
		H: parts[0].shape.H, W: parts[0].shape.W, In: parts[0].shape.In, Mid: filter.shape.In, Out: project.shape.Out,
		Stride: filter.shape.Stride[0], Plain: n == 2, High: filter.shape.High,
	}}
	o.weights = kernel.InvertedWeights{Filter: filter.weight, FilterBias: filter.bias, Project: project.weight, ProjectBias: project.bias}
	if n == 3 {
		o.weights.Expand, o.weights.ExpandBias = parts[0].weight, parts[0].bias
	}
	return o
}
