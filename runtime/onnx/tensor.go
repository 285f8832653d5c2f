package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

func (t *Tensor) decode(f field) error {
	var raw []byte
	var isRaw bool
	var floats []float32
	var small, large []int64 // int32_data, which float16 stands in too, and int64_data
	err := f.fields(func(f field) (err error) {
		switch f.number {
		case 1:
			var dims []int64
			dims, err = f.ints(nil)
			for _, d := range dims {
				if d < 0 || d > math.MaxInt32 {
					return fmt.Errorf("a dimension of %d", d)
				}
				t.Dims = append(t.Dims, int(d))
			}
		case 2:
			var v int64
			v, err = f.int()
			t.Type = Type(v)
		case 4:
			floats, err = f.floats(floats)
		case 5:
			small, err = f.ints(small)
		case 7:
			large, err = f.ints(large)
		case 8:
			t.Name, err = f.string()
		case 9:
			raw, isRaw = f.bytes, true
			_, err = f.string()
		case 13, 14:
			if f.number == 13 || f.varint == 1 {
				return fmt.Errorf("its data stand in another file; write the model as one file")
			}
		}
		return err
	})
	if err == nil {
		err = t.fill(raw, isRaw, floats, small, large)
	}
	if err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return nil
}

// fill takes the elements from where the type has them. Nothing is allocated
// before the data are known to be as many as the dimensions say.
func (t *Tensor) fill(raw []byte, isRaw bool, floats []float32, small, large []int64) error {
	width, have := 0, 0
	switch t.Type {
	case Float32:
		width, have = 4, len(floats)
	case Float16:
		width, have = 2, len(small)
	case Int32:
		width, have = 4, len(small)
	case Int64:
		width, have = 8, len(large)
	case Bool:
		width, have = 1, len(small)
	default:
		return fmt.Errorf("elements of type %v (%d), want float, float16, int32, int64 or bool", t.Type, t.Type)
	}
	if isRaw {
		if len(raw)%width != 0 {
			return fmt.Errorf("%d bytes of %v", len(raw), t.Type)
		}
		have = len(raw) / width
	}
	size := 1
	for _, d := range t.Dims {
		if d > 0 && size > math.MaxInt32/d {
			return fmt.Errorf("dimensions %v, which %d elements do not fill", t.Dims, have)
		}
		size *= d
	}
	if size != have {
		return fmt.Errorf("dimensions %v, which %d elements do not fill", t.Dims, have)
	}
	switch t.Type {
	case Float32:
		t.Floats = floats
		if isRaw {
			t.Floats = appendFloats(make([]float32, 0, size), raw)
		}
	case Float16:
		t.Floats = make([]float32, size)
		for i := range t.Floats {
			if isRaw {
				t.Floats[i] = widen(binary.LittleEndian.Uint16(raw[2*i:]))
			} else {
				t.Floats[i] = widen(uint16(small[i]))
			}
		}
	default:
		t.Ints = small
		if t.Type == Int64 {
			t.Ints = large
		}
		if isRaw {
			t.Ints = make([]int64, size)
			for i := range t.Ints {
				switch width {
				case 1:
					t.Ints[i] = int64(raw[i])
				case 4:
					t.Ints[i] = int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
				case 8:
					t.Ints[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
				}
			}
		}
	}
	return nil
}

// appendFloats appends IEEE 754 binary32, little endian.
func appendFloats(to []float32, b []byte) []float32 {
	to = slices.Grow(to, len(b)/4)
	for i := 0; i+4 <= len(b); i += 4 {
		to = append(to, math.Float32frombits(binary.LittleEndian.Uint32(b[i:])))
	}
	return to
}

// widen returns the number that the bits are in IEEE 754 binary16.
func widen(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10)&31, uint32(bits)&1023
	switch exponent {
	case 0: // 0 and the subnormal numbers
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31: // infinite, or none
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
