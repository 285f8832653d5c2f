package onnx

// A Model is a graph and which operators it is written in.
type Model struct {
	IR       int64
	Opset    int64 // version of the operators of the domain "" or "ai.onnx"
	Producer string
	Graph    Graph
}

// A Graph is operators and what they work on.
type Graph struct {
	Name         string
	Nodes        []Node // each after those whose results it reads
	Initializers []Tensor
	Inputs       []ValueInfo // without those that have an initializer
	Outputs      []ValueInfo
}

// A Node is one operator. An empty name among Inputs stands for one left out.
type Node struct {
	Name       string
	Op         string
	Domain     string
	Inputs     []string
	Outputs    []string
	Attributes []Attribute
}

// Attribute returns the attribute of that name, nil when there is none.
func (n *Node) Attribute(name string) *Attribute {
	for i := range n.Attributes {
		if n.Attributes[i].Name == name {
			return &n.Attributes[i]
		}
	}
	return nil
}

// An AttributeKind says which field of an [Attribute] holds.
type AttributeKind int64

// The kinds that Decode reads; it keeps the number of any other.
const (
	Float   AttributeKind = 1
	Int     AttributeKind = 2
	String  AttributeKind = 3
	TensorA AttributeKind = 4
	Floats  AttributeKind = 6
	Ints    AttributeKind = 7
)

// An Attribute is a constant of a node.
type Attribute struct {
	Name   string
	Kind   AttributeKind
	Float  float32
	Int    int64
	String string
	Tensor *Tensor
	Floats []float32
	Ints   []int64
}

// A Type is that of a tensor's elements, as the format numbers them.
type Type int32

// The types of which tensors are read.
const (
	Float32 Type = 1
	Int32   Type = 6
	Int64   Type = 7
	Bool    Type = 9
	Float16 Type = 10
)

// String returns the type's name in the format.
func (t Type) String() string {
	names := [...]string{"undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16"}
	if t < 0 || int(t) >= len(names) {
		return "unknown"
	}
	return names[t]
}

// A Tensor is a constant. float16 is widened to Floats; int32, int64 and bool are
// Ints.
type Tensor struct {
	Name   string
	Type   Type // as the file has it
	Dims   []int
	Floats []float32
	Ints   []int64
}

// Size returns how many elements the tensor has.
func (t *Tensor) Size() int { return len(t.Floats) + len(t.Ints) }

// A ValueInfo describes an input or an output of the graph.
type ValueInfo struct {
	Name string
	Type Type
	Dims []int // -1 where the file leaves it open
}
