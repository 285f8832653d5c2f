package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/kernel"
	"jpgreport/runtime/model"
	"jpgreport/runtime/pixel"
)

// About is case.json, what the peer is told of the work.
type about struct {
	Task    string           `json:"task"`
	Network string           `json:"network"`
	Compare bool             `json:"compare"` // whether there are results of this side
	Repeats int              `json:"repeats"`
	Batch   int              `json:"batch"` // of a training step
	Rate    float64          `json:"rate"`  // peak of the learning rate
	Mean    float64          `json:"mean"`
	Std     float64          `json:"std"` // 0: the network does not normalise
	Kernels string           `json:"kernels"`
	Flatten string           `json:"flatten"`
	Tensors []tensor         `json:"tensors"`
	Arrays  map[string]array `json:"arrays"`
}

// An array is a file of raw little-endian numbers.
type array struct {
	File  string `json:"file"`
	Type  string `json:"type"`
	Shape []int  `json:"shape"`
	Axes  string `json:"axes,omitempty"` // of images and gradients: "NCHW" or "NHWC"
}

// sampleAxes is the order of a pixel.Batch.
const sampleAxes = "NCHW"

// Seeds of the nets and of what images are drawn at random.
const (
	netSeed   = 1
	imageSeed = 2
)

// netFile is the net as Net.MarshalBinary gives it.
const netFile = "net.bin"

// load returns the row's images and labels.
func (r row) load(ctx context.Context) (*pixel.Batch, []int, error) {
	if r.network != "digits" {
		x := pixel.New(r.images, 3, 224, 224)
		rng := rand.New(rand.NewPCG(imageSeed, 0))
		for i := range x.Data {
			x.Data[i] = pixel.Sample(byte(rng.UintN(256)))
		}
		labels := make([]int, r.images)
		for i := range labels {
			labels[i] = rng.IntN(1000)
		}
		return x, labels, nil
	}
	splits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		return nil, nil, err
	}
	read := splits.Test
	if r.task == "train" {
		read = splits.Train
	}
	set, err := read(ctx)
	if err == nil {
		set, err = set.First(r.images)
	}
	if err != nil {
		return nil, nil, err
	}
	return set.Images, set.Labels, nil
}

// net returns the net whose work is compared: of a training, the one it starts
// from; of the rest, one that knows a little.
func (r row) net(ctx context.Context) (*model.Net, error) {
	first, err := initialNet(ctx, r.network, netSeed)
	if err != nil || r.task == "train" {
		return first, err
	}
	if r.network != "digits" {
		// Weights of twice training's standard deviation keep the activations of
		// fifty layers in range.
		return scaled(first, 2)
	}
	r.task, r.images = "train", 2000
	x, labels, err := r.load(ctx)
	if err != nil {
		return nil, err
	}
	return model.Train(ctx, r.network, x, labels, model.TrainOptions{Seed: netSeed})
}

func trainOptions() model.TrainOptions {
	return model.TrainOptions{BatchSize: batchSize, LearningRate: learningRate, Seed: netSeed}
}

// order returns the images' order in the first epoch of a training, which is of
// the second stream of the seed; were it otherwise, the loss curves would differ.
func order(n int) []int {
	return rand.New(rand.NewPCG(netSeed, 2<<32)).Perm(n)
}

// prepare writes the row's case into dir. Where the module lacks the network, the
// case has images alone, and the error is errAbsent.
func (r row) prepare(ctx context.Context, dir string) error {
	a := about{Task: r.task, Network: r.network, Repeats: r.repeats, Batch: batchSize, Rate: learningRate,
		Kernels: kernelLayout, Flatten: flattenLayout, Arrays: map[string]array{}}
	w := writer{dir: dir, arrays: a.Arrays}
	fill := r.netCase
	if r.task == "product" {
		fill = r.productCase
	}
	absent := fill(ctx, &a, &w)
	if absent != nil && !errors.Is(absent, errAbsent) {
		return absent
	}
	enc, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	w.write("case.json", enc)
	return errors.Join(w.err, absent)
}

// netCase adds images, and what the row's net makes of them.
func (r row) netCase(ctx context.Context, a *about, w *writer) error {
	x, labels, err := r.load(ctx)
	if err != nil {
		return err
	}
	w.put("images", "float32", x.Data, []int{x.N, x.C, x.H, x.W}, sampleAxes)
	w.put("labels", "int32", narrow(labels), []int{x.N}, "")
	return r.results(ctx, a, w, x, labels)
}

// productCase adds two matrices and their product.
func (r row) productCase(_ context.Context, about *about, w *writer) error {
	e, err := kernel.New(kernel.Best())
	if err != nil {
		return err
	}
	a, b := factors()
	c := make([]float32, len(a))
	if err := product(e, c, a, b, edge); err != nil {
		return err
	}
	for _, m := range []struct {
		name string
		data []float32
	}{{"a", a}, {"b", b}, {"product", c}} {
		w.put(m.name, "float32", m.data, []int{edge, edge}, "")
	}
	about.Compare = true
	return nil
}

// results adds the net and what this side computes with it.
func (r row) results(ctx context.Context, a *about, w *writer, x *pixel.Batch, labels []int) error {
	net, err := r.net(ctx)
	if err != nil {
		return err
	}
	enc, err := net.MarshalBinary()
	if err != nil {
		return err
	}
	flat, err := flatWeights(enc)
	if err != nil {
		return err
	}
	if a.Tensors, err = tensorsOf(net.Architecture()); err != nil {
		return err
	}
	a.Mean, a.Std = normalisation(net.Architecture())
	a.Compare = true
	w.write(netFile, enc)
	w.put("weights", "float32", flat, []int{net.Parameters()}, "")
	switch r.task {
	case "train":
		trained, err := model.Train(ctx, r.network, x, labels, trainOptions())
		if err != nil {
			return err
		}
		var curve []float64
		for k, p := range trained.Curve {
			if p.Step != k+1 {
				return fmt.Errorf("the curve has steps left out: step %d after %d", p.Step, k)
			}
			curve = append(curve, p.Loss)
		}
		w.put("curve", "float64", curve, []int{len(curve)}, "")
		w.put("order", "int32", narrow(order(x.N)), []int{x.N}, "")
	case "gradient":
		g, err := net.Gradient(ctx, x, labels)
		if err != nil {
			return err
		}
		w.put("gradient", "float32", g, []int{x.N, x.C, x.H, x.W}, sampleAxes)
	case "classify":
		p, err := net.Classify(ctx, x)
		if err != nil {
			return err
		}
		w.put("logits", "float32", p.Logits, []int{x.N, p.Classes}, "")
	}
	return nil
}

// A writer writes files into a folder and keeps the first error.
type writer struct {
	dir    string
	arrays map[string]array
	err    error
}

func (w *writer) write(name string, b []byte) {
	if w.err == nil {
		w.err = os.WriteFile(filepath.Join(w.dir, name), b, 0o666)
	}
}

func (w *writer) put(name, kind string, values any, shape []int, axes string) {
	w.arrays[name] = array{File: name + ".bin", Type: kind, Shape: shape, Axes: axes}
	b, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("%s: %w", name, err)
	}
	w.write(name+".bin", b)
}

func narrow(v []int) []int32 {
	n := make([]int32, len(v))
	for i, k := range v {
		n[i] = int32(k)
	}
	return n
}

// readCase returns the images and labels of a case: a side holds these alone, not
// the data set that they are of.
func readCase(dir string) (*pixel.Batch, []int, error) {
	var a about
	b, err := os.ReadFile(filepath.Join(dir, "case.json"))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return nil, nil, err
	}
	shape := a.Arrays["images"].Shape
	if len(shape) != 4 {
		return nil, nil, fmt.Errorf("images of shape %v, want four dimensions", shape)
	}
	x := pixel.New(shape[0], shape[1], shape[2], shape[3])
	wide := make([]int32, x.N)
	for name, to := range map[string]any{"images": x.Data, "labels": wide} {
		b, err := os.ReadFile(filepath.Join(dir, a.Arrays[name].File))
		if err == nil {
			_, err = binary.Decode(b, binary.LittleEndian, to)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	labels := make([]int, x.N)
	for i, l := range wide {
		labels[i] = int(l)
	}
	return x, labels, nil
}
