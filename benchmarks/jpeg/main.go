// Command jpeg compares codec.JPEG with Pillow on one core: a round trip of
// images of 28×28 in grey and of 224×224 in colour with 4:2:0, both sides in turn.
//
//	pip install pillow numpy
//	go build -o jpeg ./benchmarks/jpeg
//	GOMAXPROCS=1 taskset -c 0 ./jpeg -python "$(which python3)"
//
// Pillow saves to memory and decodes to an array, from and to 8-bit levels;
// codec.JPEG takes and gives float32 samples, and a batch at a time. Both must
// give the same pixels and sizes, which is checked each time. A ratio is Pillow's
// time over ours; the median and the range of the pairs are printed.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/pixel"
)

// A contest is a kind of image and how many of them a side takes in one turn.
type contest struct {
	name           string
	n, rounds      int
	channels, side int
	bar            float64 // the ratio that is wanted
}

var contests = []contest{
	{"28×28 grey", 1000, 5, 1, 28, 10},
	{"224×224 colour, 4:2:0", 8, 150, 3, 224, 3},
}

const quality = 75

func main() {
	python := flag.String("python", "python3", "a Python with Pillow and numpy")
	peer := flag.String("peer", "benchmarks/jpeg/peer.py", "Pillow's side")
	photo := flag.String("photo", "runtime/codec/testdata/photo.png", "the picture that images are cut from")
	pairs := flag.Int("pairs", 11, "pairs of turns, at least 7")
	flag.Parse()
	if err := run(*python, *peer, *photo, *pairs); err != nil {
		fmt.Fprintln(os.Stderr, "jpeg:", err)
		os.Exit(1)
	}
}

func run(python, peer, photo string, pairs int) error {
	if pairs < 7 {
		return fmt.Errorf("%d pairs, want at least 7", pairs)
	}
	fmt.Printf("%s, GOMAXPROCS=%d\n", runtime.Version(), runtime.GOMAXPROCS(0))
	for _, c := range contests {
		x, err := c.images(photo)
		if err != nil {
			return err
		}
		if err := c.run(python, peer, x, pairs); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// images cuts images out of a picture that is mirrored at its edges, each from
// another place; grey ones are the green channel.
func (c contest) images(photo string) (*pixel.Batch, error) {
	f, err := os.Open(photo)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", photo, err)
	}
	size := m.Bounds().Size()
	mirror := func(i, n int) int { i %= 2 * n; return min(i, 2*n-1-i) }
	x := pixel.New(c.n, c.channels, c.side, c.side)
	plane := c.side * c.side
	for i := range c.n {
		s := x.Sample(i)
		for k := range plane {
			r, g, b, _ := m.At(mirror(k%c.side+37*i, size.X), mirror(k/c.side+23*i, size.Y)).RGBA()
			if c.channels == 1 {
				s[k] = pixel.Sample(byte(g >> 8))
				continue
			}
			for channel, v := range []uint32{r, g, b} {
				s[channel*plane+k] = pixel.Sample(byte(v >> 8))
			}
		}
	}
	return x, nil
}

// interleaved returns a batch's levels as Pillow has them.
func interleaved(x *pixel.Batch) []byte {
	levels, _ := x.Levels()
	out := make([]byte, 0, len(levels))
	plane := x.H * x.W
	for i := range x.N {
		image := levels[i*x.Size() : (i+1)*x.Size()]
		for k := range plane {
			for channel := range x.C {
				out = append(out, image[channel*plane+k])
			}
		}
	}
	return out
}

func (c contest) run(python, peer string, x *pixel.Batch, pairs int) (err error) {
	command := exec.Command(python, peer)
	command.Stderr = os.Stderr
	requests, err := command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	defer func() {
		requests.Close() // ends the peer
		if e := command.Wait(); err == nil {
			err = e
		}
	}()
	fmt.Fprintln(requests, c.n, c.channels, c.side, c.side, quality, c.rounds)
	if _, err := requests.Write(interleaved(x)); err != nil {
		return err
	}
	answers := bufio.NewReader(out)
	version, err := answers.ReadString('\n')
	if err != nil {
		return err
	}
	var ours, theirs, ratios []float64
	for pair := range pairs + 1 {
		us, result, err := c.turn(x)
		if err != nil {
			return err
		}
		them, answer, err := ask(requests, answers)
		if err != nil {
			return err
		}
		if result != answer {
			return fmt.Errorf("other pixels or sizes: %s, and %s from Pillow", result, answer)
		}
		if pair == 0 {
			continue // warms both sides up
		}
		images := float64(c.n * c.rounds)
		ours, theirs, ratios = append(ours, us/images), append(theirs, them/images), append(ratios, them/us)
	}
	slices.Sort(ratios)
	slices.Sort(ours)
	slices.Sort(theirs)
	fmt.Printf("%s, quality %d, against %s: %.1f times as fast (%.1f to %.1f in %d pairs; %.1f µs an image and %.1f); wanted %g\n",
		c.name, quality, version[:len(version)-1], ratios[pairs/2], ratios[0], ratios[pairs-1], pairs,
		1e6*ours[pairs/2], 1e6*theirs[pairs/2], c.bar)
	return nil
}

// turn is our side: the seconds it took, and sizes and pixels as the peer tells
// them.
func (c contest) turn(x *pixel.Batch) (seconds float64, result string, err error) {
	var back *codec.Compressed
	start := time.Now()
	for range c.rounds {
		if back, err = codec.JPEG(context.Background(), x, codec.Options{Quality: quality}); err != nil {
			return 0, "", err
		}
	}
	seconds = time.Since(start).Seconds()
	size := 0
	for _, n := range back.Bytes {
		size += n
	}
	return seconds, fmt.Sprintf("%d %x", size, sha256.Sum256(interleaved(back.Images))), nil
}

func ask(requests io.Writer, answers *bufio.Reader) (seconds float64, result string, err error) {
	if _, err := fmt.Fprintln(requests); err != nil {
		return 0, "", err
	}
	var size int
	var digest string
	if _, err := fmt.Fscanln(answers, &seconds, &size, &digest); err != nil {
		return 0, "", fmt.Errorf("Pillow's answer: %w", err)
	}
	return seconds, fmt.Sprintf("%d %s", size, digest), nil
}
