package sweep_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/sweep"
)

// weighing is a model that notes the most bytes that were reachable when it was
// asked. The first two samples of an image are its logits: the test is of what
// stands around a model.
type weighing struct{ most uint64 }

var _ sweep.Model = (*weighing)(nil)

func (m *weighing) Logits(_ context.Context, x *pixel.Batch) ([]float32, int, error) {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	m.most = max(m.most, s.HeapAlloc)
	var logits []float32
	for i := range x.N {
		logits = append(logits, x.Sample(i)[:2]...)
	}
	return logits, 2, nil
}

func (m *weighing) Gradient(_ context.Context, x *pixel.Batch, labels []int) ([]float32, error) {
	g := make([]float32, len(x.Data))
	for i, l := range labels {
		g[i*x.Size()+l], g[i*x.Size()+1-l] = -1, 1
	}
	return g, nil
}

func (m *weighing) Digest() string { return "weighing" }

// TestMemoryIsBoundedHoweverManyFiles takes a folder of pictures from files to
// rows. A picture is 600 kB once decoded and prepared, 150 kB as levels: 1,000 that
// were kept in any form would be far more than what 100 take.
func TestMemoryIsBoundedHoweverManyFiles(t *testing.T) {
	const side, few, many = 224, 100, 1000
	dir := t.TempDir()
	for i := range many {
		name, file := fmt.Sprintf("%04d.png", i), small(t, i%8)
		if i%2 == 1 {
			name = fmt.Sprintf("%04d.jpg", i)
		}
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx := dataset.WithCatalog(t.Context(), dataset.Catalog{"pictures": {Kind: dataset.KindFolder, Path: dir,
		Preparation: dataset.Preparation{Resize: []int{side}}}})
	set, err := dataset.Open(ctx, "pictures")
	if err != nil {
		t.Fatal(err)
	}
	all, err := set.StreamTest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Labels {
		all.Labels[i] = i % 2
	}
	most := func(n int) uint64 {
		part, err := all.First(n)
		if err != nil {
			t.Fatal(err)
		}
		m := new(weighing)
		plan := sweep.Plan{Batch: 10, Attacks: []sweep.Attacked{{By: sweep.FGSM(), Epsilons: []float64{5}}}}
		if _, err := sweep.Run(ctx, m, part, plan); err != nil {
			t.Fatal(err)
		}
		return m.most
	}
	a, b := most(few), most(many)
	t.Logf("%d pictures: %d MB at most; %d: %d MB", few, a>>20, many, b>>20)
	if b > 2*a {
		t.Errorf("%d pictures took %d MB at most, %d took %d MB: memory grows with their number", few, a>>20, many, b>>20)
	}
}

// small returns one of 8 pictures of 64×64, as a PNG file or, where i is odd, as a
// JPEG file.
func small(t *testing.T, i int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			m.Set(x, y, color.NRGBA{byte(x * (i + 1)), byte(y * 3), byte(x + y), 255})
		}
	}
	var b bytes.Buffer
	var err error
	if i%2 == 1 {
		err = jpeg.Encode(&b, m, nil)
	} else {
		err = png.Encode(&b, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
