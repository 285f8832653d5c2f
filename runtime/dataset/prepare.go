package dataset

import (
	"fmt"
	"image/color"
	"strings"
)

// Interpolations of [Preparation].
const (
	bilinear = "bilinear"
	bicubic  = "bicubic"
)

// A Preparation says how pictures are brought to what a network takes. The zero
// value leaves their size alone and makes them red, green and blue.
//
// The steps, in order: upright, by what the file says of its orientation; over
// Background; Resize; Crop. The result is that of torchvision's Resize and
// CenterCrop on Pillow's images, bit for bit, of opaque pictures of 8 bits.
type Preparation struct {
	// Resize is the new length of the shorter side, the longer one in proportion
	// and rounded down; or height and width. Empty: as the picture is.
	Resize []int
	// Crop is the edge of the square that is cut from the middle; or its height
	// and width. Empty: nothing is cut off.
	Crop []int
	// Interpolation is "bilinear" or "bicubic"; "" is bilinear.
	Interpolation string
	// Channels is 3, for red, green and blue, or 1, for grey; 0 is 3.
	Channels int
	// Background is what shines through a transparent picture: red, green and blue
	// in 0..255. Empty: white.
	Background []int
}

// maxSide bounds the sides that a preparation may ask for.
const maxSide = 1 << 14

// check returns an error that names the option out of its range.
func (p Preparation) check() error {
	for _, o := range []struct {
		name  string
		sides []int
	}{{"resize", p.Resize}, {"crop", p.Crop}} {
		if len(o.sides) > 2 {
			return fmt.Errorf("%s has %d numbers, want one side, or height and width", o.name, len(o.sides))
		}
		for _, s := range o.sides {
			if s < 1 || s > maxSide {
				return fmt.Errorf("%s %d, want 1..%d", o.name, s, maxSide)
			}
		}
	}
	if _, ok := filters()[p.filter()]; !ok {
		return fmt.Errorf("interpolation %q, want %q or %q", p.Interpolation, bilinear, bicubic)
	}
	if c := p.channels(); c != 1 && c != 3 {
		return fmt.Errorf("%d channels, want 1 or 3", c)
	}
	if n := len(p.Background); n != 0 && n != 3 {
		return fmt.Errorf("background of %d numbers, want red, green and blue", n)
	}
	for _, v := range p.Background {
		if v < 0 || v > 255 {
			return fmt.Errorf("background %d, want 0..255", v)
		}
	}
	return nil
}

func (p Preparation) filter() string {
	if p.Interpolation == "" {
		return bilinear
	}
	return p.Interpolation
}

func (p Preparation) channels() int {
	if p.Channels == 0 {
		return 3
	}
	return p.Channels
}

func (p Preparation) background() color.NRGBA {
	if len(p.Background) == 0 {
		return color.NRGBA{255, 255, 255, 255}
	}
	return color.NRGBA{byte(p.Background[0]), byte(p.Background[1]), byte(p.Background[2]), 255}
}

// resized returns the size of a picture after Resize.
func (p Preparation) resized(wide, high int) (int, int) {
	switch {
	case len(p.Resize) == 2:
		return p.Resize[1], p.Resize[0]
	case len(p.Resize) == 0:
		return wide, high
	case wide <= high:
		return p.Resize[0], p.Resize[0] * high / wide
	}
	return p.Resize[0] * wide / high, p.Resize[0]
}

// size returns the size of a picture once prepared.
func (p Preparation) size(wide, high int) (int, int, error) {
	w, h := p.resized(wide, high)
	if w*h > MaxPicturePixels {
		return 0, 0, fmt.Errorf("%d×%d pixels after resize, want at most %d in all", w, h, MaxPicturePixels)
	}
	if len(p.Crop) == 0 {
		return w, h, nil
	}
	cropHigh, cropWide := p.Crop[0], p.Crop[len(p.Crop)-1]
	if cropWide > w || cropHigh > h {
		return 0, 0, fmt.Errorf("%d×%d pixels, too few to crop %d×%d", w, h, cropWide, cropHigh)
	}
	return cropWide, cropHigh, nil
}

// apply prepares an upright picture.
func (p Preparation) apply(r *raster) (*raster, error) {
	wide, high, err := p.size(r.wide, r.high)
	if err != nil {
		return nil, err
	}
	w, h := p.resized(r.wide, r.high)
	return r.resampled(w, h, filters()[p.filter()]).cropped(wide, high), nil
}

// String describes the preparation for a report, every option in it.
func (p Preparation) String() string {
	s := []string{"upright"}
	sides := func(v []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", "×"), "[]") }
	if len(p.Resize) > 0 {
		what := "shorter side "
		if len(p.Resize) == 2 {
			what = "high×wide "
		}
		s = append(s, fmt.Sprintf("resize %s%s (%s)", what, sides(p.Resize), p.filter()))
	}
	if len(p.Crop) > 0 {
		s = append(s, "centre crop "+sides(p.Crop))
	}
	b := p.background()
	s = append(s, map[int]string{1: "grey", 3: "red, green, blue"}[p.channels()], fmt.Sprintf("over %d,%d,%d", b.R, b.G, b.B))
	return strings.Join(s, "; ")
}
