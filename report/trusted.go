package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html/template"
)

// All that html/template is told to take as it stands is made in this file.

// styleElement holds a text that inlinable has passed.
func styleElement(text string) template.HTML {
	return template.HTML("<style>" + text + "</style>")
}

// scriptElement holds a text that inlinable has passed.
func scriptElement(text string) template.HTML {
	return template.HTML("<script>" + text + "</script>")
}

// dataElement holds JSON with attributes written in this package. Whatever could
// end the element is escaped as JSON allows, so that the JSON means the same.
func dataElement(attributes string, b []byte) template.HTML {
	var safe bytes.Buffer
	json.HTMLEscape(&safe, b)
	return template.HTML(`<script type="application/json" ` + attributes + `>` + safe.String() + `</script>`)
}

// renderedMarkdown is what goldmark wrote with raw HTML and strange links turned
// into text.
func renderedMarkdown(html string) template.HTML { return template.HTML(html) }

// highlighted is what chroma wrote; it escapes all text.
func highlighted(html string) template.HTML { return template.HTML(html) }

// pictureSource carries a PNG file inside the page, named by its digest.
func pictureSource(png []byte, sha256 string) template.HTMLAttr {
	return template.HTMLAttr(`src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(png) + `" data-sha256="` + template.HTMLEscapeString(sha256) + `"`)
}

// pictureName names a picture whose bytes stand already in the page.
func pictureName(sha256 string) template.HTMLAttr {
	return template.HTMLAttr(`data-sha256="` + template.HTMLEscapeString(sha256) + `"`)
}
