package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"jpgreport/runtime/result"
)

// The record is the first element of this form: everywhere before it, "<" of a
// text is escaped.
var recordStart = []byte(`<script type="application/json" id="jpgreport-record">`)

var pictureElement = regexp.MustCompile(` src="data:image/png;base64,([^"]*)" data-sha256="([0-9a-f]{64})"`)

// Read returns the run that a page carries, with its pictures. A picture whose
// bytes do not have the digest that names it is an error.
func Read(page []byte) (*result.Run, error) {
	at := bytes.Index(page, recordStart)
	if at < 0 {
		return nil, errors.New("report: no record in this page")
	}
	record := page[at+len(recordStart):]
	end := bytes.Index(record, []byte("</script>"))
	if end < 0 {
		return nil, errors.New("report: the record in this page has no end: the file is cut short")
	}
	run, err := result.Decode(record[:end])
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	for _, m := range pictureElement.FindAllSubmatch(page[:at], -1) {
		png, err := base64.StdEncoding.DecodeString(string(m[1]))
		if err != nil {
			return nil, fmt.Errorf("report: picture %s: %w", m[2], err)
		}
		sum := sha256.Sum256(png)
		if got := hex.EncodeToString(sum[:]); got != string(m[2]) {
			return nil, fmt.Errorf("report: picture %s has the digest %s", m[2], got)
		}
		run.Pictures[string(m[2])] = png
	}
	return run, nil
}
