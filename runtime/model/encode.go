package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// The layout of an encoded net, integers little endian:
//
//	magic | u32 length, architecture as JSON | u32 count, weights as binary32 |
//	u32 count, points of (u32 step, binary64 loss, binary64 accuracy) | SHA-256 of all before
const magic = "jpgnet\x00\x01"

const pointSize = 4 + 8 + 8

// MarshalBinary encodes architecture, weights and curve. Equal nets have equal
// encodings. A net of [ReadONNX] has no encoding but its file and is an error.
func (n *Net) MarshalBinary() ([]byte, error) {
	if n.plan != nil {
		return nil, fmt.Errorf("%s is a net of an ONNX file, want one that was trained here", n.arch.Name)
	}
	arch, err := json.Marshal(n.arch)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(magic)+len(arch)+4*len(n.weights)+pointSize*len(n.Curve)+3*4+sha256.Size)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(arch)))
	b = append(b, arch...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(n.weights)))
	b = append(b, floats(n.weights)...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(n.Curve)))
	for _, p := range n.Curve {
		b = binary.LittleEndian.AppendUint32(b, uint32(p.Step))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Loss))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Accuracy))
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// UnmarshalBinary decodes what MarshalBinary gave. Damaged bytes are an error
// and leave n as it was.
func (n *Net) UnmarshalBinary(enc []byte) error {
	if len(enc) < len(magic)+sha256.Size || !bytes.HasPrefix(enc, []byte(magic)) {
		return fmt.Errorf("%d bytes that are no encoded net: want %q at the start", len(enc), magic)
	}
	body := enc[:len(enc)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], enc[len(body):]) {
		return fmt.Errorf("an encoded net of %d bytes is damaged: SHA-256 %x, want %x", len(enc), sum, enc[len(body):])
	}
	d := decoder{rest: body[len(magic):]}
	var arch Architecture
	if err := json.Unmarshal(d.block("architecture", 1), &arch); d.err == nil && err != nil {
		return fmt.Errorf("an encoded net: architecture: %w", err)
	}
	weights, points := d.block("weights", 4), d.block("curve", pointSize)
	if d.err == nil && len(d.rest) != 0 {
		d.err = fmt.Errorf("%d bytes after the curve", len(d.rest))
	}
	if d.err != nil {
		return fmt.Errorf("an encoded net: %w", d.err)
	}
	_, count, err := arch.stages()
	if err != nil {
		return fmt.Errorf("an encoded net: %w", err)
	}
	if 4*count != len(weights) {
		return fmt.Errorf("an encoded net: %d weights, %s has %d", len(weights)/4, arch.Name, count)
	}
	w := make([]float32, count)
	for i := range w {
		w[i] = math.Float32frombits(binary.LittleEndian.Uint32(weights[4*i:]))
		if v := float64(w[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("an encoded net: weight %d is %v, want a finite number", i, v)
		}
	}
	net := newNet(arch, w)
	for p := points; len(p) > 0; p = p[pointSize:] {
		net.Curve = append(net.Curve, CurvePoint{
			Step:     int(binary.LittleEndian.Uint32(p)),
			Loss:     math.Float64frombits(binary.LittleEndian.Uint64(p[4:])),
			Accuracy: math.Float64frombits(binary.LittleEndian.Uint64(p[12:])),
		})
	}
	*n = *net
	return nil
}

// A decoder takes counted blocks off the front. It allocates nothing.
type decoder struct {
	rest []byte
	err  error
}

// block returns the next block, whose count is of items of that many bytes.
func (d *decoder) block(name string, size int) []byte {
	if d.err != nil {
		return nil
	}
	if len(d.rest) < 4 {
		d.err = fmt.Errorf("%s: %d bytes left, want a count of 4", name, len(d.rest))
		return nil
	}
	n := uint64(binary.LittleEndian.Uint32(d.rest)) * uint64(size)
	d.rest = d.rest[4:]
	if n > uint64(len(d.rest)) {
		d.err = fmt.Errorf("%s: %d bytes announced, %d left", name, n, len(d.rest))
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}
