package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"jpgreport/runtime/work"
)

// An entry is a file:
//
//	magic   8 bytes
//	digest  32 bytes, SHA-256 of all that follows
//	length  4 bytes, little endian, of the key
//	key     JSON
//	value   the rest
const (
	magic     = "jpgkept1"
	headBytes = len(magic) + sha256.Size + 4
	maxKey    = 1 << 20
)

var errTooLarge = errors.New("larger than the whole store may be")

// name returns the file name of a key's entry.
func name(full work.Key) string {
	sum := sha256.Sum256(keyJSON(full))
	return hex.EncodeToString(sum[:])
}

func keyJSON(k work.Key) []byte {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	return b
}

// read returns the value of the entry at path when it is whole and of that key.
// Else it removes the entry.
func (s *Store) read(path string, full work.Key) ([]byte, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	value, err := open(b, keyJSON(full))
	if err != nil {
		delete(s.heads, path)
		os.Remove(path)
		return nil, false
	}
	now := time.Now()
	os.Chtimes(path, now, now) // used just now: last to go; a folder that cannot be written does not matter
	return value, true
}

// open returns the value of an entry's bytes.
func open(b, key []byte) ([]byte, error) {
	if len(b) < headBytes || string(b[:len(magic)]) != magic {
		return nil, errors.New("no entry")
	}
	digest, rest := b[len(magic):len(magic)+sha256.Size], b[len(magic)+sha256.Size:]
	if sum := sha256.Sum256(rest); !bytes.Equal(sum[:], digest) {
		return nil, errors.New("damaged")
	}
	n := int(binary.LittleEndian.Uint32(rest))
	rest = rest[4:]
	if n > len(rest) || !bytes.Equal(rest[:n], key) {
		return nil, errors.New("of another key")
	}
	return rest[n:], nil
}

// write writes an entry aside and renames it into place: whoever reads sees all
// of it or none. It returns the entry's size.
func (s *Store) write(path string, full work.Key, value []byte) (size int64, err error) {
	key := keyJSON(full)
	if len(key) > maxKey {
		return 0, fmt.Errorf("a key of %d bytes, want at most %d", len(key), maxKey)
	}
	rest := binary.LittleEndian.AppendUint32(nil, uint32(len(key)))
	rest = append(rest, key...)
	size = int64(headBytes + len(key) + len(value))
	if size > s.options.MaxBytes {
		return 0, errTooLarge
	}
	h := sha256.New()
	h.Write(rest)
	h.Write(value)

	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(s.dir, orphans)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	for _, b := range [][]byte{[]byte(magic), h.Sum(nil), rest, value} {
		if _, err := f.Write(b); err != nil {
			return 0, err
		}
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	return size, os.Rename(f.Name(), path)
}

// head returns the key of the entry at path, without looking at its value; nil
// when there is none to be read.
func head(path string) *work.Key {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, headBytes)
	if _, err := io.ReadFull(f, b); err != nil || string(b[:len(magic)]) != magic {
		return nil
	}
	n := binary.LittleEndian.Uint32(b[headBytes-4:])
	if n > maxKey {
		return nil
	}
	key := make([]byte, n)
	if _, err := io.ReadFull(f, key); err != nil {
		return nil
	}
	k := new(work.Key)
	if json.Unmarshal(key, k) != nil {
		return nil
	}
	return k
}
