package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"jpgreport/runtime/result"
	"jpgreport/runtime/work"
)

// The test binary started again with this variable is the child; a script of the
// tests is the name of one of the acts below.
const childVariable = "NOTEBOOK_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := Serve(context.Background(), os.Stdin, os.Stdout, startActor); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func startActor(ctx context.Context, job Job) (Evaluator, context.Context, error) {
	switch os.Getenv(childVariable) {
	case "no start":
		return nil, nil, errors.New("no such data")
	case "panic at start":
		panic("at start")
	}
	return &actor{job: job, params: result.NewParams(job.Seed, job.Params)}, context.WithValue(ctx, greeting{}, "hello"), nil
}

type greeting struct{}

type actor struct {
	job    Job
	params *result.Params
	kept   [][]byte
}

// Eval does what each line of the script names.
func (a *actor) Eval(ctx context.Context, src result.Source, out *result.Cell) error {
	for i, line := range strings.Split(strings.TrimSpace(src.Text), "\n") {
		act, word, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := a.act(ctx, act, word, out); err != nil {
			var e *result.Error
			if errors.As(err, &e) {
				return e
			}
			return &result.Error{Message: err.Error(), File: src.File, Line: src.Line + i, Column: src.Column + 1}
		}
	}
	return nil
}

func (a *actor) act(ctx context.Context, act, word string, out *result.Cell) error {
	switch act {
	case "print":
		out.Print(word)
	case "text":
		out.Text(word)
	case "metric":
		out.Metric(word, "the "+word, result.Estimate{Value: 0.98614, K: 9861, N: 10000, Of: "all", Low: 0.98362, High: 0.98818})
	case "decibel":
		out.Metric(word, "the "+word, result.Estimate{Value: 31.24, N: 2000, Unit: "dB"})
	case "images":
		out.Print(fmt.Sprint(a.params.Int("images")))
	case "value":
		out.Print(fmt.Sprint(ctx.Value(greeting{})))
	case "stdout":
		fmt.Println("a stray print")
	case "use":
		work.Use(ctx, work.Artifact{Kind: "data", Name: word, SHA256: "abc"})
	case "steps":
		for i := range 1000 {
			work.Report(ctx, work.Step{Task: "count", Done: i + 1, Total: 1000})
		}
	case "recall":
		b, err := work.Recalled(ctx, work.Key{Primitive: "model.Fake"}.With("input", word),
			work.Codec[[]byte]{
				Encode: func(b []byte) ([]byte, error) { return b, nil },
				Decode: func(b []byte) ([]byte, error) { return b, nil },
			},
			func(context.Context) ([]byte, error) { return []byte("computed"), nil })
		out.Print(string(b))
		return err
	case "error":
		return errors.New(word)
	case "panic":
		panic(word)
	case "record":
		panic(&result.Error{Message: word, File: "elsewhere.go", Line: 3})
	case "nan":
		out.Line(result.Chart{Title: "c", X: result.Axis{Max: nan()}})
	case "exit":
		os.Exit(0)
	case "crash":
		done := make(chan bool)
		go func() { panic("in a goroutine") }()
		<-done
	case "recurse":
		return recurse(0)
	case "hog":
		for {
			a.kept = append(a.kept, bytes.Repeat([]byte("x"), 1<<20))
		}
	case "double":
		for text := "x"; ; {
			text += text
		}
	case "kill":
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		self.Kill()
		select {}
	case "signals": // such as a terminal sends to all its processes
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		self.Signal(os.Interrupt)
		self.Signal(syscall.SIGTERM)
		out.Print("alive")
	case "garbage":
		os.NewFile(1, "stdout").WriteString("this is no event\n")
		<-ctx.Done()
		return ctx.Err()
	case "wait":
		work.Report(ctx, work.Step{Task: "waiting"})
		<-ctx.Done()
		return ctx.Err()
	case "spin":
		work.Report(ctx, work.Step{Task: "waiting"})
		for {
		}
	case "flood":
		for {
			out.Print("a line that says little, again and again\n")
		}
	case "deaf": // prints without end and recovers from whatever stops it
		for {
			func() {
				defer func() { recover() }()
				out.Print(strings.Repeat("x", 1<<16))
			}()
		}
	case "texts":
		for {
			out.Text(strings.Repeat("x", result.MaxText))
		}
	default:
		return fmt.Errorf("no act %q", act)
	}
	return nil
}

func nan() float64 { zero := 0.0; return zero / zero }

func recurse(n int) error {
	var frame [512]byte
	frame[n%512] = byte(n)
	if err := recurse(n + 1); err != nil {
		return err
	}
	return fmt.Errorf("%d", frame[0])
}

// childOf returns how the tests start a child.
func childOf(mode string) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		self, err := os.Executable()
		if err != nil {
			panic(err)
		}
		c := exec.CommandContext(ctx, self)
		c.Env = append(childEnv(os.Environ()), childVariable+"="+mode, "GORACE=atexit_sleep_ms=0")
		return c
	}
}
