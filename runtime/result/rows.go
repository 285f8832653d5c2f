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

// A RowColumn is one column of [Rows]. A script gives either Values, whole
// numbers in 0..65535 such as class indices, or Shares, numbers in [0,1] such as
// confidences, which are kept to 1/65535.
type RowColumn struct {
	Name   string    `json:"name"`
	Values []int     `json:"-"`
	Shares []float64 `json:"-"`

	Type   string `json:"type"`   // "uint8", "uint16" or "share16"
	SHA256 string `json:"sha256"` // of the numbers' bytes, little endian
	Data   string `json:"data"`   // these bytes, deflated, in base64
}

// Column types.
const (
	typeUint8   = "uint8"
	typeUint16  = "uint16"
	typeShare16 = "share16"
)

func (c *RowColumn) encode(n int) error {
	if got := len(c.Values) + len(c.Shares); got != n || c.Values != nil && c.Shares != nil {
		return fmt.Errorf("column %q has %d numbers, want %d", c.Name, got, n)
	}
	raw, err := c.raw()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	c.SHA256 = hex.EncodeToString(sum[:])
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level is valid
	w.Write(raw)                                       // a bytes.Buffer takes all
	w.Close()
	c.Data = base64.StdEncoding.EncodeToString(b.Bytes())
	c.Values, c.Shares = nil, nil
	return nil
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
	c.Type = typeUint8
	for i, v := range c.Values {
		if v < 0 || v > math.MaxUint16 {
			return nil, fmt.Errorf("column %q: %d at row %d is outside 0..65535", c.Name, v, i)
		}
		if v > math.MaxUint8 {
			c.Type = typeUint16
		}
	}
	for _, v := range c.Values {
		if c.Type == typeUint8 {
			raw = append(raw, byte(v))
		} else {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
		}
	}
	return raw, nil
}

// Decode returns the column's n numbers, and an error when the data is not what
// the column's digest and type say.
func (c *RowColumn) Decode(n int) ([]float64, error) {
	z, err := base64.StdEncoding.DecodeString(c.Data)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.Name, err)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(z)), int64(2*n)+1))
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.Name, err)
	}
	sum := sha256.Sum256(raw)
	if got := hex.EncodeToString(sum[:]); got != c.SHA256 {
		return nil, fmt.Errorf("column %q: digest %s, want %s", c.Name, got, c.SHA256)
	}
	size := 2
	if c.Type == typeUint8 {
		size = 1
	}
	if len(raw) != n*size {
		return nil, fmt.Errorf("column %q has %d bytes for %d rows of %s", c.Name, len(raw), n, c.Type)
	}
	out := make([]float64, n)
	for i := range out {
		switch c.Type {
		case typeUint8:
			out[i] = float64(raw[i])
		case typeUint16:
			out[i] = float64(binary.LittleEndian.Uint16(raw[2*i:]))
		case typeShare16:
			out[i] = float64(binary.LittleEndian.Uint16(raw[2*i:])) / math.MaxUint16
		default:
			return nil, fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
		}
	}
	return out, nil
}
