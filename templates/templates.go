// Package templates embeds what a report and its live preview are drawn with.
package templates

import "embed"

// FS has the page and its parts as html/template text, and the style sheet and
// the script that a page inlines.
//
//go:embed *.tmpl report.css report.js
var FS embed.FS

// Preview has, below preview, the page of the live preview that holds a report
// in a frame, its style sheet and its script.
//
//go:embed preview
var Preview embed.FS
