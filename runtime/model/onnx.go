package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"jpgreport/runtime/onnx"
)

// ONNXOptions say what a file of a network does not.
type ONNXOptions struct {
	Name string // of the network, for messages; "": that of the file's graph

	// Mean and standard deviation of each channel, or one for all: the network sees
	// (x − Mean)/Std of samples in [0,1]. None: 0 and 1. They are a layer of the net,
	// so that an attack works on samples in [0,1] and never sees others.
	Mean, Std []float32

	Height, Width int // of the images, where the file leaves them open; else 0 or those of the file
}

// maxPlanElements bounds the elements of all values of one image together, and
// those of any step's padded operand: half a GiB.
const maxPlanElements = 1 << 27

// ReadONNX returns the net of an ONNX file's bytes: one image input, N×C×H×W or
// N×H×W×C with N free, and N×classes logits as its first output. A Softmax at the
// end is cut off, as the loss has one of its own. [ONNXOperators] lists the
// operators that it knows, of opsets 9 to 20; weights are float or float16 and
// computed with as float32. Anything else is an error that names the node.
//
// The digest of the net is over the file's bytes and the options that count.
func ReadONNX(data []byte, o ONNXOptions) (*Net, error) {
	net, err := readONNX(data, o)
	if err != nil {
		return nil, fmt.Errorf("read ONNX: %w", err)
	}
	return net, nil
}

func readONNX(data []byte, o ONNXOptions) (*Net, error) {
	file, err := onnx.Decode(data)
	if err != nil {
		return nil, err
	}
	if file.Opset < 9 || file.Opset > 20 {
		return nil, fmt.Errorf("opset %d, want 9..20; export the network with one of these", file.Opset)
	}
	im := &importer{graph: &file.Graph, opset: file.Opset, operands: map[string]operand{}}
	a, err := im.input(&o)
	if err != nil {
		return nil, err
	}
	if err := im.nodes(); err != nil {
		return nil, err
	}
	classes, err := im.logits()
	if err != nil {
		return nil, err
	}
	a.Classes = classes
	im.plan.optimise()
	if err := im.plan.try(); err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintln(h, "onnx", a.Height, a.Width, o.Mean, o.Std)
	h.Write(data)
	return &Net{arch: a, plan: &im.plan, digest: hex.EncodeToString(h.Sum(nil)), idle: new(idle)}, nil
}

// An importer turns a graph of a file into a plan.
type importer struct {
	graph    *onnx.Graph
	opset    int64
	plan     plan
	operands map[string]operand
	batch    int // the file's fixed number of images; −1: open
	total    int // elements of all values
	folded   int // elements of constants computed
	node     *onnx.Node
	label    string // of the node
}

// An operand is what a name of the file stands for: a constant, or a value of the
// plan with its dimensions. Value 0, the samples, is never one.
type operand struct {
	constant *onnx.Tensor
	value    int
	dims     []int // of one image
	last     bool  // dims are channels, rows, columns; stored are rows, columns, channels
}

func (v operand) size() int { return product(v.dims) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// stored returns the dimensions in storing order.
func (v operand) stored() []int {
	if v.last {
		return []int{v.dims[1], v.dims[2], v.dims[0]}
	}
	return v.dims
}

// input takes the file's input and puts normalisation before it.
func (im *importer) input(o *ONNXOptions) (Architecture, error) {
	a := Architecture{Name: o.Name}
	if a.Name == "" {
		a.Name = im.graph.Name
	}
	if a.Name == "" {
		a.Name = "onnx"
	}
	if n := len(im.graph.Inputs); n != 1 {
		return a, fmt.Errorf("%d inputs, want one, the images", n)
	}
	in := im.graph.Inputs[0]
	if in.Type != onnx.Float32 && in.Type != onnx.Float16 {
		return a, fmt.Errorf("input %q is of type %v, want float", in.Name, in.Type)
	}
	if len(in.Dims) != 4 {
		return a, fmt.Errorf("input %q has dimensions %v, want N×C×H×W", in.Name, in.Dims)
	}
	im.batch = in.Dims[0]
	d := in.Dims[1:]
	flat := (d[2] == 1 || d[2] == 3) && d[0] != 1 && d[0] != 3 // N×H×W×C
	c, h, w := d[0], d[1], d[2]
	if flat {
		c, h, w = d[2], d[0], d[1]
	}
	for _, side := range []struct {
		name   string
		of     *int
		option int
	}{{"Height", &h, o.Height}, {"Width", &w, o.Width}} {
		switch {
		case side.option < 0 || *side.of > 0 && side.option > 0 && side.option != *side.of:
			return a, fmt.Errorf("option %s is %d, input %q has %d", side.name, side.option, in.Name, *side.of)
		case *side.of < 0 && side.option == 0:
			return a, fmt.Errorf("input %q leaves its size open: dimensions %v; the options Height and Width are needed", in.Name, in.Dims)
		case *side.of < 0:
			*side.of = side.option
		}
	}
	if min(c, h, w) < 1 || max(c, h, w) > maxDimension || c*h > maxPlanElements/w {
		return a, fmt.Errorf("input %q has dimensions %v, want N×C×H×W with C, H and W in 1..%d", in.Name, in.Dims, maxDimension)
	}
	a.Channels, a.Height, a.Width = c, h, w
	op := &inputOp{channels: c, pixels: h * w, mean: make([]float32, c), factor: make([]float32, c)}
	for i := range c {
		op.factor[i] = 1
	}
	for _, v := range []struct {
		name string
		of   []float32
		low  float32
		set  func(i int, v float32)
	}{
		{"Mean", o.Mean, -math.MaxFloat32, func(i int, v float32) { op.mean[i] = v }},
		{"Std", o.Std, 1e-6, func(i int, v float32) { op.factor[i] = 1 / v }},
	} {
		if n := len(v.of); n != 0 && n != 1 && n != c {
			return a, fmt.Errorf("option %s has %d numbers, want 1 or one for each of %d channels", v.name, n, c)
		}
		for i := range c {
			if len(v.of) == 0 {
				break
			}
			f := v.of[min(i, len(v.of)-1)]
			if !(f >= v.low && f <= math.MaxFloat32) {
				return a, fmt.Errorf("option %s: %v, want a finite number of at least %g", v.name, f, v.low)
			}
			v.set(i, f)
		}
	}
	im.plan.sizes = []int{c * h * w}
	out := operand{value: 1, dims: []int{c, h, w}, last: true}
	if flat {
		out = operand{value: 1, dims: []int{h, w, c}}
	}
	im.plan.steps = []step{{name: "input", op: op, in: []int{0}, out: 1}}
	im.plan.sizes = append(im.plan.sizes, c*h*w)
	im.total = 2 * c * h * w
	im.operands[in.Name] = out
	for i := range im.graph.Initializers {
		t := &im.graph.Initializers[i]
		im.operands[t.Name] = operand{constant: t}
		if t.Floats != nil {
			im.plan.parameters += t.Size()
		}
	}
	return a, nil
}

// nodes takes the operators one after another.
func (im *importer) nodes() error {
	known := operators()
	wanted := im.wanted()
	for i := range im.graph.Nodes {
		im.node = &im.graph.Nodes[i]
		im.label = im.node.Label(i)
		if !wanted[i] {
			continue
		}
		if err := im.take(known); err != nil {
			return fmt.Errorf("%s: %w", im.label, err)
		}
	}
	return nil
}

// wanted tells which nodes the first output depends on.
func (im *importer) wanted() []bool {
	names := map[string]bool{im.end(): true}
	wanted := make([]bool, len(im.graph.Nodes))
	for i := len(wanted) - 1; i >= 0; i-- {
		n := &im.graph.Nodes[i]
		if wanted[i] = slices.ContainsFunc(n.Outputs, func(s string) bool { return names[s] }); wanted[i] {
			for _, in := range n.Inputs {
				names[in] = true
			}
		}
	}
	return wanted
}

// end returns the name of the logits: the first output, or what a Softmax at the
// end takes.
func (im *importer) end() string {
	if len(im.graph.Outputs) == 0 {
		return ""
	}
	end := im.graph.Outputs[0].Name
	for i := len(im.graph.Nodes) - 1; i >= 0; i-- {
		n := &im.graph.Nodes[i]
		if len(n.Outputs) == 0 || n.Outputs[0] != end || len(n.Inputs) == 0 {
			continue
		}
		switch n.Op {
		case "Softmax", "LogSoftmax", "Identity":
			end = n.Inputs[0]
		}
	}
	return end
}

func (im *importer) take(known []operator) error {
	if d := im.node.Domain; d != "" && d != "ai.onnx" {
		return fmt.Errorf("an operator of %q; %s", d, supported())
	}
	done, err := im.fold()
	if done || err != nil {
		return err
	}
	k, ok := slices.BinarySearchFunc(known, im.node.Op, func(o operator, name string) int {
		switch {
		case o.name < name:
			return -1
		case o.name > name:
			return 1
		}
		return 0
	})
	if !ok {
		return fmt.Errorf("an operator that is not supported; %s", supported())
	}
	if len(im.node.Inputs) == 0 || len(im.node.Outputs) == 0 {
		return fmt.Errorf("%d inputs and %d outputs, want one each at least", len(im.node.Inputs), len(im.node.Outputs))
	}
	return known[k].take(im)
}

// logits checks what the first output is and returns its number of classes.
func (im *importer) logits() (int, error) {
	if len(im.graph.Outputs) == 0 {
		return 0, fmt.Errorf("no output")
	}
	end := im.end()
	v, ok := im.operands[end]
	if !ok || v.constant != nil {
		return 0, fmt.Errorf("output %q does not depend on the images", end)
	}
	n := v.size()
	if len(v.dims) == 0 || v.dims[0] != n || n < 2 || n > maxDimension {
		return 0, fmt.Errorf("output %q has dimensions N×%v, want N×classes with 2..%d classes", end, v.dims, maxDimension)
	}
	im.plan.output = v.value
	return n, nil
}

// value returns input i of the node as a value of the plan.
func (im *importer) value(i int) (operand, error) {
	if i >= len(im.node.Inputs) || im.node.Inputs[i] == "" {
		return operand{}, fmt.Errorf("input %d is missing", i)
	}
	v, ok := im.operands[im.node.Inputs[i]]
	switch {
	case !ok:
		return operand{}, fmt.Errorf("input %d, %q, is a second result, which is not supported", i, im.node.Inputs[i])
	case v.constant != nil:
		return operand{}, fmt.Errorf("input %d, %q, is a constant, want a value that depends on the images", i, im.node.Inputs[i])
	}
	return v, nil
}

// constant returns input i of the node, which is one, nil when it is left out.
func (im *importer) constant(i int) (*onnx.Tensor, error) {
	if i >= len(im.node.Inputs) || im.node.Inputs[i] == "" {
		return nil, nil
	}
	v, ok := im.operands[im.node.Inputs[i]]
	if !ok || v.constant == nil {
		return nil, fmt.Errorf("input %d, %q, is no constant, want one", i, im.node.Inputs[i])
	}
	return v.constant, nil
}

// floats returns input i, a constant of numbers of which there are n; −1: any.
func (im *importer) floats(i, n int) ([]float32, error) {
	t, err := im.constant(i)
	if err != nil || t == nil {
		return nil, err
	}
	if len(t.Ints) > 0 || n >= 0 && len(t.Floats) != n {
		return nil, fmt.Errorf("input %d, %q, is %v of type %v, want %d numbers", i, im.node.Inputs[i], t.Dims, t.Type, n)
	}
	return t.Floats, nil
}

// give names the node's first result.
func (im *importer) give(v operand) error {
	im.operands[im.node.Outputs[0]] = v
	return nil
}

// emit adds a step whose result is v, but for its place.
func (im *importer) emit(op planOp, v operand, in ...operand) (operand, error) {
	for _, d := range v.dims {
		if d < 1 || d > maxPlanElements {
			return operand{}, fmt.Errorf("a result of dimensions N×%v", v.dims)
		}
	}
	size := 1
	for _, d := range v.dims {
		if size > maxPlanElements/d {
			return operand{}, fmt.Errorf("a result of dimensions N×%v, more than %d elements", v.dims, maxPlanElements)
		}
		size *= d
	}
	if im.total += size; im.total > maxPlanElements {
		return operand{}, fmt.Errorf("the network has more than %d elements between its steps for one image", maxPlanElements)
	}
	s := step{name: im.label, op: op, out: len(im.plan.sizes)}
	for _, i := range in {
		s.in = append(s.in, i.value)
	}
	im.plan.steps = append(im.plan.steps, s)
	im.plan.sizes = append(im.plan.sizes, size)
	v.value = s.out
	return v, nil
}

// finish is emit for a node's last step.
func (im *importer) finish(op planOp, v operand, in ...operand) error {
	v, err := im.emit(op, v, in...)
	if err != nil {
		return err
	}
	return im.give(v)
}
