package attack

import (
	"context"

	"jpgreport/runtime/pixel"
)

// A Model is what an attack needs of a classifier.
//
// A model may also have a method Primitive() string that names the package and
// the function that compute the gradient, such as "model.Net.Gradient". A
// gradient is then kept under that name, so that a change of the model's code
// counts and a gradient that old code computed is not recalled.
type Model interface {
	// Gradient returns the gradient of the summed per-image cross-entropy by
	// the samples of x, in their order (NCHW, samples in [0,1]).
	Gradient(ctx context.Context, x *pixel.Batch, labels []int) ([]float32, error)
	// Digest names all that the gradient depends on beyond x and labels.
	Digest() string
}
