package model

import (
	"fmt"
	"strconv"

	"jpgreport/runtime/onnx"
)

// writtenOpset and writtenIR are the versions that nets are written in: those that
// any runtime of the last years reads.
const (
	writtenOpset = 13
	writtenIR    = 7
)

// MarshalONNX returns a net that was trained here as the bytes of an ONNX file:
// input "images", N×C×H×W samples in [0,1], output "logits", N×classes.
// Normalisation is in it. Equal nets have equal bytes. A net of [ReadONNX] is its
// own file and an error.
func (n *Net) MarshalONNX() ([]byte, error) {
	if n.plan != nil {
		return nil, fmt.Errorf("write ONNX: %s is a net of an ONNX file, want one that was trained here", n.arch.Name)
	}
	stages, _, err := n.arch.stages()
	if err != nil {
		return nil, fmt.Errorf("write ONNX: %w", err)
	}
	x := &onnxWriter{name: "images"}
	x.graph = onnx.Graph{
		Name:    n.arch.Name,
		Inputs:  []onnx.ValueInfo{{Name: "images", Type: onnx.Float32, Dims: []int{-1, n.arch.Channels, n.arch.Height, n.arch.Width}}},
		Outputs: []onnx.ValueInfo{{Name: "logits", Type: onnx.Float32, Dims: []int{-1, n.arch.Classes}}},
	}
	var results []string
	for i, s := range stages {
		x.layer = i
		x.stage(s, n.weights, results)
		results = append(results, x.name)
	}
	x.node("Identity", []string{x.name}, "logits")
	return onnx.Encode(&onnx.Model{IR: writtenIR, Opset: writtenOpset, Producer: "jpgreport", Graph: x.graph}), nil
}

// An onnxWriter appends to a graph.
type onnxWriter struct {
	graph onnx.Graph
	layer int
	name  string // of the last result
	flat  bool   // the last result is N×features
	from  shape  // that it was, by channel, row and column
}

func (x *onnxWriter) node(op string, in []string, out string, attributes ...onnx.Attribute) {
	x.graph.Nodes = append(x.graph.Nodes, onnx.Node{Name: fmt.Sprintf("%s%d", op, x.layer), Op: op, Inputs: in, Outputs: []string{out}, Attributes: attributes})
	x.name = out
}

// next adds an operator on the last result, in[0].
func (x *onnxWriter) next(op string, in []string, attributes ...onnx.Attribute) {
	x.node(op, append([]string{x.name}, in...), op+strconv.Itoa(x.layer), attributes...)
}

// constant adds an initializer and returns its name.
func (x *onnxWriter) constant(name string, v []float32, dims ...int) string {
	name += strconv.Itoa(x.layer)
	x.graph.Initializers = append(x.graph.Initializers, onnx.Tensor{Name: name, Type: onnx.Float32, Dims: dims, Floats: v})
	return name
}

func ints(name string, v ...int64) onnx.Attribute {
	return onnx.Attribute{Name: name, Kind: onnx.Ints, Ints: v}
}

func (x *onnxWriter) stage(s stage, weights []float32, results []string) {
	w, b := s.weight.of(weights), s.bias.of(weights)
	switch s.Kind {
	case "normalise":
		x.next("Sub", []string{x.constant("mean", []float32{float32(s.Mean)})})
		x.next("Mul", []string{x.constant("factor", []float32{float32(1 / s.Std)})})
	case "conv":
		in, size, pad, step := s.in.c/s.groups(), int64(s.Size), int64(s.Pad), int64(s.stride())
		taps := s.Size * s.Size
		turned := make([]float32, len(w)) // to channels out × in × rows × columns
		for o := range s.Out {
			for i := range in {
				for t := range taps {
					turned[(o*in+i)*taps+t] = w[(t*in+i)*s.Out+o]
				}
			}
		}
		x.next("Conv", []string{x.constant("weight", turned, s.Out, in, s.Size, s.Size), x.constant("bias", b, s.Out)},
			ints("kernel_shape", size, size), ints("strides", step, step), ints("pads", pad, pad, pad, pad),
			onnx.Attribute{Name: "group", Kind: onnx.Int, Int: int64(s.groups())})
	case "relu":
		x.next("Relu", nil)
	case "relu6":
		x.next("Clip", []string{x.constant("low", []float32{0}), x.constant("high", []float32{6})})
	case "pool":
		x.next("MaxPool", nil, ints("kernel_shape", int64(s.Size), int64(s.Size)), ints("strides", int64(s.Size), int64(s.Size)))
	case "add":
		x.next("Add", []string{results[s.From]})
	case "mean":
		x.next("GlobalAveragePool", nil)
	case "flatten":
		x.from = s.in
	case "dense":
		x.dense(s, w, b)
	}
}

// dense adds features as rows of a matrix. ONNX flattens an image by channel, row
// and column, and our weights are by row, column and channel.
func (x *onnxWriter) dense(s stage, w, b []float32) {
	if !x.flat {
		x.next("Flatten", nil)
		x.flat = true
		if pixels := x.from.h * x.from.w; pixels > 1 {
			turned := make([]float32, 0, len(w))
			for c := range x.from.c {
				for p := range pixels {
					at := (p*x.from.c + c) * s.Out
					turned = append(turned, w[at:at+s.Out]...)
				}
			}
			w = turned
		}
	}
	x.next("Gemm", []string{x.constant("weight", w, s.in.size(), s.Out), x.constant("bias", b, s.Out)})
}
