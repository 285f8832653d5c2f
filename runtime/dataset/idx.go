package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// An Array is what an IDX file holds: unsigned bytes in Dims[0] rows of Dims[1]
// and so on, the last index fastest.
type Array struct {
	Dims   []int
	Data   []byte
	SHA256 string // of the whole file, decompressed, in hexadecimal
}

// Dimensions of the IDX files of a data set.
const (
	LabelDims = 1 // one byte a label
	ImageDims = 3 // images, rows, columns
)

// MaxBytes is the most data that an IDX file may hold: as samples of four bytes
// it fills 2 GiB.
const MaxBytes = 1 << 29

// ReadIDX reads an IDX file of unsigned bytes with the given number of
// dimensions, [LabelDims] or [ImageDims], raw or gzipped, to its end.
//
// Memory grows with what r really holds, whatever the header says, and never
// beyond what the header says. An error names the file, as the caller calls it,
// and the offset in the decompressed bytes, what was found and what is wanted.
// The format is that of LeCun's page on MNIST: a magic number of two zero
// bytes, the type (8: unsigned byte) and the number of dimensions, the
// dimensions as big-endian 32-bit numbers, and the data.
func ReadIDX(name string, r io.Reader, dims int) (*Array, error) {
	if dims != LabelDims && dims != ImageDims {
		return nil, fmt.Errorf("%s: %d dimensions asked for, want %d or %d", name, dims, LabelDims, ImageDims)
	}
	d, err := newDecoder(name, r)
	if err != nil {
		return nil, err
	}
	a := new(Array)
	if a.Dims, err = d.header(dims); err != nil {
		return nil, err
	}
	if a.Data, err = d.data(a.Dims); err != nil {
		return nil, err
	}
	a.SHA256 = hex.EncodeToString(d.hash.Sum(nil))
	return a, nil
}

// A decoder reads one IDX file and knows how far it has come.
type decoder struct {
	name   string
	r      io.Reader
	hash   hash.Hash // of what was read
	offset int64
}

// newDecoder returns a decoder at the start of the decompressed bytes. An IDX
// file begins with zeros, so the two bytes of gzip tell whether it is compressed.
func newDecoder(name string, r io.Reader) (*decoder, error) {
	d := &decoder{name: name, hash: sha256.New()}
	b := bufio.NewReader(r)
	d.r = b
	if start, _ := b.Peek(2); string(start) == "\x1f\x8b" {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, d.stopped(err, "gzipped IDX data")
		}
		d.r = z
	}
	return d, nil
}

// fill fills b from the file.
func (d *decoder) fill(b []byte) error {
	n, err := io.ReadFull(d.r, b)
	d.hash.Write(b[:n])
	d.offset += int64(n)
	return err
}

// header reads and checks the header.
func (d *decoder) header(dims int) ([]int, error) {
	const word = 4
	head := make([]byte, word*(1+dims))
	for i := range 1 + dims {
		if err := d.fill(head[i*word : (i+1)*word]); err != nil {
			return nil, d.stopped(err, fmt.Sprintf("a header of %d bytes", len(head)))
		}
		v := binary.BigEndian.Uint32(head[i*word:])
		switch want := magic(dims); {
		case i == 0 && v != want:
			return nil, d.wrong(0, fmt.Sprintf("magic number 0x%08x (%s)", v, meaning(v)), fmt.Sprintf("0x%08x (%s)", want, meaning(want)))
		case i > 0 && v == 0:
			return nil, d.wrong(int64(i*word), "0 "+counted(dims, i-1), "at least 1")
		}
	}
	shape := make([]int, dims)
	size := uint64(1)
	for i := range shape {
		v := binary.BigEndian.Uint32(head[(1+i)*word:])
		if size *= uint64(v); size > MaxBytes {
			return nil, d.wrong(int64((1+i)*word), fmt.Sprintf("%d %s, in all more than %d bytes", v, counted(dims, i), MaxBytes), "less")
		}
		shape[i] = int(v)
	}
	return shape, nil
}

// counted names what dimension i counts.
func counted(dims, i int) string {
	if dims == LabelDims {
		return "labels"
	}
	return []string{"images", "rows", "columns"}[i]
}

// magic returns the magic number of unsigned bytes in so many dimensions.
func magic(dims int) uint32 { return 0x0800 | uint32(dims) }

func meaning(v uint32) string {
	switch {
	case v == magic(LabelDims):
		return "labels"
	case v == magic(ImageDims):
		return "images"
	case v>>8 == 0x08:
		return fmt.Sprintf("%d dimensions", v&0xff)
	case v>>16 == 0:
		return "other than unsigned bytes"
	}
	return "not IDX"
}

// data reads what the header promises, and sees that the file ends there.
func (d *decoder) data(dims []int) ([]byte, error) {
	size := 1
	for _, n := range dims {
		size *= n
	}
	const first = 1 << 20
	data := make([]byte, 0, min(size, first))
	for len(data) < size {
		if len(data) == cap(data) {
			data = slices.Grow(data, min(len(data), size-len(data)))
		}
		have := len(data)
		data = data[:min(cap(data), size)]
		start := d.offset
		if err := d.fill(data[have:]); err != nil {
			left := int64(size-have) - (d.offset - start)
			return nil, d.stopped(err, fmt.Sprintf("%d more bytes for the %s of the header", left, product(dims)))
		}
	}
	end := d.offset
	want := fmt.Sprintf("the end of the file after the %s of the header", product(dims))
	switch err := d.fill(make([]byte, 1)); {
	case err == nil:
		return nil, d.wrong(end, "more bytes", want)
	case err != io.EOF:
		return nil, d.stopped(err, want)
	}
	return data, nil
}

// product prints dimensions as "10×28×28".
func product(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", "×")
}

// wrong says what stands at an offset instead of what is wanted.
func (d *decoder) wrong(offset int64, found, want string) error {
	return fmt.Errorf("%s: offset %d: found %s, want %s", d.name, offset, found, want)
}

// stopped says why reading ended at the current offset.
func (d *decoder) stopped(err error, want string) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return d.wrong(d.offset, "the end of the file", want)
	}
	return fmt.Errorf("%s: offset %d: %w, want %s", d.name, d.offset, err, want)
}
