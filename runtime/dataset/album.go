package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"jpgreport/runtime/work"
)

// What becomes of pictures that cannot be used.
const (
	BrokenFail = "fail" // an error that lists them: n is nothing to change in silence
	BrokenSkip = "skip" // they are left out, and a warning lists them
)

// An album is a folder of pictures on its way to a [Stream].
type album struct {
	*pictures
	set       string // its name
	src       Source
	entries   []entry  // sorted by name
	grouped   bool     // whether entries have groups
	columns   []string // of the table, if there is one
	classes   *labeller
	artifacts []work.Artifact
}

// An entry is a picture, with its label, and what was seen of it.
type entry struct {
	name   string
	label  int
	group  string
	fields []string // of the table, if there is one
	look
}

// add makes an album the images of a set of one part.
func (s *Splits) add(ctx context.Context, a *album) error {
	if err := a.see(ctx); err != nil {
		return err
	}
	st := &Stream{Name: s.Name, Classes: a.classes.classes, images: a.pictures,
		Channels: a.preparation.channels(), Height: a.high, Width: a.wide}
	for _, e := range a.entries {
		st.Labels = append(st.Labels, e.label)
		st.Files = append(st.Files, e.name)
		if a.grouped {
			st.Groups = append(st.Groups, e.group)
		}
		for i, name := range a.columns {
			st.Fields.add(name, e.fields[i])
		}
	}
	from := fmt.Sprintf("folder %s, %s; %s", filepath.Base(a.dir), count(len(a.entries), "picture"), a.preparation)
	files := work.Artifact{Kind: "data", Name: s.Name, Source: from, SHA256: a.listing()}
	s.Classes = st.Classes
	s.streams = map[string]*stream{partTest: {Stream: st, artifacts: append([]work.Artifact{files}, a.artifacts...)}}
	return nil
}

// see looks at all pictures, leaves out those that cannot be used or fails, as the
// source says, and sees that the others come out alike.
func (a *album) see(ctx context.Context) error {
	if err := a.looks(ctx); err != nil {
		return err
	}
	var broken []string
	drop := func() {
		a.entries = slices.DeleteFunc(a.entries, func(e entry) bool {
			if e.err != nil {
				broken = append(broken, fmt.Sprintf("%s: %v", e.name, e.err))
			}
			return e.err != nil
		})
		a.files = a.files[:0]
		for _, e := range a.entries {
			a.files = append(a.files, pictureFile{e.name, e.sha256})
		}
	}
	drop()
	if a.src.Broken == BrokenSkip {
		if err := a.decodeAll(ctx); err != nil {
			return err
		}
		drop()
	}
	total := len(a.entries) + len(broken)
	switch {
	case len(broken) > 0 && a.src.Broken != BrokenSkip:
		return &hintError{
			fmt.Errorf("%d of %s cannot be used: %s", len(broken), count(total, "picture"), listed(broken)),
			"broken: skip leaves them out, with a warning",
		}
	case len(a.entries) == 0 && len(broken) > 0:
		return fmt.Errorf("none of %s can be used: %s", count(total, "picture"), listed(broken))
	case len(a.entries) == 0:
		return errors.New("no pictures are left of the folder")
	case len(broken) > 0:
		work.Warn(ctx, fmt.Sprintf("Data set %q: %d of %s cannot be used and left out: %s.", a.set, len(broken), count(total, "picture"), listed(broken)))
	}
	var misnamed []string
	for _, e := range a.entries {
		if e.misnamed != "" {
			misnamed = append(misnamed, fmt.Sprintf("%s is %s", e.name, e.misnamed))
		}
	}
	if len(misnamed) > 0 {
		work.Warn(ctx, fmt.Sprintf("Data set %q: names of files do not say what is in them, which counts: %s.", a.set, listed(misnamed)))
	}
	if want := a.src.SHA256; want != "" && want != a.listing() {
		return fmt.Errorf("found SHA-256 %s of the list of files, want %s", a.listing(), want)
	}
	first := a.entries[0]
	for _, e := range a.entries {
		if e.wide != first.wide || e.high != first.high {
			return &hintError{
				fmt.Errorf("%s comes out as %d×%d pixels, %s as %d×%d: want one size for all", e.name, e.wide, e.high, first.name, first.wide, first.high),
				"resize: 256 with crop: 224, for example, brings pictures to one size",
			}
		}
	}
	a.wide, a.high = first.wide, first.high
	return nil
}

// decodeAll decodes all pictures once, to find those that break beyond their
// headers. What it found is kept in the context's memory.
func (a *album) decodeAll(ctx context.Context) error {
	key := work.Key{Primitive: "dataset.Broken"}.With("pictures", a.digest())
	codec := work.Codec[[]string]{
		Encode: func(v []string) ([]byte, error) { return json.Marshal(v) },
		Decode: func(b []byte) (v []string, err error) {
			if err := json.Unmarshal(b, &v); err != nil || len(v) != len(a.entries) {
				return nil, fmt.Errorf("%d verdicts on %d pictures: %w", len(v), len(a.entries), err)
			}
			return v, nil
		},
	}
	verdicts, err := work.Recalled(ctx, key, codec, func(ctx context.Context) ([]string, error) {
		v := make([]string, len(a.entries))
		err := parallel(ctx, len(v), func(i int) bool {
			if _, err := a.picture(a.files[i]); err != nil {
				v[i] = err.Error()
			}
			return true
		}, a.progress(ctx, "decode"))
		return v, err
	})
	for i, v := range verdicts {
		if v != "" {
			a.entries[i].err = errors.New(v)
		}
	}
	return err
}

func (a *album) progress(ctx context.Context, verb string) func(int) {
	return func(done int) {
		work.Report(ctx, work.Step{Task: verb + " " + a.set, Done: done, Total: len(a.entries), Unit: "pictures"})
	}
}

// looks looks at all pictures, side by side.
func (a *album) looks(ctx context.Context) error {
	return parallel(ctx, len(a.entries), func(i int) bool {
		if e := &a.entries[i]; e.err == nil {
			e.look = a.look(e.name)
		}
		return true
	}, a.progress(ctx, "read"))
}

// artifact names a file to the provenance.
func artifact(name, from string, file []byte) work.Artifact {
	return work.Artifact{Kind: "data", Name: name, Source: from, SHA256: fmt.Sprintf("%x", sha256.Sum256(file))}
}

// maxListed bounds what a message lists.
const maxListed = 100

func listed(items []string) string {
	if len(items) > maxListed {
		return fmt.Sprintf("%s; and %d more", strings.Join(items[:maxListed], "; "), len(items)-maxListed)
	}
	return strings.Join(items, "; ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

// A hintError is an error with its remedy.
type hintError struct {
	error
	hint string
}

// Hint says what helps.
func (e *hintError) Hint() string { return e.hint }

// Unwrap returns the error without its remedy.
func (e *hintError) Unwrap() error { return e.error }
