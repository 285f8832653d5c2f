package kernel

// pooled takes rows of results from w.out, their pixels pitch apart, to the
// pooled image; r0 is the first row, a multiple of the pool. Results that are nearer
// than their share doubt are in no certain order.
func (c *Conv) pooled(w *worker, y []float32, codes []int32, image, r0, rows, cols, pitch int, doubt float32) {
	size := c.s.Pool
	w.taps = w.taps[:0]
	for i := range size {
		for j := range size {
			w.taps = append(w.taps, (i*cols+j)*pitch)
		}
	}
	f, _ := c.e.fitting(c.s.Out)
	p := &w.pooling
	*p = pooling{
		taps: w.taps, pixels: c.pw, channels: c.s.Out, step: size * pitch,
		low: c.s.Low, high: c.s.High,
	}
	if codes != nil {
		p.doubt = doubt
	}
	for r := 0; r+size <= rows && r0/size+r/size < c.ph; r += size {
		at := (image*c.ph + (r0+r)/size) * c.pw * c.s.Out
		p.from, p.to = w.out[r*cols*pitch:], y[at:at+c.pw*c.s.Out]
		if codes != nil {
			p.codes, p.doubtful = codes[at:at+c.pw*c.s.Out], 0
		}
		f.maxPool(p)
		if p.doubtful != 0 {
			c.decide(p, image, r0+r)
		}
	}
}
