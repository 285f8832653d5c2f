package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"jpgreport/runtime/result"
)

// An origin is the provenance of a run as a page shows it.
type origin struct {
	Facts     []fact
	Artifacts []result.Artifact
	Modules   []fact
	Spec      *listing
}

func newOrigin(run *result.Run) origin {
	p := run.Provenance
	git := p.Git.Commit
	if p.Git.Dirty {
		git += ", with changes that are not committed"
	}
	o := origin{Facts: []fact{
		{"Program", "jpgreport " + p.Version, ""},
		{"Go", strings.TrimSpace(p.Go + " " + p.GOOS + "/" + p.GOARCH), ""},
		{"JPEG codec", p.Codec, ""},
		{"Kernels", p.Kernels, ""},
		{"Commit", git, ""},
		{"Spec", run.Spec.File, ""},
		{"Format of the record", run.Format, ""},
		{"Digest of the provenance", p.Digest, ""},
		{"Digest of the run", run.Digest, ""},
	}}
	o.Artifacts = slices.Clone(p.Artifacts)
	if p.Charts.Name != "" {
		c := p.Charts
		if c.Kind == "" {
			c.Kind = "chart library"
		}
		o.Artifacts = append(o.Artifacts, c)
	}
	for _, path := range slices.Sorted(maps.Keys(p.Modules)) {
		o.Modules = append(o.Modules, fact{path, p.Modules[path], ""})
	}
	o.Spec = newListing("Spec", run.Spec.File, "yaml", run.Spec.Text, run.Spec.Line)
	return o
}

// An environment is what differs from run to run without meaning anything.
type environment struct {
	Facts []fact
	Cells []fact // of each cell, or variant: its seconds, and what the cache gave it
	Calls []call
}

type call struct{ Cell, Primitive, Cache, Why string }

func newEnvironment(run *result.Run) environment {
	v, e := environment{}, run.Environment
	if e.Started != "" {
		v.Facts = append(v.Facts, fact{"Started", e.Started, ""})
	}
	v.Facts = append(v.Facts, fact{"Took", seconds(e.Seconds), ""})
	if e.Cores > 0 {
		v.Facts = append(v.Facts, fact{"Cores", count(e.Cores), ""})
	}
	took := func(name string, s float64, recalled string) {
		text := seconds(s)
		if recalled != "" {
			text += "; " + recalled
		}
		v.Cells = append(v.Cells, fact{name, text, ""})
	}
	for _, id := range slices.Sorted(maps.Keys(e.CellSec)) {
		took(id, e.CellSec[id], e.Recalled(id))
	}
	hits, calls := 0, 0
	for i, part := range run.Parts() {
		of := ""
		if len(run.Variants) > 0 {
			of = run.Label(run.Variants[i])
			took(of, part.Environment.Seconds, part.Environment.Recalled(""))
			of = " of " + of
		}
		for _, c := range part.Environment.Calls {
			calls++
			k := call{Cell: c.Cell + of, Primitive: c.Primitive, Cache: "miss", Why: c.Why()}
			if c.Hit {
				hits++
				k.Cache = "hit"
				if of != "" {
					continue // of many variants, what was computed
				}
			}
			v.Calls = append(v.Calls, k)
		}
	}
	if calls > 0 {
		v.Facts = append(v.Facts, fact{"Cache", fmt.Sprintf("%s of %s from the cache", count(hits), counted(calls, "call", "calls")), ""})
	}
	return v
}
