package codec

// colouring returns what turns a row of the components, each at full width, into
// a row of the picture. Which colours they are follows from the segments before
// the scan, as libjpeg has it: three are YCbCr in a JFIF file, else what an Adobe
// segment says, else red, green and blue if their numbers are these letters. Four
// are CMYK, or YCCK if Adobe says so; in both the levels are those of Adobe's
// programs, inverted, whatever the file says, as Pillow has it.
func (d *decoder) colouring() func(dst []byte, rows *[4][]byte) {
	switch {
	case len(d.parts) == 1:
		return func(dst []byte, rows *[4][]byte) { copy(dst, rows[0]) }
	case len(d.parts) == 4 && d.adobe && d.transform != 0:
		return func(dst []byte, rows *[4][]byte) {
			d.toLevels(dst, rows[0], rows[1], rows[2])
			darken(dst, rows[3])
		}
	case len(d.parts) == 4:
		return func(dst []byte, rows *[4][]byte) {
			interleave(dst, rows)
			for i, v := range dst {
				dst[i] = ^v
			}
			darken(dst, rows[3])
		}
	case d.coloured():
		return interleave
	}
	return func(dst []byte, rows *[4][]byte) { d.toLevels(dst, rows[0], rows[1], rows[2]) }
}

// coloured reports whether three components are red, green and blue.
func (d *decoder) coloured() bool {
	switch {
	case d.jfif:
		return false
	case d.adobe:
		return d.transform == 0
	}
	return d.parts[0].id == 'R' && d.parts[1].id == 'G' && d.parts[2].id == 'B'
}

// interleave puts the levels of three rows together.
func interleave(dst []byte, rows *[4][]byte) {
	n := len(dst) / 3
	r, g, b := rows[0][:n], rows[1][:n], rows[2][:n]
	for x := range n {
		dst[3*x], dst[3*x+1], dst[3*x+2] = r[x], g[x], b[x]
	}
}

// darken takes from the levels of white what the inks cyan, magenta and yellow in
// dst swallow of the light that black leaves, as Pillow rounds it.
func darken(dst, left []byte) {
	for x := range len(dst) / 3 {
		light := uint32(left[x])
		for i := 3 * x; i < 3*x+3; i++ {
			taken := uint32(dst[i])*light + 128
			dst[i] = byte(light - (taken>>8+taken)>>8)
		}
	}
}

// picture upsamples the components and joins them.
func (d *decoder) picture() *Picture {
	p := &Picture{Width: d.width, Height: d.height, Channels: d.channels()}
	p.Levels = make([]byte, p.Width*p.Height*p.Channels)
	var lines [4][]byte
	for i := range d.parts {
		c := &d.parts[i].component
		c.border()
		if d.h > c.h || d.v > c.v {
			lines[i] = make([]byte, d.h/c.h*16*c.pairs+2*margin)
		}
	}
	colour := d.colouring()
	var rows [4][]byte
	for y := range p.Height {
		for i := range d.parts {
			c := &d.parts[i].component
			rows[i] = d.upsample(lines[i], c, y, d.h/c.h, d.v/c.v)[:d.width]
		}
		n := p.Width * p.Channels
		colour(p.Levels[y*n:(y+1)*n], &rows)
	}
	return p
}
