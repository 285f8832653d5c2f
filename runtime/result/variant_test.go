package result_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"jpgreport/runtime/result"
)

// one returns a run with these values alone.
func one(t *testing.T, seed uint64, quality int) *result.Run {
	t.Helper()
	r := result.New()
	r.Title, r.Seed, r.Status = "t", seed, result.Done
	r.Params = map[string]result.Param{"quality": {Value: quality, Kind: "int"}, "images": {Value: 500, Kind: "int"}}
	r.Provenance.Artifacts = []result.Artifact{{Name: "mnist", SHA256: "1"}}
	if quality == 10 {
		r.Provenance.Artifacts = append(r.Provenance.Artifacts, result.Artifact{Name: "more", SHA256: "2"})
	}
	r.Cells = []*result.Cell{{ID: "a", Kind: result.KindScript, Status: result.Done, Outputs: []result.Output{}}}
	if err := r.Add("a", result.Output{Kind: "metric", Metric: &result.Metric{Name: "m", Estimate: result.Estimate{Value: float64(quality)}}}); err != nil {
		t.Fatal(err)
	}
	r.Environment.Calls = []result.Call{{Cell: "a", Primitive: "codec.JPEG", Hit: quality == 75}}
	return r
}

func TestVariants(t *testing.T) {
	r := one(t, 1, 0)
	delete(r.Params, "quality")
	r.Cells, r.Metrics, r.Provenance.Artifacts = []*result.Cell{}, map[string]result.Estimate{}, []result.Artifact{}
	r.Sweep = []string{"seed", "quality"}
	for _, seed := range []uint64{1, 2} {
		for _, quality := range []int{75, 10} {
			r.Join(one(t, seed, quality))
		}
	}
	if err := r.Seal(); err != nil {
		t.Fatal(err)
	}
	if len(r.Provenance.Artifacts) != 2 {
		t.Errorf("artifacts %v, want each once", r.Provenance.Artifacts)
	}
	for i, want := range []string{"seed=1, quality=75", "seed=1, quality=10", "seed=2, quality=75", "seed=2, quality=10"} {
		if got := r.Label(r.Variants[i]); got != want {
			t.Errorf("variant %d is %q, want %q", i, got, want)
		}
	}
	alone := one(t, 2, 10)
	if err := alone.Seal(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(alone, r.Of(r.Variants[3]), cmpopts.IgnoreUnexported(result.Cell{}), cmpopts.IgnoreFields(result.Provenance{}, "Digest")); d != "" {
		t.Errorf("a variant is not what a run with its values alone is: %s", d)
	}

	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	read, err := result.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Seal(); err != nil || read.Digest != r.Digest {
		t.Errorf("read back, the run has the digest %s (%v), want %s", read.Digest, err, r.Digest)
	}
	read.Variants[1].Metrics["m"] = result.Estimate{Value: 11}
	if err := read.Seal(); err != nil || read.Digest == r.Digest {
		t.Error("the digest does not cover the numbers of a variant")
	}
}

// What is no sweep has nothing of one in its record, so that records from before
// there were sweeps stay as they are.
func TestNoVariants(t *testing.T) {
	b, err := json.Marshal(result.New())
	if err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal(b, &record); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"sweep", "variants"} {
		if _, has := record[key]; has {
			t.Errorf("the record of a single run has %q", key)
		}
	}
}

func TestRecalledSentence(t *testing.T) {
	hit := result.Call{Cell: "a", Primitive: "model.Train", Hit: true}
	ran := result.Call{Cell: "a", Primitive: "attack.FGSM", Changed: []result.Change{{Part: "epsilons", Old: "[5]", New: "[10]"}}}
	fresh := result.Call{Cell: "b", Primitive: "codec.JPEG"}
	unkept := result.Call{Cell: "b", Primitive: "codec.JPEG", Unkept: "transform"}
	digest := result.Call{Cell: "c", Primitive: "model.Classify", Changed: []result.Change{
		{Part: "images", Old: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", New: "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
		{Part: "steps", New: "3"},
	}}
	e := result.Environment{Calls: []result.Call{hit, hit, ran, ran, fresh, unkept, digest}}
	for cell, want := range map[string]string{
		"a": "2 of 4 calls from the cache; attack.FGSM ran again because epsilons ([5] → [10]) changed",
		"b": "0 of 2 calls from the cache; codec.JPEG ran, as no such result is kept; codec.JPEG ran, as transform has no digest, so the result cannot be kept",
		"c": "0 of 1 calls from the cache; model.Classify ran again because images (01234567… → 11234567…), steps (none → 3) changed",
		"d": "",
	} {
		if got := e.Recalled(cell); got != want {
			t.Errorf("cell %s: %q, want %q", cell, got, want)
		}
	}
	if got := (result.Environment{Calls: []result.Call{hit}}).Recalled(""); got != "its one call came from the cache" {
		t.Errorf("one hit: %q", got)
	}
}
