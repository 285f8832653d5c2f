package main

// A row is one line of the table: one piece of work, against one peer.
type row struct {
	name    string
	title   string
	task    string // "train", "gradient", "classify" or "product"
	network string
	images  int
	repeats int    // of the work, in one run: longer than the pipe and the clock matter
	parts   int    // units in one repeat
	unit    string // of which the time is shown
	peer    string // "pytorch", "onnxruntime" or "peak"
	bar     float64
	// tolerance bounds the relative differences between the sides' results, by the
	// name that peer.py gives them.
	tolerance map[string]float64
}

const (
	batchSize    = 100   // of a training step
	learningRate = 0.002 // model.DefaultLearningRate
	trainImages  = 6000
	edge         = 1024 // of the matrices of a product
)

// The tolerances. Loss and logits are held relative to their own size, a gradient
// to its largest element. A training drifts apart, as rounding decides which way
// Adam takes a weight whose gradient is almost 0: the first five losses are exact,
// the whole curve only alike.
func rows() []row {
	logits := map[string]float64{"logits": 1e-4}
	gradient := map[string]float64{"gradient": 1e-3}
	curve := map[string]float64{"first-losses": 1e-4, "loss-curve": 0.1}
	return []row{
		{name: "train", title: "training step, digits, batch 100", task: "train", network: "digits", images: trainImages,
			repeats: 1, parts: trainImages / batchSize, unit: "step", peer: "pytorch", bar: 3, tolerance: curve},
		{name: "gradient", title: "input gradient, digits, batch 100", task: "gradient", network: "digits", images: 100,
			repeats: 20, parts: 1, unit: "batch", peer: "pytorch", bar: 3, tolerance: gradient},
		{name: "classify", title: "classify 10,000 digits", task: "classify", network: "digits", images: 10000,
			repeats: 1, parts: 1, unit: "set", peer: "pytorch", bar: 3, tolerance: logits},
		{name: "classify-onnx", title: "classify 10,000 digits", task: "classify", network: "digits", images: 10000,
			repeats: 1, parts: 1, unit: "set", peer: "onnxruntime", tolerance: logits},
		{name: "mobilenet-gradient", title: "input gradient, MobileNetV2, batch 16", task: "gradient", network: "mobilenetv2", images: 16,
			repeats: 2, parts: 1, unit: "batch", peer: "pytorch", bar: 1.5, tolerance: gradient},
		{name: "mobilenet-classify", title: "classify, MobileNetV2, batch 16", task: "classify", network: "mobilenetv2", images: 16,
			repeats: 5, parts: 1, unit: "batch", peer: "pytorch", tolerance: logits},
		{name: "mobilenet-classify-onnx", title: "classify, MobileNetV2, batch 16", task: "classify", network: "mobilenetv2", images: 16,
			repeats: 5, parts: 1, unit: "batch", peer: "onnxruntime", bar: 1, tolerance: logits},
		{name: "product", title: "matrix product 1024³, one core", task: "product",
			repeats: 20, parts: 1, unit: "product", peer: "peak", bar: 0.7},
		{name: "product-pytorch", title: "matrix product 1024³, one core", task: "product",
			repeats: 20, parts: 1, unit: "product", peer: "pytorch", tolerance: map[string]float64{"product": 1e-5}},
	}
}

// tiny returns the row at a size that takes a moment, for -short.
func (r row) tiny() row {
	if r.network != "" {
		r.images, r.repeats, r.parts = min(r.images, 2*batchSize), 1, 1
	}
	return r
}
