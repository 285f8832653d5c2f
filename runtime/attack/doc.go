// Package attack makes adversarial images: small changes of the samples that
// raise a classifier's loss, inside a budget of L∞ radius ε on the 0..255 scale.
//
//  1. A [Model] gives the gradient of its loss by the samples; [Gradient] asks it
//     and keeps the answer, which does not depend on ε.
//  2. [FGSM] takes one backward pass and makes a [Sweep], a batch for each ε, by
//     [Step]: the Fast Gradient Sign Method of Goodfellow, Shlens and Szegedy,
//     2015, equation in section 4.
//  3. [PermuteResidual], [GaussianNoise], [Dither] and [RandomSign] make the
//     controls that an effect is held against.
//
// Clean images are 8-bit and so is every result but Dither's: rounded to the
// nearest level and inside 0..255. What FGSM and RandomSign make is never further
// than ⌊ε⌋ levels away.
package attack
