package dataset_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// plain returns a picture of one colour as a PNG file.
func plain(t *testing.T, wide, high int, c color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, wide, high))
	for i := range wide * high {
		m.Set(i%wide, i/wide, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func grey(level byte) color.Color { return color.NRGBA{level, level, level, 255} }

// tree writes files into a new folder, making folders as names have them.
func tree(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// open opens the images of a source, and returns what was warned of and used.
func open(t *testing.T, src dataset.Source) (*dataset.Stream, []string, []work.Artifact, error) {
	t.Helper()
	ctx, used := collect(t, dataset.Catalog{"s": src})
	var warned []string
	ctx = work.WithWarnings(ctx, work.WarningsFunc(func(text string) { warned = append(warned, text) }))
	s, err := dataset.Open(ctx, "s")
	if err != nil {
		return nil, warned, *used, err
	}
	st, err := s.StreamTest(ctx)
	return st, warned, *used, err
}

// classesOf returns each picture with its class, "-" for none.
func classesOf(s *dataset.Stream) string {
	var list []string
	for i, f := range s.Files {
		class := "-"
		if s.Labels[i] != dataset.NoLabel {
			class = s.Classes[s.Labels[i]]
		}
		list = append(list, f+"="+class)
	}
	return strings.Join(list, " ")
}

func TestFolderOfPictures(t *testing.T) {
	a, b, c := plain(t, 4, 3, grey(0)), plain(t, 4, 3, grey(100)), plain(t, 4, 3, grey(200))
	flat := map[string][]byte{"b.png": b, "a.PNG": a, "c.png": c, ".hidden.png": a, "README": []byte("x")}
	with := func(more map[string][]byte) map[string][]byte {
		m := map[string][]byte{}
		for _, files := range []map[string][]byte{flat, more} {
			for name, file := range files {
				m[name] = file
			}
		}
		return m
	}
	table := func(lines ...string) map[string][]byte {
		return with(map[string][]byte{"t.csv": []byte(strings.Join(lines, "\n"))})
	}
	folders := map[string][]byte{"dog/1.png": b, "cat/2.png": a, "cat/deep/1.png": c}
	for _, k := range []struct {
		name  string
		files map[string][]byte
		src   dataset.Source // Labels relative to the folder
		want  string
		warn  string
	}{
		{name: "no folders, no labels", files: flat, want: "a.PNG=- b.png=- c.png=-"},
		{name: "a class for each folder", files: folders, want: "cat/2.png=cat cat/deep/1.png=cat dog/1.png=dog"},
		{name: "folders that are no classes", files: folders, src: dataset.Source{Labels: dataset.LabelsNone}, want: "cat/2.png=- cat/deep/1.png=- dog/1.png=-"},
		{name: "classes in an order of their own", files: folders, src: dataset.Source{Classes: []string{"dog", "cat"}}, want: "cat/2.png=cat cat/deep/1.png=cat dog/1.png=dog"},
		{name: "synsets", files: map[string][]byte{"n01443537/x.png": a, "n01440764/y.png": b}, src: dataset.Source{ClassList: "imagenet"},
			want: "n01440764/y.png=tench n01443537/x.png=goldfish"},
		{name: "a table", files: table("group, file, note, label", "g1, c.png, , dog", `g2, a.PNG, "x, y", cat`, "g1, ./b.png, , "), src: dataset.Source{Labels: "t.csv"},
			want: "a.PNG=cat b.png=- c.png=dog"},
		{name: "a table of numbers", files: table("file,label", "a.PNG,10", "b.png,2", "c.png,2"), src: dataset.Source{Labels: "t.csv"}, want: "a.PNG=10 b.png=2 c.png=2"},
		{name: "a table with numbers of names", files: table("file,label", "a.PNG,1", "b.png,trout", "c.png,tench"), src: dataset.Source{Labels: "t.csv", Classes: []string{"tench", "trout"}},
			want: "a.PNG=trout b.png=trout c.png=tench"},
		{name: "columns of other names", files: table("picture,what", "a.PNG,x", "b.png,y", "c.png,z"), src: dataset.Source{Labels: "t.csv", Columns: dataset.Columns{File: "picture", Label: "what"}},
			want: "a.PNG=x b.png=y c.png=z"},
		{name: "a table without all", files: table("file,label", "b.png,x"), src: dataset.Source{Labels: "t.csv"}, want: "b.png=x",
			warn: `Data set "s": 2 pictures are not in t.csv and left out: a.PNG; c.png.`},
	} {
		k.src.Kind, k.src.Path = dataset.KindFolder, tree(t, k.files)
		if strings.HasSuffix(k.src.Labels, ".csv") {
			k.src.Labels = filepath.Join(k.src.Path, k.src.Labels)
		}
		s, warned, used, err := open(t, k.src)
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		if got := classesOf(s); got != k.want {
			t.Errorf("%s: %s, want %s", k.name, got, k.want)
		}
		if got := strings.Join(warned, "\n"); got != k.warn {
			t.Errorf("%s: warned %q, want %q", k.name, got, k.warn)
		}
		// The digest is that of sha256sum's output, so that anybody can take it.
		var list strings.Builder
		for _, f := range s.Files {
			fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(k.files[f]), f)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256([]byte(list.String()))); used[0].SHA256 != want || used[0].Name != "s" {
			t.Errorf("%s: artifact %v, want SHA-256 %s", k.name, used[0], want)
		}
		if k.name == "a table" && (!slices.Equal(s.Groups, []string{"g2", "g1", "g1"}) || len(used) != 2 || used[1].Name != "s/labels") {
			t.Errorf("%s: groups %v, artifacts %v", k.name, s.Groups, used)
		}
	}
}

func TestFolderRefuses(t *testing.T) {
	a := plain(t, 4, 3, grey(0))
	for _, k := range []struct {
		name  string
		files map[string][]byte
		src   dataset.Source
		want  string // after the set's name
	}{
		{"no pictures", map[string][]byte{"x.txt": nil}, dataset.Source{}, "no pictures in the folder; their names end in .bmp, .gif, .jpg, .jpeg, .jpe, .jfif, .png, .tif, .tiff, .webp"},
		{"a picture beside folders", map[string][]byte{"cat/1.png": a, "x.png": a}, dataset.Source{}, "x.png stands beside the folder cat: either each picture stands in the folder of its class, or none does"},
		{"a folder of no class", map[string][]byte{"cow/1.png": a}, dataset.Source{Classes: []string{"cat"}}, `folder cow: found class "cow", want one of the 1 classes or a number in 0..0`},
		{"two sizes", map[string][]byte{"a.png": a, "b.png": plain(t, 3, 4, grey(9))}, dataset.Source{}, "b.png comes out as 3×4 pixels, a.png as 4×3: want one size for all"},
		{"another digest", map[string][]byte{"a.png": a}, dataset.Source{SHA256: strings.Repeat("0", 64)},
			fmt.Sprintf("found SHA-256 %x of the list of files, want %s", sha256.Sum256(fmt.Appendf(nil, "%x  a.png\n", sha256.Sum256(a))), strings.Repeat("0", 64))},
		{"a crop too large", map[string][]byte{"a.png": a}, dataset.Source{Preparation: dataset.Preparation{Crop: []int{4}}}, "1 of 1 picture cannot be used: a.png: 4×3 pixels, too few to crop 4×4"},
		{"a table of nothing", map[string][]byte{"a.png": a, "t.csv": nil}, dataset.Source{Labels: "t.csv"}, "t.csv: line 1: the file is empty, want a line of column names"},
		{"a table without files", map[string][]byte{"a.png": a, "t.csv": []byte("name,label\n")}, dataset.Source{Labels: "t.csv"}, `t.csv: line 1: no column "file"; found "name", "label"`},
		{"a table without labels", map[string][]byte{"a.png": a, "t.csv": []byte("file,size\n")}, dataset.Source{Labels: "t.csv"}, `t.csv: line 1: neither a column "label" nor a column "group"; found "file", "size"`},
		{"a column that is not there", map[string][]byte{"a.png": a, "t.csv": []byte("file,size\n")}, dataset.Source{Labels: "t.csv", Columns: dataset.Columns{Group: "photo"}}, `t.csv: line 1: no column "photo"; found "file", "size"`},
		{"a file twice", map[string][]byte{"a.png": a, "t.csv": []byte("file,label\na.png,x\n\na.png,y\n")}, dataset.Source{Labels: "t.csv"}, "t.csv: line 4: a.png stands already in line 2"},
		{"an unknown class", map[string][]byte{"a.png": a, "t.csv": []byte("file,label\na.png,cow\n")}, dataset.Source{Labels: "t.csv", Classes: []string{"cat", "dog"}}, `t.csv: line 2: found class "cow", want one of the 2 classes or a number in 0..1`},
		{"a field too many", map[string][]byte{"a.png": a, "t.csv": []byte("file,label\na.png,x,y\n")}, dataset.Source{Labels: "t.csv"}, "t.csv: line 2: wrong number of fields"},
		{"no group", map[string][]byte{"a.png": a, "t.csv": []byte("file,group\na.png,\n")}, dataset.Source{Labels: "t.csv"}, "t.csv: line 2: a.png has no group"},
		{"a picture that is not there", map[string][]byte{"a.png": a, "t.csv": []byte("file,label\na.png,x\nb.png,x\n")}, dataset.Source{Labels: "t.csv"}, "1 of 2 pictures cannot be used: b.png: not in the folder, but in line 3 of t.csv"},
		{"a table that is not there", map[string][]byte{"a.png": a}, dataset.Source{Labels: "t.csv"}, "t.csv: no such file or directory"},
	} {
		k.src.Kind, k.src.Path = dataset.KindFolder, tree(t, k.files)
		if k.src.Labels != "" {
			k.src.Labels = filepath.Join(k.src.Path, k.src.Labels)
		}
		_, _, _, err := open(t, k.src)
		if want := `data set "s": ` + k.want; err == nil || err.Error() != want {
			t.Errorf("%s: error\n%v\nwant\n%s", k.name, err, want)
		}
	}
}

// bomb returns a PNG file of a few bytes whose header claims a size.
func bomb(wide, high uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), wide)
	head = append(binary.BigEndian.AppendUint32(head, high), 8, 2, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(head))
}

// TestBrokenPictures: each is listed with its reason, and left out or an error, as
// the source says.
func TestBrokenPictures(t *testing.T) {
	good := plain(t, 4, 3, grey(7))
	var j bytes.Buffer
	if err := jpeg.Encode(&j, image.NewGray(image.Rect(0, 0, 4, 3)), nil); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"empty.png": nil, "huge.png": bomb(100_000, 100_000), "text.jpg": []byte("hello, world"), "good.png": good,
		"head.png": good[:20], "phone.heic": []byte("ftypheic"), "other.jpg": good, "zero.png": bomb(0, 5),
	}
	src := dataset.Source{Kind: dataset.KindFolder, Path: tree(t, files)}
	const listed = `empty.png: the file is empty; head.png: png: cut short; huge.png: 100000×100000 pixels, want at most 67108864 in all; ` +
		`phone.heic: a format that cannot be read, want PNG, JPEG, GIF, WebP, BMP or TIFF; ` +
		`text.jpg: no picture: it begins with "hello, w", want PNG, JPEG, GIF, WebP, BMP or TIFF; zero.png: png: invalid format: non-positive dimension`
	_, _, _, err := open(t, src)
	if want := `data set "s": 6 of 8 pictures cannot be used: ` + listed; err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	src.Broken = dataset.BrokenSkip
	s, warned, _, err := open(t, src)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`Data set "s": 6 of 8 pictures cannot be used and left out: ` + listed + ".",
		`Data set "s": names of files do not say what is in them, which counts: other.jpg is png.`,
	}
	if diff := cmp.Diff(want, warned); diff != "" {
		t.Error(diff)
	}
	if got := strings.Join(s.Files, " "); got != "good.png other.jpg" {
		t.Errorf("left are %s", got)
	}
	delete(files, "good.png")
	delete(files, "other.jpg")
	src.Path = tree(t, files)
	if _, _, _, err := open(t, src); err == nil || !strings.Contains(err.Error(), "none of 6 pictures can be used") {
		t.Errorf("error %v", err)
	}
}

// A picture that breaks beyond its header, in a source that does not look that far,
// fails its batch, with the remedy.
func TestPictureBreaksInBatch(t *testing.T) {
	good := plain(t, 40, 30, grey(7))
	s, _, _, err := open(t, dataset.Source{Kind: dataset.KindFolder, Path: tree(t, map[string][]byte{"a.png": good, "b.png": good[:len(good)-20]})})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Batch(t.Context(), 0, 2)
	var hint interface{ Hint() string }
	if !errors.As(err, &hint) || !strings.Contains(err.Error(), "b.png: png: ") || !strings.HasPrefix(hint.Hint(), "broken: skip") {
		t.Errorf("error %v, want one of b.png with a hint", err)
	}
}

// counted is a memory that counts what it kept and recalled.
type counted struct {
	kept           map[string][]byte
	hits, keptMore int
}

func (m *counted) Recall(k work.Key) ([]byte, bool) {
	b, ok := m.kept[fmt.Sprint(k)]
	if ok {
		m.hits++
	}
	return b, ok
}

func (m *counted) Keep(k work.Key, b []byte) { m.kept[fmt.Sprint(k)] = b; m.keptMore++ }

// TestBrokenBeyondHeader: a picture whose header is sound and whose body is not.
// Who fails is told when it is decoded; who skips decodes all once, and never again.
func TestBrokenBeyondHeader(t *testing.T) {
	good := plain(t, 40, 30, color.NRGBA{1, 200, 3, 255})
	dir := tree(t, map[string][]byte{"a.png": good, "b.png": good[:len(good)-30], "c.png": good})
	s, _, _, err := open(t, dataset.Source{Kind: dataset.KindFolder, Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Batch(t.Context(), 0, 3); err == nil || err.Error() != "s: b.png: png: invalid format: not enough pixel data" {
		t.Errorf("error %v", err)
	}
	memory := &counted{kept: map[string][]byte{}}
	ctx := dataset.WithCatalog(work.WithMemory(t.Context(), memory), dataset.Catalog{"s": {Kind: dataset.KindFolder, Path: dir, Broken: dataset.BrokenSkip}})
	for range 2 {
		set, err := dataset.Open(ctx, "s")
		if err != nil {
			t.Fatal(err)
		}
		test, err := set.Test(ctx)
		if err != nil || strings.Join(test.Files, " ") != "a.png c.png" {
			t.Errorf("left are %v, %v", test, err)
		}
	}
	if memory.hits != 1 || memory.keptMore != 1 {
		t.Errorf("%d hits, %d kept, want one each", memory.hits, memory.keptMore)
	}
}

func TestPreparation(t *testing.T) {
	half := color.NRGBA{200, 0, 0, 128}
	for _, k := range []struct {
		name string
		file []byte
		p    dataset.Preparation
		want []byte // the first pixel
	}{
		{"transparent over white", plain(t, 2, 2, half), dataset.Preparation{}, []byte{227, 127, 127}},
		{"transparent over black", plain(t, 2, 2, half), dataset.Preparation{Background: []int{0, 0, 0}}, []byte{100, 0, 0}},
		{"grey of colours", plain(t, 2, 2, color.NRGBA{255, 0, 0, 255}), dataset.Preparation{Channels: 1}, []byte{76}},
		{"colours of grey", plain(t, 2, 2, grey(9)), dataset.Preparation{Resize: []int{5, 3}, Interpolation: "bicubic"}, []byte{9, 9, 9}},
	} {
		s, _, _, err := open(t, dataset.Source{Kind: dataset.KindFolder, Path: tree(t, map[string][]byte{"a.png": k.file}), Preparation: k.p})
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		x, _, err := s.Batch(t.Context(), 0, 1)
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		for c, want := range k.want {
			if got := pixel.Level(x.Data[c*x.H*x.W]); x.C != len(k.want) || got != want {
				t.Errorf("%s: %d channels, level %d of channel %d, want %d", k.name, x.C, got, c, want)
			}
		}
	}
	for want, p := range map[string]dataset.Preparation{
		"resize 0, want 1..16384":                                {Resize: []int{0}},
		"crop has 3 numbers, want one side, or height and width": {Crop: []int{1, 2, 3}},
		`interpolation "area", want "bilinear" or "bicubic"`:     {Interpolation: "area"},
		"2 channels, want 1 or 3":                                {Channels: 2},
		"background of 1 numbers, want red, green and blue":      {Background: []int{1}},
		"background 256, want 0..255":                            {Background: []int{0, 256, 0}},
	} {
		_, _, _, err := open(t, dataset.Source{Kind: dataset.KindFolder, Path: t.TempDir(), Preparation: p})
		if err == nil || err.Error() != `data set "s": `+want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestStream: images come the same however they are asked for.
func TestStream(t *testing.T) {
	files := map[string][]byte{}
	for i := range 20 {
		files[fmt.Sprintf("%02d.png", i)] = plain(t, 8, 6, color.NRGBA{byte(i), byte(3 * i), 9, 255})
	}
	src := dataset.Source{Kind: dataset.KindFolder, Path: tree(t, files), Preparation: dataset.Preparation{Resize: []int{4}, Crop: []int{4}}}
	s, _, _, err := open(t, src)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if whole.Images.Shape() != "20×3×4×4" || s.Height != 4 || s.Width != 4 || s.Channels != 3 || s.Len() != 20 {
		t.Fatalf("%s, %d×%d×%d", whole.Images.Shape(), s.Channels, s.Height, s.Width)
	}
	for from := 0; from < 20; from += 7 {
		to := min(from+7, 20)
		b, labels, err := s.Batch(t.Context(), from, to)
		if err != nil || len(labels) != b.N || b.Digest() != whole.Images.Slice(from, to).Digest() {
			t.Errorf("images %d to %d are others: %v", from, to, err)
		}
	}
	few, err := s.First(3)
	if err != nil || few.Len() != 3 || few.Digest() == s.Digest() || len(few.Files) != 3 {
		t.Errorf("the first three: %v, %v", few, err)
	}
	if _, _, err := few.Batch(t.Context(), 2, 4); err == nil || err.Error() != "s: images 2 to 4, want a part of 0..3" {
		t.Errorf("error %v", err)
	}
	if again, _, _, err := open(t, src); err != nil || again.Digest() != s.Digest() {
		t.Errorf("opened again it has another digest: %v", err)
	}
	src.Preparation.Crop = []int{3}
	if other, _, _, err := open(t, src); err != nil || other.Digest() == s.Digest() {
		t.Errorf("the preparation does not count: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Batch(ctx, 0, 20); err != context.Canceled && !strings.Contains(fmt.Sprint(err), context.Canceled.Error()) {
		t.Errorf("error %v, want the context's", err)
	}
	if err := os.WriteFile(filepath.Join(src.Path, "05.png"), files["06.png"], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Batch(t.Context(), 0, 20); err == nil || !strings.Contains(err.Error(), "05.png: found SHA-256") {
		t.Errorf("error %v, want the picture that changed", err)
	}
}

// TestPicturesDoNotLeadOut: links lead to where the source may read, and no farther.
func TestPicturesDoNotLeadOut(t *testing.T) {
	a := plain(t, 2, 2, grey(1))
	outside := tree(t, map[string][]byte{"cat/x.png": a})
	dir := tree(t, map[string][]byte{"cat/a.png": a})
	for name, target := range map[string]string{"cat/out.png": filepath.Join(outside, "cat", "x.png"), "dog": filepath.Join(outside, "cat"), "cat/in.png": "a.png", "cat/round": "."} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	real := func(dir string) string {
		p, err := filepath.EvalSymlinks(dir)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	src := dataset.Source{Kind: dataset.KindFolder, Path: dir, Within: []string{real(dir)}}
	if _, _, _, err := open(t, src); err == nil || !strings.Contains(err.Error(), "cat/round: folders more than 8 deep") && !strings.Contains(err.Error(), "folders more than 8 deep") {
		t.Errorf("a link that leads round: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "cat", "round")); err != nil {
		t.Fatal(err)
	}
	_, _, _, err := open(t, src)
	if want := `data set "s": 1 of 3 pictures cannot be used: cat/out.png: a link that leads out of the folders that may be read`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	src.Within = append(src.Within, real(outside))
	s, _, _, err := open(t, src)
	if err != nil || classesOf(s) != "cat/a.png=cat cat/in.png=cat cat/out.png=cat dog/x.png=dog" {
		t.Errorf("%v, %v", s, err)
	}
}

func TestPartsOfPictures(t *testing.T) {
	ctx, _ := collect(t, dataset.Catalog{"s": {Kind: dataset.KindFolder, Path: tree(t, map[string][]byte{"a.png": plain(t, 2, 2, grey(1))})}})
	s, err := dataset.Open(ctx, "s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Train(ctx); err == nil || err.Error() != `data set "s" has no train images, only test` {
		t.Errorf("error %v", err)
	}
	one, err := s.Test(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Test(ctx); err != nil || again != one {
		t.Errorf("asked for again, the images were decoded again: %v", err)
	}
}

// TestMNISTStreams: a set that is decoded as a whole can be asked for in parts too.
func TestMNISTStreams(t *testing.T) {
	ctx, used := collect(t, nil)
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		t.Fatal(err)
	}
	s, err := digits.StreamTest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := digits.Test(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, labels, err := s.Batch(ctx, 10, 20)
	if err != nil || s.Len() != 10000 || s.Classes[7] != "7" || !slices.Equal(labels, whole.Labels[10:20]) || b.Digest() != whole.Images.Slice(10, 20).Digest() {
		t.Errorf("images of the stream are others: %v", err)
	}
	c, _, err := whole.Batch(ctx, 10, 20)
	if err != nil || c.Digest() != b.Digest() || len(*used) != 4 {
		t.Errorf("images of the set are others: %v, %d artifacts", err, len(*used))
	}
}
