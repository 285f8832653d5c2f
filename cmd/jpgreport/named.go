package main

import (
	"jpgreport/runtime/dataset"
	"jpgreport/runtime/spec"
)

// sourceOf returns where a data set that a spec names comes from.
func sourceOf(d spec.Data) (dataset.Source, error) {
	s := dataset.Source{
		Kind: d.Source, Path: d.Place, Classes: d.Classes, SHA256: d.SHA256,
		Labels: d.Labels, Columns: dataset.Columns(d.Columns), Broken: d.Broken, Within: d.Within,
		Preparation: dataset.Preparation(d.Preparation),
	}
	if d.LabelsPlace != "" {
		s.Labels = d.LabelsPlace
	}
	if d.ClassList == "" {
		return s, nil
	}
	var err error
	s.Classes, err = dataset.Classes(d.ClassList)
	return s, err
}
