package notebook

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"jpgreport/runtime/result"
)

// lastWords keeps the end of what a child writes on standard error, where the Go
// runtime says why it died.
type lastWords struct{ b []byte }

const maxWords = 64 << 10

func (w *lastWords) Write(b []byte) (int, error) {
	w.b = append(w.b, b[max(0, len(b)-maxWords):]...)
	if len(w.b) > 2*maxWords {
		w.b = append(w.b[:0], w.b[len(w.b)-maxWords:]...)
	}
	return len(b), nil
}

// diagnose says why a child died that had not finished. err is what
// [exec.Cmd.Wait] returned.
func (w *lastWords) diagnose(err error) *stop {
	text := string(w.b)
	switch {
	case strings.Contains(text, "goroutine stack exceeds") || strings.Contains(text, "fatal error: stack overflow"):
		return &stop{status: result.Limited, message: tooDeep()}
	case strings.Contains(text, "fatal error: runtime: out of memory") || strings.Contains(text, "fatal error: runtime: cannot allocate memory") ||
		strings.Contains(text, "runtime: cannot allocate memory"):
		return &stop{status: result.Limited, message: "the machine has no memory left for the cell"}
	}
	for line := range strings.Lines(text) {
		for _, prefix := range []string{"panic: ", "fatal error: "} {
			if strings.HasPrefix(line, prefix) {
				return &stop{status: result.Failed, message: "the process that runs the cells died: " + strings.TrimSpace(line)}
			}
		}
	}
	how := "exit status 0"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		how = exit.ProcessState.String()
	} else if err != nil {
		how = err.Error()
	}
	message := fmt.Sprintf("the process that runs the cells died (%s)", how)
	if how == "signal: killed" {
		message += "; systems that run out of memory end processes so"
	}
	return &stop{status: result.Failed, message: message}
}
