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
	Cells []fact // seconds each took
	Calls []call
	Tally string // of the cache
}

type call struct{ Cell, Primitive, Cache, Why string }

func newEnvironment(e result.Environment) environment {
	v := environment{}
	if e.Started != "" {
		v.Facts = append(v.Facts, fact{"Started", e.Started, ""})
	}
	v.Facts = append(v.Facts, fact{"Took", seconds(e.Seconds), ""})
	if e.Cores > 0 {
		v.Facts = append(v.Facts, fact{"Cores", count(e.Cores), ""})
	}
	for _, id := range slices.Sorted(maps.Keys(e.CellSec)) {
		v.Cells = append(v.Cells, fact{id, seconds(e.CellSec[id]), ""})
	}
	hits := 0
	for _, c := range e.Calls {
		k := call{Cell: c.Cell, Primitive: c.Primitive, Cache: "miss", Why: c.Why()}
		if c.Hit {
			hits++
			k.Cache = "hit"
		}
		v.Calls = append(v.Calls, k)
	}
	if len(e.Calls) > 0 {
		v.Tally = fmt.Sprintf("%s of %s from the cache", count(hits), counted(len(e.Calls), "call", "calls"))
		v.Facts = append(v.Facts, fact{"Cache", v.Tally, ""})
	}
	return v
}
