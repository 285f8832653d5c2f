//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package store

import (
	"errors"
	"os"
)

// tryLock has no lock to take that dies with its process.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
