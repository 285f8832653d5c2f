package store

import "jpgreport/runtime/work"

//go:generate go test -count=1 -run ^TestSourcesAreCurrent$ . -update

// primitives are the packages whose results are kept. The table in
// sources_gen.go has a row for each.
var primitives = []string{"attack", "codec", "dataset", "model", "sweep"}

// A source is a row of the table: what the code of a package comes to, with the
// packages of this module that it imports, and the modules that it needs.
type source struct {
	pkg     string
	code    string // SHA-256 of the sources, tests left out
	modules string // SHA-256 of what go.mod requires; empty: it needs no other module
}

// builtOf returns the version parts of a package of primitives.
func builtOf(pkg string) []work.Part {
	for _, s := range sources {
		if s.pkg != pkg {
			continue
		}
		parts := []work.Part{{Name: "code", Value: s.code}}
		if s.modules != "" {
			parts = append(parts, work.Part{Name: "dependencies", Value: s.modules})
		}
		return parts
	}
	return nil
}
