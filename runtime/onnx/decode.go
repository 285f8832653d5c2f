package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The most nodes, initializers, inputs or outputs of a graph and attributes of a
// node. An empty one takes two bytes in a file and far more in memory.
const (
	maxParts      = 1 << 14
	maxAttributes = 32
)

// Decode reads a file's bytes. Bytes that are no ONNX model, a graph whose nodes
// stand out of order or in a circle, names given twice, inputs that nothing gives,
// tensors kept in other files and tensors whose dimensions and data do not agree
// are errors.
func Decode(data []byte) (*Model, error) {
	m := new(Model)
	var graphs int
	err := fields(data, func(f field) error {
		var err error
		switch f.number {
		case 1:
			m.IR, err = f.int()
		case 2:
			m.Producer, err = f.string()
		case 7:
			graphs++
			err = m.Graph.decode(f)
		case 8:
			err = m.decodeOpset(f)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("onnx: %w", err)
	case graphs != 1:
		return nil, fmt.Errorf("onnx: %d bytes with %d graphs, want a model with one", len(data), graphs)
	case m.Opset == 0:
		return nil, fmt.Errorf("onnx: no version of the standard operators is named")
	}
	if err := m.Graph.check(); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

func (m *Model) decodeOpset(f field) error {
	var domain string
	var version int64
	err := f.fields(func(f field) (err error) {
		switch f.number {
		case 1:
			domain, err = f.string()
		case 2:
			version, err = f.int()
		}
		return err
	})
	if err == nil && (domain == "" || domain == "ai.onnx") {
		m.Opset = version
	}
	return err
}

func (g *Graph) decode(f field) error {
	return f.fields(func(f field) (err error) {
		if n := max(len(g.Nodes), len(g.Initializers), len(g.Inputs), len(g.Outputs)); n >= maxParts {
			return fmt.Errorf("more than %d nodes, initializers, inputs or outputs", maxParts-1)
		}
		switch f.number {
		case 1:
			var n Node
			err = n.decode(f)
			g.Nodes = append(g.Nodes, n)
		case 2:
			g.Name, err = f.string()
		case 5:
			var t Tensor
			err = t.decode(f)
			g.Initializers = append(g.Initializers, t)
		case 11, 12:
			var v ValueInfo
			err = v.decode(f)
			if f.number == 11 {
				g.Inputs = append(g.Inputs, v)
			} else {
				g.Outputs = append(g.Outputs, v)
			}
		case 15:
			return fmt.Errorf("sparse initializers are not read")
		}
		return err
	})
}

func (n *Node) decode(f field) error {
	return f.fields(func(f field) (err error) {
		var s string
		switch f.number {
		case 1:
			s, err = f.string()
			n.Inputs = append(n.Inputs, s)
		case 2:
			s, err = f.string()
			n.Outputs = append(n.Outputs, s)
		case 3:
			n.Name, err = f.string()
		case 4:
			n.Op, err = f.string()
		case 5:
			if len(n.Attributes) == maxAttributes {
				return fmt.Errorf("node %q: more than %d attributes", n.Name, maxAttributes)
			}
			var a Attribute
			if err = a.decode(f); err != nil {
				err = fmt.Errorf("node %q: %w", n.Name, err)
			}
			n.Attributes = append(n.Attributes, a)
		case 7:
			n.Domain, err = f.string()
		}
		return err
	})
}

func (a *Attribute) decode(f field) error {
	err := f.fields(func(f field) (err error) {
		switch f.number {
		case 1:
			a.Name, err = f.string()
		case 2:
			a.Float, err = f.float()
		case 3:
			a.Int, err = f.int()
		case 4:
			a.String, err = f.string()
		case 5:
			a.Tensor = new(Tensor)
			err = a.Tensor.decode(f)
		case 7:
			a.Floats, err = f.floats(a.Floats)
		case 8:
			a.Ints, err = f.ints(a.Ints)
		case 20:
			var kind int64
			kind, err = f.int()
			a.Kind = AttributeKind(kind)
		}
		return err
	})
	if err == nil && a.Kind == TensorA && a.Tensor == nil {
		err = fmt.Errorf("no tensor")
	}
	if err != nil {
		return fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	return nil
}

func (v *ValueInfo) decode(f field) error {
	return f.fields(func(f field) (err error) {
		switch f.number {
		case 1:
			v.Name, err = f.string()
		case 2: // type
			err = f.fields(func(f field) error {
				if f.number != 1 { // no tensor
					return nil
				}
				return f.fields(v.decodeTensor)
			})
		}
		return err
	})
}

func (v *ValueInfo) decodeTensor(f field) error {
	switch f.number {
	case 1:
		t, err := f.int()
		v.Type = Type(t)
		return err
	case 2: // shape
		v.Dims = []int{}
		return f.fields(func(f field) error {
			if f.number != 1 {
				return nil
			}
			d := int64(-1)
			err := f.fields(func(f field) (err error) {
				if f.number == 1 {
					d, err = f.int()
				}
				return err
			})
			if d < -1 || d > math.MaxInt32 {
				return fmt.Errorf("%q has a dimension of %d", v.Name, d)
			}
			v.Dims = append(v.Dims, int(d))
			return err
		})
	}
	return nil
}

// A field is one of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	varint uint64 // or fixed
	bytes  []byte
}

// fields hands on each field of a message.
func fields(b []byte, each func(field) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return fmt.Errorf("no protocol buffer: %w", protowire.ParseError(n))
		}
		b = b[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.varint, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.varint = uint64(v)
		case protowire.Fixed64Type:
			f.varint, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		default: // groups, which ONNX never had
			return fmt.Errorf("field %d: wire type %d", number, kind)
		}
		if n < 0 {
			return fmt.Errorf("field %d: %w", number, protowire.ParseError(n))
		}
		b = b[n:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

func (f field) want(kind protowire.Type) error {
	if f.kind != kind {
		return fmt.Errorf("field %d: wire type %d, want %d", f.number, f.kind, kind)
	}
	return nil
}

func (f field) fields(each func(field) error) error {
	if err := f.want(protowire.BytesType); err != nil {
		return err
	}
	return fields(f.bytes, each)
}

func (f field) string() (string, error) { return string(f.bytes), f.want(protowire.BytesType) }

func (f field) int() (int64, error) { return int64(f.varint), f.want(protowire.VarintType) }

func (f field) float() (float32, error) {
	return math.Float32frombits(uint32(f.varint)), f.want(protowire.Fixed32Type)
}

// ints appends the values of a repeated field, packed or not.
func (f field) ints(to []int64) ([]int64, error) {
	if f.kind != protowire.BytesType {
		v, err := f.int()
		return append(to, v), err
	}
	for b := f.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return to, fmt.Errorf("field %d: %w", f.number, protowire.ParseError(n))
		}
		to, b = append(to, int64(v)), b[n:]
	}
	return to, nil
}

// floats appends the values of a repeated field, packed or not.
func (f field) floats(to []float32) ([]float32, error) {
	if f.kind != protowire.BytesType {
		v, err := f.float()
		return append(to, v), err
	}
	if len(f.bytes)%4 != 0 {
		return to, fmt.Errorf("field %d: %d bytes, want a multiple of 4", f.number, len(f.bytes))
	}
	return appendFloats(to, f.bytes), nil
}
