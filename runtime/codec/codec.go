// Package codec puts images through JPEG and back, and decodes JPEG files, to the
// pixels that libjpeg-turbo gives with its defaults, as Pillow has it.
//
//  1. [JPEG] compresses each image of a batch and decodes it again: a
//     [Compressed] has the images that come back, the size of each file and the
//     quantisation tables read back from the files' header by [Tables]. [Options]
//     say how: by which quality or which tables, with which [Subsampling].
//  2. [File] writes the file itself, which is Pillow's byte for byte.
//  3. [StandardTables] are the tables that a quality stands for, to hold those
//     read back against.
//  4. [Differentiable] is the round trip in a form that has a gradient, and
//     [Gradient] its product with a vector, for attacks through JPEG.
//  5. [Decode] decodes a file, whoever wrote it, into a [Picture].
//  6. [Name] names the codec for a report's provenance.
//
// Written from ITU-T T.81 (09/92), JFIF 1.02 and the papers named beside the code;
// what these leave open was found out by comparing with Pillow.
package codec

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Compressed is a batch after the round trip.
type Compressed struct {
	Images  *pixel.Batch // decoded, on 8-bit levels
	Bytes   []int        // size of each image's whole JFIF file; nil where there can be none
	Tables  [][64]int    // quantisation tables in the files: luma, chroma; row by row; nil likewise
	Quality int          // asked for; 0 where steps or qualities were
}

// Name names the codec that pixels and sizes depend on, for a report's
// provenance.
func Name() string {
	return "jpgreport JPEG, bit-exact with libjpeg-turbo's defaults (accurate integer DCT, fancy upsampling)"
}

// JPEG compresses the images of x, one file each, and decodes them again.
//
// The pixels are those of libjpeg-turbo with its defaults, bit for bit, so of
// Pillow: the accurate integer transform, its tables and, for colour, its
// conversion to YCbCr, its averaging and its interpolation of chroma. One channel is coded as one component; three are red,
// green and blue. Samples are rounded to 8 bits first, those outside [0,1] to the
// nearer end; a NaN is an error, and so is a number of channels other than 1 and
// 3, a batch without images and an option outside its range.
//
// Huffman coding loses nothing, so no file is decoded; its size is counted as
// [File] would write it.
//
// The images are spread over the cores; the result does not depend on how many
// there are. It is kept in the context's memory. JPEG ends with the context's
// error when that is cancelled between images.
func JPEG(ctx context.Context, x *pixel.Batch, o Options) (*Compressed, error) {
	if err := check(x, &o); err != nil {
		return nil, fmt.Errorf("jpeg: %w", err)
	}
	compute := func(ctx context.Context) (*Compressed, error) { return compress(ctx, x, &o, fastest()) }
	memory := work.Codec[*Compressed]{
		Encode: encode,
		Decode: func(b []byte) (*Compressed, error) { return decode(b, x, &o) },
	}
	var key work.Key
	if work.Remembers(ctx) { // a digest takes longer than the compression
		key = o.key(x)
	}
	c, err := work.Recalled(ctx, key, memory, compute)
	if err != nil {
		return nil, fmt.Errorf("jpeg: %w", err)
	}
	return c, nil
}

func check(x *pixel.Batch, o *Options) error {
	if err := checkBatch(x); err != nil {
		return err
	}
	return o.Check(x)
}

// maxSide is the largest width and height of a JPEG image (T.81, B.2.2).
const maxSide = 1<<16 - 1

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
	return nil
}

// notNumber returns the error for image i, which has a NaN.
func notNumber(x *pixel.Batch, i int) error {
	k := slices.IndexFunc(x.Sample(i), func(v float32) bool { return v != v })
	return fmt.Errorf("image %d: sample %d is NaN, want a number", i, k)
}

// compress is JPEG without its memory and its checks of the entry.
func compress(ctx context.Context, x *pixel.Batch, o *Options, k kernels) (*Compressed, error) {
	c := &Compressed{Images: x.Like(), Quality: o.Quality}
	bytes, numbers := make([]int, x.N), make([]bool, x.N)
	var once sync.Once
	var header []byte // with the tables that all files have
	err := spread(ctx, x, "compress "+o.task(), func() func(i int) {
		t := newTrip(x, o, k)
		once.Do(func() { header = t.header })
		return func(i int) { bytes[i], numbers[i] = t.image(c.Images.Sample(i), x.Sample(i)) }
	})
	if err != nil {
		return nil, err
	}
	if i := slices.Index(numbers, false); i >= 0 {
		return nil, notNumber(x, i)
	}
	if o.Qualities != nil {
		return c, nil
	}
	c.Bytes = bytes
	c.Tables, err = Tables(header)
	return c, err
}
