package report

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"jpgreport/runtime/result"
)

func id(kind string, n int) string { return fmt.Sprintf("%s-%d", kind, n) }

// sentence makes s one.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	s = s[size:]
	if s == "" || !strings.HasPrefix(s, " ") { // "n = 5" keeps its small n
		s = string(unicode.ToUpper(r)) + s
	} else {
		s = string(r) + s
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// A figure has a number, a title and a caption.
type figure struct {
	ID      string
	Number  int
	Title   string
	Caption template.HTML
}

func (b *builder) figure(title, caption string) figure {
	b.figures++
	f := figure{ID: id("fig", b.figures), Number: b.figures, Title: title}
	if caption != "" {
		f.Caption = b.md.note(caption)
	}
	return f
}

// A gallery is rows of pictures.
type gallery struct {
	figure
	Columns []string
	Labels  bool // whether any row has one
	Rows    []galleryRow
}

type galleryRow struct {
	Label    string
	Pictures []picture
}

// A picture is an <img> with what stands under it.
type picture struct {
	Source        template.HTMLAttr // its bytes, or only its digest where they stand already in the page
	Width, Height int               // as shown
	Small         bool
	Alt           string
	Label, Detail string
	Mark          string // "right", "wrong" or ""
	Top           []guess
}

// A guess is a row of a picture's table of the likeliest classes.
type guess struct{ Class, Probability string }

func (b *builder) gallery(g *result.Gallery) (*gallery, error) {
	v := &gallery{figure: b.figure(g.Title, g.Caption), Columns: g.Columns}
	for _, row := range g.Rows {
		r := galleryRow{Label: row.Label}
		v.Labels = v.Labels || row.Label != ""
		for _, p := range row.Pictures {
			pic, err := b.picture(p, 84)
			if err != nil {
				return nil, fmt.Errorf("gallery %q: %w", g.Title, err)
			}
			r.Pictures = append(r.Pictures, pic)
		}
		v.Rows = append(v.Rows, r)
	}
	return v, nil
}

// A compare is two pictures side by side.
type compare struct {
	figure
	Pictures [2]picture
}

func (b *builder) compare(k *result.Compare) (*compare, error) {
	v := &compare{figure: b.figure(k.Title, k.Caption)}
	for i, p := range []result.Picture{k.Before, k.After} {
		var err error
		if v.Pictures[i], err = b.picture(p, 224); err != nil {
			return nil, fmt.Errorf("comparison %q: %w", k.Title, err)
		}
	}
	return v, nil
}

// share prints a probability in percent, to a tenth.
func share(p float64) string {
	switch percent := 100 * p; {
	case percent > 0 && percent < 0.05:
		return "< 0.1%"
	case percent < 100 && percent >= 99.95:
		return "> 99.9%"
	default:
		return fmt.Sprintf("%.1f%%", percent)
	}
}

// smallPicture is the width and height in pixels up to which a picture is
// enlarged, each of its pixels to a square.
const smallPicture = 112

// picture shows p at its own size, or enlarged by the whole number that brings
// it nearest below size.
func (b *builder) picture(p result.Picture, size int) (picture, error) {
	v := picture{Source: pictureName(p.SHA256), Width: p.Width, Height: p.Height, Alt: p.Alt, Label: p.Label, Detail: p.Detail}
	if p.Mark == result.Right || p.Mark == result.Wrong {
		v.Mark = string(p.Mark)
	}
	for _, g := range p.Top {
		v.Top = append(v.Top, guess{g.Class, share(g.Probability)})
	}
	if v.Alt == "" {
		v.Alt = strings.TrimSpace(p.Label + " " + p.Detail)
	}
	if side := max(p.Width, p.Height); side > 0 && side <= smallPicture {
		v.Small = true
		scale := max(1, size/side)
		v.Width *= scale
		v.Height *= scale
	}
	if b.seen[p.SHA256] {
		return v, nil
	}
	png, ok := b.run.Pictures[p.SHA256]
	if !ok {
		return v, fmt.Errorf("picture %q (SHA-256 %s) is not among the run's pictures", p.Alt, p.SHA256)
	}
	b.seen[p.SHA256] = true
	v.Source = pictureSource(png, p.SHA256)
	return v, nil
}
