package model

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"jpgreport/runtime/pixel"
)

// An onnxCase is a file with what PyTorch says of it; testdata/onnx/make.py makes
// them.
type onnxCase struct {
	name     string
	data     []byte
	Images   int
	Shape    [3]int
	Mean     []float32
	Std      []float32
	Classes  int
	logits   []float32
	gradient []float32
	exact    []float32 // the gradient in float64, of full-size networks
}

func onnxCases(t testing.TB, archive string) []onnxCase {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	read := func(name string) []byte {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var all []onnxCase
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".onnx")
		if !ok {
			continue
		}
		c := onnxCase{name: name, data: read(f.Name)}
		if err := json.Unmarshal(read(name+".json"), &c); err != nil {
			t.Fatal(err)
		}
		b := read(name + ".bin")
		v := make([]float32, len(b)/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		logits, samples := c.Images*c.Classes, c.Images*c.Shape[0]*c.Shape[1]*c.Shape[2]
		c.logits, c.gradient, c.exact = v[:logits], v[logits:logits+samples], v[logits+samples:]
		all = append(all, c)
	}
	return all
}

// batch returns the images and labels that make.py has used.
func (c onnxCase) batch() (*pixel.Batch, []int) {
	x := pixel.New(c.Images, c.Shape[0], c.Shape[1], c.Shape[2])
	for i := range x.Data {
		v := uint32(i)*2654435761 + 12345
		x.Data[i] = float32((v*v+v)>>8) / (1 << 24)
	}
	labels := make([]int, c.Images)
	for i := range labels {
		labels[i] = i % c.Classes
	}
	return x, labels
}

func (c onnxCase) net(t testing.TB) *Net {
	t.Helper()
	net, err := ReadONNX(c.data, ONNXOptions{Name: c.name, Mean: c.Mean, Std: c.Std})
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// distance returns the largest difference, relative to the largest value wanted.
func distance(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	worst, top := 0.0, 0.0
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst, top = max(worst, d), max(top, math.Abs(float64(want[i])))
	}
	return worst / top
}

// Imported networks say what PyTorch says, and so do their gradients: each
// architecture as both of its exporters write it, each operator in each form.
func TestONNXAgreesWithPyTorch(t *testing.T) {
	for _, archive := range []string{"testdata/onnx/networks.zip", "testdata/onnx/operators.zip"} {
		for _, c := range onnxCases(t, archive) {
			t.Run(c.name, func(t *testing.T) {
				net := c.net(t)
				x, labels := c.batch()
				p, err := net.Classify(context.Background(), x)
				if err != nil {
					t.Fatal(err)
				}
				if d := distance(p.Logits, c.logits); d > 1e-4 {
					t.Errorf("logits differ by %.2g of the largest, want at most 1e-4", d)
				}
				g, err := net.Gradient(context.Background(), x, labels)
				if err != nil {
					t.Fatal(err)
				}
				if d := distance(g, c.gradient); d > 1e-3 {
					t.Errorf("the gradient differs by %.2g of the largest, want at most 1e-3", d)
				}
				// The same function in float64, which CheckGradient relies on.
				for i := range c.Images {
					ref := net.ReferenceLogits(x, i)
					narrow := make([]float32, len(ref))
					for k, v := range ref {
						narrow[k] = float32(v)
					}
					if d := distance(narrow, c.logits[i*c.Classes:(i+1)*c.Classes]); d > 1e-4 {
						t.Errorf("reference logits of image %d differ by %.2g, want at most 1e-4", i, d)
					}
				}
			})
		}
	}
}

// The blocks that MobileNetV2 and EfficientNet-Lite are made of run as one
// operation each, with batch normalisation, bounds and sums inside.
func TestONNXIsFused(t *testing.T) {
	want := map[string]string{
		"mobilenetv2-opset17":       "input conv inverted+ inverted inverted+ conv mean dense",
		"mobilenetv2-dynamo19":      "input conv inverted+ inverted inverted+ conv mean dense",
		"efficientnet-lite-opset20": "input conv inverted+ inverted inverted+ conv conv conv conv conv conv binary conv mean dense",
		"vgg-opset12":               "input conv conv conv conv gather dense dense",
		"resnet-basic-opset14":      "input conv maxPool conv conv binary conv conv conv binary mean dense",
		"pad-conv":                  "input conv gather dense",
		"conv-batchnorm-clip-pool":  "input conv gather dense",
		"matmul":                    "input gather dense dense",
	}
	for _, archive := range []string{"testdata/onnx/networks.zip", "testdata/onnx/operators.zip"} {
		for _, c := range onnxCases(t, archive) {
			if want[c.name] == "" {
				continue
			}
			var got []string
			for _, s := range c.net(t).plan.steps {
				kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", s.op), "*model."), "Op")
				if o, ok := s.op.(*invertedOp); ok && o.shape.Residual {
					kind += "+"
				}
				got = append(got, kind)
			}
			if got := strings.Join(got, " "); got != want[c.name] {
				t.Errorf("%s:\n%s, want\n%s", c.name, got, want[c.name])
			}
			delete(want, c.name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such cases: %v", want)
	}
}
