package model

import (
	"fmt"
)

func (im *importer) maxPool() error {
	v, err := im.image(0)
	if err != nil {
		return err
	}
	if im.integer("storage_order", 0) != 0 {
		return fmt.Errorf("storage_order 1 is not supported")
	}
	q, err := im.place(v, nil)
	if err != nil {
		return err
	}
	return im.finish(&maxPoolOp{q}, operand{dims: []int{q.channels, q.oh, q.ow}, last: true}, v)
}

func (im *importer) averagePool() error {
	v, err := im.image(0)
	if err != nil {
		return err
	}
	q, err := im.place(v, nil)
	if err != nil {
		return err
	}
	op := &averagePoolOp{window: q, countPad: im.integer("count_include_pad", 0) != 0}
	return im.finish(op, operand{dims: []int{q.channels, q.oh, q.ow}, last: true}, v)
}

func (im *importer) globalAverage() error {
	v, err := im.image(0)
	if err != nil {
		return err
	}
	return im.mean(v, []bool{false, true, true}, true)
}

func (im *importer) reduceMean() error {
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
	if len(list) == 0 {
		if im.integer("noop_with_empty_axes", 0) != 0 {
			return im.give(v)
		}
		return fmt.Errorf("a mean over all dimensions, of which one is the images'")
	}
	return im.mean(v, is, im.integer("keepdims", 1) != 0)
}

// mean takes the mean over some dimensions of v.
func (im *importer) mean(v operand, over []bool, keep bool) error {
	kept, dims, count := make([]int, len(v.dims)), []int(nil), 1
	for d, n := range v.dims {
		kept[d] = n
		if over[d] {
			kept[d] = 1
			count *= n
		}
		if !over[d] || keep {
			dims = append(dims, kept[d])
		}
	}
	op := &meanOp{count: count}
	if err := op.walk.lay(v.stored(), v.stored(), stored(kept, v.last)); err != nil {
		return err
	}
	out, err := im.emit(op, operand{dims: kept, last: v.last}, v)
	if err != nil {
		return err
	}
	return im.view(out, dims)
}
