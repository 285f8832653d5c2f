package codec

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"jpgreport/runtime/pixel"
)

// A head is what a kept result has beside its images.
type head struct {
	Bytes   []int
	Tables  [][64]int
	Quality int
}

// encode turns a result into bytes: the length of the head, the head, the images.
func encode(c *Compressed) ([]byte, error) {
	h, err := json.Marshal(head{c.Bytes, c.Tables, c.Quality})
	if err != nil {
		return nil, err
	}
	images, err := c.Images.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, 4+len(h)+len(images))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h)))
	return append(append(b, h...), images...), nil
}

// decode turns back what encode gave for a batch of x's shape. What is not that
// is an error, so that a damaged entry is computed again.
func decode(b []byte, x *pixel.Batch, o *Options) (*Compressed, error) {
	if len(b) < 4 || int64(len(b)-4) < int64(binary.LittleEndian.Uint32(b)) {
		return nil, fmt.Errorf("%d bytes are too few", len(b))
	}
	n := 4 + int(binary.LittleEndian.Uint32(b))
	var h head
	if err := json.Unmarshal(b[4:n], &h); err != nil {
		return nil, err
	}
	c := &Compressed{Images: new(pixel.Batch), Bytes: h.Bytes, Tables: h.Tables, Quality: h.Quality}
	if err := c.Images.UnmarshalBinary(b[n:]); err != nil {
		return nil, err
	}
	if err := pixel.SameShape(c.Images, x); err != nil {
		return nil, err
	}
	sizes := x.N
	if o.Qualities != nil {
		sizes = 0
	}
	if len(c.Bytes) != sizes || c.Quality != o.Quality {
		return nil, fmt.Errorf("sizes of %d images at quality %d, want %d at %d", len(c.Bytes), c.Quality, sizes, o.Quality)
	}
	return c, nil
}
