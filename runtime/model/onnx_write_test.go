package model

import (
	"bytes"
	"context"
	"testing"
)

// A net written as ONNX and read again says the same, and has the same gradient.
func TestONNXThereAndBack(t *testing.T) {
	small := bottlenecks("small", 32, 10, 8, []bottleneck{{1, 8, 1, 1}, {6, 12, 2, 2}}, 24)
	for _, a := range []Architecture{digits(t), tiny(), small} {
		net, err := Random(a, 3)
		if err != nil {
			t.Fatal(err)
		}
		file, err := net.MarshalONNX()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := net.MarshalONNX(); err != nil || !bytes.Equal(file, again) {
			t.Errorf("%s: written twice, the files differ (%v)", a.Name, err)
		}
		back, err := ReadONNX(file, ONNXOptions{})
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		if back.Parameters() < net.Parameters() {
			t.Errorf("%s: %d parameters come back of %d", a.Name, back.Parameters(), net.Parameters())
		}
		x, labels := noise(a, 7, 4)
		want, err := net.Classify(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := back.Classify(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(got.Logits, want.Logits); d > 1e-5 {
			t.Errorf("%s: logits differ by %.2g", a.Name, d)
		}
		dx, err := net.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		dy, err := back.Gradient(context.Background(), x, labels)
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(dy, dx); d > 1e-4 {
			t.Errorf("%s: the gradient differs by %.2g", a.Name, d)
		}
		if _, err := back.MarshalONNX(); err == nil {
			t.Errorf("%s: a net of a file is written", a.Name)
		}
	}
}
