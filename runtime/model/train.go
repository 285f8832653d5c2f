package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
	"jpgreport/runtime/work"
)

// TrainOptions say how [Train] trains. The zero value is the recipe that takes
// the digits network to 98.9% to 99.1% of MNIST's test images in one epoch (four
// seeds).
type TrainOptions struct {
	Epochs       int     // passes over the images; 0 means 1
	BatchSize    int     // images a step; 0 means 50
	Seed         uint64  // of the first weights and of each epoch's order
	LearningRate float64 // the schedule's peak, in (0,1]; 0 means 0.002
}

// What the zero values of [TrainOptions] mean.
const (
	DefaultEpochs       = 1
	DefaultBatchSize    = 50
	DefaultLearningRate = 0.002
)

// resolve returns the options with defaults in place.
func (o TrainOptions) resolve() (TrainOptions, error) {
	if o.Epochs == 0 {
		o.Epochs = DefaultEpochs
	}
	if o.BatchSize == 0 {
		o.BatchSize = DefaultBatchSize
	}
	if o.LearningRate == 0 {
		o.LearningRate = DefaultLearningRate
	}
	switch {
	case o.Epochs < 0 || o.Epochs > 1000:
		return o, fmt.Errorf("%d epochs, want 1..1000, or 0 for %d", o.Epochs, DefaultEpochs)
	case o.BatchSize < 0 || o.BatchSize > 10000:
		return o, fmt.Errorf("batch size %d, want 1..10000, or 0 for %d", o.BatchSize, DefaultBatchSize)
	case !(o.LearningRate > 0 && o.LearningRate <= 1):
		return o, fmt.Errorf("learning rate %v, want one in (0,1], or 0 for %v", o.LearningRate, DefaultLearningRate)
	}
	return o, nil
}

// Train trains the architecture of that name on images and their labels, from
// weights drawn from the seed, by Adam on the mean cross-entropy. The learning
// rate rises over the first twentieth of the steps and falls along a cosine.
//
// Equal arguments give equal weights, bit for bit, whatever GOMAXPROCS. The
// result is kept in the context's memory, its curve included, and the weights are
// named to its provenance. Train ends with the context's error when that is
// cancelled between steps, and with an error when the loss is not finite.
func Train(ctx context.Context, arch string, images *pixel.Batch, labels []int, o TrainOptions) (*Net, error) {
	a, classes, err := namedIn(ctx, arch)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	net, err := train(ctx, a, images, labels, o)
	if err == nil {
		net.Classes = classes
		work.Use(ctx, work.Artifact{
			Kind: "weights", Name: fmt.Sprintf("%s, seed %d", arch, o.Seed), Source: "trained by model.Train", SHA256: net.Digest(),
		})
	}
	return net, err
}

func train(ctx context.Context, a Architecture, images *pixel.Batch, labels []int, o TrainOptions) (*Net, error) {
	o, err := o.resolve()
	if err == nil {
		err = a.checkLabels(images, labels)
	}
	if err == nil && images.N == 0 {
		err = fmt.Errorf("no images")
	}
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", a.Name, err)
	}
	key := work.Key{Primitive: "model.Train"}.
		With("architecture", a).
		With("images", images.Digest()).
		WithInts("labels", labels).
		With("epochs", o.Epochs).
		With("batch size", o.BatchSize).
		With("learning rate", o.LearningRate).
		With("seed", o.Seed)
	codec := work.Codec[*Net]{
		Encode: (*Net).MarshalBinary,
		Decode: func(b []byte) (*Net, error) {
			n := new(Net)
			return n, n.UnmarshalBinary(b)
		},
	}
	n, err := work.Recalled(ctx, key, codec, func(ctx context.Context) (*Net, error) {
		t, err := newTrainer(a, images, labels, o)
		if err != nil {
			return nil, err
		}
		return t.run(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", a.Name, err)
	}
	return n, nil
}

// A trainer is the state of one training.
type trainer struct {
	arch    Architecture
	images  *pixel.Batch
	labels  []int
	o       TrainOptions
	weights []float32
	machine *machine
	params  []param
	steps   int // in all
	curve   []CurvePoint
	recent  tally // since the last point of the curve
}

// A param is one tensor of the weights.
type param struct {
	weights  []float32
	gradient []float32 // summed over the images of a batch
	adam     *kernel.Adam
	sum      []float32 // of the machine's gradients, when a batch takes more than one run
}

// A tally is loss and hits summed over images.
type tally struct {
	loss float64
	hits int
	n    int
}

func (t *tally) add(u tally) {
	t.loss += u.loss
	t.hits += u.hits
	t.n += u.n
}

// curvePoints is about how many points a curve has: enough to draw.
const curvePoints = 100

func newTrainer(a Architecture, images *pixel.Batch, labels []int, o TrainOptions) (*trainer, error) {
	weights, err := initial(a, o.Seed)
	if err != nil {
		return nil, err
	}
	t := &trainer{arch: a, images: images, labels: labels, o: o, weights: weights}
	if t.machine, err = newMachine(a, weights, weightGradient, o.BatchSize, kernel.New); err != nil {
		return nil, err
	}
	stages, _, err := a.stages()
	if err != nil {
		return nil, err
	}
	for _, s := range stages {
		for _, place := range []span{s.weight, s.bias} {
			if w := place.of(weights); len(w) > 0 {
				t.params = append(t.params, param{weights: w, adam: kernel.NewAdam(len(w))})
			}
		}
	}
	t.steps = o.Epochs * t.batches()
	return t, nil
}

// batches returns how many steps an epoch has; the last may be smaller.
func (t *trainer) batches() int { return (t.images.N + t.o.BatchSize - 1) / t.o.BatchSize }

func (t *trainer) run(ctx context.Context) (*Net, error) {
	step := 0
	for epoch := range t.o.Epochs {
		order := rand.New(rand.NewPCG(t.o.Seed, streamOrder|uint64(epoch))).Perm(t.images.N)
		for batch := range slices.Chunk(order, t.o.BatchSize) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sum, err := t.gradient(batch)
			if err != nil {
				return nil, err
			}
			if math.IsNaN(sum.loss) || math.IsInf(sum.loss, 0) {
				return nil, fmt.Errorf("epoch %d, step %d of %d: the loss is %v; a learning rate below %v may help",
					epoch+1, step+1, t.steps, sum.loss, t.o.LearningRate)
			}
			t.update(rate(t.o.LearningRate, step, t.steps), len(batch))
			step++
			t.note(ctx, epoch, step, sum)
		}
	}
	n := newNet(t.arch, t.weights)
	n.Curve = t.curve
	return n, nil
}

// gradient leaves the gradient of the summed loss over the batch with the params.
func (t *trainer) gradient(batch []int) (tally, error) {
	var sum tally
	for first := 0; first < len(batch); first += t.machine.capacity {
		m, part := t.machine, batch[first:min(first+t.machine.capacity, len(batch))]
		m.load(len(part), func(i int) []float32 { return t.images.Sample(part[i]) }, func(i int) int { return t.labels[part[i]] })
		if err := m.run(); err != nil {
			return tally{}, err
		}
		for i, k := range part {
			row := m.row(i)
			sum.loss += kernel.CrossEntropy(row, t.labels[k])
			if best(row) == t.labels[k] {
				sum.hits++
			}
		}
		sum.n += len(part)
		for i := range t.params {
			p, g := &t.params[i], m.dw[i]
			switch {
			case len(batch) <= m.capacity:
				p.gradient = g
			case first == 0:
				p.sum = append(p.sum[:0], g...)
				p.gradient = p.sum
			default:
				m.engine.Add(p.sum, p.sum, g)
			}
		}
	}
	return sum, nil
}

// update moves the weights one step against the gradient of the mean loss over n
// images.
func (t *trainer) update(rate float64, n int) {
	for _, p := range t.params {
		t.machine.engine.Adam(p.adam, p.weights, p.gradient, rate, 1/float32(n))
	}
}

// rate returns the learning rate of a step, 0 ≤ step < steps: a linear rise over
// the first twentieth, then half a cosine down towards 0. The small last steps
// are worth more than a further epoch at a constant rate.
func rate(peak float64, step, steps int) float64 {
	warm := steps / 20
	if step < warm {
		return peak * float64(step+1) / float64(warm+1)
	}
	t := (float64(step-warm) + 0.5) / float64(steps-warm)
	return peak * (1 + math.Cos(math.Pi*t)) / 2
}

// note adds to the curve and reports progress.
func (t *trainer) note(ctx context.Context, epoch, step int, sum tally) {
	t.recent.add(sum)
	loss, accuracy := t.recent.loss/float64(t.recent.n), float64(t.recent.hits)/float64(t.recent.n)
	if step%max(1, t.steps/curvePoints) == 0 || step == t.steps {
		t.curve = append(t.curve, CurvePoint{step, loss, accuracy})
		t.recent = tally{}
	}
	work.Report(ctx, work.Step{
		Task: "train " + t.arch.Name, Done: step, Total: t.steps, Unit: "batches",
		Note: fmt.Sprintf("epoch %d/%d, loss %.3f, accuracy %.1f%%", epoch+1, t.o.Epochs, loss, 100*accuracy),
	})
}

// best returns the index of the largest logit, the lowest of equals.
func best(logits []float32) int {
	top := 0
	for k, z := range logits {
		if z > logits[top] {
			top = k
		}
	}
	return top
}
