package dataset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A reach is the folders that files may stand in. A link is followed as far as
// these go: a spec from a stranger names only what lies in the open.
type reach []string

// open opens a regular file. Its errors do not tell where the file is.
func (r reach) open(name string) (fs.File, error) {
	place, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, reason(err)
	}
	for _, dir := range r {
		rel, err := filepath.Rel(dir, place)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("the folder: %v", reason(err))
		}
		defer root.Close()
		info, err := root.Stat(rel) // before opening, which would wait for a pipe's writer
		if err != nil {
			return nil, reason(err)
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("not a regular file")
		}
		return root.Open(rel)
	}
	return nil, errors.New("a link that leads out of the folders that may be read")
}

// read reads a whole file of at most so many bytes.
func (r reach) read(name string, most int64) ([]byte, error) {
	f, err := r.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, reason(err)
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%d bytes, want at most %d", info.Size(), most)
	}
	b := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, reason(err)
		case int64(len(b)) > most:
			return nil, fmt.Errorf("more than %d bytes", most)
		case len(b) == cap(b):
			b = slices.Grow(b, 1<<16)
		}
	}
}

// maxDepth bounds how deep folders lie in one another, and with it what links
// that lead round in a circle cost.
const maxDepth = 8

// list returns the names of the files below a folder, with slashes and relative
// to it, sorted. Names that begin with a dot are left out.
func (r reach) list(dir string) ([]string, error) {
	var names []string
	var walk func(rel string, depth int) error
	walk = func(rel string, depth int) error {
		entries, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(rel)))
		if err != nil {
			return reason(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				continue
			}
			name := path.Join(rel, e.Name())
			folder := e.IsDir()
			if e.Type()&fs.ModeSymlink != 0 {
				folder = r.linkedFolder(filepath.Join(dir, filepath.FromSlash(name)))
			}
			switch {
			case !folder:
				names = append(names, name)
			case depth == maxDepth:
				return fmt.Errorf("%s: folders more than %d deep", name, maxDepth)
			default:
				if err := walk(name, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := walk("", 1); err != nil {
		return nil, err
	}
	slices.Sort(names)
	return names, nil
}

// linkedFolder reports whether a link leads to a folder within reach.
func (r reach) linkedFolder(name string) bool {
	place, err := filepath.EvalSymlinks(name)
	if err != nil {
		return false
	}
	info, err := os.Stat(place)
	if err != nil || !info.IsDir() {
		return false
	}
	return slices.ContainsFunc(r, func(dir string) bool {
		rel, err := filepath.Rel(dir, place)
		return err == nil && filepath.IsLocal(rel)
	})
}
