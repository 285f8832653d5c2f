package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

func TestEncoding(t *testing.T) {
	net := random(t, tiny(), 1)
	net.Curve = []CurvePoint{{1, 2.5, 0.1}, {7, 0.25, 0.9}}
	enc, err := net.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Net
	if err := back.UnmarshalBinary(enc); err != nil {
		t.Fatal(err)
	}
	again, _ := back.MarshalBinary()
	if !bytes.Equal(enc, again) || back.Digest() != net.Digest() || !slices.Equal(back.Curve, net.Curve) {
		t.Error("a net does not come back as it was")
	}
	for i := range enc {
		damaged := bytes.Clone(enc)
		damaged[i] ^= 0x40
		if new(Net).UnmarshalBinary(damaged) == nil {
			t.Fatalf("byte %d changed: no error", i)
		}
		if new(Net).UnmarshalBinary(enc[:i]) == nil {
			t.Fatalf("cut to %d bytes: no error", i)
		}
	}
}

// seal puts the right digest after a body, as someone who forges a file would.
func seal(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), sum[:]...)
}

func FuzzUnmarshal(f *testing.F) {
	net := random(f, tiny(), 1)
	enc, err := net.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	body := enc[:len(enc)-sha256.Size]
	f.Add(body)
	f.Add(body[:len(body)-4])
	huge := bytes.Clone(body)
	binary.LittleEndian.PutUint32(huge[len(magic):], math.MaxUint32)
	f.Add(huge)
	f.Add(bytes.Replace(body, []byte(`"Out":5`), []byte(`"Out":6`), 1))
	f.Add(bytes.Replace(body, []byte(`"Height":8`), []byte(`"Height":0`), 1))
	f.Add(bytes.Replace(body, []byte(`"Size":2`), []byte(`"Size":0`), 1))
	f.Fuzz(func(t *testing.T, body []byte) {
		var n Net
		if err := n.UnmarshalBinary(seal(body)); err != nil {
			return
		}
		// What decodes is a net that works.
		if n.arch.Channels*n.arch.Height*n.arch.Width > 1000 || len(n.weights) > 1e5 {
			return
		}
		x, _ := noise(n.arch, 1, 1)
		n.ReferenceLogits(x, 0)
	})
}
