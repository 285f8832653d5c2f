package model

import (
	"fmt"
	"math"
	"slices"

	"jpgreport/runtime/onnx"
)

// batchMark stands for the number of images in constants that compute dimensions.
const batchMark = math.MinInt64

// fold takes a node that computes a constant, if it is one.
func (im *importer) fold() (bool, error) {
	n := im.node
	if n.Op == "Shape" {
		t, err := im.shapeOf()
		return true, im.fix(t, err)
	}
	var in []*onnx.Tensor
	for _, name := range n.Inputs {
		if name == "" {
			in = append(in, nil)
			continue
		}
		v, ok := im.operands[name]
		if !ok || v.constant == nil {
			return false, nil
		}
		in = append(in, v.constant)
	}
	if n.Op == "Constant" {
		t, err := im.literal()
		return true, im.fix(t, err)
	}
	if len(in) == 0 || in[0] == nil || len(n.Outputs) == 0 {
		return false, nil
	}
	var t *onnx.Tensor
	var err error
	switch n.Op {
	case "Identity", "Dropout":
		t = in[0]
	case "Cast":
		t, err = im.cast(in[0])
	case "Gather":
		t, err = im.gather(in)
	case "Slice":
		t, err = im.slice(in)
	case "Concat":
		t, err = joinTensors(in)
	case "Unsqueeze", "Squeeze", "Reshape", "Flatten":
		t, err = im.reshaped(in)
	case "Transpose":
		t, err = im.transposed(in[0])
	case "Add", "Sub", "Mul", "Div":
		t, err = arithmetic(n.Op, in)
	default:
		return false, nil
	}
	return true, im.fix(t, err)
}

// fix names a constant as the node's result. Those computed may have no more
// elements together than a few times those of the file.
func (im *importer) fix(t *onnx.Tensor, err error) error {
	if err != nil {
		return err
	}
	if len(im.node.Outputs) == 0 {
		return fmt.Errorf("no output")
	}
	im.folded += t.Size()
	if limit := 1<<16 + 4*im.plan.parameters; im.folded > limit {
		return fmt.Errorf("constants computed have more than %d elements", limit)
	}
	return im.give(operand{constant: t})
}

func integers(v ...int64) *onnx.Tensor {
	return &onnx.Tensor{Type: onnx.Int64, Dims: []int{len(v)}, Ints: v}
}

// shapeOf returns the dimensions of the input.
func (im *importer) shapeOf() (*onnx.Tensor, error) {
	if len(im.node.Inputs) != 1 {
		return nil, fmt.Errorf("%d inputs, want one", len(im.node.Inputs))
	}
	v, ok := im.operands[im.node.Inputs[0]]
	if !ok {
		return nil, fmt.Errorf("input 0 is a second result, which is not supported")
	}
	var all []int64
	dims := v.dims
	if v.constant != nil {
		dims = v.constant.Dims
	} else {
		all = append(all, batchMark)
	}
	for _, d := range dims {
		all = append(all, int64(d))
	}
	n := int64(len(all))
	clip := func(i int64) int64 {
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	from, to := clip(im.integer("start", 0)), clip(im.integer("end", n))
	return integers(all[from:max(from, to)]...), nil
}

func (im *importer) literal() (*onnx.Tensor, error) {
	for i := range im.node.Attributes {
		switch a := &im.node.Attributes[i]; a.Name {
		case "value":
			if a.Tensor != nil {
				return a.Tensor, nil
			}
		case "value_int":
			return &onnx.Tensor{Type: onnx.Int64, Ints: []int64{a.Int}}, nil
		case "value_ints":
			return integers(a.Ints...), nil
		case "value_float":
			return &onnx.Tensor{Type: onnx.Float32, Floats: []float32{a.Float}}, nil
		case "value_floats":
			return &onnx.Tensor{Type: onnx.Float32, Dims: []int{len(a.Floats)}, Floats: a.Floats}, nil
		}
	}
	return nil, fmt.Errorf("a constant of another form than numbers")
}

func (im *importer) cast(t *onnx.Tensor) (*onnx.Tensor, error) {
	to := onnx.Type(im.integer("to", 0))
	c := &onnx.Tensor{Type: to, Dims: t.Dims}
	switch to {
	case onnx.Float32, onnx.Float16:
		c.Floats = t.Floats
		for _, v := range t.Ints {
			c.Floats = append(c.Floats, float32(v))
		}
	case onnx.Int32, onnx.Int64, onnx.Bool:
		c.Ints = t.Ints
		for _, v := range t.Floats {
			c.Ints = append(c.Ints, int64(v))
		}
	default:
		return nil, fmt.Errorf("to type %v of a constant", to)
	}
	return c, nil
}

func (im *importer) gather(in []*onnx.Tensor) (*onnx.Tensor, error) {
	if len(in) != 2 || in[1] == nil || len(in[0].Dims) != 1 || len(in[0].Floats) > 0 || len(in[1].Floats) > 0 || im.integer("axis", 0) != 0 {
		return nil, fmt.Errorf("of a constant other than a list of integers")
	}
	t := &onnx.Tensor{Type: in[0].Type, Dims: in[1].Dims}
	for _, i := range in[1].Ints {
		if i < 0 {
			i += int64(len(in[0].Ints))
		}
		if i < 0 || i >= int64(len(in[0].Ints)) {
			return nil, fmt.Errorf("index %d of %d integers", i, len(in[0].Ints))
		}
		t.Ints = append(t.Ints, in[0].Ints[i])
	}
	return t, nil
}

func (im *importer) slice(in []*onnx.Tensor) (*onnx.Tensor, error) {
	refuse := fmt.Errorf("of a constant other than a list of integers, from one place to another")
	var ends [2]int64
	for i, name := range []string{"starts", "ends"} {
		list, err := im.list(name, i+1)
		if err != nil {
			return nil, err
		}
		if len(list) != 1 {
			return nil, refuse
		}
		ends[i] = list[0]
	}
	if len(in[0].Dims) != 1 || len(in[0].Floats) > 0 || len(in) > 4 && in[4] != nil && !slices.Equal(in[4].Ints, []int64{1}) {
		return nil, refuse
	}
	n := int64(len(in[0].Ints))
	for i, e := range ends {
		if e < 0 {
			e += n
		}
		ends[i] = min(max(e, 0), n)
	}
	return integers(in[0].Ints[ends[0]:max(ends[0], ends[1])]...), nil
}

// joinTensors puts lists of integers one after another.
func joinTensors(in []*onnx.Tensor) (*onnx.Tensor, error) {
	t := integers()
	for _, p := range in {
		if p == nil || len(p.Dims) > 1 || len(p.Floats) > 0 {
			return nil, fmt.Errorf("of constants other than lists of integers")
		}
		t.Ints = append(t.Ints, p.Ints...)
	}
	t.Dims = []int{len(t.Ints)}
	return t, nil
}

// reshaped returns a constant with other dimensions.
func (im *importer) reshaped(in []*onnx.Tensor) (*onnx.Tensor, error) {
	t := *in[0]
	name := map[string]string{"Reshape": "shape"}[im.node.Op]
	if name == "" {
		name = "axes"
	}
	list, err := im.list(name, 1)
	if err != nil {
		return nil, err
	}
	t.Dims = nil
	switch im.node.Op {
	case "Reshape":
		open, known := -1, 1
		for i, d := range list {
			switch {
			case d == -1 && open < 0:
				open, d = i, 1
			case d == 0 && i < len(in[0].Dims):
				d = int64(in[0].Dims[i])
			}
			if d < 0 || d > int64(t.Size()) {
				return nil, fmt.Errorf("a constant of %v to %s", in[0].Dims, dimensions(list))
			}
			t.Dims = append(t.Dims, int(d))
			if known *= int(d); known > t.Size() {
				return nil, fmt.Errorf("a constant of %v to %s", in[0].Dims, dimensions(list))
			}
		}
		if open >= 0 && known > 0 {
			t.Dims[open] = t.Size() / known
		}
	case "Flatten":
		return nil, fmt.Errorf("of a constant is not supported")
	case "Unsqueeze":
		rank := len(in[0].Dims) + len(list)
		is := make([]bool, rank)
		for _, a := range list {
			if a < 0 {
				a += int64(rank)
			}
			if a < 0 || a >= int64(rank) || is[a] {
				return nil, fmt.Errorf("axes %v for %d dimensions", list, rank)
			}
			is[a] = true
		}
		rest := in[0].Dims
		for _, new := range is {
			if new {
				t.Dims = append(t.Dims, 1)
			} else {
				t.Dims, rest = append(t.Dims, rest[0]), rest[1:]
			}
		}
	case "Squeeze":
		rank := int64(len(in[0].Dims))
		for d, n := range in[0].Dims {
			if n == 1 && (len(list) == 0 || slices.Contains(list, int64(d)) || slices.Contains(list, int64(d)-rank)) {
				continue
			}
			t.Dims = append(t.Dims, n)
		}
	}
	if product(t.Dims) != t.Size() {
		return nil, fmt.Errorf("a constant of %v to %s", in[0].Dims, dimensions(list))
	}
	return &t, nil
}

func (im *importer) transposed(t *onnx.Tensor) (*onnx.Tensor, error) {
	rank := len(t.Dims)
	order := make([]int, rank)
	for i := range order {
		order[i] = rank - 1 - i
	}
	if a := im.node.Attribute("perm"); a != nil {
		if len(a.Ints) != rank {
			return nil, fmt.Errorf("perm %v of %d dimensions", a.Ints, rank)
		}
		for i, p := range a.Ints {
			if p < 0 || p >= int64(rank) || slices.Index(a.Ints, p) != i {
				return nil, fmt.Errorf("perm %v is none", a.Ints)
			}
			order[i] = int(p)
		}
	}
	c := &onnx.Tensor{Type: t.Type}
	for _, d := range order {
		c.Dims = append(c.Dims, t.Dims[d])
	}
	if len(t.Floats) > 0 {
		c.Floats = turned(t.Floats, t.Dims, order)
	}
	if len(t.Ints) > 0 {
		c.Ints = turned(t.Ints, t.Dims, order)
	}
	return c, nil
}

// arithmetic combines two constants of as many elements, or of which one has one.
func arithmetic(op string, in []*onnx.Tensor) (*onnx.Tensor, error) {
	if len(in) != 2 || in[1] == nil {
		return nil, fmt.Errorf("%d inputs, want two", len(in))
	}
	a, b := in[0], in[1]
	n := max(a.Size(), b.Size())
	if (a.Size() != n && a.Size() != 1) || (b.Size() != n && b.Size() != 1) || (len(a.Floats) > 0) != (len(b.Floats) > 0) {
		return nil, fmt.Errorf("of constants of %v and %v, %v and %v", a.Type, b.Type, a.Dims, b.Dims)
	}
	t := &onnx.Tensor{Type: a.Type, Dims: a.Dims}
	if b.Size() == n && (a.Size() != n || len(b.Dims) > len(a.Dims)) {
		t.Dims = b.Dims
	}
	if n > 1 && a.Size() == n && b.Size() == n && !slices.Equal(a.Dims, b.Dims) {
		return nil, fmt.Errorf("of constants of dimensions %v and %v", a.Dims, b.Dims)
	}
	for i := range n {
		if len(a.Floats) > 0 {
			x, y := a.Floats[min(i, len(a.Floats)-1)], b.Floats[min(i, len(b.Floats)-1)]
			t.Floats = append(t.Floats, map[string]float32{"Add": x + y, "Sub": x - y, "Mul": x * y, "Div": x / y}[op])
			continue
		}
		x, y := a.Ints[min(i, len(a.Ints)-1)], b.Ints[min(i, len(b.Ints)-1)]
		if x == batchMark || y == batchMark {
			return nil, fmt.Errorf("arithmetic with the number of images")
		}
		switch {
		case op == "Add":
			x += y
		case op == "Sub":
			x -= y
		case op == "Mul":
			x *= y
		case y == 0:
			return nil, fmt.Errorf("division by 0")
		default:
			x /= y
		}
		t.Ints = append(t.Ints, x)
	}
	return t, nil
}
