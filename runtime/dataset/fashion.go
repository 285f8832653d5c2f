package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// nameFashionMNIST is the name of the set of clothes, in [Known] and as a
// [Source].
const nameFashionMNIST = "fashion-mnist"

// debianFashionMNIST is where Debian's package dataset-fashion-mnist puts the
// files. A spec's own paths cannot lead there, but this source may: every file is
// held against the digest that it is known to have, so a spec gets at Fashion-MNIST
// and at nothing else.
const debianFashionMNIST = "/usr/share/datasets/fashion-mnist"

// A missingError says that a known set is not where it was looked for, and how to
// get it.
type missingError struct {
	name   string // of the known set
	folder string // where it was looked for
	hint   string
}

func (e *missingError) Error() string {
	return fmt.Sprintf("%s is not on this machine: there is no folder %s", e.name, e.folder)
}

// Hint says how to get the set.
func (e *missingError) Hint() string { return e.hint }

// openFashionMNIST takes the files from the source's folder, or without one from
// the folder standard.
func (s *Splits) openFashionMNIST(ctx context.Context, src Source, standard string) error {
	at := src.Path
	if at == "" {
		at = standard
		if _, err := os.Stat(at); errors.Is(err, os.ErrNotExist) {
			return &missingError{
				name: nameFashionMNIST, folder: at,
				hint: "on Debian and Ubuntu: apt install dataset-fashion-mnist; elsewhere put its four files into a folder beside the spec and write { source: fashion-mnist, path: FOLDER }",
			}
		}
	}
	s.files, s.known = folder(at), nameFashionMNIST
	return s.open(ctx, src)
}
