package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"jpgreport/runtime/pixel"
)

// pictures are picture files of a folder, all prepared alike. They are the
// [images] of such a set.
type pictures struct {
	dir         string
	reach       reach
	files       []pictureFile
	preparation Preparation
	wide, high  int

	large sync.Mutex
}

// A pictureFile is a picture of a set.
type pictureFile struct {
	name   string // relative to the folder, with slashes
	sha256 string
}

// largePicture is the number of pixels from which pictures are decoded one at a
// time: a hundred cores are not to hold a hundred of them.
const largePicture = 4 << 20

// digest returns the digest of the files and of how they are prepared.
func (p *pictures) digest() string { return p.listing() + "; " + p.preparation.String() }

// listing returns the SHA-256 of what sha256sum prints for the files, in the
// order of their names.
func (p *pictures) listing() string {
	h := sha256.New()
	for _, f := range p.files {
		fmt.Fprintf(h, "%s  %s\n", f.sha256, f.name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// batch decodes pictures side by side.
func (p *pictures) batch(ctx context.Context, from, to int) (*pixel.Batch, error) {
	b := pixel.New(to-from, p.preparation.channels(), p.high, p.wide)
	errs := make([]error, b.N)
	err := parallel(ctx, b.N, func(i int) bool {
		f := p.files[from+i]
		var r *raster
		if r, errs[i] = p.picture(f); errs[i] != nil {
			errs[i] = fmt.Errorf("%s: %w", f.name, errs[i])
			return false
		}
		r.samples(b.Sample(i))
		return true
	}, nil)
	if err != nil {
		return nil, err
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// samples sets dst to the samples of the levels, channel by channel.
func (r *raster) samples(dst []float32) {
	plane := r.wide * r.high
	for i, v := range r.levels {
		dst[i%r.channels*plane+i/r.channels] = pixel.Sample(v)
	}
}

// picture reads, decodes and prepares a picture whose digest is known.
func (p *pictures) picture(f pictureFile) (*raster, error) {
	file, err := p.read(f.name)
	if err != nil {
		return nil, err
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(file)); sum != f.sha256 {
		return nil, fmt.Errorf("found SHA-256 %s, want %s as when it was opened", sum, f.sha256)
	}
	r, err := p.prepared(file)
	if err != nil {
		return nil, &hintError{err, "broken: skip looks through all pictures first and leaves such ones out, with a warning"}
	}
	return r, nil
}

func (p *pictures) read(name string) ([]byte, error) {
	return p.reach.read(filepath.Join(p.dir, filepath.FromSlash(name)), MaxPictureBytes)
}

func (p *pictures) prepared(file []byte) (*raster, error) {
	h, err := readHeader(file)
	if err != nil {
		return nil, err
	}
	if h.wide*h.high > largePicture {
		p.large.Lock()
		defer p.large.Unlock()
	}
	r, err := decodePicture(file, p.preparation.channels(), p.preparation.background())
	if err != nil {
		return nil, err
	}
	return p.preparation.apply(r)
}

// A look is what is seen of a picture before any is decoded.
type look struct {
	sha256     string
	wide, high int    // prepared
	misnamed   string // its format, where its name says another
	err        error
}

// look reads a picture's file for its digest and its header.
func (p *pictures) look(name string) (l look) {
	file, err := p.read(name)
	if err != nil {
		l.err = err
		return l
	}
	sum := sha256.Sum256(file)
	l.sha256 = hex.EncodeToString(sum[:])
	h, err := readHeader(file)
	if err != nil {
		l.err = err
		return l
	}
	if !slices.Contains(h.endings, strings.ToLower(path.Ext(name))) {
		l.misnamed = h.name
	}
	l.wide, l.high, l.err = p.preparation.size(h.wide, h.high)
	return l
}

// parallel calls each for 0 ≤ i < n, side by side, until it has returned false
// for one or the context ends: then it has been called for all smaller i too.
// report, which may be nil, is called from the caller's goroutine.
func parallel(ctx context.Context, n int, each func(i int) bool, report func(done int)) error {
	var next atomic.Int64
	var stop atomic.Bool
	var all sync.WaitGroup
	done := make(chan struct{})
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if !each(i) {
					stop.Store(true)
				}
				if report != nil {
					done <- struct{}{}
				}
			}
		})
	}
	if report != nil {
		go func() {
			all.Wait()
			close(done)
		}()
		count := 0
		for range done {
			count++
			report(count)
		}
	}
	all.Wait()
	return ctx.Err()
}
