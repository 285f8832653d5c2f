package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/dataset"
	"jpgreport/runtime/model"
	"jpgreport/runtime/spec"
)

// What a spec may name is what there is to be named.
func TestSpecKnowsAllNames(t *testing.T) {
	for _, c := range []struct {
		what       string
		spec, real []string
	}{
		{"sources of data", spec.Sources(), dataset.Kinds()},
		{"lists of classes", spec.ClassLists(), dataset.ClassLists()},
		{"architectures", spec.Architectures(), model.Architectures()},
	} {
		if diff := cmp.Diff(c.real, c.spec); diff != "" {
			t.Errorf("%s (-there are +a spec may name):\n%s", c.what, diff)
		}
	}
}
