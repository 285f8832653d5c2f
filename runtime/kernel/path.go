package kernel

import (
	"fmt"
	"slices"
	"strings"
)

// A Path is a set of instructions that the kernels are written in.
type Path int

const (
	Portable Path = iota // Go; every machine has it
	AVX2                 // x86-64 with AVX2 and FMA
	AVX512               // x86-64 with AVX-512F and VL besides
)

var pathNames = [...]string{Portable: "portable", AVX2: "avx2", AVX512: "avx512"}

// String returns the name that [ParsePath] takes.
func (p Path) String() string {
	if p < 0 || int(p) >= len(pathNames) {
		return fmt.Sprintf("path %d", int(p))
	}
	return pathNames[p]
}

// Paths returns those that this machine has, the slowest first.
func Paths() []Path {
	paths := []Path{Portable}
	for p := range simd() {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// Best returns the fastest path of this machine.
func Best() Path {
	paths := Paths()
	return paths[len(paths)-1]
}

// ParsePath returns the path of a name, if this machine has it.
func ParsePath(name string) (Path, error) {
	var names []string
	for _, p := range Paths() {
		if p.String() == name {
			return p, nil
		}
		names = append(names, p.String())
	}
	return 0, fmt.Errorf("kernel path %q, want one that this machine has: %s", name, strings.Join(names, ", "))
}
