package model

import (
	"fmt"
	"math"

	"jpgreport/runtime/kernel"
)

// A block is one or more stages that one operation computes: a convolution or a
// dense layer with the bounds (ReLU, ReLU6) and the max pooling after it.
//
// Max pooling and bounds change places freely: the largest of bounded values is
// the largest value, bounded, and no gradient passes where a bound was reached.
type block struct {
	stage           // the first
	index, last int // of the first stage and the last
	to          shape
	bounded     bool
	high        float32 // of the bounds, whose lower end is 0
	pool        int
	skip        int     // add: the block whose result is added to the one before
	parts       []block // inverted: its convolutions
	residual    bool    // inverted: what goes in is added to what comes out
}

func (b block) finish() (low, high float32) {
	if !b.bounded {
		return float32(math.Inf(-1)), float32(math.Inf(1))
	}
	return 0, b.high
}

// blocks joins the stages of a network.
func blocks(stages []stage) ([]block, error) {
	wanted := map[int]bool{} // results that a residual reads, which no block may swallow
	for _, s := range stages {
		if s.Kind == "add" {
			wanted[s.From] = true
		}
	}
	var all []block
	ends := map[int]int{} // stage → the block that ends with it
	for i := 0; i < len(stages); i++ {
		b := block{stage: stages[i], index: i, to: stages[i].out}
		switch b.Kind {
		case "relu", "relu6", "pool": // without a convolution before them
			b.absorb(stages[i])
		case "add":
			from, ok := ends[b.From]
			if !ok || from+1 >= len(all) || all[from+1].Kind != "conv" {
				return nil, fmt.Errorf("layer %d adds layer %d, which is not one that a convolution follows", i, b.From)
			}
			b.skip = from
		}
		if b.Kind == "conv" || b.Kind == "dense" {
			for i+1 < len(stages) && !wanted[i] && b.absorb(stages[i+1]) {
				i++
			}
		}
		b.last = i
		ends[i] = len(all)
		all = append(all, b)
	}
	return all, nil
}

// absorb takes a stage into the block, if it can be part of it.
func (b *block) absorb(s stage) bool {
	switch {
	case s.Kind == "relu" && !b.bounded:
		b.bounded, b.high = true, float32(math.Inf(1))
	case s.Kind == "relu6" && !b.bounded:
		b.bounded, b.high = true, 6
	case s.Kind == "pool" && b.pool == 0 && b.Kind != "dense":
		b.pool = s.Size
	default:
		return false
	}
	b.to = s.out
	return true
}

// convolution plans the block's kernels. A block without a convolution of its own
// is one of 1×1 kernels that pass each channel on.
func (b block) convolution(e *kernel.Engine) (*kernel.Conv, error) {
	s := kernel.ConvShape{
		H: b.in.h, W: b.in.w, In: b.in.c, Out: b.in.c, Kernel: [2]int{1, 1}, Groups: b.in.c, Pool: b.pool, Bounded: b.bounded, High: b.high,
	}
	if b.Kind == "conv" {
		s.Out, s.Kernel, s.Groups = b.Out, [2]int{b.Size, b.Size}, b.groups()
		s.Stride, s.Pad = [2]int{b.stride(), b.stride()}, [4]int{b.Pad, b.Pad, b.Pad, b.Pad}
	}
	return kernel.NewConv(e, s)
}
