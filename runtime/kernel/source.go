package kernel

// A source is a batch of H×W×C images that a convolution reads row by row. The
// gradient before pooling and bounds is one that exists nowhere: its rows are
// written when they are needed, where they are still in the cache when used.
type source struct {
	h, w, c   int
	data      []float32
	codes     []int32   // of the pool: data is the gradient after it
	result    []float32 // of the bounds: data is the gradient after them
	pool      int
	low, high float32
}

// plain tells whether the rows stand in data.
func (s *source) plain() bool { return s.codes == nil && s.result == nil }

// row writes row r of an image to dst, its pixels pitch apart.
func (s *source) row(e *Engine, w *worker, dst []float32, image, r, pitch int) {
	if s.codes != nil {
		s.unpooled(e, w, dst, image, r, pitch)
		return
	}
	at := (image*s.h + r) * s.w * s.c
	size := s.w * s.c
	if pitch != s.c {
		for x := range s.w {
			s.pixels(e, w, dst[x*pitch:][:s.c], at+x*s.c)
			clear(dst[x*pitch+s.c : (x+1)*pitch])
		}
		return
	}
	s.pixels(e, w, dst[:size], at)
}

// pixels writes elements from place at on.
func (s *source) pixels(e *Engine, w *worker, dst []float32, at int) {
	if s.result == nil {
		copy(dst, s.data[at:])
		return
	}
	w.vectors = vectors{a: s.data[at:], b: s.result[at:], to: dst, low: s.low, high: s.high}
	e.over(e.pass, portablePass, &w.vectors, len(dst))
}

func (s *source) unpooled(e *Engine, w *worker, dst []float32, image, r, pitch int) {
	ph, pw := s.h/s.pool, s.w/s.pool
	covered := pw * s.pool
	if r >= ph*s.pool {
		covered = 0
	}
	clear(dst[covered*pitch : s.w*pitch])
	if covered == 0 {
		return
	}
	if pitch != s.c {
		clear(dst[:covered*pitch])
	}
	at := (image*ph + r/s.pool) * pw * s.c
	f, _ := e.fitting(s.c)
	w.pooling = pooling{
		from: s.data[at : at+pw*s.c], codes: s.codes[at : at+pw*s.c], to: dst,
		pixels: pw, channels: s.c, size: s.pool, first: r % s.pool * s.pool, pitch: pitch,
	}
	f.unpool(&w.pooling)
}

// over runs a routine over n elements; what no vector holds is left to rest.
func (e *Engine) over(f, rest func(v *vectors), v *vectors, n int) {
	v.count = n / e.lanes
	if v.count > 0 {
		f(v)
	}
	if done := v.count * e.lanes; done < n {
		v.a, v.to, v.count = v.a[done:], v.to[done:], n-done
		if v.b != nil {
			v.b = v.b[done:]
		}
		rest(v)
	}
}

// strip writes rows first ≤ r < first+rows of an image to dst, with so many
// columns of zeros at the left and right, and zeros for rows outside the image.
func (s *source) strip(e *Engine, w *worker, dst []float32, image, first, rows, left, right, pitch int) {
	width := (left + s.w + right) * pitch
	for r := range rows {
		to := dst[r*width:][:width]
		if at := first + r; at < 0 || at >= s.h {
			clear(to)
			continue
		}
		clear(to[:left*pitch])
		s.row(e, w, to[left*pitch:], image, first+r, pitch)
		clear(to[(left+s.w)*pitch:])
	}
}
