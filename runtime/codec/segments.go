package codec

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Markers of T.81, table B.1.
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0
	markerSOF1  = 0xc1
	markerSOF2  = 0xc2
	markerSOF15 = 0xcf
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP14 = 0xee
)

// segments walks through a JPEG file (T.81, B.1.1). Its errors name the offset.
type segments struct {
	file []byte
	at   int
}

func openSegments(file []byte) (segments, error) {
	if len(file) < 2 || file[0] != 0xff || file[1] != markerSOI {
		return segments{}, fmt.Errorf("offset 0: found % x, want ff d8, the start of a JPEG file", file[:min(len(file), 2)])
	}
	return segments{file, 2}, nil
}

// marker returns the marker of the next segment and passes it. Fill bytes before
// it and markers that stand alone are passed too.
func (s *segments) marker() (byte, error) {
	for {
		if s.at+2 > len(s.file) {
			return 0, fmt.Errorf("offset %d: found the end of the file, want a marker", len(s.file))
		}
		if s.file[s.at] != 0xff {
			return 0, fmt.Errorf("offset %d: found %02x, want ff, the start of a marker", s.at, s.file[s.at])
		}
		marker := s.file[s.at+1]
		switch {
		case marker == 0xff: // a fill byte
			s.at++
		case marker == markerTEM, marker >= markerRST0 && marker <= markerRST7:
			s.at += 2
		case marker == 0, marker == markerSOI:
			return 0, fmt.Errorf("offset %d: found ff %02x, want the marker of a segment", s.at, marker)
		default:
			s.at += 2
			return marker, nil
		}
	}
}

// body returns what follows a segment's marker and length, and passes it.
func (s *segments) body() ([]byte, error) {
	if s.at+2 > len(s.file) {
		return nil, fmt.Errorf("offset %d: found the end of the file, want the length of a segment", len(s.file))
	}
	length := int(binary.BigEndian.Uint16(s.file[s.at:]))
	switch left := len(s.file) - s.at; {
	case length < 2:
		return nil, fmt.Errorf("offset %d: found a segment of %d bytes, want at least 2", s.at, length)
	case length > left:
		return nil, fmt.Errorf("offset %d: cut short in a segment of %d bytes, of which %d are there", s.at, length, left)
	}
	s.at += length
	return s.file[s.at-length+2 : s.at], nil
}

// skip passes what is no marker. Files have such bytes by mistake, and libjpeg
// does without them.
func (s *segments) skip() {
	for s.at < len(s.file) {
		i := bytes.IndexByte(s.file[s.at:], 0xff)
		if i < 0 {
			s.at = len(s.file)
			return
		}
		s.at += i
		if s.at+1 == len(s.file) || s.file[s.at+1] != 0 {
			return
		}
		s.at += 2
	}
}

// entropy appends an entropy-coded segment without the zeros that follow bytes of
// ones (T.81, F.1.2.3), and passes it up to its marker.
func (s *segments) entropy(data []byte) []byte {
	for {
		rest := s.file[s.at:]
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 {
			s.at = len(s.file)
			return append(data, rest...)
		}
		next := i + 1
		for next < len(rest) && rest[next] == 0xff { // fill bytes
			next++
		}
		if next == len(rest) || rest[next] != 0 {
			s.at += i
			return append(data, rest[:i]...)
		}
		data = append(data, rest[:i+1]...)
		s.at += next + 1
	}
}
