package main

import (
	"cmp"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/spec"
)

// sourceOf returns where a data set that a spec names comes from.
func sourceOf(d spec.Data) dataset.Source {
	return dataset.Source{
		Kind: d.Source, Path: d.Place, Within: d.Within, SHA256: d.SHA256,
		Classes: d.Classes, ClassList: d.ClassList,
		Labels: cmp.Or(d.LabelsPlace, d.Labels), Columns: dataset.Columns(d.Columns), Synsets: d.SynsetPlace,
		Broken: d.Broken, Preparation: dataset.Preparation(d.Preparation),
	}
}
