package codec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A guarded slice stands between elements that a routine may not write.
type guarded[T comparable] struct {
	all    []T
	n      int
	canary T
}

const guard = 80 // beyond the widest vector of bytes

func guardedSlice[T comparable](n int, canary T) guarded[T] {
	return guarded[T]{slices.Repeat([]T{canary}, guard+n+guard), n, canary}
}

func (g guarded[T]) slice() []T { return g.all[guard : guard+g.n : guard+g.n] }

// intact reports whether nothing was written but the slice and so many elements after it.
func (g guarded[T]) intact(beyond int) bool {
	other := func(v T) bool { return v != g.canary }
	return !slices.ContainsFunc(g.all[:guard], other) && !slices.ContainsFunc(g.all[guard+g.n+beyond:], other)
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	kind := r.IntN(3)
	for i := range b {
		switch kind {
		case 0:
			b[i] = byte(r.Uint32())
		case 1:
			b[i] = byte(255 * r.IntN(2)) // the ends, where sums are largest
		default:
			b[i] = byte(128 + 20*math.Sin(float64(i)/3) + 9*r.Float64())
		}
	}
	return b
}

// TestRowRoutines holds each routine for rows against its portable form, over
// widths, with canaries about what is written. Bytes and sums may be read and
// written a vector beyond the end, floats not.
func TestRowRoutines(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, k := range choices() {
		for trial := range 3000 {
			n := 1 + r.IntN(150)
			rgb := [3][]float32{}
			for c := range rgb {
				rgb[c] = make([]float32, n)
				for i := range rgb[c] {
					rgb[c][i] = float32(r.Float64()*1.2 - 0.1)
					if r.IntN(8) == 0 { // between two levels, or nearly
						rgb[c][i] = math.Float32frombits(math.Float32bits((float32(r.IntN(256))+0.5)/255) + uint32(r.IntN(5)) - 2)
					}
				}
			}
			ycc := [3][]byte{randomBytes(r, n+2*guard), randomBytes(r, n+2*guard), randomBytes(r, n+2*guard)}
			var wantBytes, wantLine [3][]byte
			var gotBytes [3]guarded[byte]
			var want [3][]float32
			var got [3]guarded[float32]
			for c := range want {
				wantBytes[c], wantLine[c], want[c] = make([]byte, n), make([]byte, n), make([]float32, n)
				gotBytes[c], got[c] = guardedSlice[byte](n, 77), guardedSlice[float32](n, -3)
			}
			bytesAgree := func(name string, c int, want []byte) {
				if !slices.Equal(gotBytes[c].slice(), want) || !gotBytes[c].intact(64) {
					t.Fatalf("trial %d, %+v, %s of %d: other bytes, or some beyond the row", trial, k, name, n)
				}
			}
			floatsAgree := func(name string) {
				for c := range want {
					if !slices.Equal(got[c].slice(), want[c]) || !got[c].intact(0) {
						t.Fatalf("trial %d, %+v, %s of %d, channel %d: other samples, or some beyond the row", trial, k, name, n, c)
					}
				}
			}

			levels(wantLine[0], rgb[0])
			if !k.levels(gotBytes[0].slice(), rgb[0]) {
				t.Fatalf("%+v: NaN where none is", k)
			}
			bytesAgree("levels", 0, wantLine[0])

			toYCC(wantBytes[0], wantBytes[1], wantBytes[2], rgb[0], rgb[1], rgb[2])
			if !k.toYCC(gotBytes[0].slice(), gotBytes[1].slice(), gotBytes[2].slice(), rgb[0], rgb[1], rgb[2]) {
				t.Fatalf("%+v: NaN where none is", k)
			}
			for c := range wantBytes {
				bytesAgree("toYCC", c, wantBytes[c])
			}

			for c := range want {
				samples(want[c], ycc[c])
				k.samples(got[c].slice(), ycc[c])
			}
			floatsAgree("samples")

			toRGB(want[0], want[1], want[2], ycc[0], ycc[1], ycc[2])
			k.toRGB(got[0].slice(), got[1].slice(), got[2].slice(), ycc[0], ycc[1], ycc[2])
			floatsAgree("toRGB")

			half := ceilDiv(n, 2)
			d := doublingOf(1 + r.IntN(2))
			var wantSums [2][]uint16
			var gotSums [2]guarded[uint16]
			for c := range wantSums {
				near, far := ycc[1+c], randomBytes(r, n+2*guard)
				wantSums[c], gotSums[c] = make([]uint16, half+2), guardedSlice[uint16](half+2, 7777)
				sums(wantSums[c], near, far)
				k.sums(gotSums[c].slice(), near, far)
				if !slices.Equal(gotSums[c].slice(), wantSums[c]) || !gotSums[c].intact(32) {
					t.Fatalf("trial %d, %+v, sums of %d: other sums, or some beyond the row", trial, k, half+2)
				}
				triangle(wantLine[1+c], near, far, n/2, d) // of full pairs
			}
			doubleRGB(want[0], want[1], want[2], ycc[0], wantSums[0], wantSums[1], d)
			k.doubleRGB(got[0].slice(), got[1].slice(), got[2].slice(), ycc[0], gotSums[0].slice(), gotSums[1].slice(), d)
			floatsAgree("doubleRGB")
			whole := n &^ 1
			if whole > 0 {
				toRGB(want[0][:whole], want[1][:whole], want[2][:whole], ycc[0], wantLine[1], wantLine[2])
				floatsAgree("doubleRGB by way of bytes")
			}

			h := halvingOf(1 + r.IntN(2))
			blocks := 16 * (1 + r.IntN(6))
			top, bottom := randomBytes(r, 2*blocks), randomBytes(r, 2*blocks)
			wantHalf, gotHalf := make([]byte, blocks), guardedSlice[byte](blocks, 77)
			halve(wantHalf, top, bottom, h)
			k.halve(gotHalf.slice(), top, bottom, h)
			if !slices.Equal(gotHalf.slice(), wantHalf) || !gotHalf.intact(0) {
				t.Fatalf("trial %d, %+v: halves of %d: other bytes, or some beyond the row", trial, k, blocks)
			}
		}
	}
}

// TestChroma goes through all 2¹⁶ pairs of chroma levels, with some of luma: the
// vectors' factors of 16 bits are near enough for that, not for more.
func TestChroma(t *testing.T) {
	luma, u, v := make([]byte, 256+guard), make([]byte, 256+guard), make([]byte, 256+guard)
	for i := range 256 {
		u[i] = byte(i)
	}
	var want, got [3][]float32
	for c := range want {
		want[c], got[c] = make([]float32, 256), make([]float32, 256)
	}
	for _, k := range choices()[1:] {
		for cr := range 256 {
			for i := range 256 {
				v[i] = byte(cr)
				luma[i] = []byte{0, 100, 255, byte(i + cr)}[(i/2+cr)%4]
			}
			toRGB(want[0], want[1], want[2], luma, u, v)
			k.toRGB(got[0], got[1], got[2], luma, u, v)
			for c := range want {
				if !slices.Equal(got[c], want[c]) {
					t.Fatalf("%+v, Cr %d, channel %d: other samples", k, cr, c)
				}
			}
		}
	}
}

// TestBlockRoutines holds the transforms, with all qualities' tables and tables of
// one's own, and the scan against their portable forms.
func TestBlockRoutines(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 11))
	for _, k := range choices() {
		for trial := range 1500 {
			steps, chroma := scaledTables(1 + trial%100)
			if trial%3 == 0 {
				for i := range steps {
					steps[i] = 1 + r.IntN(1+r.IntN(255))
				}
			}
			q := newQuantiser(&steps)
			if trial%5 == 0 {
				q = newQuantiser(&chroma)
			}
			pairs := 1 + r.IntN(7)
			stride := 16*pairs + r.IntN(40)
			n := 7*stride + 16*pairs
			source := randomBytes(r, n)

			want := blocks{make([]int16, 128*(pairs+1)), make([]uint64, 2*(pairs+1))}
			forwardRow(want.coefs, want.nonzero, source, stride, pairs, q)
			coefs, nonzero := guardedSlice[int16](128*pairs, 7777), guardedSlice[uint64](2*pairs, 7777)
			k.forward(coefs.slice(), nonzero.slice(), source, stride, pairs, q)
			if !slices.Equal(coefs.slice(), want.coefs[:128*pairs]) || !coefs.intact(0) {
				t.Fatalf("trial %d, %+v, %d pairs: other coefficients, or some beyond the blocks", trial, k, pairs)
			}
			if !slices.Equal(nonzero.slice(), want.nonzero[:2*pairs]) || !nonzero.intact(0) {
				t.Fatalf("trial %d, %+v, %d pairs: other coefficients are said not to be 0", trial, k, pairs)
			}

			back, got := slices.Repeat([]byte{77}, n), guardedSlice[byte](n, 77)
			inverseRow(back, stride, want.coefs, pairs, q.steps())
			k.inverse(got.slice(), stride, coefs.slice(), pairs, q.steps())
			if !slices.Equal(got.slice(), back) || !got.intact(0) { // between the rows too
				t.Fatalf("trial %d, %+v, %d pairs: other samples, or some beyond the blocks", trial, k, pairs)
			}

			var turns []turn
			for range 1 + r.IntN(turnsAtOnce) {
				turns = append(turns, turn{uint32(r.IntN(2*pairs + 1)), uint32(r.IntN(2*pairs + 1)), uint32(r.IntN(2))})
			}
			luma, chromaCodes := typicalCodes(0), typicalCodes(1)
			tables := [2]codes{luma.codes(), chromaCodes.codes()}
			out := make([]byte, len(turns)*maxBlockBytes+spareBytes)
			written := guardedSlice[byte](len(out), 77)
			start := pen{0, r.Uint64(), uint(r.IntN(8))}
			wantPen := writeBlocks(out, start, want, turns, &tables)
			gotPen := k.writeBlocks(written.slice(), start, want, turns, &tables)
			mask := uint64(1)<<wantPen.count - 1
			if gotPen.at != wantPen.at || gotPen.count != wantPen.count || gotPen.pending&mask != wantPen.pending&mask ||
				!slices.Equal(written.slice()[:gotPen.at], out[:wantPen.at]) || !written.intact(0) {
				t.Fatalf("trial %d, %+v: another scan of %d blocks", trial, k, len(turns))
			}
		}
	}
}
