//go:build linux

package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"
)

// A fence gives out memory that ends where a page begins that nobody may touch,
// or begins where one ends: an access beyond an operand is a fault.
type fence struct {
	t      *testing.T
	before bool
	maps   [][]byte
}

func (f *fence) floats(n int) []float32 {
	page := syscall.Getpagesize()
	size := ceil(4*n, page) * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		f.t.Fatal(err)
	}
	f.maps = append(f.maps, m)
	for _, edge := range [][]byte{m[:page], m[page+size:]} {
		if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
			f.t.Fatal(err)
		}
	}
	at := page
	if !f.before {
		at += size - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[at])), n)
}

func (f *fence) random(r *rand.Rand, n int) []float32 {
	v := f.floats(n)
	copy(v, random(r, n))
	return v
}

func (f *fence) close() {
	for _, m := range f.maps {
		syscall.Munmap(m)
	}
}

func TestNothingBeyondOperandsIsTouched(t *testing.T) {
	// A fault is a panic on the goroutine that asked for that alone, so there are
	// no helpers.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	count := 60
	if testing.Short() {
		count = 10
	}
	r := rand.New(rand.NewPCG(11, 11))
	all := engines(t)
	for i := range count {
		s := randomShape(r)
		m, n, k := 1+r.IntN(60), 1+r.IntN(70), 1+r.IntN(600)
		for _, e := range all {
			for _, before := range []bool{false, true} {
				func() {
					what := fmt.Sprintf("%v, %+v, product %d×%d×%d", e.Path(), s, m, n, k)
					f := &fence{t: t, before: before}
					defer f.close()
					defer func() {
						if fault := recover(); fault != nil {
							t.Fatalf("%s: %v", what, fault)
						}
					}()
					fencedConv(t, f, e, s, uint64(i))
					a, b, c, bias := f.random(r, m*k), f.random(r, k*n), f.floats(m*n), f.random(r, n)
					for _, view := range []Matrix{Dense(b, k, n), Dense(b, n, k).T()} {
						if err := e.MatMul(Dense(c, m, n), Dense(a, m, k), view, Finish{Bias: bias}); err != nil {
							t.Fatalf("%s: %v", what, err)
						}
					}
				}()
			}
		}
	}
}

func fencedConv(t *testing.T, f *fence, e *Engine, s ConvShape, seed uint64) {
	const n = 2
	r := rand.New(rand.NewPCG(seed, 12))
	c, err := NewConv(e, s)
	if err != nil {
		t.Fatal(err)
	}
	x, w, bias := f.random(r, n*c.Input()), f.random(r, newPlain(t, s).s.weights()), f.random(r, s.Out)
	y, dy := f.floats(n*c.Output()), f.random(r, n*c.Output())
	dx, dw, db := f.floats(len(x)), f.floats(len(w)), f.floats(s.Out)
	for _, err := range []error{
		c.SetWeights(w, bias), c.Forward(y, x, n, false), c.Forward(y, x, n, true),
		c.InputGradient(dx, dy, y, n), c.WeightGradient(dw, db, x, dy, y, n),
	} {
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
	}
}
