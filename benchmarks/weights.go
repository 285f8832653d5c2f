package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"jpgreport/runtime/model"
	"jpgreport/runtime/pixel"
)

// How runtime/model lays out what the case holds; networks.py turns it into
// PyTorch's order.
const (
	kernelLayout  = "HWIO"
	flattenLayout = "HWC"
)

// A tensor is some of the flat weights.
type tensor struct {
	Kind      string `json:"kind"` // "conv", "dense" or "bias"
	Shape     []int  `json:"shape"`
	Flattened []int  `json:"flattened,omitempty"` // dense after flatten: C, H, W of what was flattened
}

// errAbsent says that the module has no such network yet.
var errAbsent = errors.New("no such architecture")

// initialNet returns the net of that name as training finds it.
func initialNet(ctx context.Context, name string, seed uint64) (*model.Net, error) {
	a, err := model.Named(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errAbsent, err)
	}
	// A rate that is 0 in float32 leaves the weights as they were drawn.
	x := pixel.New(1, a.Channels, a.Height, a.Width)
	return model.Train(ctx, name, x, []int{0}, model.TrainOptions{Seed: seed, LearningRate: 1e-300})
}

// Where the weights stand in what Net.MarshalBinary gives.
const magicSize = 8

// flatWeights returns the bytes of the net's weights within its encoding.
func flatWeights(encoded []byte) ([]byte, error) {
	rest := encoded[min(magicSize, len(encoded)):]
	for _, size := range []int{1, 4} { // the architecture, the weights
		if len(rest) < 4 {
			break
		}
		n := size * int(binary.LittleEndian.Uint32(rest))
		if n > len(rest)-4 {
			break
		}
		if size == 4 {
			return rest[4 : 4+n], nil
		}
		rest = rest[4+n:]
	}
	return nil, errors.New("the encoding of a net is not laid out as runtime/model/encode.go says")
}

// scaled returns the net with all weights times f.
func scaled(n *model.Net, f float32) (*model.Net, error) {
	b, err := n.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b = bytes.Clone(b)
	flat, err := flatWeights(b)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(flat); i += 4 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(flat[i:]))
		binary.LittleEndian.PutUint32(flat[i:], math.Float32bits(f*v))
	}
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	copy(b[len(b)-sha256.Size:], sum[:])
	m := new(model.Net)
	return m, m.UnmarshalBinary(b)
}

// tensorsOf lists the tensors of a network's layers, in their order.
func tensorsOf(a model.Architecture) ([]tensor, error) {
	c, h, w := a.Channels, a.Height, a.Width
	var all []tensor
	var flattened []int
	for _, l := range a.Layers {
		switch l.Kind {
		case "normalise", "relu", "relu6", "add":
		case "conv":
			stride := max(1, l.Stride)
			shape := []int{l.Size, l.Size, c / max(1, l.Groups), l.Out}
			all = append(all, tensor{Kind: "conv", Shape: shape}, tensor{Kind: "bias", Shape: []int{l.Out}})
			c, h, w = l.Out, (h+2*l.Pad-l.Size)/stride+1, (w+2*l.Pad-l.Size)/stride+1
		case "pool":
			h, w = h/l.Size, w/l.Size
		case "mean":
			h, w = 1, 1
		case "flatten":
			flattened = []int{c, h, w}
			c, h, w = c*h*w, 1, 1
		case "dense":
			all = append(all, tensor{Kind: "dense", Shape: []int{c, l.Out}, Flattened: flattened}, tensor{Kind: "bias", Shape: []int{l.Out}})
			c, flattened = l.Out, nil
		default:
			return nil, fmt.Errorf("layer %s of %s: the benchmarks cannot hand its weights to the peer", l, a.Name)
		}
	}
	return all, nil
}

// normalisation returns the constants of the net's first layer, 0 and 0 without.
func normalisation(a model.Architecture) (mean, std float64) {
	if len(a.Layers) > 0 && a.Layers[0].Kind == "normalise" {
		return a.Layers[0].Mean, a.Layers[0].Std
	}
	return 0, 0
}
