package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// A Source says where a set comes from.
type Source struct {
	Kind      string   // one of the kinds below
	Path      string   // the folder; for KindFashionMNIST only when it stands elsewhere
	Classes   []string // names of the classes; none: ClassList
	ClassList string   // one of [ClassLists]; "": the known set's, those of the folder, else "0", "1" and so on
	Within    []string // folders, links resolved, that links may lead to; none: Path

	// Of picture files only.
	Labels      string  // the file of the labels, a CSV table; [LabelsNone]; "": the folders that pictures stand in, if any
	Columns     Columns // of that table
	Broken      string  // what becomes of pictures that cannot be used: [BrokenFail], also when "", or [BrokenSkip]
	SHA256      string  // that the list of files has to have, in hexadecimal; "": any
	Synsets     string  // of KindILSVRC: the file of the development kit's order of classes
	Preparation Preparation
}

// Kinds of [Source].
const (
	KindMNIST        = nameMNIST        // the embedded set
	KindFashionMNIST = nameFashionMNIST // where Debian puts it
	KindIDX          = "idx"            // IDX files
	KindCIFAR10      = nameCIFAR10      // its binary version
	KindCIFAR100     = nameCIFAR100     // likewise; labels are the fine ones
	KindFolder       = "folder"         // picture files
	KindILSVRC       = "ilsvrc"         // the validation pictures of ILSVRC 2012
)

// A Catalog says which sets may be opened, by name.
type Catalog map[string]Source

type catalogKey struct{}

// WithCatalog returns a context in which [Open] opens the sets of c and no
// others.
func WithCatalog(ctx context.Context, c Catalog) context.Context {
	return context.WithValue(ctx, catalogKey{}, maps.Clone(c))
}

// Open opens a set of the context's catalog. A context without one has the
// embedded set, "mnist".
//
// The files of an "idx" source stand in its folder under MNIST's names,
// train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
// t10k-labels-idx1-ubyte, raw or with .gz; of both, the raw one is taken. Links
// that lead out of the folder are not followed. Open reads the labels and the
// headers of the images; [Splits.Train] and [Splits.Test] read the rest. Files
// that contradict themselves or each other are an error that names the file, the
// offset, what was found and what is wanted.
func Open(ctx context.Context, name string) (*Splits, error) {
	catalog, ok := ctx.Value(catalogKey{}).(Catalog)
	if !ok {
		catalog = Catalog{nameMNIST: {Kind: KindMNIST}}
	}
	src, ok := catalog[name]
	if !ok {
		names := strings.Join(slices.Sorted(maps.Keys(catalog)), ", ")
		if names == "" {
			return nil, fmt.Errorf("no data set %q, and no other", name)
		}
		return nil, fmt.Errorf("no data set %q, want one of: %s", name, names)
	}
	s, err := open(ctx, name, src)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w", name, err)
	}
	return s, nil
}

func open(ctx context.Context, name string, src Source) (*Splits, error) {
	s := &Splits{Name: name}
	k, ok := kinds()[src.Kind]
	switch {
	case !ok:
		return nil, fmt.Errorf("source %q, want one of: %s", src.Kind, strings.Join(Kinds(), ", "))
	case !k.mayPath && src.Path != "":
		return nil, fmt.Errorf("source %q takes no path", src.Kind)
	case k.path && src.Path == "":
		return nil, fmt.Errorf("source %q has no path", src.Kind)
	}
	if err := src.check(); err != nil {
		return nil, err
	}
	return s, k.open(s, ctx, src)
}

// A kind of source: whether it has a path, and how a set is opened.
type kind struct {
	path, mayPath bool
	open          func(*Splits, context.Context, Source) error
}

func kinds() map[string]kind {
	return map[string]kind{
		KindCIFAR10:  {path: true, mayPath: true, open: (*Splits).openCIFAR},
		KindCIFAR100: {path: true, mayPath: true, open: (*Splits).openCIFAR},
		KindFashionMNIST: {mayPath: true, open: func(s *Splits, ctx context.Context, src Source) error {
			return s.openFashionMNIST(ctx, src, debianFashionMNIST)
		}},
		KindFolder: {path: true, mayPath: true, open: (*Splits).openFolder},
		KindIDX:    {path: true, mayPath: true, open: (*Splits).openIDX},
		KindILSVRC: {path: true, mayPath: true, open: (*Splits).openILSVRC},
		KindMNIST:  {open: (*Splits).openMNIST},
	}
}

// Kinds returns the kinds of source, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds())) }

func (s *Splits) openMNIST(ctx context.Context, src Source) error {
	sub, err := fs.Sub(embedded, nameMNIST)
	if err != nil {
		return err
	}
	s.files, s.embedded, s.known = sub, true, nameMNIST
	return s.open(ctx, src)
}

func (s *Splits) openIDX(ctx context.Context, src Source) error {
	s.files = folder(src.Path)
	return s.open(ctx, src)
}

// check returns an error that names the option out of its range.
func (src Source) check() error {
	switch src.Broken {
	case "", BrokenFail, BrokenSkip:
		return src.Preparation.check()
	}
	return fmt.Errorf("broken %q, want %q or %q", src.Broken, BrokenFail, BrokenSkip)
}

// A folder is a folder's regular files. What a link in it leads to outside is
// none of them: a spec from a stranger names only what lies in the open.
type folder string

// Open opens a file. Its errors do not tell where the folder is.
func (f folder) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, fmt.Errorf("the folder: %v", reason(err))
	}
	defer root.Close()
	info, err := root.Stat(name) // before opening, which would wait for a pipe's writer
	if err != nil {
		return nil, reason(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return root.Open(name)
}

// reason returns what went wrong without the path it went wrong at.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
