// Package pixel holds batches of images: float32 samples in [0,1], the common
// currency of the primitives.
//
//  1. A data set, [FromBytes] or [FromImages] makes a [Batch].
//  2. Primitives take batches and return new ones; a batch is not changed once made.
//  3. [Batch.Digest] names its contents, so that results can be kept under it.
//  4. [Batch.Image] and [Difference] turn samples into pictures for people.
package pixel

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"jpgreport/runtime/work"
)

// A Batch is N images of C channels, H rows and W columns. Data has N·C·H·W
// samples in that order (NCHW). Samples lie in [0,1]; one grey level is 1/255.
type Batch struct {
	N, C, H, W int
	Data       []float32
}

// maxSamples bounds a batch: 2³¹ samples fill 8 GiB.
const maxSamples = 1 << 31

// New returns a batch of zeros. It panics when a size is negative or the product
// too large to be meant.
func New(n, c, h, w int) *Batch {
	b := &Batch{N: n, C: c, H: h, W: w}
	size, err := b.samples()
	if err != nil {
		panic("pixel: " + err.Error())
	}
	b.Data = make([]float32, size)
	return b
}

// samples returns N·C·H·W.
func (b *Batch) samples() (int, error) {
	size := 1
	for _, d := range []int{b.N, b.C, b.H, b.W} {
		if d < 0 || d > maxSamples || size*d > maxSamples { // no overflow: both are 2³¹ at most
			return 0, fmt.Errorf("a batch of %s, want sizes of 0 or more and at most %d samples", b.Shape(), maxSamples)
		}
		size *= d
	}
	return size, nil
}

// Check returns an error unless b holds as many samples as its sizes say. What
// takes a batch checks it at its entry: a script can make any.
func (b *Batch) Check() error {
	if b == nil {
		return errors.New("no batch (nil)")
	}
	size, err := b.samples()
	if err == nil && len(b.Data) != size {
		err = fmt.Errorf("a batch of %s with %d samples, want %d", b.Shape(), len(b.Data), size)
	}
	return err
}

// FromBytes returns the batch whose samples are levels/255. It panics when the
// number of levels is not n·c·h·w, as that is a mistake of the caller's code.
func FromBytes(n, c, h, w int, levels []byte) *Batch {
	if len(levels) != n*c*h*w {
		panic(fmt.Sprintf("pixel: %d levels for a batch of %d×%d×%d×%d", len(levels), n, c, h, w))
	}
	b := New(n, c, h, w)
	every(len(levels), func(from, to int) bool {
		data := b.Data[from:to]
		for i, v := range levels[from:to] {
			data[i] = samples[v]
		}
		return true
	})
	return b
}

// Sample returns the sample of an 8-bit level: level/255.
func Sample(level byte) float32 { return float32(level) / 255 }

// samples has the sample of each level; a division takes longer than looking it up.
var samples = func() (table [256]float32) {
	for level := range table {
		table[level] = Sample(byte(level))
	}
	return table
}()

// Level returns the 8-bit level nearest to a sample; samples outside [0,1] go to
// the nearer end.
func Level(sample float32) byte {
	switch {
	case !(sample > 0): // NaN too
		return 0
	case sample >= 1:
		return 255
	}
	// The conversion keeps the sum from being fused with the product, which would
	// round otherwise on some processors (Go specification, floating-point operators).
	return byte(float32(sample*255) + 0.5)
}

// Size returns the number of samples in one image, C·H·W.
func (b *Batch) Size() int { return b.C * b.H * b.W }

// Sample returns the samples of image i. They are the batch's own memory.
func (b *Batch) Sample(i int) []float32 {
	s := b.Size()
	return b.Data[i*s : (i+1)*s : (i+1)*s]
}

// Slice returns images from ≤ i < to, sharing the batch's memory.
func (b *Batch) Slice(from, to int) *Batch {
	s := b.Size()
	return &Batch{N: to - from, C: b.C, H: b.H, W: b.W, Data: b.Data[from*s : to*s : to*s]}
}

// Pick returns a new batch of the images at the given indices, in that order.
func (b *Batch) Pick(indices []int) *Batch {
	p := New(len(indices), b.C, b.H, b.W)
	for k, i := range indices {
		copy(p.Sample(k), b.Sample(i))
	}
	return p
}

// Like returns a batch of zeros of b's shape.
func (b *Batch) Like() *Batch { return New(b.N, b.C, b.H, b.W) }

// SameShape returns an error unless a and b are whole and have equal shapes.
func SameShape(a, b *Batch) error {
	if err := errors.Join(a.Check(), b.Check()); err != nil {
		return err
	}
	if a.N != b.N || a.C != b.C || a.H != b.H || a.W != b.W {
		return fmt.Errorf("batches differ in shape: %s and %s", a.Shape(), b.Shape())
	}
	return nil
}

// Shape returns the shape as "N×C×H×W".
func (b *Batch) Shape() string { return fmt.Sprintf("%d×%d×%d×%d", b.N, b.C, b.H, b.W) }

// Levels returns the samples as 8-bit levels. It reports whether that is exact:
// whether every sample is level/255 for a whole level.
func (b *Batch) Levels() (levels []byte, exact bool) {
	levels = make([]byte, len(b.Data))
	return levels, b.levels(levels)
}

// levels writes the levels and reports whether they are exact. A run that recalls
// all it can spends most of its time here, on digests; so samples that are whole
// levels, as most are, are found without a division, and all cores take part.
func (b *Batch) levels(levels []byte) (exact bool) {
	return every(len(b.Data), func(from, to int) bool {
		exact := true
		levels := levels[from:to]
		for i, v := range b.Data[from:to] {
			if l := byte(int32(float32(v*255) + 0.5)); samples[l] == v {
				levels[i] = l
				continue
			}
			l := Level(v)
			levels[i] = l
			exact = exact && samples[l] == v
		}
		return exact
	})
}

// fewSamples is below what a second core is worth starting for.
const fewSamples = 1 << 17

// every has do called for parts of 0..n-1 on all cores, and reports whether every
// call returned true.
func every(n int, do func(from, to int) bool) bool {
	var failed atomic.Bool
	work.Share(n, fewSamples, func() func(from, to int) {
		return func(from, to int) {
			if !do(from, to) {
				failed.Store(true)
			}
		}
	})
	return !failed.Load()
}

// Round returns the batch with every sample at its nearest 8-bit level.
func (b *Batch) Round() *Batch {
	r := b.Like()
	for i, v := range b.Data {
		r.Data[i] = Sample(Level(v))
	}
	return r
}

// Digest returns the SHA-256, in hexadecimal, of the shape and the samples.
func (b *Batch) Digest() string {
	enc, _ := b.MarshalBinary()
	sum := sha256.Sum256(enc)
	return hex.EncodeToString(sum[:])
}

// The encodings of MarshalBinary, its first byte.
const (
	encodedLevels  = 'b' // one byte a sample, where that is exact
	encodedSamples = 'f' // IEEE 754 binary32, little endian
)

// MarshalBinary encodes the batch: one byte a sample where every sample is an
// 8-bit level, else four. Equal batches have equal encodings.
func (b *Batch) MarshalBinary() ([]byte, error) {
	const head = 17
	enc := make([]byte, head+len(b.Data))
	exact := b.levels(enc[head:])
	if !exact {
		enc = make([]byte, head+4*len(b.Data))
		for i, v := range b.Data {
			binary.LittleEndian.PutUint32(enc[head+4*i:], math.Float32bits(v))
		}
	}
	enc[0] = encodedSamples
	if exact {
		enc[0] = encodedLevels
	}
	for i, d := range []int{b.N, b.C, b.H, b.W} {
		binary.LittleEndian.PutUint32(enc[1+4*i:], uint32(d))
	}
	return enc, nil
}

// UnmarshalBinary decodes what MarshalBinary gave.
func (b *Batch) UnmarshalBinary(enc []byte) error {
	if len(enc) < 17 {
		return fmt.Errorf("a batch of %d bytes is shorter than its header of 17", len(enc))
	}
	dim := make([]int, 4)
	n := 1
	for i := range dim {
		dim[i] = int(binary.LittleEndian.Uint32(enc[1+4*i:]))
		if dim[i] > 0 && n > math.MaxInt32/dim[i] {
			return fmt.Errorf("a batch of %v samples is too large", dim)
		}
		n *= dim[i]
	}
	body := enc[17:]
	switch {
	case enc[0] == encodedLevels && len(body) == n:
		*b = *FromBytes(dim[0], dim[1], dim[2], dim[3], body)
	case enc[0] == encodedSamples && len(body) == 4*n:
		*b = *New(dim[0], dim[1], dim[2], dim[3])
		for i := range b.Data {
			b.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
		}
	default:
		return fmt.Errorf("a batch of kind %q and shape %v has %d bytes", enc[0], dim, len(body))
	}
	return nil
}
