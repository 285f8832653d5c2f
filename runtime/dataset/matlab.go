package dataset

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Types of elements and classes of arrays of a MATLAB file of level 5, after
// MathWorks, MAT-File Format, tables 1-1 and 1-3.
const (
	matInt8       = 1
	matUint8      = 2
	matInt16      = 3
	matUint16     = 4
	matInt32      = 5
	matUint32     = 6
	matDouble     = 9
	matMatrix     = 14
	matCompressed = 15
	matUTF8       = 16

	matStruct = 2
)

const (
	matHeader   = 128
	maxMATBytes = 16 << 20 // of an element once inflated; the kit's has under 1 MB
	maxSynsets  = 1 << 16  // of the kit, which has 1,860
)

// isMATLAB reports whether a file says that MATLAB wrote it.
func isMATLAB(file []byte) bool { return bytes.HasPrefix(file, []byte("MATLAB ")) }

// readMeta returns the synsets of meta.mat of the ILSVRC 2012 development kit in
// the order of their numbers: those of its struct array synsets that have no
// children, which are the classes.
func readMeta(file []byte) ([]string, error) {
	if !bytes.HasPrefix(file, []byte("MATLAB 5.0 ")) || len(file) < matHeader || string(file[126:128]) != "IM" {
		return nil, errors.New("not a MATLAB file of level 5 in little endian, which that of the development kit is")
	}
	for d := (mat{file[matHeader:]}); len(d.rest) > 0; {
		kind, data, err := d.next()
		if err != nil {
			return nil, err
		}
		if kind == matCompressed {
			if kind, data, err = inflated(data); err != nil {
				return nil, err
			}
		}
		if kind != matMatrix {
			continue
		}
		a, err := readArray(data)
		if err != nil {
			return nil, err
		}
		if a.name == "synsets" && a.class == matStruct {
			return a.synsets()
		}
	}
	return nil, errors.New("no struct array synsets in it")
}

// A mat is a run of elements.
type mat struct{ rest []byte }

// next takes an element off the front.
func (d *mat) next() (kind int, data []byte, err error) {
	if len(d.rest) < 8 {
		return 0, nil, errors.New("cut short")
	}
	word, size, from := binary.LittleEndian.Uint32(d.rest), binary.LittleEndian.Uint32(d.rest[4:]), 8
	if word>>16 != 0 { // the small form, whose data take the size's place
		word, size, from = word&0xffff, word>>16, 4
		if size > 4 {
			return 0, nil, fmt.Errorf("a small element of %d bytes, want at most 4", size)
		}
	}
	if uint64(size) > uint64(len(d.rest)-from) {
		return 0, nil, errors.New("cut short")
	}
	end := from + int(size)
	data = d.rest[from:end]
	if word != matCompressed {
		end = min((end+7)&^7, len(d.rest))
	}
	d.rest = d.rest[end:]
	return int(word), data, nil
}

// want takes an element of one of some types off the front.
func (d *mat) want(what string, kinds ...int) ([]byte, error) {
	kind, data, err := d.next()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	for _, k := range kinds {
		if kind == k {
			return data, nil
		}
	}
	return nil, fmt.Errorf("%s: an element of type %d, want one of %d", what, kind, kinds)
}

func inflated(data []byte) (kind int, inside []byte, err error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	all, err := io.ReadAll(io.LimitReader(r, maxMATBytes+1))
	if err != nil {
		return 0, nil, err
	}
	if len(all) > maxMATBytes {
		return 0, nil, fmt.Errorf("an element of more than %d bytes", maxMATBytes)
	}
	return (&mat{all}).next()
}

// An array is what stands before an array's content, which is in its rest.
type array struct {
	mat
	class, count int
	name         string
}

func readArray(data []byte) (*array, error) {
	a := &array{mat: mat{data}}
	flags, err := a.want("an array's flags", matUint32)
	if err != nil {
		return nil, err
	}
	dims, err := a.want("an array's dimensions", matInt32)
	if err != nil {
		return nil, err
	}
	name, err := a.want("an array's name", matInt8)
	if err != nil {
		return nil, err
	}
	if len(flags) != 8 || len(dims)%4 != 0 {
		return nil, errors.New("an array without flags or dimensions")
	}
	a.class, a.count, a.name = int(flags[0]), 1, string(name)
	for ; len(dims) > 0; dims = dims[4:] {
		n := int64(binary.LittleEndian.Uint32(dims))
		if int64(a.count)*n > math.MaxInt32 {
			return nil, errors.New("an array too large")
		}
		a.count *= int(n)
	}
	return a, nil
}

// synsets returns the childless elements of the struct array, by their numbers.
func (a *array) synsets() ([]string, error) {
	length, err := a.want("the length of names", matInt32)
	if err != nil {
		return nil, err
	}
	names, err := a.want("names of fields", matInt8)
	if err != nil {
		return nil, err
	}
	if len(length) != 4 || a.count > maxSynsets {
		return nil, fmt.Errorf("a struct array of %d elements, want at most %d", a.count, maxSynsets)
	}
	wide := int(binary.LittleEndian.Uint32(length))
	if wide < 1 || len(names)%wide != 0 {
		return nil, fmt.Errorf("names of fields take %d bytes, want a multiple of %d", len(names), wide)
	}
	numbered := map[int]string{}
	for i := range a.count {
		var number, children float64 = 0, -1
		var synset string
		for at := 0; at < len(names); at += wide {
			field, _, _ := strings.Cut(string(names[at:at+wide]), "\x00")
			data, err := a.want(field, matMatrix)
			if err == nil {
				switch field {
				case "ILSVRC2012_ID":
					number, err = readNumber(data)
				case "num_children":
					children, err = readNumber(data)
				case "WNID":
					synset, err = readText(data)
				}
			}
			if err != nil {
				return nil, fmt.Errorf("synset %d: %s: %w", i+1, field, err)
			}
		}
		if children == 0 {
			numbered[int(number)] = synset
		}
	}
	if len(numbered) == 0 {
		return nil, errors.New("no synsets without children")
	}
	list := make([]string, len(numbered))
	for i := range list {
		var ok bool
		if list[i], ok = numbered[i+1]; !ok {
			return nil, fmt.Errorf("%d synsets without children, none of them with ILSVRC2012_ID %d", len(list), i+1)
		}
	}
	return list, nil
}

// readNumber reads an array of one number, which is stored in as few bytes as it
// takes.
func readNumber(data []byte) (float64, error) {
	a, err := readArray(data)
	if err != nil {
		return 0, err
	}
	kind, b, err := a.next()
	if err != nil {
		return 0, err
	}
	switch {
	case a.count != 1:
		return 0, fmt.Errorf("%d numbers, want 1", a.count)
	case kind == matUint8 && len(b) == 1:
		return float64(b[0]), nil
	case kind == matInt8 && len(b) == 1:
		return float64(int8(b[0])), nil
	case kind == matUint16 && len(b) == 2:
		return float64(binary.LittleEndian.Uint16(b)), nil
	case kind == matInt16 && len(b) == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))), nil
	case kind == matUint32 && len(b) == 4:
		return float64(binary.LittleEndian.Uint32(b)), nil
	case kind == matInt32 && len(b) == 4:
		return float64(int32(binary.LittleEndian.Uint32(b))), nil
	case kind == matDouble && len(b) == 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	}
	return 0, fmt.Errorf("a number of type %d in %d bytes", kind, len(b))
}

// readText reads an array of characters, all of ASCII.
func readText(data []byte) (string, error) {
	a, err := readArray(data)
	if err != nil {
		return "", err
	}
	kind, b, err := a.next()
	if err != nil {
		return "", err
	}
	if kind != matUint16 {
		if kind != matUTF8 && kind != matInt8 && kind != matUint8 {
			return "", fmt.Errorf("text of type %d", kind)
		}
		return string(b), nil
	}
	var text []byte
	for ; len(b) > 1; b = b[2:] {
		if b[1] != 0 || b[0] > 127 {
			return "", errors.New("text with characters beyond ASCII")
		}
		text = append(text, b[0])
	}
	return string(text), nil
}
