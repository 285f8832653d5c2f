//go:build !amd64

package kernel

// simd returns no routines: other processors take the portable path.
func simd() map[Path]*routines { return nil }
