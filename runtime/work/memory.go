package work

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A Key names a result by all that it depends on: the primitive and, in Parts,
// the digests of its inputs, its options and its seed. What the primitive's code
// and its dependencies contribute is the memory's to add.
type Key struct {
	Primitive string // package and function, such as "attack.FGSM"
	Parts     []Part // in a fixed order

	// Also names further packages whose code the result depends on although the
	// primitive's does not import them, such as that of a model it was handed.
	Also []string `json:",omitempty"`
}

// A Part is one dependency of a result, printed in full or as a digest.
type Part struct {
	Name  string
	Value string // empty for an input that has no digest: the result cannot be kept
}

// With returns k with one more part, its value printed by fmt.Sprint.
func (k Key) With(name string, value any) Key {
	parts := make([]Part, len(k.Parts), len(k.Parts)+1)
	copy(parts, k.Parts)
	k.Parts = append(parts, Part{name, fmt.Sprint(value)})
	return k
}

// WithInts returns k with one more part: the SHA-256, in hexadecimal, of a list
// that is too long to be printed, such as labels.
func (k Key) WithInts(name string, list []int) Key {
	b := make([]byte, 0, 8*len(list))
	for _, v := range list {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return k.With(name, fmt.Sprintf("%x", sha256.Sum256(b)))
}

// Nameless returns the name of the first part without a value, or "".
func (k Key) Nameless() string {
	for _, p := range k.Parts {
		if p.Value == "" {
			return p.Name
		}
	}
	return ""
}

// Memory keeps results under their keys. It is asked from one goroutine at a
// time. A key for which [Key.Nameless] is not empty is never kept.
type Memory interface {
	// Recall returns the bytes kept under k. A damaged entry is a miss.
	Recall(k Key) ([]byte, bool)
	// Keep keeps value under k. That it could not be kept is no error of the
	// work, so it returns none.
	Keep(k Key, value []byte)
}

// A Claimer is a [Memory] that several runs use at once.
type Claimer interface {
	// Claim waits until nobody else computes the result of k, and keeps others
	// from it until release is called. It fails only when ctx ends.
	Claim(ctx context.Context, k Key) (release func(), err error)
}

// Remembers reports whether ctx carries a memory: without one, a key, whose
// digests may cost more than the work, is not looked at.
func Remembers(ctx context.Context) bool {
	_, ok := ctx.Value(memoryKey{}).(Memory)
	return ok
}

// A Codec turns a result into bytes and back.
type Codec[T any] struct {
	Encode func(T) ([]byte, error)
	Decode func([]byte) (T, error)
}

// Recalled returns the result that the memory in ctx keeps under k. Without a
// memory, or when it has no such entry or one that does not decode, Recalled
// computes the result and has it kept. What another run computes at the moment
// is waited for.
func Recalled[T any](ctx context.Context, k Key, c Codec[T], compute func(context.Context) (T, error)) (T, error) {
	if s, ok := ctx.Value(memoryKey{}).(Claimer); ok {
		release, err := s.Claim(ctx, k)
		if err != nil {
			var none T
			return none, err
		}
		defer release()
	}
	if v, ok := Recall(ctx, k, c); ok {
		return v, nil
	}
	v, err := compute(ctx)
	if err == nil {
		err = Keep(ctx, k, c, v)
	}
	return v, err
}

// Recall is the first half of [Recalled], for work that looks ahead: it returns
// what the memory in ctx keeps under k, if anything.
func Recall[T any](ctx context.Context, k Key, c Codec[T]) (v T, ok bool) {
	if m, has := ctx.Value(memoryKey{}).(Memory); has {
		if b, kept := m.Recall(k); kept {
			if v, err := c.Decode(b); err == nil {
				return v, true
			}
		}
	}
	return v, false
}

// Keep is the second half: it has v kept under k by the memory in ctx, if any.
func Keep[T any](ctx context.Context, k Key, c Codec[T], v T) error {
	m, ok := ctx.Value(memoryKey{}).(Memory)
	if !ok || k.Nameless() != "" {
		return nil
	}
	b, err := c.Encode(v)
	if err != nil {
		return fmt.Errorf("%s: encode the result: %w", k.Primitive, err)
	}
	m.Keep(k, b)
	return nil
}
