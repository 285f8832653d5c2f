package onnx

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

func sample() *Model {
	return &Model{IR: 7, Opset: 13, Producer: "test", Graph: Graph{
		Name: "g",
		Nodes: []Node{
			{Name: "a", Op: "Conv", Inputs: []string{"x", "w", ""}, Outputs: []string{"y"}, Attributes: []Attribute{
				{Name: "pads", Kind: Ints, Ints: []int64{1, -1, 0}}, {Name: "alpha", Kind: Float, Float: 0.5},
				{Name: "group", Kind: Int, Int: 3}, {Name: "auto_pad", Kind: String, String: "VALID"},
				{Name: "t", Kind: TensorA, Tensor: &Tensor{Name: "t", Type: Int64, Dims: []int{2}, Ints: []int64{-1, math.MaxInt64}}},
				{Name: "f", Kind: Floats, Floats: []float32{1, 2}},
			}},
			{Op: "Relu", Inputs: []string{"y"}, Outputs: []string{"z"}},
		},
		Initializers: []Tensor{{Name: "w", Type: Float32, Dims: []int{1, 2}, Floats: []float32{-1.5, 2}}},
		Inputs:       []ValueInfo{{Name: "x", Type: Float32, Dims: []int{-1, 3}}},
		Outputs:      []ValueInfo{{Name: "z", Type: Float32, Dims: []int{-1, 3}}},
	}}
}

func TestThereAndBack(t *testing.T) {
	got, err := Decode(Encode(sample()))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample(), got); d != "" {
		t.Error(d)
	}
}

// Each form in which float16 has a number is widened exactly.
func TestFloat16(t *testing.T) {
	for _, c := range []struct {
		bits uint16
		want float64
	}{
		{0, 0}, {0x3c00, 1}, {0xc000, -2}, {0x7bff, 65504}, {0x0400, 1.0 / 16384}, {0x0001, 1.0 / (1 << 24)}, {0x83ff, -1023.0 / (1 << 24)},
		{0x3555, 0.333251953125}, {0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)},
	} {
		if got := float64(widen(c.bits)); got != c.want {
			t.Errorf("%#04x is %v, want %v", c.bits, got, c.want)
		}
	}
	if v := widen(0x7e00); v == v {
		t.Errorf("0x7e00 is %v, want NaN", v)
	}
	if !math.Signbit(float64(widen(0x8000))) {
		t.Error("0x8000 has lost its sign")
	}
}

func TestErrors(t *testing.T) {
	with := func(change func(*Model)) []byte {
		m := sample()
		change(m)
		return Encode(m)
	}
	// A tensor's message with further bytes.
	tensor := func(more ...byte) []byte {
		var g []byte
		g = putBytes(g, 5, append(putString(putInt(nil, 2, int64(Float32)), 8, "w"), more...))
		return putBytes(putBytes(nil, 7, g), 8, putInt(nil, 2, 13))
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "0 bytes with 0 graphs"},
		{"text", []byte("no model at all"), "wire type"},
		{"cut off", Encode(sample())[:40], "unexpected EOF"},
		{"no opset", Encode(sample())[:len(Encode(sample()))-4], "no version of the standard operators"},
		{"a circle", with(func(m *Model) { m.Graph.Nodes[0].Inputs[0] = "z" }), `node "a" (Conv) reads "z", which only a later node gives, or a circle`},
		{"an input of nowhere", with(func(m *Model) { m.Graph.Nodes[1].Inputs[0] = "q" }), `node 1 (Relu) reads "q", which nothing gives`},
		{"an output of nowhere", with(func(m *Model) { m.Graph.Outputs[0].Name = "q" }), `output "q", which nothing gives`},
		{"a name twice", with(func(m *Model) { m.Graph.Nodes[1].Outputs[0] = "w" }), `"w" is given by an initializer and by node 1 (Relu)`},
		{"too few elements", with(func(m *Model) { m.Graph.Initializers[0].Dims = []int{1 << 20, 1 << 20} }), "dimensions [1048576 1048576], which 2 elements do not fill"},
		{"external data", tensor(protowire.AppendVarint(protowire.AppendTag(nil, 14, protowire.VarintType), 1)...), "another file"},
		{"too many nodes", with(func(m *Model) { m.Graph.Nodes = make([]Node, maxParts+1) }), "more than 16383 nodes"},
	} {
		_, err := Decode(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Whatever the bytes, Decode gives a model or an error; what it gives is consistent
// and comes back.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(sample()))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		for _, x := range m.Graph.Initializers {
			n := 1
			for _, d := range x.Dims {
				n *= d
			}
			if n != x.Size() {
				t.Fatalf("%q has dimensions %v and %d elements", x.Name, x.Dims, x.Size())
			}
		}
		if _, err := Decode(Encode(m)); err != nil {
			t.Fatalf("written again: %v", err)
		}
	})
}
