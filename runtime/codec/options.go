package codec

import (
	"fmt"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Options say how [JPEG] compresses.
//
// Quality is required unless Steps or Qualities take its place. Its zero value is
// no default: a study in which a forgotten option means the strongest
// compression, or any other, is wrong without a sign of it.
type Options struct {
	Quality int // 1..100, as the Independent JPEG Group scales the tables of T.81 annex K

	// Subsampling of chroma. The zero value is 4:2:0, Pillow's and libjpeg's own
	// default. Grey images have no chroma and do not heed it.
	Subsampling Subsampling

	// Optimize fits the Huffman tables to each image (T.81, K.2) instead of taking
	// those of K.3. It changes sizes and no pixel. The zero value is K.3's, as in
	// Pillow.
	Optimize bool

	// Steps, when not nil, are quantisation tables of one's own, row by row: luma
	// and chroma, or luma only where images are grey. Steps are 1..255, as in a
	// baseline file. Quality must be 0 then.
	Steps [][64]int

	// Qualities, when not nil, give each unit of the image a quality of its own,
	// row by row: a unit is 8×8 pixels, or with 4:2:2 16 wide, and with 4:2:0 16
	// wide and high. A baseline file cannot say this, so that there is no size and
	// no table to read back: Bytes and Tables of the result are nil. Quality must
	// be 0 then, Optimize false and Steps nil.
	Qualities []int
}

// Subsampling says how chroma is thinned out.
type Subsampling int

// The subsamplings that Pillow names so.
const (
	Subsampling420 Subsampling = iota // half as wide and half as high
	Subsampling422                    // half as wide
	Subsampling444                    // as luma
)

// String returns the usual name, such as "4:2:0".
func (s Subsampling) String() string {
	switch s {
	case Subsampling420:
		return "4:2:0"
	case Subsampling422:
		return "4:2:2"
	case Subsampling444:
		return "4:4:4"
	}
	return fmt.Sprintf("subsampling %d", int(s))
}

// factors returns luma's sampling factors (T.81, A.1.1); chroma's are 1.
func (s Subsampling) factors() (h, v int) {
	switch s {
	case Subsampling420:
		return 2, 2
	case Subsampling422:
		return 2, 1
	}
	return 1, 1
}

// Check returns an error when an option is out of its range for images of x's shape.
func (o *Options) Check(x *pixel.Batch) error {
	if s := o.Subsampling; s < Subsampling420 || s > Subsampling444 {
		return fmt.Errorf("subsampling %d, want Subsampling420, Subsampling422 or Subsampling444", int(s))
	}
	if o.Steps == nil && o.Qualities == nil {
		return checkQuality(o.Quality)
	}
	if o.Quality != 0 {
		return fmt.Errorf("quality %d beside steps or qualities that take its place, want 0", o.Quality)
	}
	if o.Qualities == nil {
		return checkSteps(o.Steps, x.C)
	}
	if o.Steps != nil || o.Optimize {
		return fmt.Errorf("a quality for each unit beside steps or optimised tables, want it alone")
	}
	f := newShape(x, o.Subsampling)
	if want := f.unitsWide * f.unitsHigh; len(o.Qualities) != want {
		return fmt.Errorf("qualities of %d units, want %d (%d rows of %d)", len(o.Qualities), want, f.unitsHigh, f.unitsWide)
	}
	for i, q := range o.Qualities {
		if err := checkQuality(q); err != nil {
			return fmt.Errorf("unit %d: %w", i, err)
		}
	}
	return nil
}

func checkQuality(q int) error {
	if q < 1 || q > 100 {
		return fmt.Errorf("quality %d, want 1..100", q)
	}
	return nil
}

func checkSteps(steps [][64]int, channels int) error {
	want := min(channels, 2)
	if len(steps) < want || len(steps) > 2 {
		return fmt.Errorf("steps of %d tables, want %d", len(steps), want)
	}
	for i, table := range steps {
		for k, step := range table {
			if step < 1 || step > 255 {
				return fmt.Errorf("table %d: step %d is %d, want 1..255", i, k, step)
			}
		}
	}
	return nil
}

// tables returns the steps of luma and of chroma that valid options mean.
func (o *Options) tables() (luma, chroma [64]int) {
	if o.Steps != nil {
		return o.Steps[0], o.Steps[len(o.Steps)-1]
	}
	return scaledTables(o.Quality)
}

// key names the result for a batch by all that it depends on.
func (o *Options) key(x *pixel.Batch) work.Key {
	key := work.Key{Primitive: "codec.JPEG"}.With("x", x.Digest()).With("quality", o.Quality).
		With("subsampling", o.Subsampling).With("optimize", o.Optimize).With("steps", o.Steps)
	return key.WithInts("qualities", o.Qualities)
}

// task says what is done, for progress.
func (o *Options) task() string {
	switch {
	case o.Steps != nil:
		return "with steps of one's own"
	case o.Qualities != nil:
		return "with a quality for each unit"
	}
	return fmt.Sprintf("at quality %d", o.Quality)
}
