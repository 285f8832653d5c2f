package model_test

import (
	"context"
	"fmt"

	"jpgreport/runtime/model"
	"jpgreport/runtime/pixel"
)

// stripes returns n images of a bright row, labelled 0 to 9 by its height.
func stripes(n int) (*pixel.Batch, []int) {
	x, labels := pixel.New(n, 1, 28, 28), make([]int, n)
	for i := range n {
		labels[i] = i % 10
		for k := range 28 {
			x.Sample(i)[(4+2*labels[i])*28+k] = 1
		}
	}
	return x, labels
}

func ExampleTrain() {
	x, labels := stripes(50)
	net, err := model.Train(context.Background(), "digits", x, labels, model.TrainOptions{Epochs: 8, BatchSize: 25, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := net.Classify(context.Background(), x.Slice(0, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Parameters(), "weights; labels", p.Labels)
	// Output: 421642 weights; labels [0 1 2 3 4 5 6 7 8 9]
}

func ExampleNamed() {
	a, err := model.Named("digits")
	fmt.Println(a, err)
	// Output: digits: 1×28×28, normalise mean 0.1307 std 0.3081, conv 32 3×3 padding 1, relu, max pool 2×2, conv 64 3×3 padding 1, relu, max pool 2×2, flatten, dense 128, relu, dense 10; 10 classes <nil>
}

func ExampleOpen() {
	ctx := model.WithCatalog(context.Background(), model.Catalog{"lite0": {
		Kind: model.KindONNX, Path: "../../experiments/models/efficientnet-lite0.onnx",
		Mean: []float32{127. / 255}, Std: []float32{128. / 255},
	}})
	net, err := model.Open(ctx, "lite0")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := net.Classify(ctx, pixel.New(1, 3, 224, 224))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Classes, "classes")
	_, err = model.Open(ctx, "lite1")
	fmt.Println(err)
	// Output:
	// 1000 classes
	// no model "lite1", want one of: lite0
}
