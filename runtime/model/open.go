package model

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jpgreport/runtime/work"
)

// A Source says where a model comes from.
type Source struct {
	Kind         string    // [KindONNX] or [KindArchitecture]
	Architecture string    // of the latter: one of [Architectures]
	Path         string    // of an ONNX file
	SHA256       string    // that the file has to have, in hexadecimal; "": any
	Mean, Std    []float32 // see [ONNXOptions]
	Classes      []string  // names of the labels; none: they are not known
}

// Kinds of [Source].
const (
	KindONNX         = "onnx"
	KindArchitecture = "architecture" // without weights: [Train] makes them
)

// A Catalog says which models may be opened or trained, by name.
type Catalog map[string]Source

type catalogKey struct{}

// WithCatalog returns a context in which [Open] opens the models of c, and [Train]
// knows their architectures by these names too.
func WithCatalog(ctx context.Context, c Catalog) context.Context {
	return context.WithValue(ctx, catalogKey{}, maps.Clone(c))
}

// MaxFileBytes is the most that a file of weights may have.
const MaxFileBytes = 1 << 30

// Open reads a model of the context's catalog from its file and names the file to
// the provenance in ctx. [Net.Classes] are those of the source.
func Open(ctx context.Context, name string) (*Net, error) {
	catalog, _ := ctx.Value(catalogKey{}).(Catalog)
	src, ok := catalog[name]
	if !ok {
		names := strings.Join(slices.Sorted(maps.Keys(catalog)), ", ")
		if names == "" {
			return nil, fmt.Errorf("no model %q, and no other", name)
		}
		return nil, fmt.Errorf("no model %q, want one of: %s", name, names)
	}
	n, err := src.open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	return n, nil
}

func (src Source) open(ctx context.Context, name string) (*Net, error) {
	switch src.Kind {
	case KindONNX:
	case KindArchitecture:
		return nil, fmt.Errorf("architecture %q has no weights yet: model.Train makes them", src.Architecture)
	default:
		return nil, fmt.Errorf("source %q, want %q or %q", src.Kind, KindArchitecture, KindONNX)
	}
	file, err := readFile(src.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(src.Path), err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(file))
	if src.SHA256 != "" && src.SHA256 != sum {
		return nil, fmt.Errorf("%s: found SHA-256 %s, want %s", filepath.Base(src.Path), sum, src.SHA256)
	}
	n, err := ReadONNX(file, ONNXOptions{Name: name, Mean: src.Mean, Std: src.Std})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(src.Path), err)
	}
	if got := len(src.Classes); got > 0 && got != n.arch.Classes {
		return nil, fmt.Errorf("%s: %d labels, but %d names of classes", filepath.Base(src.Path), n.arch.Classes, got)
	}
	n.Classes = slices.Clone(src.Classes)
	from := filepath.Base(src.Path)
	if len(src.Mean) > 0 || len(src.Std) > 0 {
		from += fmt.Sprintf("; (x − %v)/%v", src.Mean, src.Std)
	}
	work.Use(ctx, work.Artifact{Kind: "weights", Name: name, Source: from, SHA256: sum})
	return n, nil
}

// readFile reads a regular file. Its errors do not tell where it is.
func readFile(path string) ([]byte, error) {
	reason := func(err error) error {
		var p *fs.PathError
		if errors.As(err, &p) {
			return p.Err
		}
		return err
	}
	info, err := os.Stat(path) // before opening, which would wait for a pipe's writer
	switch {
	case err != nil:
		return nil, reason(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > MaxFileBytes:
		return nil, fmt.Errorf("%d bytes, want at most %d", info.Size(), MaxFileBytes)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxFileBytes))
	if err != nil {
		return nil, reason(err)
	}
	return b, nil
}

// namedIn returns the architecture that a name stands for in the context's
// catalog, else the one of that name.
func namedIn(ctx context.Context, name string) (Architecture, []string, error) {
	catalog, _ := ctx.Value(catalogKey{}).(Catalog)
	src, ok := catalog[name]
	if !ok {
		a, err := Named(name)
		return a, nil, err
	}
	if src.Kind != KindArchitecture {
		return Architecture{}, nil, fmt.Errorf("model %q has its weights from a file: model.Open reads them", name)
	}
	a, err := Named(src.Architecture)
	if err == nil && len(src.Classes) > 0 && len(src.Classes) != a.Classes {
		err = fmt.Errorf("model %q: %d labels, but %d names of classes", name, a.Classes, len(src.Classes))
	}
	return a, src.Classes, err
}
