// Package sweep takes images through attacks × budgets × transforms and a
// classifier, and keeps a few numbers of each image instead of its pixels.
//
//  1. A [Plan] names what the clean images go through and, for each [Attacked],
//     an [Attack], its budgets and what the attacked images go through. [FGSM],
//     [RandomSign] and [PermutedStep] are attacks; [JPEG], [Permuted], [Gaussian],
//     [Blur] and [Dither] are transforms.
//  2. [Run] takes a [Source] of images block by block: each distinct batch is made
//     once, and one is classified while the next is made. A block's rows are kept
//     in the context's memory, so that a sweep that was killed, or is asked for
//     more, goes on from where it was.
//  3. The [Result] has an [Arm] for each way through the plan. An arm's columns
//     hold one number for each image; its methods compute every rate from them.
//
// What a block needs is all that is in memory: a sweep over fifty thousand
// photographs takes as much as one over fifty, but for some thirty bytes an image
// and arm.
package sweep
