package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// said returns what a command line prints, and its exit status.
func said(args ...string) (string, int) {
	var out bytes.Buffer
	status := run(context.Background(), args, strings.NewReader(""), &out, &out)
	return out.String(), status
}

// The help of each command fits a screen of 80 columns and 45 lines.
func TestHelpFitsAScreen(t *testing.T) {
	list, _ := said("__complete", "")
	commands := []string{""}
	for line := range strings.Lines(list) {
		if name, _, ok := strings.Cut(line, "\t"); ok && name != "completion" {
			commands = append(commands, name)
		}
	}
	if len(commands) < 9 {
		t.Fatalf("commands: %q", commands)
	}
	for _, name := range commands {
		help, status := said(strings.Fields(name + " --help")...)
		if status != statusDone {
			t.Errorf("%s --help ends with %d", name, status)
		}
		lines := strings.Split(strings.TrimSpace(help), "\n")
		if len(lines) > 45 {
			t.Errorf("%s --help has %d lines", name, len(lines))
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%s --help has a line of %d letters: %s", name, n, line)
			}
		}
	}
}

// A shell completes specs by their names, parameters by the spec and what doc
// explains.
func TestCompletion(t *testing.T) {
	t.Chdir("first")
	for _, c := range []struct {
		args string
		want string
	}{
		{"run first.yaml -P qu", "quality=\t75"},
		{"doc attack.F", "attack.FGSM"},
		{"doc JR01", "JR012\ta key is none that may stand there"},
		{"serve ", "yaml"},
		{"", "serve\tShow the report"},
	} {
		words := strings.Split(c.args, " ")
		if got, _ := said(append([]string{"__complete"}, words...)...); !strings.Contains(got, c.want) {
			t.Errorf("%q completes to\n%s\nwant %s", c.args, got, c.want)
		}
	}
}

// Doc explains packages, primitives, what every cell has and codes; it knows
// what a mistyped name stands for, and prints nothing wider than a terminal.
func TestDoc(t *testing.T) {
	for name, want := range map[string]string{
		"":             "jpgreport/runtime/attack",
		"attack":       "More of one of them: jpgreport doc attack.NAME",
		"attack.FGSM":  "Examples begin with the lines of: jpgreport doc setup",
		"fgsm":         "func FGSM(",
		"out":          "out.Metric ",
		"out.Metric":   "clean_accuracy",
		"params":       "params.Floats ",
		"must":         "ends the cell at that line",
		"ctx":          "cancellation",
		"setup":        "dataset.Open(ctx, \"digits\")",
		"sort":         "pkg.go.dev/sort",
		"jr012":        "    tilte: Digits\n",
		"codes":        "JR201  a script is not Go\n",
		"events":       "run_finished\n",
		"--markdown":   "### attack.FGSM\n",
		"attack.FGMS":  "hint: did you mean attack.FGSM?",
		"what is this": "hint: jpgreport doc lists what there is",
	} {
		args := []string{"doc"}
		if name != "" {
			args = append(args, name)
		}
		got, status := said(args...)
		if !strings.Contains(got, want) {
			t.Errorf("doc %s lacks %q:\n%s", name, want, got)
		}
		if wrong := strings.Contains(want, "hint: "); wrong != (status == statusUsage) {
			t.Errorf("doc %s ends with %d", name, status)
		}
	}
}

// What is refused of a command line comes with the usage.
func TestWrongUsage(t *testing.T) {
	for line, want := range map[string]string{
		"run":               "requires at least 1 arg(s), only received 0\nhint: usage: jpgreport run SPEC… [flags]; jpgreport run --help tells more\n",
		"check":             "hint: usage: jpgreport check SPEC… [flags]; ",
		"run --nothing x":   "unknown flag: --nothing\nhint: usage: jpgreport run SPEC… [flags]; ",
		"nonsense":          "unknown command \"nonsense\" for \"jpgreport\"\nhint: usage: jpgreport [flags]; ",
		"cache nonsense":    "hint: usage: jpgreport cache [flags]; ",
		"cache clear a b c": "hint: usage: jpgreport cache clear",
		"doc a b":           "hint: usage: jpgreport doc [NAME] [flags]; ",
	} {
		got, status := said(strings.Fields(line)...)
		if status != statusUsage || !strings.Contains(got, want) {
			t.Errorf("%s ends with %d, want %d, and lacks %q:\n%s", line, status, statusUsage, want, got)
		}
	}
}

// The page in the tree is what the command prints.
func TestManualPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "runtime", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := said("doc", "--markdown"); got != string(page) {
		t.Error("runtime/README.md is not what doc --markdown prints: run go generate ./runtime/script/symbols")
	}
}

// Doc explains each event that run --json sends.
func TestEventsAreListed(t *testing.T) {
	list, _ := said("doc", "events")
	for _, e := range eventMeanings {
		if !strings.Contains(list, e.name+"\n    "+e.meaning) {
			t.Errorf("doc events does not explain %s", e.name)
		}
	}
	text, err := os.ReadFile("events.go")
	if err != nil {
		t.Fatal(err)
	}
	sent := regexp.MustCompile(`(?m)^\tevent\w+ += "(\w+)"`).FindAllSubmatch(text, -1)
	if len(sent) != len(eventMeanings) {
		t.Errorf("%d events are explained, %d are sent", len(eventMeanings), len(sent))
	}
	for _, m := range sent {
		if !strings.Contains(list, string(m[1])+"\n") {
			t.Errorf("doc events does not list %s", m[1])
		}
	}
}
