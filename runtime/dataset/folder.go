package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jpgreport/runtime/work"
)

// LabelsNone, as [Source.Labels], says that the folders pictures stand in are no
// classes.
const LabelsNone = "none"

// openFolder opens a folder of pictures.
func (s *Splits) openFolder(ctx context.Context, src Source) error {
	a, err := newAlbum(s.Name, src)
	if err != nil {
		return err
	}
	if src.Labels == "" || src.Labels == LabelsNone {
		err = a.labelByFolder()
	} else {
		err = a.labelByTable(ctx)
	}
	if err != nil {
		return err
	}
	return s.add(ctx, a)
}

// newAlbum finds pictures in a folder by the endings of their names.
func newAlbum(set string, src Source) (*album, error) {
	classes, err := newLabeller(src)
	if err != nil {
		return nil, err
	}
	a := &album{set: set, src: src, classes: classes,
		pictures: &pictures{dir: src.Path, reach: src.reach(), preparation: src.Preparation}}
	files, err := a.reach.list(a.dir)
	if err != nil {
		return nil, fmt.Errorf("the folder: %w", err)
	}
	var endings []string
	for _, f := range formats() {
		endings = append(endings, f.endings...)
	}
	for _, name := range files {
		switch ending := strings.ToLower(path.Ext(name)); {
		case slices.Contains(endings, ending):
			a.entries = append(a.entries, entry{name: name, label: NoLabel})
		case slices.Contains(undecodable, ending):
			err := errors.New("a format that cannot be read, want PNG, JPEG, GIF, WebP, BMP or TIFF")
			a.entries = append(a.entries, entry{name: name, label: NoLabel, look: look{err: err}})
		}
	}
	if len(a.entries) == 0 {
		return nil, fmt.Errorf("no pictures in the folder; their names end in %s", strings.Join(endings, ", "))
	}
	return a, nil
}

// undecodable are endings of pictures that cannot be read. They are named, not
// passed over: who has them expects them to count.
var undecodable = []string{".avif", ".heic", ".heif", ".jp2", ".jxl"}

// reach returns the folders that the source's files may stand in.
func (src Source) reach() reach {
	if len(src.Within) > 0 {
		return src.Within
	}
	dir, err := filepath.EvalSymlinks(src.Path)
	if err != nil {
		dir = src.Path // opening says why
	}
	return reach{dir}
}

// labelByFolder takes the folder that a picture stands in for its class. Pictures
// that stand in none have no labels.
func (a *album) labelByFolder() error {
	if a.src.Labels == LabelsNone {
		return nil
	}
	var folders []string
	loose := ""
	for _, e := range a.entries {
		if folder, _, ok := strings.Cut(e.name, "/"); ok {
			folders = append(folders, folder)
		} else {
			loose = e.name
		}
	}
	if len(folders) == 0 {
		return nil
	}
	if loose != "" {
		return &hintError{
			fmt.Errorf("%s stands beside the folder %s: either each picture stands in the folder of its class, or none does", loose, folders[0]),
			"labels: none takes the folders for no classes; labels: FILE.csv names a table that has the labels",
		}
	}
	a.classes.learn(folders)
	for i, f := range folders {
		var err error
		if a.entries[i].label, err = a.classes.label(f); err != nil {
			return fmt.Errorf("folder %s: %w", f, err)
		}
	}
	return nil
}

// labelByTable takes labels and groups from a table, and of the pictures those
// that stand in it.
func (a *album) labelByTable(ctx context.Context) error {
	base := filepath.Base(a.src.Labels)
	file, err := a.reach.read(a.src.Labels, maxTableBytes)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	t, err := readTable(bytes.NewReader(file), a.src.Columns)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	a.artifacts = append(a.artifacts, artifact(a.set+"/labels", base, file))
	var classes []string
	for _, r := range t.rows {
		if r.label != "" {
			classes = append(classes, r.label)
		}
	}
	a.classes.learn(classes)
	known := map[string]bool{}
	var unlisted []string
	for i := range a.entries {
		e := &a.entries[i]
		row, ok := t.rows[e.name]
		if !ok {
			unlisted = append(unlisted, e.name)
			continue
		}
		known[e.name] = true
		e.group, e.fields = row.group, row.fields
		if row.label != "" {
			if e.label, err = a.classes.label(row.label); err != nil {
				return fmt.Errorf("%s: line %d: %w", base, row.line, err)
			}
		}
	}
	a.entries = slices.DeleteFunc(a.entries, func(e entry) bool { return !known[e.name] })
	for name, row := range t.rows {
		if !known[name] {
			err := fmt.Errorf("not in the folder, but in line %d of %s", row.line, base)
			a.entries = append(a.entries, entry{name: name, label: NoLabel, look: look{err: err}})
		}
	}
	slices.SortFunc(a.entries, func(x, y entry) int { return strings.Compare(x.name, y.name) })
	a.grouped, a.columns = t.grouped, t.columns
	if len(unlisted) > 0 {
		work.Warn(ctx, fmt.Sprintf("Data set %q: %s not in %s and left out: %s.", a.set, are(len(unlisted), "picture"), base, listed(unlisted)))
	}
	return nil
}
