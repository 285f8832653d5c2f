package codec

import (
	"strings"
	"unsafe"

	"jpgreport/runtime/pixel"
)

// unclearedLike is [pixel.Batch.Like] without the zeros: for a result all of whose
// samples are written before anyone has it. Clearing megabytes that soon fall out
// of the cache takes a fifth of the time of a round trip.
//
// A [strings.Builder] is the one way to memory that is not cleared. Its string of
// one byte is not used again, so that nobody can see it change.
func unclearedLike(x *pixel.Batch) *pixel.Batch {
	var b strings.Builder
	b.Grow(len(x.Data) * int(unsafe.Sizeof(x.Data[0])))
	b.WriteByte(0)
	first := unsafe.Pointer(unsafe.StringData(b.String()))
	return &pixel.Batch{N: x.N, C: x.C, H: x.H, W: x.W, Data: unsafe.Slice((*float32)(first), len(x.Data))}
}
