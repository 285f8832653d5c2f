package kernel

import "golang.org/x/sys/cpu"

//go:generate go run ./gen -out simd_amd64.s -stubs simd_amd64.go -tables tables_amd64.go -pkg kernel

// simd returns the routines of this machine's paths beyond the portable one.
func simd() map[Path]*routines {
	found := map[Path]*routines{}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA || !cpu.X86.HasPOPCNT {
		return found
	}
	narrow := routinesAVX2
	narrow.narrower = portable()
	found[AVX2] = &narrow
	// The halves of vectors 16 to 31 that mix stores are registers of VL.
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL {
		wide := routinesAVX512
		wide.narrower = &narrow
		found[AVX512] = &wide
	}
	return found
}
