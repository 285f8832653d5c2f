package kernel

import (
	"testing"

	"golang.org/x/sys/cpu"
)

// A processor may have a part of a path's instructions only, as Xeon Phi has of
// AVX-512: it must not be sent there.
func TestPathNeedsAllItsInstructions(t *testing.T) {
	x := &cpu.X86
	for _, tt := range []struct {
		has  *bool
		path Path
	}{{&x.HasAVX2, AVX2}, {&x.HasFMA, AVX2}, {&x.HasPOPCNT, AVX2}, {&x.HasAVX512F, AVX512}, {&x.HasAVX512VL, AVX512}} {
		old := *tt.has
		*tt.has = false
		if simd()[tt.path] != nil {
			t.Errorf("path %v without some of its instructions", tt.path)
		}
		*tt.has = old
	}
}
