// Package kernel has the float32 arithmetic of convolutional networks: what
// package model's operations do.
//
//  1. A [Path] is a set of instructions; [Best] is the fastest that this machine
//     has. [New] gives an [Engine] on a path, which spreads work over the cores, and
//     [NewSingle] one that leaves that to its caller.
//  2. [Engine.MatMul] multiplies matrices.
//  3. [NewConv] plans a convolution with bias, bounds (ReLU, ReLU6) and max pooling
//     fused into it: [Conv.Forward], [Conv.InputGradient], [Conv.WeightGradient].
//  4. [NewInverted] plans an inverted residual, three convolutions as one.
//  5. [CrossEntropy] and [Adam] are the ends of a training step.
//
// Images are N×H×W×C, so that the channels of a pixel are neighbours; weights of a
// convolution are kernel rows × kernel columns × channels in × channels out, those
// of a dense layer features in × features out.
//
// Results are the same bits whatever GOMAXPROCS: however the work is cut into units,
// its shape alone decides in which order the terms of a sum are added. AVX2 and
// AVX-512 also give the same bits as each other: vectors lie across channels or
// pixels, never across the terms of a sum. The portable path has no fused
// multiplication and addition in float32 and differs in the last bits.
package kernel
