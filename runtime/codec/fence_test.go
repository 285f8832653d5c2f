//go:build linux

package codec

import (
	"fmt"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns n floats that end where a page begins that nobody may touch.
func fenced(t *testing.T, n int) []float32 {
	page := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	if err := syscall.Mprotect(m[page:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[page-4*n])), n)
}

// TestNothingBeyondFloatsIsTouched: the last row of an image is followed by
// anything, so neither reads nor writes of floats may go beyond its end.
func TestNothingBeyondFloatsIsTouched(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var rows [3][]byte
	for c := range rows {
		rows[c] = make([]byte, 150+guard)
	}
	chroma := make([]uint16, 150+guard)
	for _, k := range choices() {
		for n := 1; n <= 150; n++ {
			row := [3][]float32{fenced(t, n), fenced(t, n), fenced(t, n)}
			for name, routine := range map[string]func(){
				"levels":    func() { k.levels(rows[0], row[0]) },
				"toYCC":     func() { k.toYCC(rows[0], rows[1], rows[2], row[0], row[1], row[2]) },
				"samples":   func() { k.samples(row[0], rows[0]) },
				"toRGB":     func() { k.toRGB(row[0], row[1], row[2], rows[0], rows[1], rows[2]) },
				"doubleRGB": func() { k.doubleRGB(row[0], row[1], row[2], rows[0], chroma, chroma, doublingOf(2)) },
			} {
				if fault := touched(routine); fault != nil {
					t.Fatalf("%+v, %s of %d: %v", k, name, n, fault)
				}
			}
		}
	}
}

func touched(routine func()) (fault error) {
	defer func() {
		if r := recover(); r != nil {
			fault = fmt.Errorf("%v", r)
		}
	}()
	routine()
	return nil
}
