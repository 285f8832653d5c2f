package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// openILSVRC opens the validation pictures of ILSVRC 2012. They stand in a folder
// for each synset, such as n01440764, or all in one, and then Labels names what
// says their classes:
//
//   - a table, see [Columns];
//   - LOC_val_solution.csv of Kaggle's edition, whose columns are ImageId and
//     PredictionString, which begins with the synset;
//   - a text with a line for each of the 50,000 pictures in the order of their
//     numbers: a synset, or the number that the development kit gives a class in
//     ILSVRC2012_validation_ground_truth.txt. What class that is Synsets says:
//     meta.mat of that kit, or map_clsloc.txt of the later ones.
func (s *Splits) openILSVRC(ctx context.Context, src Source) error {
	if len(src.Classes) == 0 && src.ClassList == "" {
		src.ClassList = nameImageNet
	}
	a, err := newAlbum(s.Name, src)
	if err != nil {
		return err
	}
	if src.Labels == "" || src.Labels == LabelsNone {
		if err := a.labelByFolder(); err != nil {
			return err
		}
		if src.Labels == "" && a.entries[0].label == NoLabel {
			return &hintError{
				fmt.Errorf("%s stands in no folder of a synset, such as n01440764, and no file has its label", a.entries[0].name),
				"labels: names the file that has them: LOC_val_solution.csv of Kaggle's edition, or ILSVRC2012_validation_ground_truth.txt of the development kit with synsets: its meta.mat, or map_clsloc.txt of a later kit",
			}
		}
		return s.add(ctx, a)
	}
	base := filepath.Base(src.Labels)
	file, err := a.reach.read(src.Labels, maxTableBytes)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	switch head, _, _ := bytes.Cut(file, []byte("\n")); {
	case !bytes.ContainsRune(head, ','):
		err = a.labelByLines(file, base)
	case strings.HasPrefix(string(head), "ImageId,"):
		err = a.labelBySolution(file, base)
	default:
		return s.openFolder(ctx, src)
	}
	if err != nil {
		return err
	}
	a.artifacts = append(a.artifacts, artifact(s.Name+"/labels", base, file))
	return s.add(ctx, a)
}

// valNumber finds the number of a validation picture in its name.
var valNumber = regexp.MustCompile(`^ILSVRC2012_val_(\d{8})\.[A-Za-z]+$`)

// labelByLines takes labels from a text with a line for each number of a picture.
func (a *album) labelByLines(file []byte, base string) error {
	lines := strings.Fields(string(file))
	numbered, err := a.numbered()
	if err != nil {
		return err
	}
	for i := range a.entries {
		e := &a.entries[i]
		m := valNumber.FindStringSubmatch(path.Base(e.name))
		if m == nil {
			return fmt.Errorf("%s is not named as ILSVRC2012_val_00000001.JPEG, so no line of %s is known to be its own", e.name, base)
		}
		n, _ := strconv.Atoi(m[1])
		if n < 1 || n > len(lines) {
			return fmt.Errorf("%s has %d lines, none for %s", base, len(lines), e.name)
		}
		class := lines[n-1]
		if v, err := strconv.Atoi(class); err == nil {
			if numbered == nil {
				return &hintError{
					fmt.Errorf("%s: line %d: found %q, a number of the development kit, whose order of the classes is its own", base, n, class),
					"synsets: names the file that has this order: data/meta.mat of the kit, or map_clsloc.txt of a later one",
				}
			}
			if v < 1 || v > len(numbered) {
				return fmt.Errorf("%s: line %d: found %d, want 1..%d", base, n, v, len(numbered))
			}
			class = numbered[v-1]
		}
		if e.label, err = a.classes.label(class); err != nil {
			return fmt.Errorf("%s: line %d: %w", base, n, err)
		}
	}
	return nil
}

// numbered returns the synsets in the order of the development kit's numbers, from
// its meta.mat or from lines that begin with a synset and may give its number after
// it.
func (a *album) numbered() ([]string, error) {
	if a.src.Synsets == "" {
		return nil, nil
	}
	base := filepath.Base(a.src.Synsets)
	file, err := a.reach.read(a.src.Synsets, maxMATBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", base, err)
	}
	a.artifacts = append(a.artifacts, artifact(a.set+"/synsets", base, file))
	var list []string
	if isMATLAB(file) {
		if list, err = readMeta(file); err != nil {
			return nil, fmt.Errorf("%s: %w", base, err)
		}
		for i, synset := range list {
			if _, err := a.classes.label(synset); err != nil {
				return nil, fmt.Errorf("%s: synset %d: %w", base, i+1, err)
			}
		}
		return list, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(file))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		list = append(list, words[0])
		if _, err := a.classes.label(words[0]); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", base, len(list), err)
		}
		if len(words) > 1 {
			if n, err := strconv.Atoi(words[1]); err == nil && n != len(list) {
				return nil, fmt.Errorf("%s: line %d: found number %d, want %d", base, len(list), n, len(list))
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", base, err)
	}
	return list, nil
}

// labelBySolution takes labels from Kaggle's table.
func (a *album) labelBySolution(file []byte, base string) error {
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = 2
	synsets := map[string]string{}
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", base, lineError(err))
		}
		synset, _, _ := strings.Cut(record[1], " ")
		synsets[record[0]] = synset
	}
	for i := range a.entries {
		e := &a.entries[i]
		name := path.Base(e.name)
		synset, ok := synsets[strings.TrimSuffix(name, path.Ext(name))]
		if !ok {
			return fmt.Errorf("%s: no line for %s", base, e.name)
		}
		var err error
		if e.label, err = a.classes.label(synset); err != nil {
			return fmt.Errorf("%s: %s: %w", base, e.name, err)
		}
	}
	return nil
}
