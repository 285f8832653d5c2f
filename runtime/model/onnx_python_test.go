package model

import (
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var onnxPython = flag.String("onnx-python", "", "a Python with torch, torchvision, onnx, onnxscript and onnxruntime: compare full-size networks with them")

// python runs testdata/onnx/full.py.
func python(t *testing.T, args ...string) []byte {
	t.Helper()
	if *onnxPython == "" {
		t.Skip("-onnx-python is not set")
	}
	c := exec.Command(*onnxPython, append([]string{filepath.Join("testdata", "onnx", "full.py")}, args...)...)
	c.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return out
}

// Networks of full size agree with PyTorch: their logits as the small ones do. A
// deep network has rectifiers whose input is so near to 0 that rounding decides its
// sign, and each moves the gradient by more than rounding does. PyTorch's own in
// float32 lies up to 1.1e-2 (MobileNetV2), in L2, from that in float64; ours may lie as
// far. The log has both.
func TestONNXFullSize(t *testing.T) {
	for _, name := range strings.Fields(string(python(t, "list"))) {
		t.Run(name, func(t *testing.T) {
			archive := filepath.Join(t.TempDir(), name+".zip")
			python(t, "case", name, archive)
			for _, c := range onnxCases(t, archive) {
				net := c.net(t)
				x, labels := c.batch()
				var took [2]time.Duration
				var logits, gradient, peer float64
				for range 2 { // the second time with machines at hand
					start := time.Now()
					p, err := net.Classify(context.Background(), x)
					if err != nil {
						t.Fatal(err)
					}
					took[0] = time.Since(start)
					start = time.Now()
					g, err := net.Gradient(context.Background(), x, labels)
					if err != nil {
						t.Fatal(err)
					}
					took[1] = time.Since(start)
					logits, gradient, peer = distance(p.Logits, c.logits), distanceL2(g, c.exact), distanceL2(c.gradient, c.exact)
				}
				t.Logf("%s: %d steps, logits differ by %.1e; gradient, from that in float64, by %.1e, PyTorch's by %.1e; %.0f and %.0f ms an image", c.name, len(net.plan.steps), logits, gradient, peer,
					took[0].Seconds()*1e3/float64(x.N), took[1].Seconds()*1e3/float64(x.N))
				if logits > 1e-4 || gradient > 1.1e-2 {
					t.Errorf("%s: want at most 1e-4 and 1.1e-2", c.name)
				}
			}
		})
	}
}

// Nets that we write open in ONNX Runtime and say the same there.
func TestONNXRuntime(t *testing.T) {
	for _, a := range []Architecture{digits(t), tiny(), MobileNetV2()} {
		net, err := Random(a, 5)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := noise(a, 2, 6)
		file, err := net.MarshalONNX()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		model, images := filepath.Join(dir, "net.onnx"), filepath.Join(dir, "images.bin")
		for path, content := range map[string][]byte{model: file, images: floats(x.Data)} {
			if err := os.WriteFile(path, content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		b := python(t, "run", model, images, fmt.Sprint(x.N), fmt.Sprint(x.C), fmt.Sprint(x.H), fmt.Sprint(x.W))
		want := make([]float32, len(b)/4)
		for i := range want {
			want[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		p, err := net.Classify(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		d := distance(p.Logits, want)
		t.Logf("%s: logits differ from those of ONNX Runtime by %.1e", a.Name, d)
		if d > 1e-4 {
			t.Errorf("%s: want at most 1e-4", a.Name)
		}
	}
}

// distanceL2 returns ‖got − want‖ / ‖want‖.
func distanceL2(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var off, size float64
	for i, w := range want {
		d := float64(got[i]) - float64(w)
		off += d * d
		size += float64(w) * float64(w)
	}
	return math.Sqrt(off / size)
}
