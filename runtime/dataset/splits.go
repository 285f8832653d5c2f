package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Splits are the training and the test part of a set. The images of a part are
// decoded when they are first asked for: the training images of MNIST take half
// a second, which a run that recalls its weights need not spend.
type Splits struct {
	Name    string // the name the set was opened under
	Classes []string

	files       fs.FS
	embedded    bool
	known       string // the known set that the files have to be, or ""
	train, test *part

	streams map[string]*stream // by the part's name; of sets that are decoded as they are asked for
}

// A stream is a part of such a set.
type stream struct {
	*Stream
	artifacts []work.Artifact

	mu  sync.Mutex
	set *Set // once decoded as a whole
}

// A part is one of the two parts of a set.
type part struct {
	name           string // "train" or "test"
	images, labels string // standard file names
	shape          []int  // of the images, as their header says
	values         []int  // the labels
	labelsFile     source
	imagesFile     source // once decoded

	mu  sync.Mutex
	set *Set
}

// A source is a file that was read.
type source struct {
	found  string // its name as found, perhaps with .gz
	sha256 string // of the raw bytes; "" when it was not read to the end
}

// Train returns the training images, samples N×1×H×W in [0,1], and their
// labels. It names the files to the provenance in ctx.
func (s *Splits) Train(ctx context.Context) (*Set, error) { return s.whole(ctx, partTrain) }

// Test returns the test images, as Train does the training images. A set of one
// part has its images here.
func (s *Splits) Test(ctx context.Context) (*Set, error) { return s.whole(ctx, partTest) }

// StreamTrain returns the training images to be decoded as they are asked for. It
// names the files to the provenance in ctx.
func (s *Splits) StreamTrain(ctx context.Context) (*Stream, error) { return s.stream(ctx, partTrain) }

// StreamTest returns the test images, as StreamTrain does the training images.
func (s *Splits) StreamTest(ctx context.Context) (*Stream, error) { return s.stream(ctx, partTest) }

// Names of the parts of a set.
const (
	partTrain = "train"
	partTest  = "test"
)

// whole returns a part in memory.
func (s *Splits) whole(ctx context.Context, name string) (*Set, error) {
	if s.streams == nil {
		return s.load(ctx, map[string]*part{partTrain: s.train, partTest: s.test}[name])
	}
	p, err := s.named(ctx, name)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set == nil {
		if p.set, err = p.Load(ctx); err != nil {
			return nil, fmt.Errorf("data set %q: %w", s.Name, err)
		}
	}
	return p.set, nil
}

func (s *Splits) stream(ctx context.Context, name string) (*Stream, error) {
	if s.streams == nil { // IDX files, whose bytes are compressed as one
		set, err := s.whole(ctx, name)
		if err != nil {
			return nil, err
		}
		b := set.Images
		return &Stream{Name: set.Name, Labels: set.Labels, Classes: set.Classes, Channels: b.C, Height: b.H, Width: b.W, images: memory{b}}, nil
	}
	p, err := s.named(ctx, name)
	if err != nil {
		return nil, err
	}
	return p.Stream, nil
}

// named returns a part of a set that is decoded as it is asked for, and names its
// files to the provenance in ctx.
func (s *Splits) named(ctx context.Context, name string) (*stream, error) {
	p := s.streams[name]
	if p == nil {
		return nil, fmt.Errorf("data set %q has no %s images, only %s", s.Name, name, strings.Join(slices.Sorted(maps.Keys(s.streams)), " and "))
	}
	for _, a := range p.artifacts {
		work.Use(ctx, a)
	}
	return p, nil
}

// memory is the [images] of a batch.
type memory struct{ all *pixel.Batch }

func (m memory) batch(_ context.Context, from, to int) (*pixel.Batch, error) {
	return m.all.Slice(from, to), nil
}

func (m memory) digest() string { return m.all.Digest() }

// open reads the labels and the headers of the images.
func (s *Splits) open(ctx context.Context, src Source) error {
	given, err := newLabeller(src)
	if err != nil {
		return err
	}
	s.train = &part{name: partTrain, images: trainImages, labels: trainLabels}
	s.test = &part{name: partTest, images: testImages, labels: testLabels}
	var found []string
	var raw [][]byte
	for _, p := range []*part{s.train, s.test} {
		labels, err := s.openPart(ctx, p)
		if err != nil {
			return err
		}
		found = append(found, p.labelsFile.sha256)
		raw = append(raw, labels)
	}
	if a, b := s.train.shape[1:], s.test.shape[1:]; !slices.Equal(a, b) {
		return fmt.Errorf("%s: offset 8: found images of %s, want %s as in %s", s.test.images, product(b), product(a), s.train.images)
	}
	known, ok := recognise(found...)
	switch {
	case given.known:
		s.Classes = slices.Clone(given.classes)
	case ok:
		s.Classes = known.Classes
	default:
		s.Classes = numbers(1 + int(max(slices.Max(raw[0]), slices.Max(raw[1]))))
	}
	for i, p := range []*part{s.train, s.test} {
		p.values = make([]int, len(raw[i]))
		for k, v := range raw[i] {
			if int(v) >= len(s.Classes) {
				return fmt.Errorf("%s: offset %d: found label %d, want 0..%d for %d classes",
					p.labelsFile.found, labelsHeader+k, v, len(s.Classes)-1, len(s.Classes))
			}
			p.values[k] = int(v)
		}
	}
	return nil
}

// labelsHeader is the length of a label file's header.
const labelsHeader = 8

func (s *Splits) openPart(ctx context.Context, p *part) ([]byte, error) {
	labels, file, err := s.read(ctx, p.labels, LabelDims)
	if err != nil {
		return nil, err
	}
	p.labelsFile = file
	r, found, err := s.find(ctx, p.images)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	d, err := newDecoder(found, r)
	if err != nil {
		return nil, err
	}
	if p.shape, err = d.header(ImageDims); err != nil {
		return nil, err
	}
	if n := len(labels.Data); n != p.shape[0] {
		return nil, fmt.Errorf("%s: offset 4: found %d labels, want %d as in %s", file.found, n, p.shape[0], found)
	}
	return labels.Data, nil
}

func (s *Splits) load(ctx context.Context, p *part) (*Set, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set == nil {
		a, file, err := s.read(ctx, p.images, ImageDims)
		if err == nil && !slices.Equal(a.Dims, p.shape) {
			err = fmt.Errorf("%s: offset 4: found %s, want %s as when it was opened", file.found, product(a.Dims), product(p.shape))
		}
		if err != nil {
			return nil, fmt.Errorf("data set %q: %w", s.Name, err)
		}
		p.imagesFile = file
		name := s.Name
		if known, ok := recognise(file.sha256, p.labelsFile.sha256); ok {
			name = known.Name
		}
		p.set = &Set{Name: name + " " + p.name, Labels: p.values, Classes: s.Classes,
			Images: pixel.FromBytes(a.Dims[0], 1, a.Dims[1], a.Dims[2], a.Data)}
	}
	s.use(ctx, p.images, p.imagesFile)
	s.use(ctx, p.labels, p.labelsFile)
	return p.set, nil
}

// use names a file to the provenance in ctx.
func (s *Splits) use(ctx context.Context, name string, f source) {
	from := f.found
	if known, ok := recognise(f.sha256); ok {
		from = known.Name + ", " + from
	}
	if s.embedded {
		from = "embedded " + from
	}
	work.Use(ctx, work.Artifact{Kind: "data", Name: s.Name + "/" + name, Source: from, SHA256: f.sha256})
}

// read reads a whole file and, when it is embedded, checks its digest.
func (s *Splits) read(ctx context.Context, name string, dims int) (*Array, source, error) {
	r, found, err := s.find(ctx, name)
	if err != nil {
		return nil, source{}, err
	}
	defer r.Close()
	a, err := ReadIDX(found, r, dims)
	if err != nil {
		return nil, source{}, err
	}
	if s.known != "" {
		if err := checkDigest(s.known, found, name, a.SHA256); err != nil {
			return nil, source{}, err
		}
	}
	return a, source{found, a.SHA256}, nil
}

// checkDigest compares the digest of a file of a known set with the one that the
// file is known to have.
func checkDigest(set, found, name, digest string) error {
	for _, k := range Known() {
		if want := k.digest(name); k.Name == set && want != digest {
			return fmt.Errorf("%s: found SHA-256 %s, want %s", found, digest, want)
		}
	}
	return nil
}

// find opens a file by its standard name, raw or gzipped.
func (s *Splits) find(ctx context.Context, name string) (io.ReadCloser, string, error) {
	for _, found := range []string{name, name + ".gz"} {
		f, err := s.files.Open(found)
		if err == nil {
			return reader{ctx, f}, found, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, "", fmt.Errorf("%s: %w", found, err)
		}
	}
	return nil, "", fmt.Errorf("neither %s nor %s.gz is there", name, name)
}

// A reader ends reading when its context does.
type reader struct {
	ctx context.Context
	fs.File
}

func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.File.Read(b)
	if err != nil && err != io.EOF {
		err = reason(err)
	}
	return n, err
}
