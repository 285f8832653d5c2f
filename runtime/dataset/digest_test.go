package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"testing"
	"testing/fstest"
)

// TestEmbeddedFilesAreChecked changes one label of the embedded set.
func TestEmbeddedFilesAreChecked(t *testing.T) {
	z, err := embedded.Open("mnist/" + trainLabels + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	a, err := ReadIDX(trainLabels, z, LabelDims)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(len(a.Data))))
	a.Data[59999] ^= 1
	w.Write(a.Data)
	w.Close()
	s := &Splits{Name: nameMNIST, embedded: true, known: nameMNIST, files: fstest.MapFS{trainLabels + ".gz": {Data: b.Bytes()}}}
	err = s.open(context.Background(), Source{})
	want := "train-labels-idx1-ubyte.gz: found SHA-256 1174cf3be476c7afdf8e95d4666d06e5a7e32321f5ad35c6a6a9f9ce161ac198, want 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
