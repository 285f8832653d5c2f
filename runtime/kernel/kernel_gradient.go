package kernel

// A kernelGradient is the gradient by the kernels: for each tap and channel in,
// the sum over pixels of the input under it times the gradient of the results.
// Each slice of the images is summed on its own, and the slices in their order.
type kernelGradient struct {
	c         *Conv
	pitch     int       // of a pixel of the gradient and a row of the sums
	sums      []float32 // slices × terms × pitch
	biases    []float32 // slices × pitch
	slices, n int
	top, left int
	right     int
	band      int
	wantBias  bool
	size      int // of the sums of a slice
	job       func(worker, slice int)
	total     func(worker, unit int)
	offsets   []int // of rows of results in the strip
	ones      []int
}

// Slices are so many that few cores share them out evenly, as long as their sums
// are not more than a few megabytes.
const (
	maxSlices     = 8
	sliceElements = 1 << 22
)

func newKernelGradient(c *Conv) *kernelGradient {
	s := c.s
	k := &kernelGradient{c: c, pitch: ceil(s.Out, c.width) * c.width, left: s.Pad[1]}
	k.right = max(0, (c.ow-1)*s.Stride[1]+(s.Kernel[1]-1)*s.Dilation[1]-s.Pad[1]-(s.W-1))
	k.band = min(c.oh, ceil(4*stripPixels, c.ow))
	k.job, k.total = k.slice, k.chunk
	width := (k.left + s.W + k.right) * s.In
	for r := range k.band {
		k.offsets = append(k.offsets, r*s.Stride[0]*width)
	}
	k.ones = []int{0}
	return k
}

func (k *kernelGradient) terms() int { return k.c.s.weights() / k.c.s.Out }

func (k *kernelGradient) run(dw, db []float32, n int) {
	size := k.terms() * k.pitch
	k.wantBias = db != nil
	k.begin(n, size, k.pitch)
	k.c.e.team.each(k.slices, k.job)
	k.end(k.pitch)
	for t := range k.terms() {
		copy(dw[t*k.c.s.Out:][:k.c.s.Out], k.sums[t*k.pitch:])
	}
	copy(db, k.biases)
}

// begin clears the sums of each slice.
func (k *kernelGradient) begin(n, size, pitch int) {
	k.n, k.slices = n, max(1, min(n, maxSlices, sliceElements/k.c.s.weights()))
	k.size, k.sums, k.biases = size, grown(k.sums, k.slices*size), grown(k.biases, k.slices*pitch)
	k.c.ready(max(k.slices, ceil(size, chunk/4)))
}

// end adds up the slices, in the first.
func (k *kernelGradient) end(pitch int) {
	k.c.e.team.each(ceil(k.size, chunk/4), k.total)
	for i := 1; i < k.slices; i++ {
		for o, v := range k.biases[i*pitch:][:pitch] {
			k.biases[o] += v
		}
	}
}

func (k *kernelGradient) chunk(worker, unit int) {
	e, v := k.c.e, &k.c.workers[worker].vectors
	from, to := unit*chunk/4, min((unit+1)*chunk/4, k.size)
	for i := 1; i < k.slices; i++ {
		*v = vectors{a: k.sums[from:to], b: k.sums[i*k.size+from:][:to-from], to: k.sums[from:to]}
		e.over(e.add, portableAdd, v, to-from)
	}
}

// slice sums over the images of one slice.
func (k *kernelGradient) slice(worker, slice int) {
	c := k.c
	w, s := &c.workers[worker], c.s
	sums, bias := k.sums[slice*k.terms()*k.pitch:][:k.terms()*k.pitch], k.biases[slice*k.pitch:][:k.pitch]
	clear(sums)
	clear(bias)
	width := (k.left + s.W + k.right) * s.In
	for image := slice * k.n / k.slices; image < (slice+1)*k.n/k.slices; image++ {
		for r0 := 0; r0 < c.oh; r0 += k.band {
			rows := min(k.band, c.oh-r0)
			height := (rows-1)*s.Stride[0] + (s.Kernel[0]-1)*s.Dilation[0] + 1
			w.strip = grown(w.strip, height*width)
			c.input.strip(c.e, w, w.strip, image, r0*s.Stride[0]-s.Pad[0], height, k.left, k.right, s.In)
			// A panel of the last group may reach beyond the last pixel.
			w.other = grown(w.other, rows*c.ow*k.pitch+c.width)
			c.gradient.strip(c.e, w, w.other, image, r0, rows, 0, 0, k.pitch)
			if k.wantBias {
				k.addBias(w, bias, rows*c.ow)
			}
			if c.depthwise {
				k.depthwise(w, sums, rows, width)
			} else {
				k.add(w, sums, rows, width)
			}
		}
	}
}

// addBias adds the sums of each channel over pixels: a product with ones.
func (k *kernelGradient) addBias(w *worker, bias []float32, pixels int) {
	w.tile = tile{a: w.ones, taps: k.ones, depth: pixels, wide: k.pitch, line: k.pitch, accumulate: true}
	for p := 0; p < k.pitch; p += k.c.width {
		w.tile.b, w.tile.c = w.other[p:], bias[p:]
		k.c.e.tile(&w.tile, 1, 2)
	}
}

// add adds the products of one band. Rows of a tile are the channels under one
// tap, or under a whole row of taps where these lie side by side.
func (k *kernelGradient) add(w *worker, sums []float32, rows, width int) {
	c := k.c
	e, s := c.e, c.s
	in, out := s.In/s.Groups, s.Out/s.Groups
	run, runs := in, s.Kernel[1]
	if s.Groups == 1 && s.Dilation[1] == 1 {
		run, runs = in*runs, 1
	}
	w.tile = tile{
		taps: k.offsets[:rows], row: 1, step: s.Stride[1] * s.In, depth: c.ow, wide: k.pitch, line: k.pitch, accumulate: true,
	}
	t := &w.tile
	tiles := ceil(run, e.rows(c.width))
	for g := range s.Groups {
		for i := range s.Kernel[0] {
			for j := range runs {
				from := i*s.Dilation[0]*width + j*s.Dilation[1]*s.In + g*in
				term := (i*s.Kernel[1] + j) * in
				for p := 0; p < out; p += c.width {
					t.b = w.other[g*out+p:]
					columns := min(c.width, out-p)
					if s.Groups == 1 {
						columns = ceil(columns, e.columns) * e.columns
					}
					for q := range tiles {
						m0, m1 := q*run/tiles, (q+1)*run/tiles
						t.a, t.c = w.strip[from+m0:], sums[(term+m0)*k.pitch+g*out+p:]
						e.part(t, m1-m0, columns, w.edge)
					}
				}
			}
		}
	}
}

func (k *kernelGradient) depthwise(w *worker, sums []float32, rows, width int) {
	c, s := k.c, k.c.s
	f, count := c.e.fitting(s.In)
	w.taps = w.taps[:0]
	for i := range s.Kernel[0] {
		for j := range s.Kernel[1] {
			w.taps = append(w.taps, i*s.Dilation[0]*width+j*s.Dilation[1]*s.In)
		}
	}
	w.depthwise = depthwiseRow{
		taps: w.taps, pixels: c.ow, channels: count, step: s.Stride[1] * s.In, line: k.pitch, pitch: k.pitch, to: sums,
	}
	for r := range rows {
		w.depthwise.from, w.depthwise.weights = w.strip[r*s.Stride[0]*width:], w.other[r*c.ow*k.pitch:]
		f.depthwiseKernels(&w.depthwise)
	}
}
