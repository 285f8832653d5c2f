package main

import (
	"cmp"
	"context"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/model"
	"jpgreport/runtime/notebook"
	"jpgreport/runtime/spec"
)

// withNamed returns a context that knows the embedded data sets, the data sets and
// models that the spec names, and no others.
func withNamed(ctx context.Context, job notebook.Job) (context.Context, error) {
	data := dataset.Catalog{}
	for _, d := range dataset.Known() {
		if d.Embedded {
			data[d.Name] = dataset.Source{Kind: d.Name}
		}
	}
	for _, d := range job.Data {
		data[d.Name] = sourceOf(d)
	}
	models := model.Catalog{}
	for _, m := range job.Models {
		s, err := modelOf(m)
		if err != nil {
			return nil, err
		}
		models[m.Name] = s
	}
	return model.WithCatalog(dataset.WithCatalog(ctx, data), models), nil
}

// modelOf returns where a model that a spec names comes from.
func modelOf(m spec.Model) (model.Source, error) {
	s := model.Source{Kind: m.Source, Architecture: m.Architecture, Path: m.Place, SHA256: m.SHA256,
		Mean: float32s(m.Mean), Std: float32s(m.Std), Classes: m.Classes}
	if m.ClassList == "" {
		return s, nil
	}
	var err error
	s.Classes, err = dataset.Classes(m.ClassList)
	return s, err
}

func float32s(list []float64) []float32 {
	var out []float32
	for _, v := range list {
		out = append(out, float32(v))
	}
	return out
}

// sourceOf returns where a data set that a spec names comes from.
func sourceOf(d spec.Data) dataset.Source {
	return dataset.Source{
		Kind: d.Source, Path: d.Place, Within: d.Within, SHA256: d.SHA256,
		Classes: d.Classes, ClassList: d.ClassList,
		Labels: cmp.Or(d.LabelsPlace, d.Labels), Columns: dataset.Columns(d.Columns), Synsets: d.SynsetPlace,
		Broken: d.Broken, Preparation: dataset.Preparation(d.Preparation),
	}
}
