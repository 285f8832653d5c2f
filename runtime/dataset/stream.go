package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"jpgreport/runtime/pixel"
)

// NoLabel is the label of an image whose class is not known.
const NoLabel = -1

// A Stream is a part of a set whose images are decoded when they are asked for:
// what it takes of memory is bounded by what is asked for at a time, however many
// images there are. It satisfies sweep.Source.
type Stream struct {
	Name    string   // such as "photos test"
	Labels  []int    // of each image, an index into Classes or [NoLabel]
	Classes []string // names of the labels
	Files   []string // the file of each image, relative to the set's folder; nil: images have no files of their own
	Groups  []string // the photograph that each image was cut from, as the labels' file has it; nil: each is its own
	Fields  Fields   // what else that file says of each image

	// Channels, Height and Width are those of every image.
	Channels, Height, Width int

	images images
	first  int // of images
}

// images decode images from ≤ i < to of a part.
type images interface {
	batch(ctx context.Context, from, to int) (*pixel.Batch, error)
	digest() string // of all its images
}

// Len returns the number of images.
func (s *Stream) Len() int { return len(s.Labels) }

// Batch decodes images from ≤ i < to and returns them with their labels. What it
// returns does not depend on how the images are asked for.
func (s *Stream) Batch(ctx context.Context, from, to int) (*pixel.Batch, []int, error) {
	if from < 0 || to < from || to > s.Len() {
		return nil, nil, fmt.Errorf("%s: images %d to %d, want a part of 0..%d", s.Name, from, to, s.Len())
	}
	b, err := s.images.batch(ctx, s.first+from, s.first+to)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	return b, s.Labels[from:to:to], nil
}

// First returns the first n images. n outside 1..Len is an error.
func (s *Stream) First(n int) (*Stream, error) {
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("%s: the first %d images, want 1..%d", s.Name, n, s.Len())
	}
	f := *s
	f.Labels = s.Labels[:n:n]
	if s.Files != nil {
		f.Files = s.Files[:n:n]
	}
	if s.Groups != nil {
		f.Groups = s.Groups[:n:n]
	}
	f.Fields = s.Fields.first(n)
	return &f, nil
}

// Load decodes all images into memory.
func (s *Stream) Load(ctx context.Context) (*Set, error) {
	b, labels, err := s.Batch(ctx, 0, s.Len())
	if err != nil {
		return nil, err
	}
	return &Set{Name: s.Name, Images: b, Labels: labels, Classes: s.Classes, Files: s.Files, Groups: s.Groups, Fields: s.Fields}, nil
}

// Digest returns the SHA-256, in hexadecimal, of what the images are decoded
// from, how, and of the labels. Nothing is decoded for it.
func (s *Stream) Digest() string {
	h := sha256.New()
	fmt.Fprintln(h, s.images.digest(), s.first, s.Labels)
	return hex.EncodeToString(h.Sum(nil))
}
