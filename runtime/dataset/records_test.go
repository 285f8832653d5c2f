package dataset_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/pixel"
)

// record returns a record of CIFAR: labels, then a plane of each level.
func record(r, g, b byte, labels ...byte) []byte {
	for _, v := range []byte{r, g, b} {
		labels = append(labels, bytes.Repeat([]byte{v}, 32*32)...)
	}
	return labels
}

func TestCIFAR(t *testing.T) {
	ten := map[string][]byte{"test_batch.bin": slices.Concat(record(1, 2, 3, 9), record(4, 5, 6, 0))}
	for i, name := range []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"} {
		ten[name] = record(byte(i), 0, 0, byte(i))
	}
	ctx, used := collect(t, dataset.Catalog{
		"ten":     {Kind: dataset.KindCIFAR10, Path: tree(t, ten)},
		"hundred": {Kind: dataset.KindCIFAR100, Path: tree(t, map[string][]byte{"test.bin": record(7, 8, 9, 4, 99)})},
	})
	s, err := dataset.Open(ctx, "ten")
	if err != nil {
		t.Fatal(err)
	}
	train, err := s.Train(ctx)
	if err != nil || !slices.Equal(train.Labels, []int{0, 1, 2, 3, 4}) || train.Images.Shape() != "5×3×32×32" || len(*used) != 5 {
		t.Fatalf("%v, %v, %d artifacts", train, err, len(*used))
	}
	test, err := s.StreamTest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	x, labels, err := test.Batch(ctx, 1, 2)
	if err != nil || test.Classes[test.Labels[0]] != "truck" || labels[0] != 0 || pixel.Level(x.Data[0]) != 4 || pixel.Level(x.Data[1024]) != 5 || pixel.Level(x.Data[3071]) != 6 {
		t.Errorf("labels %v, %v", labels, err)
	}
	if s, err = dataset.Open(ctx, "hundred"); err != nil {
		t.Fatal(err)
	}
	if fine, err := s.Test(ctx); err != nil || fine.Classes[fine.Labels[0]] != "worm" { // not the coarse one
		t.Errorf("%v, %v", fine, err)
	}
}

func TestCIFARRefuses(t *testing.T) {
	for _, k := range []struct {
		files map[string][]byte
		want  string
	}{
		{map[string][]byte{}, "neither data_batch_1.bin nor test_batch.bin is there"},
		{map[string][]byte{"data_batch_1.bin": record(0, 0, 0, 1)}, "data_batch_2.bin is not there, although data_batch_1.bin is"},
		{map[string][]byte{"test_batch.bin": nil}, "test_batch.bin: offset 0: found the end of the file, want a record"},
		{map[string][]byte{"test_batch.bin": slices.Concat(record(0, 0, 0, 1), []byte{2, 3})}, "test_batch.bin: offset 3075: found the end of the file, want 3071 more bytes of record 1"},
		{map[string][]byte{"test_batch.bin": record(0, 0, 0, 10)}, "test_batch.bin: offset 0: found label 10, want 0..9 for 10 classes"},
	} {
		ctx, _ := collect(t, dataset.Catalog{"s": {Kind: dataset.KindCIFAR10, Path: tree(t, k.files)}})
		if _, err := dataset.Open(ctx, "s"); err == nil || err.Error() != `data set "s": `+k.want {
			t.Errorf("error %v, want %s", err, k.want)
		}
	}
}

// TestClasses: lists are whole, and no name stands twice in one.
func TestClasses(t *testing.T) {
	for name, n := range map[string]int{"cifar-10": 10, "cifar-100": 100, "fashion-mnist": 10, "imagenet": 1000, "mnist": 10} {
		list, err := dataset.Classes(name)
		if err != nil || len(list) != n || len(slices.Compact(slices.Sorted(slices.Values(list)))) != n {
			t.Errorf("%s: %d classes, %v, want %d, each once", name, len(list), err, n)
		}
	}
	if _, err := dataset.Classes("imagenet21k"); err == nil || !strings.Contains(err.Error(), "want one of: cifar-10, cifar-100, fashion-mnist, imagenet, mnist") {
		t.Errorf("error %v", err)
	}
}

// TestILSVRC: each way in which labels of the validation pictures come.
func TestILSVRC(t *testing.T) {
	meta := metaMAT(t)
	a := plain(t, 3, 3, grey(5))
	with := func(more map[string]string) map[string][]byte {
		files := map[string][]byte{"val/ILSVRC2012_val_00000001.png": a, "val/ILSVRC2012_val_00000003.png": a}
		for name, text := range more {
			files[name] = []byte(text)
		}
		return files
	}
	const want = "ILSVRC2012_val_00000001.png=goldfish ILSVRC2012_val_00000003.png=tench"
	for _, k := range []struct {
		name            string
		files           map[string][]byte
		labels, synsets string
		want, err       string
	}{
		{name: "folders", files: map[string][]byte{"val/n01443537/1.png": a, "val/n01440764/2.png": a}, want: "n01440764/2.png=tench n01443537/1.png=goldfish"},
		{name: "Kaggle's table", files: with(map[string]string{"l": "ImageId,PredictionString\nILSVRC2012_val_00000003,n01440764 1 2 3 4 n01440764 1 2 3 4 \nILSVRC2012_val_00000001,n01443537 5 6 7 8 \n"}), labels: "l", want: want},
		{name: "a synset a line", files: with(map[string]string{"l": "n01443537\nn01484850\nn01440764\n"}), labels: "l", want: want},
		{name: "the kit's numbers", files: with(map[string]string{"l": "2\n3\n1\n", "s": "n01440764 1 tench\nn01443537 2 goldfish\nn01484850 3 shark\n"}), labels: "l", synsets: "s", want: want},
		{name: "the kit's numbers and meta.mat", files: with(map[string]string{"l": "3\n1\n2\n", "s": meta}), labels: "l", synsets: "s", want: want},
		{name: "meta.mat, cut short", files: with(map[string]string{"l": "3\n1\n2\n", "s": meta[:len(meta)-20]}), labels: "l", synsets: "s", err: "s: cut short"},
		{name: "a MATLAB file of another form", files: with(map[string]string{"l": "3\n1\n2\n", "s": "MATLAB 7.3 MAT-file"}), labels: "l", synsets: "s", err: "s: not a MATLAB file of level 5 in little endian, which that of the development kit is"},
		{name: "a table of our own", files: with(map[string]string{"l": "file,label\nILSVRC2012_val_00000001.png,goldfish\nILSVRC2012_val_00000003.png,0\n"}), labels: "l", want: want},
		{name: "nothing", files: with(nil), err: "ILSVRC2012_val_00000001.png stands in no folder of a synset, such as n01440764, and no file has its label"},
		{name: "numbers without an order", files: with(map[string]string{"l": "2\n3\n1\n"}), labels: "l", err: `l: line 1: found "2", a number of the development kit, whose order of the classes is its own`},
		{name: "too few lines", files: with(map[string]string{"l": "n01443537\nn01440764\n"}), labels: "l", err: "l has 2 lines, none for ILSVRC2012_val_00000003.png"},
		{name: "a picture that is not in the table", files: with(map[string]string{"l": "ImageId,PredictionString\nILSVRC2012_val_00000003,n01440764\n"}), labels: "l", err: "l: no line for ILSVRC2012_val_00000001.png"},
		{name: "no synset", files: with(map[string]string{"l": "n01443537\nx\nn00000000\n"}), labels: "l", err: `l: line 3: found class "n00000000", want one of the 1000 classes or a number in 0..999`},
	} {
		dir := tree(t, k.files)
		src := dataset.Source{Kind: dataset.KindILSVRC, Path: dir + "/val", Within: []string{dir}}
		if k.labels != "" {
			src.Labels = dir + "/" + k.labels
		}
		if k.synsets != "" {
			src.Synsets = dir + "/" + k.synsets
		}
		s, _, _, err := open(t, src)
		switch {
		case k.err != "" && (err == nil || err.Error() != `data set "s": `+k.err):
			t.Errorf("%s: error\n%v\nwant\n%s", k.name, err, k.err)
		case k.err == "" && err != nil:
			t.Errorf("%s: %v", k.name, err)
		case k.err == "" && classesOf(s) != k.want:
			t.Errorf("%s: %s, want %s", k.name, classesOf(s), k.want)
		}
	}
}
