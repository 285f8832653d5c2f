package model

import (
	"context"
	"fmt"

	"jpgreport/runtime/pixel"
)

// Logits returns N×classes logits for x, N×C×H×W samples in [0,1], image by image.
// Unlike [Net.Classify] it keeps nothing in the context's memory: it serves callers,
// such as a sweep, that keep what they make of the logits.
func (n *Net) Logits(ctx context.Context, x *pixel.Batch) (logits []float32, classes int, err error) {
	if err := n.arch.check(x); err != nil {
		return nil, 0, fmt.Errorf("logits: %w", err)
	}
	logits, err = n.logits(ctx, x)
	if err != nil {
		return nil, 0, fmt.Errorf("logits: %w", err)
	}
	return logits, n.arch.Classes, nil
}
