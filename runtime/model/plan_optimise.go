package model

// optimise joins steps that one operation computes, and drops those that nothing
// reads.
func (p *plan) optimise() {
	for p.pass() {
	}
	p.invert()
	p.prune()
}

// pass joins what it can in one walk and tells whether there was any.
func (p *plan) pass() bool {
	readers, maker := p.uses()
	joined := false
	for k := range p.steps {
		s := &p.steps[k]
		if s.op == nil || len(s.in) == 0 {
			continue
		}
		before := maker[s.in[0]]
		if before < 0 || readers[s.in[0]] != 1 || p.steps[before].op == nil {
			continue
		}
		op := fused(p.steps[before].op, s.op)
		if op == nil {
			continue
		}
		s.in, s.op = p.steps[before].in, op
		p.steps[before].op = nil
		joined = true
	}
	p.drop()
	return joined
}

// uses returns how many steps read each value, and which one makes it; −1: none.
// The logits have one reader more.
func (p *plan) uses() (readers, maker []int) {
	readers, maker = make([]int, len(p.sizes)), make([]int, len(p.sizes))
	for v := range maker {
		maker[v] = -1
	}
	readers[p.output]++
	for k, s := range p.steps {
		maker[s.out] = k
		for _, v := range s.in {
			readers[v]++
		}
	}
	return readers, maker
}

// drop takes out steps without an operation.
func (p *plan) drop() {
	kept := p.steps[:0]
	for _, s := range p.steps {
		if s.op != nil {
			kept = append(kept, s)
		}
	}
	p.steps = kept
}

// prune drops steps whose values do not reach the logits, and numbers values anew.
func (p *plan) prune() {
	wanted := make([]bool, len(p.sizes))
	wanted[0], wanted[p.output] = true, true
	for k := len(p.steps) - 1; k >= 0; k-- {
		s := &p.steps[k]
		if !wanted[s.out] {
			s.op = nil
			continue
		}
		for _, v := range s.in {
			wanted[v] = true
		}
	}
	p.drop()
	_, maker := p.uses()
	number := make([]int, len(p.sizes))
	var sizes []int
	for v, n := range p.sizes {
		if v == 0 || wanted[v] && maker[v] >= 0 {
			number[v] = len(sizes)
			sizes = append(sizes, n)
		}
	}
	for k := range p.steps {
		s := &p.steps[k]
		s.out = number[s.out]
		for i := range s.in {
			s.in[i] = number[s.in[i]]
		}
	}
	p.output, p.sizes = number[p.output], sizes
}

// fused returns one operation for a and then b, nil when there is none. It never
// changes one that stands in a plan.
func fused(a, b planOp) planOp {
	switch a := a.(type) {
	case *convOp:
		return a.then(b)
	case *gatherOp:
		if b, ok := b.(*convOp); ok && a.zeros != nil {
			c := *b
			for d, n := range a.zeros {
				c.shape.Pad[d] += n
			}
			c.shape.H -= a.zeros[0] + a.zeros[2]
			c.shape.W -= a.zeros[1] + a.zeros[3]
			return &c
		}
	case *denseOp:
		switch b := b.(type) {
		case *boundOp:
			if !a.bounded {
				c := *a
				c.limits = b.limits
				return &c
			}
		case *binaryOp:
			if bias := b.bias(a.out); bias != nil && a.bias == nil && !a.bounded && !b.bounded {
				c := *a
				c.bias = bias
				return &c
			}
		}
	case *affineOp:
		if b, ok := b.(*boundOp); ok && !a.bounded {
			c := *a
			c.limits = b.limits
			return &c
		}
	case *binaryOp:
		if b, ok := b.(*boundOp); ok && !a.bounded {
			c := *a
			c.limits = b.limits
			return &c
		}
	}
	return nil
}

// bias returns the constant that the operation adds to n features, nil when it
// does something else.
func (o *binaryOp) bias(n int) []float32 {
	if o.kind != '+' || len(o.constant) != n || o.strides[o.which][len(o.dims)-1] != 1 || o.dims[len(o.dims)-1] != n {
		return nil
	}
	return o.constant
}

// then returns the convolution with b fused into it, nil when it cannot be.
func (o *convOp) then(b planOp) planOp {
	c := *o
	s := &c.shape
	switch b := b.(type) {
	case *boundOp: // bounds and a pool change places freely
		if s.Bounded {
			return nil
		}
		s.Bounded, s.Low, s.High = true, b.low, b.high
	case *affineOp:
		if s.Bounded || s.Pool > 0 {
			return nil
		}
		c.weight, c.bias = make([]float32, len(o.weight)), make([]float32, len(o.bias))
		for i, w := range o.weight {
			c.weight[i] = w * b.scale[i%s.Out]
		}
		for k, v := range o.bias {
			c.bias[k] = v*b.scale[k] + b.shift[k]
		}
		s.Bounded, s.Low, s.High = b.bounded, b.low, b.high
	case *maxPoolOp:
		q := b.kernel[0]
		if s.Pool > 0 || q < 2 || b.kernel != [2]int{q, q} || b.stride != b.kernel || b.dilation != [2]int{1, 1} || b.pad != [4]int{} ||
			b.oh != b.h/q || b.ow != b.w/q {
			return nil
		}
		s.Pool = q
	default:
		return nil
	}
	return &c
}
