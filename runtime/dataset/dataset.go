// Package dataset holds labelled images.
//
//  1. [WithCatalog] puts into a context which sets may be opened, and from where;
//     without a catalog these are the embedded ones.
//  2. [Open] finds a set by name, reads its labels and the headers of its images
//     and checks them against each other.
//  3. [Splits.Train] and [Splits.Test] decode one part, check its digests and
//     name its files to the caller's provenance.
//  4. [Set.First] takes the images that a study looks at.
//
// MNIST is embedded. Other sets are read from IDX files by [ReadIDX]; [Known]
// lists those whose files are recognised.
package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"jpgreport/runtime/pixel"
)

// A Set is labelled images. Labels[i] is the class of image i, an index into
// Classes.
type Set struct {
	Name    string // such as "mnist test"
	Images  *pixel.Batch
	Labels  []int
	Classes []string
	Files   []string // the file of each image, relative to the set's folder; nil: images have no files of their own
	Groups  []string // the photograph that each image was cut from; nil: each is its own
	Fields  Fields   // what else a table says of each image
}

// Fields are columns of the table that a set's labels came from, by name, with a
// text for each image: such as who took a photograph. Nil without a table.
type Fields map[string][]string

func (f *Fields) add(name, text string) {
	if *f == nil {
		*f = Fields{}
	}
	(*f)[name] = append((*f)[name], text)
}

func (f Fields) first(n int) Fields {
	if f == nil {
		return nil
	}
	cut := Fields{}
	for name, texts := range f {
		cut[name] = texts[:n:n]
	}
	return cut
}

// First returns the first n images. They share the set's memory. n outside
// 1..N is an error.
func (s *Set) First(n int) (*Set, error) {
	if n < 1 || n > s.Images.N {
		return nil, fmt.Errorf("%s: the first %d images, want 1..%d", s.Name, n, s.Images.N)
	}
	f := &Set{Name: s.Name, Images: s.Images.Slice(0, n), Labels: s.Labels[:n:n], Classes: s.Classes}
	if s.Files != nil {
		f.Files = s.Files[:n:n]
	}
	if s.Groups != nil {
		f.Groups = s.Groups[:n:n]
	}
	f.Fields = s.Fields.first(n)
	return f, nil
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Batch returns images from ≤ i < to, in the set's own memory, and their labels.
func (s *Set) Batch(_ context.Context, from, to int) (*pixel.Batch, []int, error) {
	if from < 0 || to < from || to > s.Len() || s.Len() != s.Images.N {
		return nil, nil, fmt.Errorf("%s: images %d to %d, want a part of 0..%d with as many labels", s.Name, from, to, s.Images.N)
	}
	return s.Images.Slice(from, to), s.Labels[from:to:to], nil
}

// Digest returns the SHA-256, in hexadecimal, of the images and labels. It does
// not depend on the name, on the classes' names or on where the set came from.
//
// Note: the files' digests and the range taken would name a set without hashing
// it, but not one whose labels a script has changed since.
func (s *Set) Digest() string {
	h := sha256.New()
	fmt.Fprintln(h, s.Images.Digest(), s.Labels)
	return hex.EncodeToString(h.Sum(nil))
}
