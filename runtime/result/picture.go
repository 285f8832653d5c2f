package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"strconv"
)

// A Picture is an image with what stands under it.
type Picture struct {
	Image  image.Image `json:"-"` // what a script gives
	Alt    string      `json:"alt"`
	Label  string      `json:"label,omitempty"`  // such as the predicted class
	Detail string      `json:"detail,omitempty"` // such as its probability
	Mark   Mark        `json:"mark,omitempty"`
	Top    []Guess     `json:"top,omitempty"` // the likeliest classes, likeliest first

	SHA256 string `json:"sha256"` // of the PNG file
	Width  int    `json:"width"`
	Height int    `json:"height"`
	PNG    []byte `json:"png,omitempty"` // on the way to a Run, which keeps it aside
}

// A Guess is a class with the probability that a network gives it, in [0,1].
type Guess struct {
	Class       string  `json:"class"`
	Probability float64 `json:"probability"`
}

// Guesses returns labels with their probabilities as guesses. A label without a
// name among classes goes by its number.
func Guesses(classes []string, labels []int, probabilities []float64) []Guess {
	if len(labels) != len(probabilities) {
		panic(&Error{Message: fmt.Sprintf("%d labels with %d probabilities", len(labels), len(probabilities))})
	}
	list := make([]Guess, len(labels))
	for i, l := range labels {
		list[i] = Guess{ClassName(classes, l), probabilities[i]}
	}
	return list
}

// ClassName returns the name of a label, or where classes have none its number;
// "unknown" for a label below 0.
func ClassName(classes []string, label int) string {
	switch {
	case label < 0:
		return "unknown"
	case label < len(classes):
		return classes[label]
	}
	return strconv.Itoa(label)
}

// A Mark judges what a picture's label says.
type Mark string

const (
	NoMark Mark = ""
	Right  Mark = "right"
	Wrong  Mark = "wrong"
)

// A Gallery is rows of pictures under common headings.
type Gallery struct {
	Title   string       `json:"title"`
	Caption string       `json:"caption,omitempty"` // Markdown; states any amplification
	Columns []string     `json:"columns"`
	Rows    []GalleryRow `json:"rows"`
}

// A GalleryRow has a picture for each column of its gallery.
type GalleryRow struct {
	Label    string    `json:"label,omitempty"`
	Pictures []Picture `json:"pictures"`
}

// A Compare is two pictures of one scene, to be held against each other.
type Compare struct {
	Title   string  `json:"title"`
	Caption string  `json:"caption,omitempty"` // Markdown
	Before  Picture `json:"before"`
	After   Picture `json:"after"`
}

// encode fills the PNG, its digest and its size from the image.
func (p *Picture) encode() error {
	if p.Image == nil {
		return fmt.Errorf("picture %q has no image", p.Label)
	}
	for _, g := range p.Top {
		if !(g.Probability >= 0 && g.Probability <= 1+1e-9) {
			return fmt.Errorf("picture %q: class %q has probability %v, want 0..1", p.Label, g.Class, g.Probability)
		}
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, p.Image); err != nil {
		return fmt.Errorf("picture %q: %w", p.Label, err)
	}
	p.PNG = b.Bytes()
	sum := sha256.Sum256(p.PNG)
	p.SHA256 = hex.EncodeToString(sum[:])
	size := p.Image.Bounds().Size()
	p.Width, p.Height = size.X, size.Y
	p.Image = nil
	return nil
}

// pictures returns the pictures of an output, for changing.
func (o *Output) pictures() []*Picture {
	var ps []*Picture
	if o.Gallery != nil {
		for i := range o.Gallery.Rows {
			for j := range o.Gallery.Rows[i].Pictures {
				ps = append(ps, &o.Gallery.Rows[i].Pictures[j])
			}
		}
	}
	if o.Compare != nil {
		ps = append(ps, &o.Compare.Before, &o.Compare.After)
	}
	return ps
}
