// Package onnx reads and writes the ONNX file format: a graph of operators and the
// tensors that stand in it. It knows nothing of what the operators do.
//
//  1. [Decode] takes a file's bytes and gives a [Model].
//  2. [Model.Graph] has [Node]s in an order in which each one's inputs come before
//     it, the initializers as [Tensor]s, and [ValueInfo]s of inputs and outputs.
//  3. [Encode] is the way back.
//
// The format is onnx.proto of ONNX 1.16, IR version 10; fields that no network for
// images needs are passed by. Whatever the bytes, Decode allocates no more than a
// small multiple of their number.
package onnx
