package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"jpgreport/runtime/pixel"
)

// A cifarForm is the binary form of CIFAR-10 or CIFAR-100, as Krizhevsky's page on
// them has it: records of labels, one byte each, and of 32×32 levels of red, then of
// green, then of blue.
type cifarForm struct {
	list   string // of its classes
	labels int    // bytes before the levels, of which the last is the class
	names  string // the file of the classes' names, a line each
	files  map[string][]string
}

func cifarForms() map[string]cifarForm {
	return map[string]cifarForm{
		KindCIFAR10: {list: nameCIFAR10, labels: 1, names: "batches.meta.txt", files: map[string][]string{
			partTrain: {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
			partTest:  {"test_batch.bin"},
		}},
		KindCIFAR100: {list: nameCIFAR100, labels: 2, names: "fine_label_names.txt", files: map[string][]string{
			partTrain: {"train.bin"},
			partTest:  {"test.bin"},
		}},
	}
}

const (
	cifarSide   = 32
	cifarLevels = 3 * cifarSide * cifarSide
	// maxCIFARBytes bounds a file: the largest, of CIFAR-100, has half as many.
	maxCIFARBytes = 2 * 50_000 * (2 + cifarLevels)
)

// openCIFAR reads the files of both parts. A set may lack one part, but of a part
// no file.
func (s *Splits) openCIFAR(ctx context.Context, src Source) error {
	form := cifarForms()[src.Kind]
	classes, err := form.classes(src)
	if err != nil {
		return err
	}
	s.Classes = classes
	s.streams = map[string]*stream{}
	missing := ""
	for _, part := range []string{partTrain, partTest} {
		var records cifarRecords
		st := &stream{Stream: &Stream{Name: src.Kind + " " + part, Classes: classes, Channels: 3, Height: cifarSide, Width: cifarSide}}
		for _, name := range form.files[part] {
			if err := ctx.Err(); err != nil {
				return err
			}
			file, err := src.reach().read(filepath.Join(src.Path, name), maxCIFARBytes)
			if errors.Is(err, fs.ErrNotExist) {
				missing = name
				break
			}
			if err == nil {
				err = form.parse(file, len(classes), func(label int, levels []byte) {
					st.Labels = append(st.Labels, label)
					records.levels = append(records.levels, levels)
				})
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			a := artifact(s.Name+"/"+name, name, file)
			records.files += a.SHA256
			st.artifacts = append(st.artifacts, a)
		}
		switch found := len(st.artifacts); {
		case found == len(form.files[part]):
			st.images = &records
			s.streams[part] = st
		case found > 0:
			return fmt.Errorf("%s is not there, although %s is", missing, form.files[part][0])
		}
	}
	if len(s.streams) == 0 {
		return fmt.Errorf("neither %s nor %s is there", form.files[partTrain][0], form.files[partTest][0])
	}
	return nil
}

// classes returns the classes that the source gives, else those of the file of
// names, else the known ones.
func (f cifarForm) classes(src Source) ([]string, error) {
	if src.ClassList == "" && len(src.Classes) == 0 {
		text, err := src.reach().read(filepath.Join(src.Path, f.names), 1<<16)
		if err == nil {
			return strings.Fields(string(text)), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", f.names, err)
		}
		src.ClassList = f.list
	}
	l, err := newLabeller(src)
	if err != nil {
		return nil, err
	}
	return l.classes, nil
}

// parse passes on each record of a file. Errors name the offset.
func (f cifarForm) parse(file []byte, classes int, each func(label int, levels []byte)) error {
	record := f.labels + cifarLevels
	if len(file) == 0 {
		return errors.New("offset 0: found the end of the file, want a record")
	}
	for at := 0; at < len(file); at += record {
		if left := len(file) - at; left < record {
			return fmt.Errorf("offset %d: found the end of the file, want %d more bytes of record %d", len(file), record-left, at/record)
		}
		label := int(file[at+f.labels-1])
		if label >= classes {
			return fmt.Errorf("offset %d: found label %d, want 0..%d for %d classes", at+f.labels-1, label, classes-1, classes)
		}
		each(label, file[at+f.labels:at+record:at+record])
	}
	return nil
}

// cifarRecords are the [images] of a part. Their bytes stay in memory, a quarter
// of what the samples take.
type cifarRecords struct {
	levels [][]byte
	files  string // digests
}

func (r *cifarRecords) batch(_ context.Context, from, to int) (*pixel.Batch, error) {
	return pixel.FromBytes(to-from, 3, cifarSide, cifarSide, bytes.Join(r.levels[from:to], nil)), nil
}

func (r *cifarRecords) digest() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(r.files))) }

var _ images = (*cifarRecords)(nil)
