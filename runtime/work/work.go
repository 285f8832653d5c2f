// Package work is what a primitive that runs long asks of its caller. All of it
// travels in the context, and a bare context gives none of it:
//
//  1. progress: [Report] says how far the work has come;
//  2. a memory of results: [Recalled] returns what was computed before under
//     the same [Key], or computes it and has it kept;
//  3. provenance: [Use] names a data set or a file of weights that the result
//     rests on;
//  4. warnings: [Warn] says what a reader of the result has to know of it, such as
//     that a broken picture was left out.
//
// A primitive written so is an ordinary Go function: it runs the same with
// context.Background() as in a notebook. [Share] is how it uses all cores.
package work

import "context"

// A Step says how far a piece of long work has come.
type Step struct {
	Task  string // what is being done, such as "train digits"
	Done  int    // units finished
	Total int    // units in all; 0 when unknown
	Unit  string // what Done and Total count, in the plural: "batches"
	Note  string // what else is worth a look, such as "epoch 1/2, loss 0.131"
}

// Progress receives steps. Its method is called from the goroutine that works.
type Progress interface {
	Step(Step)
}

// ProgressFunc is a function that serves as [Progress].
type ProgressFunc func(Step)

// Step calls f.
func (f ProgressFunc) Step(s Step) { f(s) }

// An Artifact is something from outside that a result rests on.
type Artifact struct {
	Kind   string // "data" or "weights"
	Name   string // the name the caller knows it by
	Source string // where it came from, without a machine's paths
	SHA256 string // of its bytes, in hexadecimal
}

// Provenance receives the artifacts that primitives use.
type Provenance interface {
	Use(Artifact)
}

// ProvenanceFunc is a function that serves as [Provenance].
type ProvenanceFunc func(Artifact)

// Use calls f.
func (f ProvenanceFunc) Use(a Artifact) { f(a) }

// Warnings receives what primitives warn of.
type Warnings interface {
	Warn(text string)
}

// WarningsFunc is a function that serves as [Warnings].
type WarningsFunc func(text string)

// Warn calls f.
func (f WarningsFunc) Warn(text string) { f(text) }

type (
	warningsKey   struct{}
	progressKey   struct{}
	provenanceKey struct{}
	memoryKey     struct{}
)

// WithProgress returns a context whose work reports to p.
func WithProgress(ctx context.Context, p Progress) context.Context {
	return context.WithValue(ctx, progressKey{}, p)
}

// WithProvenance returns a context whose work names its artifacts to p.
func WithProvenance(ctx context.Context, p Provenance) context.Context {
	return context.WithValue(ctx, provenanceKey{}, p)
}

// WithMemory returns a context whose work keeps its results in m.
func WithMemory(ctx context.Context, m Memory) context.Context {
	return context.WithValue(ctx, memoryKey{}, m)
}

// WithWarnings returns a context whose work warns w.
func WithWarnings(ctx context.Context, w Warnings) context.Context {
	return context.WithValue(ctx, warningsKey{}, w)
}

// Warn passes a sentence to the warnings that ctx carries, if any. It is called
// from the goroutine that called the primitive.
func Warn(ctx context.Context, text string) {
	if w, ok := ctx.Value(warningsKey{}).(Warnings); ok {
		w.Warn(text)
	}
}

// Report passes s to the progress that ctx carries, if any.
func Report(ctx context.Context, s Step) {
	if p, ok := ctx.Value(progressKey{}).(Progress); ok {
		p.Step(s)
	}
}

// Use passes a to the provenance that ctx carries, if any.
func Use(ctx context.Context, a Artifact) {
	if p, ok := ctx.Value(provenanceKey{}).(Provenance); ok {
		p.Use(a)
	}
}
