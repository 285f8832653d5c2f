package model

import (
	"math"
	"math/rand/v2"
)

// MobileNetV2 returns the network of Sandler et al., "MobileNetV2: Inverted
// residuals and linear bottlenecks", 2018, table 2, at width 1: photographs of
// 3×224×224 samples, 1000 classes, 3,487,816 weights. Its batch normalisation is
// folded into the convolutions, as it is once a network is trained; samples are
// normalised to −1..1.
func MobileNetV2() Architecture {
	return bottlenecks("mobilenetv2", 224, 1000, 32, []bottleneck{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	}, 1280)
}

// A bottleneck is a row of the paper's table: n inverted residuals that expand
// their channels t times and have c channels out, the first with stride s.
type bottleneck struct{ t, c, n, s int }

// bottlenecks returns a network of inverted residuals, with that many channels after
// its first convolution and its last.
func bottlenecks(name string, side, classes, first int, rows []bottleneck, last int) Architecture {
	a := Architecture{Name: name, Channels: 3, Height: side, Width: side, Classes: classes}
	put := func(l ...Layer) { a.Layers = append(a.Layers, l...) }
	relu6 := Layer{Kind: "relu6"}
	put(Layer{Kind: "normalise", Mean: 0.5, Std: 0.5}, Layer{Kind: "conv", Out: first, Size: 3, Pad: 1, Stride: 2}, relu6)
	c := first
	for _, row := range rows {
		for i := range row.n {
			stride, hidden, from := 1, c*row.t, len(a.Layers)-1
			if i == 0 {
				stride = row.s
			}
			if row.t > 1 {
				put(Layer{Kind: "conv", Out: hidden, Size: 1}, relu6)
			}
			put(Layer{Kind: "conv", Out: hidden, Size: 3, Pad: 1, Stride: stride, Groups: hidden}, relu6, Layer{Kind: "conv", Out: row.c, Size: 1})
			if stride == 1 && c == row.c {
				put(Layer{Kind: "add", From: from})
			}
			c = row.c
		}
	}
	put(Layer{Kind: "conv", Out: last, Size: 1}, relu6, Layer{Kind: "mean"}, Layer{Kind: "dense", Out: classes})
	return a
}

// Random returns a net whose weights are drawn from a seed, to measure with and
// to test with: it has learned nothing. Before a ReLU, weights have the variance
// 2/fan-in of He et al., 2015, elsewhere 1/fan-in, biases the standard deviation
// 0.1; so values neither die out nor grow through dozens of layers.
func Random(a Architecture, seed uint64) (*Net, error) {
	stages, count, err := a.stages()
	if err != nil {
		return nil, err
	}
	weights := make([]float32, count)
	for i, s := range stages {
		r := rand.New(rand.NewPCG(seed, streamWeights|uint64(i)))
		gain := 1.0
		if i+1 < len(stages) && (stages[i+1].Kind == "relu" || stages[i+1].Kind == "relu6") {
			gain = 2
		}
		w := s.weight.of(weights)
		std := math.Sqrt(gain * float64(s.Out) / float64(max(1, len(w))))
		for k := range w {
			w[k] = float32(std * r.NormFloat64())
		}
		b := s.bias.of(weights)
		for k := range b {
			b[k] = float32(0.1 * r.NormFloat64())
		}
	}
	return newNet(a, weights), nil
}
