package work_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"jpgreport/runtime/work"
)

// memory keeps results in a map.
type memory map[string][]byte

func (m memory) Recall(k work.Key) ([]byte, bool) {
	b, ok := m[k.Primitive+k.Parts[0].Value]
	return b, ok
}

func (m memory) Keep(k work.Key, value []byte) { m[k.Primitive+k.Parts[0].Value] = value }

var number = work.Codec[int]{
	Encode: func(n int) ([]byte, error) { return []byte(strconv.Itoa(n)), nil },
	Decode: func(b []byte) (int, error) { return strconv.Atoi(string(b)) },
}

// count returns a computation that gives 42 and the number of times it ran.
func count() (func(context.Context) (int, error), *int) {
	n := 0
	return func(context.Context) (int, error) { n++; return 42, nil }, &n
}

func TestRecalled(t *testing.T) {
	key := work.Key{Primitive: "p"}.With("x", 1)
	for _, c := range []struct {
		name string
		ctx  context.Context
		key  work.Key
		runs int // of two calls
	}{
		{"a bare context keeps nothing", context.Background(), key, 2},
		{"the second call is recalled", work.WithMemory(context.Background(), memory{}), key, 1},
		{"a damaged entry is computed again, once", work.WithMemory(context.Background(), memory{"p1": []byte("junk")}), key, 1},
		{"an input without a digest prevents keeping", work.WithMemory(context.Background(), memory{}),
			work.Key{Primitive: "p"}.With("script function", ""), 2},
	} {
		compute, runs := count()
		for range 2 {
			if v, err := work.Recalled(c.ctx, c.key, number, compute); v != 42 || err != nil {
				t.Errorf("%s: %d, %v", c.name, v, err)
			}
		}
		if *runs != c.runs {
			t.Errorf("%s: computed %d times, want %d", c.name, *runs, c.runs)
		}
	}
}

func TestRecalledKeepsNoFailure(t *testing.T) {
	m := memory{}
	ctx := work.WithMemory(context.Background(), m)
	broken := errors.New("broken")
	_, err := work.Recalled(ctx, work.Key{Primitive: "p"}.With("x", 1), number,
		func(context.Context) (int, error) { return 7, broken })
	if !errors.Is(err, broken) || len(m) != 0 {
		t.Errorf("error %v, kept %v; want the error and nothing kept", err, m)
	}
}

func TestKeyWithLeavesTheOldKeyAlone(t *testing.T) {
	base := work.Key{Primitive: "p"}.With("a", 1)
	b, c := base.With("b", 2), base.With("c", 3)
	if len(base.Parts) != 1 || b.Parts[1].Name != "b" || c.Parts[1].Name != "c" {
		t.Errorf("keys share their parts: %v %v %v", base, b, c)
	}
}

func TestContextCarriesTheCaller(t *testing.T) {
	var steps []work.Step
	var used []work.Artifact
	ctx := work.WithProgress(context.Background(), work.ProgressFunc(func(s work.Step) { steps = append(steps, s) }))
	ctx = work.WithProvenance(ctx, work.ProvenanceFunc(func(a work.Artifact) { used = append(used, a) }))
	work.Report(ctx, work.Step{Task: "train", Done: 1, Total: 2})
	work.Use(ctx, work.Artifact{Kind: "data", Name: "mnist"})
	if len(steps) != 1 || steps[0].Task != "train" || len(used) != 1 || used[0].Name != "mnist" {
		t.Errorf("steps %v, artifacts %v", steps, used)
	}
	work.Report(context.Background(), work.Step{}) // a bare context takes it in silence
	work.Use(context.Background(), work.Artifact{})
}
