package model

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"jpgreport/runtime/onnx"
	"jpgreport/runtime/pixel"
)

// onnxFile returns a file whose nodes take images, N×3×4×4, to y.
func onnxFile(change func(*onnx.Model), nodes ...onnx.Node) []byte {
	w := make([]float32, 48*2)
	for i := range w {
		w[i] = float32(i%7) - 3
	}
	m := &onnx.Model{IR: 7, Opset: 13, Graph: onnx.Graph{
		Nodes:        append(nodes, onnx.Node{Name: "end", Op: "Flatten", Inputs: []string{"y"}, Outputs: []string{"f"}}, onnx.Node{Op: "MatMul", Inputs: []string{"f", "w"}, Outputs: []string{"logits"}}),
		Initializers: []onnx.Tensor{{Name: "w", Type: onnx.Float32, Dims: []int{48, 2}, Floats: w}},
		Inputs:       []onnx.ValueInfo{{Name: "x", Type: onnx.Float32, Dims: []int{-1, 3, 4, 4}}},
		Outputs:      []onnx.ValueInfo{{Name: "logits", Type: onnx.Float32, Dims: []int{-1, 2}}},
	}}
	if change != nil {
		change(m)
	}
	return onnx.Encode(m)
}

func onnxNode(op string, in string, attributes ...onnx.Attribute) onnx.Node {
	return onnx.Node{Name: "it", Op: op, Inputs: strings.Fields(in), Outputs: []string{"y"}, Attributes: attributes}
}

// What cannot be imported is named with its node and what is allowed.
func TestONNXErrors(t *testing.T) {
	relu := onnxNode("Relu", "x")
	one := func(name string, v int64) onnx.Attribute {
		return onnx.Attribute{Name: name, Kind: onnx.Int, Int: v}
	}
	for _, c := range []struct {
		name string
		data []byte
		o    ONNXOptions
		want string
	}{
		{"operator", onnxFile(nil, onnxNode("Einsum", "x")), ONNXOptions{}, `node "it" (Einsum): an operator that is not supported; supported are Add, AveragePool,`},
		{"domain", onnxFile(func(m *onnx.Model) { m.Graph.Nodes[0].Domain = "com.example" }, relu), ONNXOptions{}, `node "it" (Relu): an operator of "com.example"`},
		{"opset", onnxFile(func(m *onnx.Model) { m.Opset = 8 }, relu), ONNXOptions{}, "opset 8, want 9..20"},
		{"type", onnxFile(func(m *onnx.Model) { m.Graph.Inputs[0].Type = onnx.Int64 }, relu), ONNXOptions{}, `input "x" is of type int64, want float`},
		{"rank", onnxFile(func(m *onnx.Model) { m.Graph.Inputs[0].Dims = []int{-1, 48} }, relu), ONNXOptions{}, "want N×C×H×W"},
		{"open size", onnxFile(func(m *onnx.Model) { m.Graph.Inputs[0].Dims = []int{-1, 3, -1, -1} }, relu), ONNXOptions{}, "options Height and Width are needed"},
		{"other size", onnxFile(nil, relu), ONNXOptions{Height: 5}, "option Height is 5"},
		{"mean", onnxFile(nil, relu), ONNXOptions{Mean: []float32{1, 2}}, "option Mean has 2 numbers, want 1 or one for each of 3 channels"},
		{"deviation", onnxFile(nil, relu), ONNXOptions{Std: []float32{0}}, "option Std: 0, want"},
		{"huge", onnxFile(func(m *onnx.Model) { m.Graph.Inputs[0].Dims = []int{1, 60000, 60000, 60000} }, relu), ONNXOptions{}, "has dimensions [1 60000 60000 60000]"},
		{"huge padding", onnxFile(nil, onnxNode("Pad", "x", ints("pads", 0, 0, 60000, 60000, 0, 0, 60000, 60000))), ONNXOptions{}, "elements"},
		{"negative padding", onnxFile(nil, onnxNode("Pad", "x", ints("pads", 0, 0, -1, 0, 0, 0, 0, 0))), ONNXOptions{}, "pads [0 0 -1 0 0 0 0 0], want numbers in 0.."},
		{"window", onnxFile(nil, onnxNode("MaxPool", "x", ints("kernel_shape", 5, 5))), ONNXOptions{}, "does not fit 4×4"},
		{"images mixed", onnxFile(nil, onnxNode("Transpose", "x", ints("perm", 1, 0, 2, 3))), ONNXOptions{}, "with 0 first"},
		{"images averaged", onnxFile(nil, onnxNode("ReduceMean", "x", ints("axes", 0))), ONNXOptions{}, "axis 0, along which the images stand"},
		{"training", onnxFile(nil, onnxNode("BatchNormalization", "x w w w w", one("training_mode", 1))), ONNXOptions{}, "want a network exported for inference"},
		{"weights", onnxFile(nil, onnxNode("Conv", "x x")), ONNXOptions{}, `input 1, "x", is no constant`},
		{"not a number", onnxFile(func(m *onnx.Model) { m.Graph.Initializers[0].Floats[5] = float32(math.NaN()) }, relu), ONNXOptions{}, "weight 5 is NaN, want a finite number"},
		{"constant", onnxFile(nil, onnx.Node{Name: "it", Op: "Relu", Inputs: []string{"w"}, Outputs: []string{"y"}}), ONNXOptions{}, `input 0, "w", is a constant`},
	} {
		_, err := ReadONNX(c.data, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A small file does not make a reader allocate much, whatever it claims: what it
// claims of memory is bounded before any is taken.
func TestONNXHostileFilesStaySmall(t *testing.T) {
	big := int64(1) << 40
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"padding", onnxFile(nil, onnxNode("Pad", "x", ints("pads", 0, 0, 0, 0, 0, 0, big, big)))},
		{"padded convolution", onnxFile(nil, onnxNode("Conv", "x w", ints("pads", big, big, big, big)))},
		{"dilated convolution", onnxFile(nil, onnxNode("Conv", "x w", ints("dilations", big, big), ints("pads", 4096, 4096, 4096, 4096)))},
		{"window", onnxFile(nil, onnxNode("AveragePool", "x", ints("kernel_shape", 30000, 30000), ints("pads", 29999, 29999, 29999, 29999)))},
		{"many paddings", onnxFile(func(m *onnx.Model) {
			m.Graph.Nodes = nil
			for i := range 200 {
				n := onnxNode("Pad", fmt.Sprint("v", i), ints("pads", 0, 0, 500, 500, 0, 0, 500, 500))
				if i == 0 {
					n.Inputs = []string{"x"}
				}
				n.Name, n.Outputs = fmt.Sprint("n", i), []string{fmt.Sprint("v", i+1)}
				m.Graph.Nodes = append(m.Graph.Nodes, n)
			}
		}, onnxNode("Relu", "x"))},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadONNX(c.data, ONNXOptions{})
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", c.name)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
			t.Errorf("%s: %d MB for a file of %d bytes", c.name, took>>20, len(c.data))
		}
	}
}

// Nothing differs with the number of goroutines, nor with the images beside one.
func TestONNXSameBits(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, c := range onnxCases(t, "testdata/onnx/networks.zip") {
		if !strings.Contains(c.name, "dynamo") {
			continue
		}
		var want string
		for _, procs := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(procs)
			net := c.net(t)
			x := pixel.New(5, c.Shape[0], c.Shape[1], c.Shape[2])
			for i := range x.Data {
				x.Data[i] = float32(i*7919%1009) / 1009
			}
			p, err := net.Classify(context.Background(), x)
			if err != nil {
				t.Fatal(err)
			}
			g, err := net.Gradient(context.Background(), x, []int{0, 1, 2, 3, 4})
			if err != nil {
				t.Fatal(err)
			}
			alone, err := net.Gradient(context.Background(), x.Slice(3, 4), []int{3})
			if err != nil {
				t.Fatal(err)
			}
			if string(floats(alone)) != string(floats(g[3*x.Size():4*x.Size()])) {
				t.Errorf("%s: an image alone has another gradient than among others", c.name)
			}
			if got := fmt.Sprintf("%s %x %x", net.Digest(), floats(p.Logits), floats(g)); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s: GOMAXPROCS %d gives other bits than 1", c.name, procs)
			}
		}
	}
}

// The gradient is that of the function, by differences in float64.
func TestONNXGradientIsChecked(t *testing.T) {
	for _, c := range onnxCases(t, "testdata/onnx/networks.zip") {
		if !strings.Contains(c.name, "opset") {
			continue
		}
		x, labels := c.batch()
		got, err := c.net(t).CheckGradient(context.Background(), x, labels, 20, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got.Error > 1e-3 || got.Compared < 5 {
			t.Errorf("%s: error %.2g at %d samples, %d at kinks", c.name, got.Error, got.Compared, got.Kinks)
		}
	}
}

// Whatever the bytes, ReadONNX gives a net or an error. A net of few elements also
// runs.
func FuzzReadONNX(f *testing.F) {
	f.Add(onnxFile(nil, onnxNode("Relu", "x")))
	for _, c := range onnxCases(f, "testdata/onnx/operators.zip") {
		f.Add(c.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		net, err := ReadONNX(data, ONNXOptions{Height: 8, Width: 8})
		if err != nil {
			if net, err = ReadONNX(data, ONNXOptions{}); err != nil {
				return
			}
		}
		total := 0
		for _, n := range net.plan.sizes {
			total += n
		}
		if total > 1<<16 {
			return
		}
		a := net.Architecture()
		x := pixel.New(2, a.Channels, a.Height, a.Width)
		if _, err := net.Gradient(context.Background(), x, []int{0, 1}); err != nil {
			t.Fatal(err)
		}
	})
}
