package model

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
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
}

func onnxCases(t testing.TB, archive string) []onnxCase {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("testdata", "onnx", archive))
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
		c.logits, c.gradient = v[:c.Images*c.Classes], v[c.Images*c.Classes:]
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
	for _, archive := range []string{"networks.zip", "operators.zip"} {
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
