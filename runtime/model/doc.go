// Package model trains and runs classifiers on Gorgonia.
//
//  1. An [Architecture] is named; it is one sorted literal of layers, the first of
//     which normalises samples in [0,1], so that no attack ever sees normalised ones.
//  2. [Train] draws weights from a seed and takes each batch through a machine, which
//     gives the gradient, and a step of Adam. It gives a [Net].
//  3. [Net.Classify] gives [Predictions], [Net.Loss] the loss of each image and
//     [Net.Gradient] the gradient that package attack follows.
//  4. [Net.CheckGradient] holds that gradient against differences of
//     [Net.ReferenceLoss], the same function written in float64 to be obvious.
//
// Inside, block.go joins layers that one operation computes; layers.go has one
// function a kind of block, which puts it and its gradient into a graph as
// operations on package kernel; machine.go compiles the graph for what is asked of
// it. Gorgonia holds the graph, derives the gradient and runs both once, for tape.go to
// note the order; the memory is the operations' own and is used again. batches.go cuts
// images into what a machine takes, or many images into what each core's machine takes.
//
// Between layers an image stands by row, column and channel. Weights of a
// convolution stand by row, column, channel in and channel out, those of a dense
// layer by feature in and out, where flattening keeps the order of the image.
//
// Results are the same bits whatever GOMAXPROCS, and the same on AVX2 and AVX-512;
// see [KernelPath] for what else there is.
package model
