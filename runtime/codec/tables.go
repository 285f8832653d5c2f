package codec

import "fmt"

// zigzag gives, for each place in a file, the place of a coefficient in its
// block, row by row (T.81, figure A.6).
var zigzag = [64]int{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// Luminance and chrominance quantisation tables, row by row (T.81, tables K.1
// and K.2).
var (
	tableK1 = [64]int{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	}
	tableK2 = [64]int{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	}
)

// StandardTables returns the quantisation tables of a quality, row by row: those
// of T.81 annex K, scaled as the Independent JPEG Group's library does, by 5000/quality
// percent below 50 and by 200 − 2·quality percent from there on, to steps of 1..255. A quality outside 1..100 is an error.
func StandardTables(quality int) (luma, chroma [64]int, err error) {
	if err := checkQuality(quality); err != nil {
		return luma, chroma, err
	}
	luma, chroma = scaledTables(quality)
	return luma, chroma, nil
}

func scaledTables(quality int) (luma, chroma [64]int) {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / quality
	}
	for i := range 64 {
		luma[i] = min(max((tableK1[i]*percent+50)/100, 1), 255)
		chroma[i] = min(max((tableK2[i]*percent+50)/100, 1), 255)
	}
	return luma, chroma
}

// Tables returns the quantisation tables that a JPEG file defines before its
// first scan, row by row, in the order of their identifiers (T.81, B.2.4.1). Of
// a table defined twice the last counts. A file that is no JPEG, or ends or
// contradicts itself before the scan, is an error that names the offset.
func Tables(file []byte) ([][64]int, error) {
	s, err := openSegments(file)
	if err != nil {
		return nil, err
	}
	var tables [4]*[64]int
	for {
		marker, err := s.marker()
		if err != nil {
			return nil, err
		}
		if marker == markerSOS || marker == markerEOI {
			var found [][64]int
			for _, t := range tables {
				if t != nil {
					found = append(found, *t)
				}
			}
			return found, nil
		}
		body, err := s.body()
		if err != nil {
			return nil, err
		}
		if marker == markerDQT {
			if err := define(&tables, body, s.at-len(body)); err != nil {
				return nil, err
			}
		}
	}
}

// define reads the tables of a DQT segment, whose body stands at an offset.
func define(tables *[4]*[64]int, body []byte, at int) error {
	for len(body) > 0 {
		precision, id := int(body[0]>>4), int(body[0]&15)
		if precision > 1 || id > 3 {
			return fmt.Errorf("offset %d: found precision %d and table %d, want 0..1 and 0..3", at, precision, id)
		}
		width := 1 + precision // bytes an element
		if size := 1 + 64*width; len(body) < size {
			return fmt.Errorf("offset %d: found %d bytes for a table, want %d", at, len(body), size)
		}
		t := new([64]int)
		for k, place := range zigzag {
			for _, b := range body[1+k*width : 1+(k+1)*width] {
				t[place] = t[place]<<8 | int(b)
			}
			if t[place] == 0 {
				return fmt.Errorf("offset %d: found a step of 0, want at least 1", at+1+k*width)
			}
		}
		tables[id] = t
		body, at = body[1+64*width:], at+1+64*width
	}
	return nil
}
