package dataset

import (
	"bufio"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPillow holds pictures against those that torchvision makes of the same files
// by way of Pillow, bit for bit, see testdata/pillow.py.
func TestPillow(t *testing.T) {
	list, err := os.Open(filepath.Join("testdata", "want.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	lines, count := bufio.NewScanner(list), 0
	for lines.Scan() {
		var f = strings.Fields(lines.Text())
		name, kind := f[0], f[1]
		p := Preparation{Resize: sides(t, f[2]), Crop: sides(t, f[3]), Interpolation: f[4]}
		file, err := os.ReadFile(filepath.Join("testdata", "pictures", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := decodePicture(file, 3, color.NRGBA{255, 255, 255, 255})
		if err == nil {
			r, err = p.apply(r)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		most, differ := compare(t, r, filepath.Join("testdata", "want", name+"."+kind+".png"))
		if differ > 0 {
			t.Errorf("%s, %s: %d of %d samples differ, by up to %d levels", name, kind, differ, len(r.levels), most)
		}
		count++
	}
	if count < 30 {
		t.Errorf("%d pictures compared, want all", count)
	}
}

func sides(t *testing.T, s string) (list []int) {
	for _, w := range strings.Split(s, ",") {
		n, err := strconv.Atoi(w)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	return list
}

// compare returns the largest difference of a raster to a picture, and how many
// samples differ.
func compare(t *testing.T, r *raster, want string) (most, differ int) {
	t.Helper()
	f, err := os.Open(want)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	w := rasterOf(m, 3, color.NRGBA{})
	if w.wide != r.wide || w.high != r.high {
		t.Errorf("%s: %d×%d pixels, want %d×%d", want, r.wide, r.high, w.wide, w.high)
		return 255, len(r.levels)
	}
	for i, v := range r.levels {
		if d := max(int(v)-int(w.levels[i]), int(w.levels[i])-int(v)); d > 0 {
			most, differ = max(most, d), differ+1
		}
	}
	return most, differ
}
