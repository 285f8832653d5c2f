package model

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An operation is one of our own in a Gorgonia graph: a function on float32
// tensors whose shapes are known when the graph is built. It computes only the
// images that the machine was loaded with.
//
// Its result stands in memory that the operation owns and gives out again at
// each run, so that a run allocates nothing.
//
// Note: the built-in operations may write over such memory in place. Where a
// tensor has two readers, as beside a residual block, the gradients are added by
// an operation of our own, so that Gorgonia adds none.
type operation struct {
	name   string // with all state: equal names are merged as common subexpressions
	out    tensor.Shape
	do     func(out []float32, in ...[]float32) error
	grad   func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) // by each input, nil for those not in wrt
	wrt    []bool
	in     []int // dimensions of each input; 0 for a scalar
	data   [][]float32
	result []float32
	value  G.Value
	scalar *G.F32
	tape   *tape // on which each run is recorded; nil: it is not
}

var _ G.SDOp = (*operation)(nil)

// apply puts the operation into the graph of its inputs.
func (o *operation) apply(in ...*G.Node) (*G.Node, error) {
	for _, n := range in {
		dims := n.Dims()
		if n.IsScalar() {
			dims = 0
		}
		o.in = append(o.in, dims)
		o.name += fmt.Sprint(n.Shape())
	}
	if o.wrt == nil {
		o.wrt = make([]bool, len(in))
	}
	o.data = make([][]float32, len(in))
	o.result = make([]float32, max(1, o.out.TotalSize()))
	if o.out.IsScalar() {
		o.scalar = G.NewF32(0)
		o.value = o.scalar
	} else {
		o.value = tensor.New(tensor.WithShape(o.out...), tensor.WithBacking(o.result))
	}
	return G.ApplyOp(o, in...)
}

func tensorType(dims int) hm.Type {
	if dims == 0 {
		return G.Float32
	}
	return G.TensorType{Dims: dims, Of: G.Float32}
}

func (o *operation) Arity() int { return len(o.in) }

func (o *operation) Type() hm.Type {
	types := make([]hm.Type, 0, len(o.in)+1)
	for _, dims := range o.in {
		types = append(types, tensorType(dims))
	}
	return hm.NewFnType(append(types, tensorType(o.out.Dims()))...)
}

func (o *operation) InferShape(...G.DimSizer) (tensor.Shape, error) { return o.out.Clone(), nil }

func (o *operation) Do(in ...G.Value) (G.Value, error) {
	for i, v := range in {
		switch d := v.Data().(type) {
		case []float32:
			o.data[i] = d
		case float32: // the gradient of the loss by itself
			o.data[i] = append(o.data[i][:0], d)
		default:
			return nil, fmt.Errorf("%s: input %d is a %T, want float32", o.name, i, d)
		}
	}
	if o.tape != nil {
		o.tape.note(o, in)
	}
	if err := o.run(); err != nil {
		return nil, err
	}
	if o.scalar != nil {
		*o.scalar = G.F32(o.result[0])
	}
	return o.value, nil
}

// run computes the result from the operands of the last call.
func (o *operation) run() error {
	if err := o.do(o.result, o.data...); err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	return nil
}

func (o *operation) DiffWRT(int) []bool { return o.wrt }

func (o *operation) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	if o.grad == nil {
		return nil, fmt.Errorf("%s has no second derivative", o.name)
	}
	return o.grad(in, out, grad)
}

func (o *operation) ReturnsPtr() bool      { return false }
func (o *operation) CallsExtern() bool     { return false }
func (o *operation) OverwritesInput() int  { return -1 }
func (o *operation) WriteHash(h hash.Hash) { fmt.Fprint(h, o.name) }
func (o *operation) String() string        { return o.name }

func (o *operation) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}
