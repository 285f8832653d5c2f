// Package codec puts images through a real image codec and back.
//
//  1. [JPEG] compresses each image of a batch at a quality and decodes it again:
//     a [Compressed] has the images that come back, the size of each file and the
//     quantisation tables read back from the files by [Tables].
//  2. [StandardTables] are the tables that a quality stands for, to hold those
//     against.
//  3. [Name] names the codec for a report's provenance.
package codec

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Options say how [JPEG] compresses.
//
// Quality is required. Its zero value is no default: image/jpeg takes 0 for 1,
// the coarsest, in silence, and a study in which a forgotten option means the
// strongest compression, or any other, is wrong without a sign of it.
type Options struct {
	Quality int // 1..100, as the Independent JPEG Group scales the tables of T.81 annex K
}

// Compressed is a batch after the round trip.
type Compressed struct {
	Images  *pixel.Batch // decoded, on 8-bit levels
	Bytes   []int        // size of each image's whole JFIF file
	Tables  [][64]int    // quantisation tables in the files: luma, chroma; row by row
	Quality int          // asked for
}

// Name names the codec and the release that its pixels depend on, such as
// "image/jpeg go1.26.8, 4:2:0": its transform has changed between releases.
func Name() string { return "image/jpeg " + runtime.Version() + ", 4:2:0" }

// maxSide is the largest width and height of a JPEG image (T.81, B.2.2).
const maxSide = 1<<16 - 1

// JPEG compresses the images of x, one file each, by image/jpeg and decodes
// them again.
//
// One channel is coded as one component; three, red, green and blue, as YCbCr
// with chroma subsampled 4:2:0, as image/jpeg does. Samples are rounded to
// 8 bits first, those outside [0,1] to the nearer end; a NaN is an error, and so
// is a number of channels other than 1 and 3, a batch without images and a
// quality outside 1..100.
//
// The images are spread over the cores; the result does not depend on how many
// there are. It is kept in the context's memory. JPEG ends with the context's
// error when that is cancelled between images.
func JPEG(ctx context.Context, x *pixel.Batch, o Options) (*Compressed, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("jpeg: %w", err)
	}
	if err := checkBatch(x); err != nil {
		return nil, fmt.Errorf("jpeg: %w", err)
	}
	key := work.Key{Primitive: "codec.JPEG"}.With("x", x.Digest()).With("quality", o.Quality)
	memory := work.Codec[*Compressed]{
		Encode: encode,
		Decode: func(b []byte) (*Compressed, error) { return decode(b, x, o.Quality) },
	}
	c, err := work.Recalled(ctx, key, memory, func(ctx context.Context) (*Compressed, error) {
		return compress(ctx, x, o.Quality)
	})
	if err != nil {
		return nil, fmt.Errorf("jpeg: %w", err)
	}
	return c, nil
}

func (o Options) check() error {
	if o.Quality < 1 || o.Quality > 100 {
		return fmt.Errorf("quality %d, want 1..100", o.Quality)
	}
	return nil
}

func checkBatch(x *pixel.Batch) error {
	if err := x.Check(); err != nil {
		return err
	}
	switch {
	case x.N < 1:
		return fmt.Errorf("no images")
	case x.C != 1 && x.C != 3:
		return fmt.Errorf("%d channels, want 1 (grey) or 3 (red, green, blue)", x.C)
	case x.H < 1 || x.W < 1 || x.H > maxSide || x.W > maxSide:
		return fmt.Errorf("images of %d×%d, want sides of 1..%d", x.H, x.W, maxSide)
	}
	for i, v := range x.Data {
		if v != v {
			return fmt.Errorf("image %d: sample %d is NaN, want a number", i/x.Size(), i%x.Size())
		}
	}
	return nil
}

// compress shares the images out to workers that take the next one each.
func compress(ctx context.Context, x *pixel.Batch, quality int) (*Compressed, error) {
	c := &Compressed{Images: x.Like(), Bytes: make([]int, x.N), Quality: quality}
	tables := make([][][64]int, x.N)
	errs := make([]error, x.N)
	finished := make(chan struct{}, 64)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), x.N) {
		workers.Go(func() {
			t := newTrip(x, quality)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= x.N {
					return
				}
				c.Bytes[i], tables[i], errs[i] = t.image(i, c.Images.Sample(i))
				finished <- struct{}{}
			}
		})
	}
	go func() { workers.Wait(); close(finished) }()
	step := work.Step{Task: fmt.Sprintf("compress at quality %d", quality), Total: x.N, Unit: "images"}
	for range finished { // here, so that progress is reported from one goroutine
		if step.Done++; step.Done == x.N || step.Done%max(1, x.N/50) == 0 {
			work.Report(ctx, step)
		}
	}
	if step.Done < x.N {
		return nil, ctx.Err()
	}
	for i := range x.N {
		if errs[i] != nil {
			return nil, fmt.Errorf("image %d: %w", i, errs[i])
		}
		if !slices.Equal(tables[i], tables[0]) {
			return nil, fmt.Errorf("image %d has other quantisation tables than image 0", i)
		}
	}
	c.Tables = tables[0]
	return c, nil
}

// A trip takes images through the codec, one after another, in memory that it
// uses again.
type trip struct {
	x       *pixel.Batch
	options jpeg.Options
	grey    *image.Gray // one of the two
	colour  *image.RGBA
	file    bytes.Buffer
}

func newTrip(x *pixel.Batch, quality int) *trip {
	t := &trip{x: x, options: jpeg.Options{Quality: quality}}
	if r := image.Rect(0, 0, x.W, x.H); x.C == 1 {
		t.grey = image.NewGray(r)
	} else {
		t.colour = image.NewRGBA(r)
	}
	return t
}

// image takes image i there and back into samples, in CHW order.
func (t *trip) image(i int, samples []float32) (size int, tables [][64]int, err error) {
	t.file.Reset()
	if err := jpeg.Encode(&t.file, t.picture(i), &t.options); err != nil {
		return 0, nil, err
	}
	size = t.file.Len()
	if tables, err = Tables(t.file.Bytes()); err != nil {
		return 0, nil, err
	}
	m, err := jpeg.Decode(bytes.NewReader(t.file.Bytes()))
	if err != nil {
		return 0, nil, err
	}
	if got, want := m.Bounds().Size(), image.Pt(t.x.W, t.x.H); got != want {
		return 0, nil, fmt.Errorf("came back as %v, want %v", got, want)
	}
	switch m := m.(type) {
	case *image.Gray:
		fromGrey(samples, m)
	case *image.YCbCr:
		fromYCbCr(samples, m)
	default:
		return 0, nil, fmt.Errorf("came back as %T", m)
	}
	return size, tables, nil
}

// picture returns image i for the encoder, which is fastest for these types.
func (t *trip) picture(i int) image.Image {
	s := t.x.Sample(i)
	if t.grey != nil {
		for k, v := range s {
			t.grey.Pix[k] = pixel.Level(v)
		}
		return t.grey
	}
	plane := t.x.H * t.x.W
	for k := range plane {
		p := t.colour.Pix[4*k : 4*k+4 : 4*k+4]
		p[0], p[1], p[2], p[3] = pixel.Level(s[k]), pixel.Level(s[plane+k]), pixel.Level(s[2*plane+k]), 255
	}
	return t.colour
}

func fromGrey(samples []float32, m *image.Gray) {
	size := m.Rect.Size()
	for y := range size.Y {
		for x, v := range m.Pix[y*m.Stride : y*m.Stride+size.X] {
			samples[y*size.X+x] = pixel.Sample(v)
		}
	}
}

// fromYCbCr converts as image/color does: each chroma sample serves the luma
// samples that it lies under, without interpolation.
func fromYCbCr(samples []float32, m *image.YCbCr) {
	size := m.Rect.Size()
	plane := size.X * size.Y
	for y := range size.Y {
		for x := range size.X {
			k, luma, chroma := y*size.X+x, m.YOffset(x, y), m.COffset(x, y)
			r, g, b := color.YCbCrToRGB(m.Y[luma], m.Cb[chroma], m.Cr[chroma])
			samples[k], samples[plane+k], samples[2*plane+k] = pixel.Sample(r), pixel.Sample(g), pixel.Sample(b)
		}
	}
}
