package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRepository also sees that what a stranger's repository names for git to run
// is not run.
func TestRepository(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir := t.TempDir()
	do := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if g := repository(dir); g.Commit != "unknown" || g.Dirty {
		t.Errorf("outside a repository: %+v", g)
	}
	do("init", "-q")
	if g := repository(dir); g.Commit != "unknown" {
		t.Errorf("without a commit: %+v", g)
	}
	put("a.yaml", "title: a\n")
	do("add", ".")
	do("commit", "-q", "-m", "a")
	if g := repository(dir); len(g.Commit) < 40 || g.Dirty {
		t.Errorf("committed: %+v", g)
	}
	put("a.yaml", "title: b\n")
	if g := repository(dir); !g.Dirty {
		t.Errorf("a changed file: %+v", g)
	}

	ran := filepath.Join(dir, "ran")
	for _, scope := range []string{"--local", "--worktree"} {
		do("config", "extensions.worktreeConfig", "true")
		do("config", scope, "filter.x.clean", "touch "+ran)
		do("config", scope, "core.fsmonitor", "touch "+ran)
	}
	put(".gitattributes", "* filter=x\n")
	put("a.yaml", "title: a\n")
	repository(dir)
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the repository names was run")
	}
}
