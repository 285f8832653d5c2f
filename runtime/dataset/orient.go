package dataset

// An orientation says how a picture's rows and columns stand in its file, 1 to 8
// (Exif 2.32, tag 0x0112): 1 is upright, 2 mirrored, 3 upside down, 4 both, and 5
// to 8 the same with rows and columns exchanged.
type orientation int

// exchanged reports whether rows and columns are.
func (o orientation) exchanged() bool { return o >= 5 && o <= 8 }

// upright returns the picture as it is to be seen.
func (r *raster) upright(o orientation) *raster {
	if o < 2 || o > 8 {
		return r
	}
	to := newRaster(r.wide, r.high, r.channels)
	if o.exchanged() {
		to.wide, to.high = r.high, r.wide
	}
	for y := range to.high {
		row := to.row(y)
		for x := range to.wide {
			fx, fy := x, y
			switch o {
			case 2:
				fx = r.wide - 1 - x
			case 3:
				fx, fy = r.wide-1-x, r.high-1-y
			case 4:
				fy = r.high - 1 - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, r.high-1-x
			case 7:
				fx, fy = r.wide-1-y, r.high-1-x
			case 8:
				fx, fy = r.wide-1-y, x
			}
			copy(row[x*r.channels:(x+1)*r.channels], r.row(fy)[fx*r.channels:])
		}
	}
	return to
}
