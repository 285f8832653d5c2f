package model

import (
	"slices"
	"testing"
)

func TestArchitecturesAreSortedAndFit(t *testing.T) {
	if !slices.IsSorted(Architectures()) {
		t.Errorf("not sorted: %v", Architectures())
	}
	for _, a := range architectures() {
		if _, _, err := a.stages(); err != nil {
			t.Error(err)
		}
	}
	if _, n, _ := digits(t).stages(); n != 421642 {
		t.Errorf("the digits network has %d weights, want 421642", n)
	}
	want := "digits: 1×28×28, normalise mean 0.1307 std 0.3081, conv 32 3×3 padding 1, relu, max pool 2×2, conv 64 3×3 padding 1, relu, max pool 2×2, flatten, dense 128, relu, dense 10; 10 classes"
	if got := digits(t).String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArchitectureErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(a *Architecture)
		want   string
	}{
		{func(a *Architecture) { a.Height = 0 }, `architecture "tiny": images of 2×0×8, want dimensions in 1..65536`},
		{func(a *Architecture) { a.Layers[3].Size = 3 }, `architecture "tiny": layer 3, max pool 3×3, does not fit images of 3×8×8`},
		{func(a *Architecture) { a.Layers[0].Std = 0 }, `architecture "tiny": layer 0, normalise mean 0.4 std 0, does not fit images of 2×8×8`},
		{func(a *Architecture) { a.Classes = 4 }, `architecture "tiny": the last layer gives 3×1×1, want 4 classes (at least 2)`},
		{func(a *Architecture) { a.Layers[2].Kind = "gelu" }, `architecture "tiny": layer 2, gelu, does not fit images of 3×8×8`},
		{func(a *Architecture) { a.Layers[1].Pad = 65 }, `architecture "tiny": layer 1, conv 3 3×3 padding 65: out of range`},
	} {
		a := tiny()
		tt.change(&a)
		if _, _, err := a.stages(); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}
