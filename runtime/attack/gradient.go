package attack

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Gradient returns m's gradient of the summed loss by the samples of x, kept in
// the context's memory under the digests of model, images and labels. A gradient
// that is not finite is an error, as its sign would mean nothing.
func Gradient(ctx context.Context, m Model, x *pixel.Batch, labels []int) ([]float32, error) {
	if err := x.Check(); err != nil {
		return nil, fmt.Errorf("gradient: %w", err)
	}
	if len(labels) != x.N {
		return nil, fmt.Errorf("gradient: %d labels for %d images", len(labels), x.N)
	}
	primitive := "attack.Gradient"
	if p, ok := m.(interface{ Primitive() string }); ok {
		primitive = p.Primitive()
	}
	key := work.Key{Primitive: primitive}.
		With("model", m.Digest()).
		With("images", x.Digest()).
		WithInts("labels", labels)
	codec := work.Codec[[]float32]{
		Encode: func(g []float32) ([]byte, error) {
			b := make([]byte, 0, 4*len(g))
			for _, v := range g {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			return b, nil
		},
		Decode: func(b []byte) ([]float32, error) {
			if len(b) != 4*len(x.Data) {
				return nil, fmt.Errorf("a gradient of %d bytes, want %d", len(b), 4*len(x.Data))
			}
			g := make([]float32, len(x.Data))
			for i := range g {
				g[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
			return g, nil
		},
	}
	g, err := work.Recalled(ctx, key, codec, func(ctx context.Context) ([]float32, error) {
		g, err := m.Gradient(ctx, x, labels)
		if err != nil {
			return nil, err
		}
		if len(g) != len(x.Data) {
			return nil, fmt.Errorf("the model gave %d samples for a batch of %s", len(g), x.Shape())
		}
		return g, finite(g, x.Size())
	})
	if err != nil {
		return nil, fmt.Errorf("gradient: %w", err)
	}
	return g, nil
}

// finite returns an error that counts the values that are NaN or infinite.
func finite(g []float32, size int) error {
	bad, first := 0, 0
	for i, v := range g {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			if bad == 0 {
				first = i
			}
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d values are not finite, the first %v in image %d; look for probabilities fed to the loss instead of logits (a saturated softmax), and for weights or samples that are not finite",
		bad, len(g), g[first], first/size)
}
