package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How long after a change the files are looked at: an editor writes a file in
// several steps, and people save several files at once.
const (
	quietFor = 60 * time.Millisecond  // without a further change
	atLatest = 500 * time.Millisecond // after the first
)

// A watcher tells when what a set of files hold has changed. It watches their
// folders, since most editors save by putting a new file in the place of the old
// one, and compares what they hold, so that a burst of saves, a touch or a file
// beside them is told once or not at all.
type watcher struct {
	fs     *fsnotify.Watcher
	files  []string // of which folders stand for the files in them
	digest []byte
}

func newWatcher() (*watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &watcher{fs: w}, nil
}

func (w *watcher) close() error { return w.fs.Close() }

// watch sets the files, as they are now: what they hold already is no change. An
// error means that a change of some of them will not be seen.
func (w *watcher) watch(files []string) (err error) {
	var want []string
	for _, file := range files {
		want = append(want, places(file)...)
	}
	for _, dir := range w.fs.WatchList() {
		if !slices.Contains(want, dir) {
			w.fs.Remove(dir) // it may be gone
		}
	}
	for _, dir := range want {
		if _, gone := os.Stat(dir); gone == nil && !slices.Contains(w.fs.WatchList(), dir) {
			err = errors.Join(err, w.fs.Add(dir))
		}
	}
	w.files = files
	w.look()
	return err
}

// places returns the folders in which a change of the file is seen: its own, and
// that of the file to which a link leads; a folder is its own place.
func places(file string) []string {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return []string{file}
	}
	dirs := []string{filepath.Dir(file)}
	if target, err := filepath.EvalSymlinks(file); err == nil && filepath.Dir(target) != dirs[0] {
		dirs = append(dirs, filepath.Dir(target))
	}
	return dirs
}

// changed waits until the files hold something else than when it was last told.
// It returns false when stop is closed.
func (w *watcher) changed(stop <-chan struct{}) bool {
	var quiet, latest <-chan time.Time
	for {
		select {
		case <-stop:
			return false
		case _, open := <-w.fs.Events:
			if !open {
				return false
			}
			quiet = time.After(quietFor)
			if latest == nil {
				latest = time.After(atLatest)
			}
			continue
		case <-w.fs.Errors: // events were lost: look
			quiet = time.After(quietFor)
			continue
		case <-quiet:
		case <-latest:
		}
		quiet, latest = nil, nil
		if w.look() {
			return true
		}
	}
}

// look reports whether the files hold something else than when it last looked.
func (w *watcher) look() bool {
	h := sha256.New()
	add := func(name string) {
		text, err := os.ReadFile(name)
		sum := sha256.Sum256(text)
		h.Write([]byte(name))
		if err == nil {
			h.Write(sum[:])
		}
	}
	for _, file := range w.files {
		info, err := os.Stat(file)
		if err != nil || !info.IsDir() {
			add(file)
			continue
		}
		fs.WalkDir(os.DirFS(file), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				add(filepath.Join(file, name))
			}
			if err == nil && d.IsDir() && name != "." {
				return fs.SkipDir
			}
			return nil
		})
	}
	digest := h.Sum(nil)
	same := bytes.Equal(digest, w.digest)
	w.digest = digest
	return !same
}
