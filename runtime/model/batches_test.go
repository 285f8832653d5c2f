package model

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"jpgreport/runtime/work"
)

// Of many images each core has some. They get the bits that they get of one core, and
// progress comes from the calling goroutine, ends with all and never goes back.
func TestManyImages(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, n := range []int{2 * maxImages, 16*singleImages(16) + 1} {
		net := random(t, tiny(), 6)
		x, labels := noise(net.arch, n, 7)
		runtime.GOMAXPROCS(1)
		logits, gradient := answers(t, net, x, labels)
		for _, cores := range []int{2, 3, 16} {
			runtime.GOMAXPROCS(cores)
			done, steps := 0, 0
			ctx := work.WithProgress(context.Background(), work.ProgressFunc(func(s work.Step) {
				steps++
				if s.Done <= done || s.Done > n || s.Total != n {
					t.Errorf("%d images on %d cores: step %+v after %d", n, cores, s, done)
				}
				done = s.Done
			}))
			got, err := net.Classify(ctx, x)
			if err != nil {
				t.Fatal(err)
			}
			if done != n || steps == 0 {
				t.Errorf("%d images on %d cores: progress ended with %d in %d steps", n, cores, done, steps)
			}
			done = 0
			g, err := net.Gradient(ctx, x, labels)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Logits, logits) || !slices.Equal(g, gradient) {
				t.Errorf("%d images: %d cores give other bits than one", n, cores)
			}
			spread, err := net.spreads(forward, n)
			if err != nil || spread != (cores < 16 || n > 16*36) {
				t.Errorf("%d images on %d cores: spread %v, %v", n, cores, spread, err)
			}
			if kept := len(net.idle.single[forward]); spread && kept == 0 || kept > cores {
				t.Errorf("%d images on %d cores: %d machines are kept", n, cores, kept)
			}
		}
	}
}

// Work on all cores stops when the caller says so, and the net works on.
func TestManyImagesAreCancelled(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	net := random(t, tiny(), 6)
	x, labels := noise(net.arch, 2500, 7)
	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	_, err := net.Gradient(work.WithProgress(ctx, work.ProgressFunc(func(work.Step) {
		if steps++; steps == 2 {
			cancel()
		}
	})), x, labels)
	if !errors.Is(err, context.Canceled) || steps > 2 {
		t.Errorf("error %v after %d steps", err, steps)
	}
	if _, err := net.Gradient(context.Background(), x, labels); err != nil {
		t.Error(err)
	}
}
