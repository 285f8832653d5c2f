package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Encode returns a file's bytes. Equal models have equal bytes. Tensors are
// written as float and int64, whatever Type they were read as.
func Encode(m *Model) []byte {
	var b []byte
	b = putInt(b, 1, m.IR)
	b = putString(b, 2, m.Producer)
	b = putBytes(b, 7, m.Graph.encode())
	return putBytes(b, 8, putInt(nil, 2, m.Opset))
}

func (g *Graph) encode() []byte {
	var b []byte
	for i := range g.Nodes {
		b = putBytes(b, 1, g.Nodes[i].encode())
	}
	b = putString(b, 2, g.Name)
	for i := range g.Initializers {
		b = putBytes(b, 5, g.Initializers[i].encode())
	}
	for _, v := range g.Inputs {
		b = putBytes(b, 11, v.encode())
	}
	for _, v := range g.Outputs {
		b = putBytes(b, 12, v.encode())
	}
	return b
}

func (n *Node) encode() []byte {
	var b []byte
	for _, s := range n.Inputs {
		b = putBytes(b, 1, []byte(s))
	}
	for _, s := range n.Outputs {
		b = putBytes(b, 2, []byte(s))
	}
	b = putString(b, 3, n.Name)
	b = putString(b, 4, n.Op)
	for i := range n.Attributes {
		b = putBytes(b, 5, n.Attributes[i].encode())
	}
	return putString(b, 7, n.Domain)
}

func (a *Attribute) encode() []byte {
	b := putString(nil, 1, a.Name)
	switch a.Kind {
	case Float:
		b = protowire.AppendTag(b, 2, protowire.Fixed32Type)
		b = protowire.AppendFixed32(b, math.Float32bits(a.Float))
	case Int:
		b = putInt(b, 3, a.Int)
	case String:
		b = putBytes(b, 4, []byte(a.String))
	case TensorA:
		b = putBytes(b, 5, a.Tensor.encode())
	case Floats:
		for _, v := range a.Floats {
			b = protowire.AppendTag(b, 7, protowire.Fixed32Type)
			b = protowire.AppendFixed32(b, math.Float32bits(v))
		}
	case Ints:
		for _, v := range a.Ints {
			b = putInt(b, 8, v)
		}
	}
	return putInt(b, 20, int64(a.Kind))
}

func (t *Tensor) encode() []byte {
	var b []byte
	for _, d := range t.Dims {
		b = putInt(b, 1, int64(d))
	}
	kind := Float32
	raw := make([]byte, 0, 4*len(t.Floats)+8*len(t.Ints))
	for _, v := range t.Floats {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	if t.Type == Int64 || t.Type == Int32 || t.Type == Bool {
		kind = Int64
		for _, v := range t.Ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	}
	b = putInt(b, 2, int64(kind))
	b = putString(b, 8, t.Name)
	return putBytes(b, 9, raw)
}

func (v ValueInfo) encode() []byte {
	var shape []byte
	for _, d := range v.Dims {
		var dim []byte
		if d >= 0 {
			dim = putInt(nil, 1, int64(d))
		} else {
			dim = putString(nil, 2, "N")
		}
		shape = putBytes(shape, 1, dim)
	}
	tensor := putBytes(putInt(nil, 1, int64(v.Type)), 2, shape)
	return putBytes(putString(nil, 1, v.Name), 2, putBytes(nil, 1, tensor))
}

func putInt(b []byte, n protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
}

func putBytes(b []byte, n protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
}

// putString leaves out an empty string, as the format does.
func putString(b []byte, n protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return putBytes(b, n, []byte(s))
}
