package main

import (
	"bufio"
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// scripts are the peers' side. They are written into the case's folder, so that
// the benchmarks start from any folder.
//
//go:embed peer.py networks.py requirements.txt
var scripts embed.FS

func writeScripts(dir string) error {
	for _, name := range []string{"peer.py", "networks.py"} {
		b, err := scripts.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A side is a process that answers on its standard output.
type side struct {
	name        string
	cmd         *exec.Cmd
	in          io.WriteCloser
	lines       *bufio.Scanner
	differences map[string]float64
}

// start starts a process.
func start(ctx context.Context, name string, args, env []string, stderr io.Writer) (*side, error) {
	s := &side{name: name, cmd: exec.CommandContext(ctx, args[0], args[1:]...), differences: map[string]float64{}}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = stderr
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.in, s.lines = in, bufio.NewScanner(out)
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// wait returns the rest of the next line that starts with one of the words.
func (s *side) wait(word string) (string, error) {
	for s.lines.Scan() {
		first, rest, _ := strings.Cut(s.lines.Text(), " ")
		switch first {
		case word:
			return rest, nil
		case "difference":
			name, value, _ := strings.Cut(rest, " ")
			d, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return "", fmt.Errorf("%s: difference %q: %w", s.name, rest, err)
			}
			s.differences[name] = d
		}
	}
	s.in.Close()
	if err := s.cmd.Wait(); err != nil {
		return "", fmt.Errorf("%s ended: %w", s.name, err)
	}
	return "", fmt.Errorf("%s ended without %q", s.name, word)
}

// run has the side do its work once and returns the seconds of one repeat.
func (s *side) run() (float64, error) {
	if _, err := fmt.Fprintln(s.in, "run"); err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	v, err := s.wait("ok")
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(v, 64)
}

// quit ends the side and returns its peak memory in bytes.
func (s *side) quit() (int64, error) {
	fmt.Fprintln(s.in, "quit")
	v, err := s.wait("memory")
	if err != nil {
		return 0, err
	}
	s.in.Close()
	if err := s.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return strconv.ParseInt(v, 10, 64)
}

// kill ends a side that may have ended.
func (s *side) kill() {
	s.in.Close()
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// ticks returns the CPU time that the process has had in clock ticks of 10 ms, or
// 0 where the system does not tell.
func (s *side) ticks() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}
