package model

import (
	"fmt"
	"slices"
)

// turned returns elements of those dimensions with the dimensions in another order.
func turned[T any](from []T, dims, order []int) []T {
	strides := make([]int, len(dims))
	n := 1
	for d := len(dims) - 1; d >= 0; d-- {
		strides[d] = n
		n *= dims[d]
	}
	to := make([]T, 0, n)
	index := make([]int, len(dims))
	at := 0
	for range n {
		to = append(to, from[at])
		for k := len(order) - 1; k >= 0; k-- {
			d := order[k]
			index[k]++
			at += strides[d]
			if index[k] < dims[d] {
				break
			}
			at -= index[k] * strides[d]
			index[k] = 0
		}
	}
	return to
}

// places returns 0, 1, 2, …
func places(n int) []int32 {
	p := make([]int32, n)
	for i := range p {
		p[i] = int32(i)
	}
	return p
}

// lastly returns v with the channels of a pixel side by side, if it is an image.
func (im *importer) lastly(v operand) (operand, error) {
	if len(v.dims) != 3 || v.last {
		return v, nil
	}
	to := operand{value: v.value, dims: v.dims, last: true}
	if v.dims[0] == 1 || v.dims[1]*v.dims[2] == 1 {
		return to, nil
	}
	op := &gatherOp{in: v.size(), from: turned(places(v.size()), v.dims, []int{1, 2, 0})}
	return im.emit(op, to, v)
}

// plain returns v with its elements in the order of its dimensions.
func (im *importer) plain(v operand) (operand, error) {
	if !v.last {
		return v, nil
	}
	to := operand{value: v.value, dims: v.dims}
	if v.dims[0] == 1 || v.dims[1]*v.dims[2] == 1 {
		return to, nil
	}
	op := &gatherOp{in: v.size(), from: turned(places(v.size()), v.stored(), []int{2, 0, 1})}
	return im.emit(op, to, v)
}

// view gives v with other dimensions.
func (im *importer) view(v operand, dims []int) error {
	if slices.Equal(v.dims, dims) {
		return im.give(v)
	}
	if len(dims) == 3 && len(v.dims) == 1 && dims[0] == v.dims[0] { // N×C to N×C×1×1
		return im.give(operand{value: v.value, dims: dims})
	}
	v, err := im.plain(v)
	if err != nil {
		return err
	}
	return im.give(operand{value: v.value, dims: dims})
}

func (im *importer) flatten() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	if axis := im.integer("axis", 1); axis != 1 && axis != -int64(len(v.dims)) {
		return fmt.Errorf("axis %d, want 1", axis)
	}
	return im.view(v, []int{v.size()})
}

func (im *importer) reshape() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	list, err := im.list("shape", 1)
	if err != nil {
		return err
	}
	refuse := func() error {
		return fmt.Errorf("N×%v to %s, want one that leaves the images' dimension N as it is", v.dims, dimensions(list))
	}
	if len(list) < 2 || len(list) > 8 {
		return refuse()
	}
	zero := im.integer("allowzero", 0) == 0
	dims, open, known := make([]int, len(list)-1), -1, 1
	for i, d := range list[1:] {
		switch {
		case d == -1 && open < 0:
			open = i
			continue
		case d == 0 && zero && i < len(v.dims):
			d = int64(v.dims[i])
		case d < 1 || d > maxPlanElements:
			return refuse()
		}
		dims[i] = int(d)
		if known > maxPlanElements/dims[i] {
			return refuse()
		}
		known *= dims[i]
	}
	first := list[0]
	if open >= 0 {
		if v.size()%known != 0 {
			return refuse()
		}
		dims[open] = v.size() / known
	} else if known != v.size() {
		return refuse()
	}
	if !(first == batchMark || first == 0 && zero || first == -1 && open < 0 || im.batch > 0 && first == int64(im.batch)) {
		return refuse()
	}
	return im.view(v, dims)
}

func (im *importer) squeeze() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	list, err := im.list("axes", 1)
	if err != nil {
		return err
	}
	is, err := axes(list, v)
	if err != nil {
		return err
	}
	var dims []int
	for d, n := range v.dims {
		switch {
		case list == nil && n == 1:
		case is[d] && n != 1:
			return fmt.Errorf("dimension %d of N×%v is not 1", d+1, v.dims)
		case !is[d]:
			dims = append(dims, n)
		}
	}
	return im.view(v, dims)
}

func (im *importer) unsqueeze() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	list, err := im.list("axes", 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || len(list)+len(v.dims) > 8 {
		return fmt.Errorf("%d axes for N×%v", len(list), v.dims)
	}
	is, err := axes(list, operand{dims: make([]int, len(v.dims)+len(list))})
	if err != nil {
		return err
	}
	dims, rest := make([]int, len(is)), v.dims
	for d := range dims {
		if is[d] {
			dims[d] = 1
			continue
		}
		if len(rest) == 0 {
			return fmt.Errorf("axes %v, of which two are the same", list)
		}
		dims[d], rest = rest[0], rest[1:]
	}
	if len(rest) > 0 {
		return fmt.Errorf("axes %v, of which two are the same", list)
	}
	return im.view(v, dims)
}

func (im *importer) transpose() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	a := im.node.Attribute("perm")
	if a == nil || len(a.Ints) != len(v.dims)+1 || a.Ints[0] != 0 {
		return fmt.Errorf("perm of %d dimensions with 0 first is wanted", len(v.dims)+1)
	}
	order := make([]int, len(v.dims))
	seen := make([]bool, len(v.dims))
	dims := make([]int, len(v.dims))
	for i, p := range a.Ints[1:] {
		if p < 1 || p > int64(len(order)) || seen[p-1] {
			return fmt.Errorf("perm %v is none", a.Ints)
		}
		order[i], seen[p-1], dims[i] = int(p-1), true, v.dims[p-1]
	}
	switch {
	case slices.IsSorted(order):
		return im.give(v)
	case v.last && slices.Equal(order, []int{1, 2, 0}): // as it is stored
		return im.give(operand{value: v.value, dims: dims})
	case !v.last && slices.Equal(order, []int{2, 0, 1}):
		return im.give(operand{value: v.value, dims: dims, last: true})
	}
	if v, err = im.plain(v); err != nil {
		return err
	}
	return im.finish(&gatherOp{in: v.size(), from: turned(places(v.size()), v.dims, order)}, operand{dims: dims}, v)
}

func (im *importer) concat() error {
	var in []operand
	last := false
	for i := range im.node.Inputs {
		v, err := im.value(i)
		if err != nil {
			return err
		}
		in = append(in, v)
		last = last || v.last
	}
	rank := int64(len(in[0].dims) + 1)
	axis := im.integer("axis", 1)
	is, err := axes([]int64{axis}, in[0])
	if err != nil {
		return err
	}
	d := slices.Index(is, true)
	out := operand{dims: slices.Clone(in[0].dims), last: last}
	out.dims[d] = 0
	for i := range in {
		if int64(len(in[i].dims)+1) != rank {
			return fmt.Errorf("values of %d and %d dimensions", rank, len(in[i].dims)+1)
		}
		for k, n := range in[i].dims {
			if k != d && n != out.dims[k] {
				return fmt.Errorf("values of N×%v and N×%v along axis %d", in[0].dims, in[i].dims, axis)
			}
		}
		out.dims[d] += in[i].dims[d]
		if last {
			in[i], err = im.lastly(in[i])
		} else {
			in[i], err = im.plain(in[i])
		}
		if err != nil {
			return err
		}
	}
	place := d
	if last {
		place = [3]int{2, 0, 1}[d]
	}
	op := &concatOp{rows: product(out.stored()[:place])}
	for _, v := range in {
		w := product(v.stored()[place:])
		op.widths, op.width = append(op.widths, w), op.width+w
	}
	return im.finish(op, out, in...)
}

func (im *importer) pad() error {
	v, err := im.value(0)
	if err != nil {
		return err
	}
	list, err := im.list("pads", 1)
	if err != nil {
		return err
	}
	fill := im.number("value", 0)
	if f, err := im.floats(2, -1); err != nil {
		return err
	} else if len(f) == 1 {
		fill = f[0]
	}
	mode := "constant"
	if a := im.node.Attribute("mode"); a != nil && a.String != "" {
		mode = a.String
	}
	rank := len(v.dims) + 1
	which := make([]int64, rank)
	for i := range which {
		which[i] = int64(i)
	}
	if t, err := im.constant(3); err != nil {
		return err
	} else if t != nil {
		which = t.Ints
	}
	if len(list) != 2*len(which) {
		return fmt.Errorf("%d pads for %d axes", len(list), len(which))
	}
	before, dims := make([]int, rank-1), slices.Clone(v.dims)
	for i, a := range which {
		low, high := list[i], list[i+len(which)]
		if low < 0 || high < 0 || low > maxDimension || high > maxDimension {
			return fmt.Errorf("pads %v, want numbers in 0..%d", list, maxDimension)
		}
		if low == 0 && high == 0 {
			continue
		}
		is, err := axes([]int64{a}, v)
		if err != nil {
			return err
		}
		d := slices.Index(is, true)
		if mode == "reflect" && max(low, high) >= int64(v.dims[d]) {
			return fmt.Errorf("pads %v reflect more than dimension %d has, of N×%v", list, d+1, v.dims)
		}
		before[d], dims[d] = before[d]+int(low), dims[d]+int(low+high)
	}
	if mode != "constant" && mode != "reflect" && mode != "edge" {
		return fmt.Errorf("mode %q, want constant, reflect or edge", mode)
	}
	out := operand{dims: dims, last: v.last}
	op := &gatherOp{in: v.size(), fill: fill}
	if out, err = im.emit(op, out, v); err != nil { // which bounds the size
		return err
	}
	if mode == "constant" && fill == 0 && v.last && before[0] == 0 && dims[0] == v.dims[0] {
		op.zeros = &[4]int{before[1], before[2], dims[1] - v.dims[1] - before[1], dims[2] - v.dims[2] - before[2]}
	}
	op.from = padded(v.stored(), out.stored(), stored(before, v.last), mode)
	return im.give(out)
}

// stored puts numbers of dimensions in storing order.
func stored(v []int, last bool) []int { return operand{dims: v, last: last}.stored() }

// padded returns the places of a padded value's elements in the value.
func padded(in, out, before []int, mode string) []int32 {
	from := make([]int32, product(out))
	for i := range from {
		at, stride, rest := 0, 1, i
		for d := len(out) - 1; d >= 0; d-- {
			k := rest%out[d] - before[d]
			rest /= out[d]
			if k < 0 || k >= in[d] {
				switch {
				case mode == "constant":
					at = -1
				case mode == "edge":
					k = min(max(k, 0), in[d]-1)
				case k < 0:
					k = -k
				default:
					k = 2*(in[d]-1) - k
				}
			}
			if at < 0 {
				break
			}
			at += k * stride
			stride *= in[d]
		}
		from[i] = int32(at)
	}
	return from
}

// dimensions writes a list in which [batchMark] may stand.
func dimensions(list []int64) string {
	s := ""
	for i, d := range list {
		if i > 0 {
			s += "×"
		}
		if d == batchMark {
			s += "N"
		} else {
			s += fmt.Sprint(d)
		}
	}
	return s
}
