package main

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"jpgreport/runtime/result"
)

// repository returns the state of the git repository around a folder.
//
// A spec may come from a stranger with a repository around it, whose
// configuration can name programs for git to run: filters, monitors, transports.
// So git is asked only for what it can tell from its own objects, with every
// transport shut, and the files are compared here. Whatever cannot be compared
// counts as changed.
func repository(folder string) result.Git {
	unknown := result.Git{Commit: "unknown"}
	head, err := git(folder, "rev-parse", "--verify", "HEAD")
	if err != nil {
		return unknown
	}
	top, err := git(folder, "rev-parse", "--show-toplevel")
	if err != nil {
		return unknown
	}
	listing, err := git(folder, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
	if err != nil {
		return result.Git{Commit: string(head), Dirty: true}
	}
	return result.Git{Commit: string(head), Dirty: changed(string(top), listing)}
}

func git(folder string, args ...string) ([]byte, error) {
	c := exec.Command("git", append([]string{"--no-optional-locks", "--no-pager", "-C", folder,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "protocol.allow=never"}, args...)...)
	c.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0")
	out, err := c.Output()
	return bytes.TrimSpace(out), err
}

// mostCompared bounds the bytes of files that are compared.
const mostCompared = 256 << 20

// changed reports whether a file below top differs from its entry in a listing
// of "mode type object\tname\x00".
func changed(top string, listing []byte) bool {
	left := int64(mostCompared)
	for _, entry := range strings.Split(strings.TrimRight(string(listing), "\x00"), "\x00") {
		head, name, _ := strings.Cut(entry, "\t")
		field := strings.Fields(head)
		if len(field) != 3 || !filepath.IsLocal(filepath.FromSlash(name)) {
			return true
		}
		if field[1] != "blob" {
			continue // a repository within
		}
		path := filepath.Join(top, filepath.FromSlash(name))
		info, err := os.Lstat(path)
		if err != nil {
			return true
		}
		var text []byte
		switch mode := info.Mode(); {
		case mode&os.ModeSymlink != 0:
			var link string
			link, err = os.Readlink(path)
			text = []byte(filepath.ToSlash(link))
		case mode.IsRegular() && info.Size() <= left:
			text, err = os.ReadFile(path)
		default:
			return true
		}
		left -= int64(len(text))
		if err != nil || object(text) != field[2] {
			return true
		}
	}
	return false
}

// object returns the name that git gives to a file's contents.
func object(text []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(text))
	h.Write(text)
	return fmt.Sprintf("%x", h.Sum(nil))
}
