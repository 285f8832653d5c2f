package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"jpgreport/runtime/attack"
	"jpgreport/runtime/kernel"
	"jpgreport/runtime/pixel"
)

// A Net is a trained classifier, from [Train] or [ReadONNX]. It is not changed once made, and its methods
// may be called from several goroutines.
type Net struct {
	Curve   []CurvePoint // how its training went
	Classes []string     // names of the labels, in order; nil: they are not known

	arch    Architecture
	weights []float32
	plan    *plan // instead of the architecture's layers and the weights; nil for a net of our own
	digest  string
	idle    *idle
}

// An idle holds machines between the calls that use them, as building one takes longer
// than many a call. For each purpose it holds one that works on all cores, the one given
// back last, and as many that work on one core as there are cores.
type idle struct {
	sync.Mutex
	machines [purposes]*machine
	single   [purposes][]*machine
}

// borrow returns a machine for the caller alone, which works on all cores.
func (n *Net) borrow(p purpose) (*machine, error) {
	n.idle.Lock()
	m := n.idle.machines[p]
	n.idle.machines[p] = nil
	n.idle.Unlock()
	if m != nil {
		return m, nil
	}
	return n.machine(p, maxImages, kernel.New)
}

// borrowSingle returns a machine for the caller alone, which works on one core; a new one
// takes so many images at a time.
func (n *Net) borrowSingle(p purpose, images int) (*machine, error) {
	n.idle.Lock()
	list := &n.idle.single[p]
	var m *machine
	if last := len(*list) - 1; last >= 0 {
		m, *list = (*list)[last], (*list)[:last]
	}
	n.idle.Unlock()
	if m != nil {
		return m, nil
	}
	m, err := n.machine(p, images, kernel.NewSingle)
	if err == nil {
		m.single = true
	}
	return m, err
}

func (n *Net) machine(p purpose, limit int, engine newEngine) (*machine, error) {
	if n.plan != nil {
		return newPlanMachine(n.arch, n.plan, p, limit, engine)
	}
	return newMachine(n.arch, n.weights, p, limit, engine)
}

// giveBack takes a machine that did what it was borrowed for.
func (n *Net) giveBack(m *machine) {
	n.idle.Lock()
	defer n.idle.Unlock()
	if !m.single {
		n.idle.machines[m.purpose] = m
	} else if list := &n.idle.single[m.purpose]; len(*list) < runtime.GOMAXPROCS(0) {
		*list = append(*list, m)
	}
}

// A CurvePoint is the state of training after Step steps: loss and accuracy on
// the training images since the point before, each image as the weights were
// when it was used.
type CurvePoint struct {
	Step     int
	Loss     float64 // mean cross-entropy, in nats
	Accuracy float64 // share of images, in [0,1]
}

var _ attack.Model = (*Net)(nil)

// newNet returns the net of these weights, which it keeps.
func newNet(a Architecture, weights []float32) *Net {
	h := sha256.New()
	fmt.Fprintln(h, a)
	h.Write(floats(weights))
	return &Net{arch: a, weights: weights, digest: hex.EncodeToString(h.Sum(nil)), idle: new(idle)}
}

// Architecture returns the net without its weights.
func (n *Net) Architecture() Architecture { return n.arch }

// Parameters returns how many weights the net has, biases included.
func (n *Net) Parameters() int {
	if n.plan != nil {
		return n.plan.parameters
	}
	return len(n.weights)
}

// Digest returns the SHA-256, in hexadecimal, of the architecture and the
// weights. The curve is not in it.
func (n *Net) Digest() string { return n.digest }

// floats returns IEEE 754 binary32, little endian.
func floats(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, f := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b
}

// check returns an error unless the net can take x.
func (a Architecture) check(x *pixel.Batch) error {
	if err := x.Check(); err != nil {
		return err
	}
	if x.C != a.Channels || x.H != a.Height || x.W != a.Width {
		return fmt.Errorf("images of %d×%d×%d, %s takes %d×%d×%d", x.C, x.H, x.W, a.Name, a.Channels, a.Height, a.Width)
	}
	return nil
}

// checkLabels returns an error unless each image of x has a label the net knows.
func (a Architecture) checkLabels(x *pixel.Batch, labels []int) error {
	if err := a.check(x); err != nil {
		return err
	}
	if len(labels) != x.N {
		return fmt.Errorf("%d labels for %d images", len(labels), x.N)
	}
	for i, l := range labels {
		if l < 0 || l >= a.Classes {
			return fmt.Errorf("label %d of image %d, want 0..%d", l, i, a.Classes-1)
		}
	}
	return nil
}

// The streams of random numbers that a training seed gives, in the upper half of
// PCG's second word: a layer's weights and an epoch's order are independent.
const (
	streamWeights = 1 << 32
	streamOrder   = 2 << 32
)

// initial draws weights from a normal distribution of variance 1/(3·fan-in), and
// sets biases to 0. Gorgonia's own initialisers seed from the clock.
//
// Note: the variance 2/fan-in of He et al., 2015, makes the first logits of this
// network several units wide: the loss of the first digits is 6.5, where ignorance
// has ln 10 = 2.3, and 2,000 digits once over gave 68.6% instead of 84.5%.
func initial(a Architecture, seed uint64) ([]float32, error) {
	stages, count, err := a.stages()
	if err != nil {
		return nil, err
	}
	weights := make([]float32, count)
	for i, s := range stages {
		fanIn := s.in.c
		if s.Kind == "conv" {
			fanIn *= s.Size * s.Size
			fanIn /= s.groups()
		}
		r := rand.New(rand.NewPCG(seed, streamWeights|uint64(i)))
		std := 1 / math.Sqrt(float64(3*fanIn))
		w := s.weight.of(weights)
		for k := range w {
			w[k] = float32(std * r.NormFloat64())
		}
	}
	return weights, nil
}
