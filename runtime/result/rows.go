package result

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
)

// Rows are what every rate of a report can be computed from again: a value for
// each image, kept by columns.
type Rows struct {
	Name    string      `json:"name"`
	Caption string      `json:"caption,omitempty"` // Markdown
	N       int         `json:"n"`
	Columns []RowColumn `json:"columns"`
}

// A RowColumn is one column of [Rows]. A script gives one of three: Values, whole
// numbers in 0..2³²−1 such as class indices and sizes of files; Shares, numbers in
// [0,1] such as confidences, which are kept to 1/65535; or Numbers, such as norms,
// which are kept in single precision and may be NaN or infinite.
type RowColumn struct {
	Name    string    `json:"name"`
	Values  []int     `json:"-"`
	Shares  []float64 `json:"-"`
	Numbers []float64 `json:"-"`

	Type   string `json:"type"`   // "uint8", "uint16", "uint32", "share16" or "float32"
	SHA256 string `json:"sha256"` // of the numbers' bytes, little endian
	Data   string `json:"data"`   // these bytes, deflated, in base64; "" when they stand in [Run].RowsFile
}

// Column types.
const (
	typeUint8   = "uint8"
	typeUint16  = "uint16"
	typeUint32  = "uint32"
	typeShare16 = "share16"
	typeFloat32 = "float32" // IEEE 754 binary32
)

// columnBytes are the bytes of one number.
var columnBytes = map[string]int{typeUint8: 1, typeUint16: 2, typeUint32: 4, typeShare16: 2, typeFloat32: 4}

func (c *RowColumn) encode(n int) error {
	if got := len(c.Values) + len(c.Shares) + len(c.Numbers); got != n {
		return fmt.Errorf("column %q has %d numbers, want %d", c.Name, got, n)
	}
	if n > 0 && len(c.Values) != n && len(c.Shares) != n && len(c.Numbers) != n {
		return fmt.Errorf("column %q has numbers of more than one kind, want values, shares or numbers", c.Name)
	}
	raw, err := c.raw()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	c.SHA256 = hex.EncodeToString(sum[:])
	c.pack(raw)
	c.Values, c.Shares, c.Numbers = nil, nil, nil
	return nil
}

// pack keeps the numbers' bytes.
func (c *RowColumn) pack(raw []byte) {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level is valid
	w.Write(raw)                                       // a bytes.Buffer takes all
	w.Close()
	c.Data = base64.StdEncoding.EncodeToString(b.Bytes())
}

func (c *RowColumn) raw() ([]byte, error) {
	var raw []byte
	if c.Shares != nil {
		c.Type = typeShare16
		for i, v := range c.Shares {
			if !(v >= 0 && v <= 1) {
				return nil, fmt.Errorf("column %q: %v at row %d is no share in [0,1]", c.Name, v, i)
			}
			raw = binary.LittleEndian.AppendUint16(raw, uint16(math.Round(v*math.MaxUint16)))
		}
		return raw, nil
	}
	if c.Numbers != nil {
		c.Type = typeFloat32
		for _, v := range c.Numbers {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		}
		return raw, nil
	}
	c.Type = typeUint8
	for i, v := range c.Values {
		switch {
		case v < 0 || int64(v) > math.MaxUint32:
			return nil, fmt.Errorf("column %q: %d at row %d is outside 0..%d", c.Name, v, i, int64(math.MaxUint32))
		case v > math.MaxUint16:
			c.Type = typeUint32
		case v > math.MaxUint8 && c.Type == typeUint8:
			c.Type = typeUint16
		}
	}
	for _, v := range c.Values {
		switch c.Type {
		case typeUint8:
			raw = append(raw, byte(v))
		case typeUint16:
			raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
		default:
			raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
		}
	}
	return raw, nil
}

// Decode returns the column's n numbers, and an error when the data is not what
// the column's digest and type say.
func (c *RowColumn) Decode(n int) ([]float64, error) {
	raw, err := c.unpack(n)
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i := range out {
		switch c.Type {
		case typeUint8:
			out[i] = float64(raw[i])
		case typeUint16:
			out[i] = float64(binary.LittleEndian.Uint16(raw[2*i:]))
		case typeUint32:
			out[i] = float64(binary.LittleEndian.Uint32(raw[4*i:]))
		case typeShare16:
			out[i] = float64(binary.LittleEndian.Uint16(raw[2*i:])) / math.MaxUint16
		case typeFloat32:
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	}
	return out, nil
}

// unpack returns the numbers' bytes, held against the column's digest.
func (c *RowColumn) unpack(n int) ([]byte, error) {
	z, err := base64.StdEncoding.DecodeString(c.Data)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.Name, err)
	}
	size, known := columnBytes[c.Type]
	if !known {
		return nil, fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(z)), int64(size*n)+1))
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.Name, err)
	}
	sum := sha256.Sum256(raw)
	if got := hex.EncodeToString(sum[:]); got != c.SHA256 {
		return nil, fmt.Errorf("column %q: digest %s, want %s", c.Name, got, c.SHA256)
	}
	if len(raw) != n*size {
		return nil, fmt.Errorf("column %q has %d bytes for %d rows of %s", c.Name, len(raw), n, c.Type)
	}
	return raw, nil
}
