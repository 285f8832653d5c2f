package model

import (
	"fmt"
	"strings"
)

// An operator is one of ONNX that networks are imported with.
type operator struct {
	name string
	take func(im *importer) error
}

// operators returns them, sorted by name.
func operators() []operator {
	return []operator{
		{"Add", func(im *importer) error { return im.binary('+') }},
		{"AveragePool", (*importer).averagePool},
		{"BatchNormalization", (*importer).batchNorm},
		{"Cast", (*importer).same},
		{"Clip", (*importer).clip},
		{"Concat", (*importer).concat},
		{"Conv", (*importer).conv},
		{"Div", func(im *importer) error { return im.binary('/') }},
		{"Dropout", (*importer).dropout},
		{"Flatten", (*importer).flatten},
		{"Gemm", (*importer).gemm},
		{"GlobalAveragePool", (*importer).globalAverage},
		{"HardSigmoid", (*importer).hardSigmoid},
		{"HardSwish", func(im *importer) error { return im.curve(hardSwishCurve()) }},
		{"Identity", (*importer).same},
		{"LRN", (*importer).lrn},
		{"LeakyRelu", (*importer).leaky},
		{"MatMul", (*importer).matMul},
		{"MaxPool", (*importer).maxPool},
		{"Mul", func(im *importer) error { return im.binary('*') }},
		{"Pad", (*importer).pad},
		{"ReduceMean", (*importer).reduceMean},
		{"Relu", (*importer).relu},
		{"Reshape", (*importer).reshape},
		{"Sigmoid", func(im *importer) error { return im.curve(sigmoidCurve()) }},
		{"Squeeze", (*importer).squeeze},
		{"Sub", func(im *importer) error { return im.binary('-') }},
		{"Tanh", func(im *importer) error { return im.curve(tanhCurve()) }},
		{"Transpose", (*importer).transpose},
		{"Unsqueeze", (*importer).unsqueeze},
	}
}

// ONNXOperators returns the operators that [ReadONNX] takes on what depends on the
// images, sorted. Softmax and LogSoftmax are taken at the end; Constant, Gather,
// Shape and Slice where they compute constants.
func ONNXOperators() []string {
	var names []string
	for _, o := range operators() {
		names = append(names, o.name)
	}
	return names
}

func supported() string {
	return "supported are " + strings.Join(ONNXOperators(), ", ") +
		", a Softmax or LogSoftmax at the end, and Constant, Gather, Shape and Slice on constants"
}

// integer returns an attribute, or what it is when left out.
func (im *importer) integer(name string, otherwise int64) int64 {
	if a := im.node.Attribute(name); a != nil {
		return a.Int
	}
	return otherwise
}

func (im *importer) number(name string, otherwise float32) float32 {
	if a := im.node.Attribute(name); a != nil {
		return a.Float
	}
	return otherwise
}

// integers returns an attribute of n integers in low..high, all otherwise when it
// is left out.
func (im *importer) integers(name string, n int, otherwise, low, high int64) ([]int, error) {
	v := make([]int, n)
	a := im.node.Attribute(name)
	if a == nil || len(a.Ints) == 0 {
		for i := range v {
			v[i] = int(otherwise)
		}
		return v, nil
	}
	if len(a.Ints) != n {
		return nil, fmt.Errorf("%s has %d numbers, want %d", name, len(a.Ints), n)
	}
	for i, k := range a.Ints {
		if k < low || k > high {
			return nil, fmt.Errorf("%s %v, want numbers in %d..%d", name, a.Ints, low, high)
		}
		v[i] = int(k)
	}
	return v, nil
}

// list returns integers that an attribute or, from an opset on, input i has; nil
// when there are none.
func (im *importer) list(name string, i int) ([]int64, error) {
	if a := im.node.Attribute(name); a != nil {
		return a.Ints, nil
	}
	t, err := im.constant(i)
	if err != nil || t == nil {
		return nil, err
	}
	if len(t.Floats) > 0 {
		return nil, fmt.Errorf("%s are of type %v, want int64", name, t.Type)
	}
	return t.Ints, nil
}

// axes resolves axes of v, of which N is one, and refuses N.
func axes(list []int64, v operand) ([]bool, error) {
	rank := int64(len(v.dims) + 1)
	is := make([]bool, len(v.dims))
	for _, a := range list {
		if a < -rank || a >= rank {
			return nil, fmt.Errorf("axis %d of %d dimensions", a, rank)
		}
		if a = (a + rank) % rank; a == 0 {
			return nil, fmt.Errorf("axis 0, along which the images stand")
		}
		is[a-1] = true
	}
	return is, nil
}
