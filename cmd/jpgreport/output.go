package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// writable finds out before the run, not after it, whether the report can be
// written.
func writable(output string) error {
	if output == "-" {
		return nil
	}
	info, err := os.Stat(output)
	switch {
	case strings.HasSuffix(output, string(filepath.Separator)) || err == nil && info.IsDir():
		return fmt.Errorf("-o %s: it is a folder, want a file", output)
	case err == nil && !info.Mode().IsRegular():
		return nil // a device or a pipe, which is written to and not replaced
	}
	folder := filepath.Dir(output)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("the folder of the report: %w", err)
	}
	sweepLeft(folder)
	probe, err := os.CreateTemp(folder, unfinished)
	if err != nil {
		return fmt.Errorf("the folder of the report: %w", err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// unfinished is the pattern of reports that are being written.
const unfinished = ".jpgreport-*"

// sweepLeft removes what killed runs left half written in a folder of reports.
func sweepLeft(folder string) {
	left, _ := filepath.Glob(filepath.Join(folder, unfinished)) // fails on a bad pattern only
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(path)
		}
	}
}

// write puts a whole page in the place of the last one, or leaves that alone.
func write(output string, page []byte, stdout io.Writer) error {
	if output == "-" {
		_, err := stdout.Write(page)
		return err
	}
	if info, err := os.Stat(output); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(output, page, 0)
	}
	if target, err := filepath.EvalSymlinks(output); err == nil {
		output = target // the file that a link leads to is replaced, not the link
	}
	f, err := os.CreateTemp(filepath.Dir(output), unfinished)
	if err != nil {
		return unwritten(output, err)
	}
	defer os.Remove(f.Name()) // fails once the file has its name
	_, err = f.Write(page)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), output)
	}
	if err != nil {
		return unwritten(output, err)
	}
	return nil
}

// unwritten says why a report is not there by its own name, not by that of
// the unfinished file, which is gone when the message is read.
func unwritten(output string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return hinted{fmt.Errorf("%s is not written: %w", output, err), "-o FILE writes it elsewhere"}
}
