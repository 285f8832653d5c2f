// Package templates holds the markup, style and script of a report.
package templates

import "embed"

// FS has page.tmpl, the parts that it names, report.css and report.js.
//
//go:embed *.tmpl report.css report.js
var FS embed.FS
