package dataset

import (
	"bytes"
	"encoding/binary"
)

// orientationOf returns the orientation that a picture's file states, 1 where it
// states none or is damaged there. JPEG keeps it in an APP1 segment, PNG in a
// chunk eXIf, WebP in a chunk EXIF, and TIFF is of that form itself.
func orientationOf(format string, file []byte) orientation {
	switch format {
	case "jpeg":
		return tiffOrientation(jpegExif(file))
	case "png":
		return tiffOrientation(chunk(file, 8, "eXIf", binary.BigEndian, pngChunk))
	case "webp":
		return tiffOrientation(bytes.TrimPrefix(chunk(file, 12, "EXIF", binary.LittleEndian, riffChunk), exifHead))
	case "tiff":
		return tiffOrientation(file)
	}
	return 1
}

// exifHead stands before the directory in JPEG, and by mistake in some WebP files.
var exifHead = []byte("Exif\x00\x00")

// jpegExif returns the directory in a JPEG file, from the segments before its
// first scan.
func jpegExif(file []byte) []byte {
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		marker := file[at+1]
		if marker == 0xff { // a fill byte
			at++
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			return nil
		}
		if marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 { // without a length
			at += 2
			continue
		}
		end := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		if end < at+4 || end > len(file) {
			return nil
		}
		if body, ok := bytes.CutPrefix(file[at+4:end], exifHead); ok && marker == 0xe1 {
			return body
		}
		at = end
	}
	return nil
}

// A layout is how the chunks of a format stand: where the name and the length
// are, and what follows the body.
type layout struct{ name, length, after int }

var (
	pngChunk  = layout{name: 4, length: 0, after: 4}
	riffChunk = layout{name: 0, length: 4}
)

// chunk returns the body of the first chunk of a name.
func chunk(file []byte, at int, name string, order binary.ByteOrder, l layout) []byte {
	for at+8 <= len(file) {
		n := int64(order.Uint32(file[at+l.length:]))
		end := int64(at) + 8 + n
		if end > int64(len(file)) {
			return nil
		}
		if string(file[at+l.name:at+l.name+4]) == name {
			return file[at+8 : end]
		}
		at = int(end) + l.after
		if l == riffChunk {
			at += int(n & 1)
		}
	}
	return nil
}

// tiffOrientation returns tag 0x0112 of the first directory (TIFF 6.0, section 2).
func tiffOrientation(b []byte) orientation {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at < 8 || at+2 > int64(len(b)) {
		return 1
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		const entry = 12
		if len(entries) < entry {
			return 1
		}
		const short = 3
		if order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			if o := orientation(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[entry:]
	}
	return 1
}
