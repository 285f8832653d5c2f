// Package model trains and runs classifiers on Gorgonia.
//
//  1. An [Architecture] is named; it is one sorted literal of layers, the first of
//     which normalises samples in [0,1], so that no attack ever sees normalised ones.
//  2. [Train] draws weights from a seed, cuts each batch into shards of a fixed
//     size, runs them side by side, sums their gradients in order and steps by
//     Adam. It gives a [Net].
//  3. [Net.Classify] gives [Predictions], [Net.Loss] the loss of each image and
//     [Net.Gradient] the gradient that package attack follows.
//  4. [Net.CheckGradient] holds that gradient against differences of
//     [Net.ReferenceLoss], the same function written in float64 to be obvious.
//
// Inside, layers.go has one function a layer, which puts it and its gradient into
// a graph; machine.go compiles the graph for what is asked of it; shard.go spreads
// the shards. Results are the same bits whatever GOMAXPROCS, on one GOARCH.
package model
