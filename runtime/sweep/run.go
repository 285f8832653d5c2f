package sweep

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"

	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// Run takes the images of a source through a plan and returns the rows of each
// arm.
//
// Three things go on at once: one block is read, batches of the block before are
// attacked and compressed, and the batch made last is classified. The result
// depends neither on that nor on the size of a block. The rows of a block are kept
// in the context's memory under the digests of the model and of the block, an
// entry for each arm: what a former sweep has is not computed again, even if it
// did not come to its end or asked for less.
//
// Run reports progress in images and arms, and ends with the context's error when
// that is cancelled, once nothing that it started goes on.
func Run(ctx context.Context, m Model, source Source, plan Plan) (*Result, error) {
	if m == nil {
		return nil, fmt.Errorf("sweep: no model")
	}
	err := plan.check()
	if err == nil {
		err = checkSource(source)
	}
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	r := &Result{N: source.Len(), Arms: plan.arms(), model: m.Digest()}
	for _, a := range r.Arms {
		a.result = r
	}
	if err := r.run(ctx, m, source, plan); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return r, nil
}

// A runner is a sweep under way.
type runner struct {
	model   Model
	source  Source
	plan    Plan
	result  *Result
	also    []string // the package of the model's code
	keeping sync.Mutex
}

// A loaded is a block that was read, with what the memory has of it.
type loaded struct {
	block
	clean    packed
	key      work.Key
	recalled []*columns // for each arm; nil: to be computed
}

// A batch is what is to be classified for one arm of a block.
type batch struct {
	arm    int
	of     *loaded
	images packed
	rows   *columns // complete when recalled
}

func (r *Result) run(parent context.Context, m Model, source Source, plan Plan) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s := &runner{model: m, source: source, plan: plan, result: r}
	if named, ok := m.(interface{ Primitive() string }); ok {
		pkg, _, _ := strings.Cut(named.Primitive(), ".")
		s.also = []string{pkg}
	}
	// Bounded so that no more is in memory than what is worked on and what waits
	// next.
	blocks, batches := make(chan *loaded), make(chan *batch, 1)
	var stages sync.WaitGroup
	stages.Go(func() {
		defer close(blocks)
		if err := s.load(ctx, blocks); err != nil {
			cancel(err)
		}
	})
	stages.Go(func() {
		defer close(batches)
		for b := range blocks {
			if err := s.prepare(ctx, b, batches); err != nil {
				cancel(err)
			}
		}
	})
	step := work.Step{Task: "sweep", Total: r.N * len(r.Arms), Unit: "images and arms"}
	for b := range batches {
		if ctx.Err() != nil {
			continue // the channels are drained, so that the stages end
		}
		if err := s.classify(ctx, b); err != nil {
			cancel(err)
			continue
		}
		step.Done += len(b.of.labels)
		step.Note = r.Arms[b.arm].String()
		work.Report(ctx, step)
	}
	stages.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// load reads the blocks, and asks the memory for their rows.
func (s *runner) load(ctx context.Context, blocks chan<- *loaded) error {
	size := s.plan.Batch
	var shape *pixel.Batch
	for from := 0; from < s.result.N; from += size {
		if shape == nil && size == 0 { // the default goes by the images' size
			x, _, err := s.source.Batch(ctx, 0, 1)
			if err != nil {
				return fmt.Errorf("image 0: %w", err)
			}
			size = s.plan.batch(x.Size())
		}
		to := min(from+size, s.result.N)
		x, labels, err := s.source.Batch(ctx, from, to)
		if err == nil {
			err = checkBlock(x, labels, to-from, shape)
		}
		if err != nil {
			return fmt.Errorf("images %d to %d: %w", from, to-1, err)
		}
		if shape == nil {
			if err := s.plan.checkFor(x); err != nil {
				return err
			}
			shape = x.Slice(0, 0)
		}
		b := &loaded{block: block{first: from, images: x, labels: labels, model: s.model}, clean: pack(x)}
		if b.clean.levels == nil {
			return fmt.Errorf("images %d to %d are not on 8-bit levels; round them first", from, to-1)
		}
		b.recalled = make([]*columns, len(s.result.Arms))
		if work.Remembers(ctx) {
			b.key = work.Key{Primitive: "sweep.Run", Also: s.also}.With("model", s.model.Digest()).
				With("images", x.Digest()).With("first", from).WithInts("labels", labels)
			for k, a := range s.result.Arms {
				b.recalled[k] = s.recall(ctx, b, a)
			}
		}
		select {
		case blocks <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func checkBlock(x *pixel.Batch, labels []int, n int, shape *pixel.Batch) error {
	if err := x.Check(); err != nil {
		return err
	}
	if x.N != n || len(labels) != n {
		return fmt.Errorf("the source gave %d images and %d labels, want %d", x.N, len(labels), n)
	}
	if shape != nil && (x.C != shape.C || x.H != shape.H || x.W != shape.W) {
		return fmt.Errorf("images of %d×%d×%d, those before are of %d×%d×%d", x.C, x.H, x.W, shape.C, shape.H, shape.W)
	}
	for i, l := range labels {
		if l < 0 || l > math.MaxUint16 {
			return fmt.Errorf("label %d of image %d, want 0..%d", l, i, math.MaxUint16)
		}
	}
	return nil
}

func (s *runner) recall(ctx context.Context, b *loaded, a *Arm) *columns {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	c, _ := work.Recall(ctx, a.key(b.key), a.codec(len(b.labels)))
	return c
}

func (s *runner) keep(ctx context.Context, b *loaded, a *Arm, c *columns) error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	return work.Keep(ctx, a.key(b.key), a.codec(len(b.labels)), c)
}

// key names an arm of a block.
func (a *Arm) key(block work.Key) work.Key {
	return block.With("attack", orNone(a.Attack)).With("epsilon", a.Epsilon).With("transform", orNone(a.Transform))
}

func orNone(name string) string {
	if name == "" {
		return "none"
	}
	return name
}

func (a *Arm) codec(rows int) work.Codec[*columns] {
	return work.Codec[*columns]{
		Encode: (*columns).encode,
		Decode: func(b []byte) (*columns, error) { return decode(b, rows) },
	}
}

// quiet returns a context for the work on a block, which neither reports nor
// keeps anything of its own.
func quiet(ctx context.Context) context.Context {
	return work.WithMemory(work.WithProgress(ctx, nil), nil)
}

// prepare makes the batches of a block that are not recalled, in the order of the
// arms.
func (s *runner) prepare(ctx context.Context, b *loaded, batches chan<- *batch) error {
	clean := newStage(b.first, b.images)
	var before *stage // of the arm's images before its transform
	for k, a := range s.result.Arms {
		if a.transform.how == nil {
			before = nil
		}
		next := &batch{arm: k, of: b, rows: b.recalled[k]}
		if next.rows == nil {
			if err := ctx.Err(); err != nil {
				return err
			}
			if before == nil {
				var err error
				if before, err = a.stage(quiet(ctx), &b.block, clean); err != nil {
					return err
				}
			}
			if err := a.batch(quiet(ctx), next, clean, before); err != nil {
				return err
			}
		}
		select {
		case batches <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// stage returns the images of an arm before its transform.
func (a *Arm) stage(ctx context.Context, b *block, clean *stage) (*stage, error) {
	if a.attack.how == nil {
		return clean, nil
	}
	adv, err := a.attack.how.perturb(ctx, b, a.Epsilon)
	if err == nil {
		err = pixel.SameShape(b.images, adv)
	}
	if err != nil {
		return nil, fmt.Errorf("%s, ε = %v/255: %w", a.Attack, a.Epsilon, err)
	}
	return newStage(b.first, adv), nil
}

// batch makes the images of an arm and measures how they differ from those before.
func (a *Arm) batch(ctx context.Context, next *batch, clean, before *stage) error {
	next.rows = new(columns)
	if a.transform.how == nil {
		next.images = before.levels
		next.rows.changed(clean.levels, before.levels)
		return nil
	}
	y, err := before.through(ctx, a.transform)
	if err != nil {
		return err
	}
	next.images = y.images
	next.rows.changed(before.levels, y.images)
	for _, n := range y.bytes {
		next.rows.bytes = append(next.rows.bytes, uint32(n))
	}
	for _, t := range y.tables {
		for _, step := range t {
			next.rows.tables = append(next.rows.tables, uint16(step))
		}
	}
	if a.attack.how == nil || !a.transform.how.passes() {
		return nil
	}
	counterpart, err := clean.through(ctx, a.transform)
	if err != nil {
		return err
	}
	next.rows.passed(clean.images, before.images, counterpart.images.batch(), y.images.batch())
	return nil
}

// classify fills in what the model says of a batch, unless its rows are recalled,
// and adds the rows to the result.
func (s *runner) classify(ctx context.Context, b *batch) error {
	a := s.result.Arms[b.arm]
	labels := b.of.labels
	if b.images.n > 0 {
		logits, classes, err := s.model.Logits(quiet(ctx), b.images.batch())
		if err != nil {
			return fmt.Errorf("%s: %w", a, err)
		}
		if err := checkLogits(logits, classes, labels); err != nil {
			return fmt.Errorf("%s: %w", a, err)
		}
		var tops func(i int) int
		if a != a.clean {
			tops = func(i int) int { return int(a.clean.rows.prediction[b.of.first+i]) }
		}
		b.rows.classified(logits, classes, labels, tops)
		if err := s.keep(ctx, b.of, a, b.rows); err != nil {
			return err
		}
	}
	if b.arm == 0 {
		s.result.size = b.of.images.Size()
		s.result.Labels = append(s.result.Labels, labels...)
	}
	a.rows.add(b.rows, s.result.N)
	return nil
}

func checkLogits(logits []float32, classes int, labels []int) error {
	if classes < 1 || classes > math.MaxUint16+1 || len(logits) != classes*len(labels) {
		return fmt.Errorf("the model gave %d logits of %d classes for %d images", len(logits), classes, len(labels))
	}
	for i, l := range labels {
		if l >= classes {
			return fmt.Errorf("label %d of image %d, want 0..%d", l, i, classes-1)
		}
	}
	for k, v := range logits {
		if v-v != 0 { // NaN, and the infinities
			return fmt.Errorf("image %d has a logit of %v, want a finite number", k/classes, v)
		}
	}
	return nil
}
