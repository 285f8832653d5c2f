package codec_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"jpgreport/runtime/codec"
)

var (
	python = flag.String("pillow", "", "a Python with Pillow, to compare thousands of random images with")
	many   = flag.Int("pillow-images", 4000, "how many")
)

// A peer is a running script of testdata, which serves.
type peer struct {
	requests io.WriteCloser
	answers  *bufio.Reader
}

// start starts a script with the Python at hand; without one the test is skipped.
func start(t *testing.T, script string) peer {
	if *python == "" {
		t.Skip("no -pillow; the fixtures have its answers to fixed pictures")
	}
	command := exec.Command(*python, "testdata/"+script, "serve")
	command.Stderr = os.Stderr
	requests, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := requests.Close(); err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
	return peer{requests, bufio.NewReader(answers)}
}

// sized reads bytes after their number.
func (p peer) sized() ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(p.answers, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint32(size[:]))
	_, err := io.ReadFull(p.answers, b)
	return b, err
}

func (p peer) trip(c coding, levels []byte) (file, back []byte, err error) {
	request := fmt.Sprintln(c.name, c.width, c.height, c.coding, c.quality, c.optimize)
	if _, err := p.requests.Write(append([]byte(request), levels...)); err != nil {
		return nil, nil, err
	}
	if file, err = p.sized(); err != nil {
		return nil, nil, err
	}
	back = make([]byte, len(levels))
	_, err = io.ReadFull(p.answers, back)
	return file, back, err
}

// randomCase draws a coding and a picture: waves, an edge, noise of some
// amplitude or a mixture, as levels that reach the ends of the range or not.
func randomCase(r *rand.Rand) (coding, []byte) {
	c := coding{
		name:   "random",
		width:  1 + r.IntN(70),
		height: 1 + r.IntN(70),
		coding: []string{"grey", "4:4:4", "4:2:2", "4:2:0"}[r.IntN(4)],
		// 0 stands for steps of one's own
		quality:  r.IntN(101),
		optimize: r.IntN(2),
	}
	amplitude, wave, edge := math.Exp(6*r.Float64()), 200*r.Float64(), 300*r.Float64()
	fx, fy, cut := r.Float64(), r.Float64(), r.IntN(c.width+c.height)
	levels := make([]byte, c.channels()*c.width*c.height)
	for i := range levels {
		k, channel := i/c.channels(), i%c.channels()
		x, y := k%c.width, k/c.width
		v := 128 + amplitude*(r.Float64()-0.5) + wave*math.Sin(fx*float64(x)+fy*float64(y)+float64(channel))
		if x+y < cut {
			v += edge - 150
		}
		levels[i] = byte(min(max(v, 0), 255))
	}
	return c, levels
}

// TestRandomPillow compares random images with a Pillow at hand.
func TestRandomPillow(t *testing.T) {
	p := start(t, "pillow.py")
	for seed := range uint64(*many) {
		c, levels := randomCase(rand.New(rand.NewPCG(seed, 1)))
		file, back, err := p.trip(c, levels)
		if err != nil {
			t.Fatal(err)
		}
		x := planar(levels, c.channels(), c.height, c.width)
		got, err := codec.JPEG(t.Context(), x, c.options())
		if err != nil {
			t.Fatal(err)
		}
		written, err := codec.File(x, 0, c.options())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(interleaved(t, got.Images), back) || !bytes.Equal(written, file) || got.Bytes[0] != len(file) {
			t.Errorf("seed %d, %+v: other pixels, file or size than Pillow's", seed, c)
		}
	}
}

// TestRandomFiles compares the decoding of random files with a Pillow at hand.
func TestRandomFiles(t *testing.T) {
	p := start(t, "files.py")
	for seed := range *many {
		if _, err := fmt.Fprintln(p.requests, seed); err != nil {
			t.Fatal(err)
		}
		file, err := p.sized()
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.sized()
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Decode(file)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		} else if !bytes.Equal(got.Levels, want) {
			t.Errorf("seed %d, %v: other pixels than Pillow's", seed, got.Bounds())
		}
	}
}
