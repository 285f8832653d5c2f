package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jpgreport/runtime/work"
)

func code(pkg string) []work.Part {
	if pkg == "unknown" {
		return nil
	}
	return []work.Part{{Name: "code", Value: "of " + pkg}}
}

// openStore returns a store of packages of which the sources do not matter, and
// what it will have told.
func openStore(t *testing.T, dir string, o Options) (*Store, *[]Call) {
	t.Helper()
	calls := new([]Call)
	if o.Code == nil {
		o.Code = code
	}
	o.OnCall = func(c Call) { *calls = append(*calls, c) }
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, calls
}

func key(parts ...any) work.Key {
	k := work.Key{Primitive: "attack.FGSM"}
	for i := 0; i < len(parts); i += 2 {
		k = k.With(parts[i].(string), parts[i+1])
	}
	return k
}

func recalled(t *testing.T, s *Store, k work.Key, want string) {
	t.Helper()
	if got, ok := s.Recall(k); !ok || string(got) != want {
		t.Errorf("recalled %q, %v, want %q", got, ok, want)
	}
}

func missed(t *testing.T, s *Store, k work.Key) {
	t.Helper()
	if got, ok := s.Recall(k); ok {
		t.Errorf("recalled %q, want a miss", got)
	}
}

func TestKeepRecall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "cache")
	s, _ := openStore(t, dir, Options{})
	k := key("input", "d1", "epsilon", 5)
	missed(t, s, k)
	s.Keep(k, []byte("five"))
	recalled(t, s, k, "five")
	missed(t, s, key("input", "d1", "epsilon", 6))
	s.Keep(k, nil)
	recalled(t, s, k, "")

	again, _ := openStore(t, dir, Options{})
	recalled(t, again, k, "")
	if n, size, err := again.Size(); n != 1 || size == 0 || err != nil {
		t.Errorf("size %d entries, %d bytes, %v", n, size, err)
	}
	if err := again.Clear(); err != nil {
		t.Error(err)
	}
	missed(t, again, k)
	if n, size, err := again.Size(); n != 0 || size != 0 || err != nil {
		t.Errorf("size after Clear: %d entries, %d bytes, %v", n, size, err)
	}
}

// What the code, its dependencies, the release or the processor change must not
// be served from before.
func TestVersionsCount(t *testing.T) {
	dir := t.TempDir()
	k := key("input", "d1")
	s, _ := openStore(t, dir, Options{})
	s.Keep(k, []byte("old"))
	newer, calls := openStore(t, dir, Options{Code: func(string) []work.Part { return []work.Part{{Name: "code", Value: "newer"}} }})
	missed(t, newer, k)
	other, _ := openStore(t, dir, Options{Versions: []work.Part{{Name: "kernel", Value: "portable"}}})
	missed(t, other, k)
	if want := []Call{{Primitive: "attack.FGSM", Changed: []Change{{"code", "of attack", "newer"}}}}; cmp.Diff(want, *calls) != "" {
		t.Errorf("told %+v, want %+v", *calls, want)
	}
}

func TestUnkept(t *testing.T) {
	s, calls := openStore(t, t.TempDir(), Options{})
	for _, k := range []work.Key{
		{Primitive: "attack.FGSM", Parts: []work.Part{{Name: "input", Value: "d"}, {Name: "loss", Value: ""}}},
		{Primitive: "unknown.F", Parts: []work.Part{{Name: "input", Value: "d"}}},
	} {
		s.Keep(k, []byte("x"))
		missed(t, s, k)
	}
	want := []Call{
		{Primitive: "attack.FGSM", Unkept: "loss"},
		{Primitive: "unknown.F", Unkept: "the version of package unknown"},
	}
	if d := cmp.Diff(want, *calls); d != "" {
		t.Error(d)
	}
	if n, _, _ := s.Size(); n != 0 {
		t.Errorf("%d entries kept", n)
	}
}

func TestExplanation(t *testing.T) {
	dir := t.TempDir()
	s, calls := openStore(t, dir, Options{})
	missed(t, s, key("input", "d1", "epsilon", 5, "seed", 1))
	s.Keep(key("input", "d1", "epsilon", 5, "seed", 1), nil)
	missed(t, s, key("input", "d1", "epsilon", 6, "seed", 1)) // nothing was kept before this run
	s.Keep(key("input", "d2", "epsilon", 6, "seed", 2), nil)
	s.Keep(work.Key{Primitive: "attack.PGD"}.With("input", "d1").With("epsilon", 7).With("seed", 1), nil)
	next, calls2 := openStore(t, dir, Options{})
	missed(t, next, key("input", "d1", "epsilon", 7, "seed", 1)) // one part from the first, three from the second
	missed(t, next, key("input", "d2", "epsilon", 6, "seed", 2, "steps", 10))
	missed(t, next, key("input", "d2", "epsilon", 6))
	recalled(t, next, key("input", "d2", "epsilon", 6, "seed", 2), "")
	if d := cmp.Diff([]Call{{Primitive: "attack.FGSM"}, {Primitive: "attack.FGSM"}}, *calls); d != "" {
		t.Error(d)
	}
	want := []Call{
		{Primitive: "attack.FGSM", Changed: []Change{{"epsilon", "5", "7"}}},
		{Primitive: "attack.FGSM", Changed: []Change{{"steps", "", "10"}}},
		{Primitive: "attack.FGSM", Changed: []Change{{"seed", "2", ""}}},
		{Primitive: "attack.FGSM", Hit: true},
	}
	if d := cmp.Diff(want, *calls2); d != "" {
		t.Error(d)
	}
}

func TestDiffering(t *testing.T) {
	p := func(pairs ...string) []work.Part { return key(anys(pairs)...).Parts }
	for _, c := range []struct {
		before, now []work.Part
		want        []Change
	}{
		{p("x", "1"), p("x", "1"), []Change{}},
		{p("x", "1", "y", "2"), p("y", "2", "x", "3"), []Change{{"x", "1", "3"}}},
		{p("x", "1", "x", "2"), p("x", "1", "x", "3"), []Change{{"x", "2", "3"}}},
		{p("x", "1", "x", "2"), p("x", "2", "x", "1"), []Change{{"x", "1", "2"}, {"x", "2", "1"}}},
		{p("old", "1"), p("new", "1"), []Change{{"new", "", "1"}, {"old", "1", ""}}},
	} {
		if d := cmp.Diff(c.want, differing(c.before, c.now)); d != "" {
			t.Errorf("from %v to %v: %s", c.before, c.now, d)
		}
	}
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

func TestWriteOnly(t *testing.T) {
	dir := t.TempDir()
	k := key("input", "d1")
	s, calls := openStore(t, dir, Options{WriteOnly: true})
	s.Keep(k, []byte("new"))
	missed(t, s, k)
	if d := cmp.Diff([]Call{{Primitive: "attack.FGSM"}}, *calls); d != "" {
		t.Error(d)
	}
	reader, _ := openStore(t, dir, Options{})
	recalled(t, reader, k, "new")
}

// the only entry of a store
func entryOf(t *testing.T, s *Store) string {
	t.Helper()
	all, err := s.entries()
	if err != nil || len(all) != 1 {
		t.Fatalf("%d entries, %v; want one", len(all), err)
	}
	return all[0].path
}

func TestDamage(t *testing.T) {
	k, value := key("input", "d1"), []byte("the value that is kept")
	dir := t.TempDir()
	s, _ := openStore(t, dir, Options{})
	s.Keep(k, value)
	path := entryOf(t, s)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	damaged := func(what string, b []byte) {
		t.Helper()
		put(b)
		if got, ok := s.Recall(k); ok {
			t.Errorf("%s: recalled %q", what, got)
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s: the entry is still there", what)
		}
	}
	for at := range whole {
		b := bytes.Clone(whole)
		b[at] ^= 1 << (at % 8)
		damaged(fmt.Sprintf("a bit flipped in byte %d", at), b)
	}
	for _, n := range []int{0, 1, headBytes - 1, headBytes, len(whole) / 2, len(whole) - 1} {
		damaged(fmt.Sprintf("cut after %d bytes", n), whole[:n])
	}
	damaged("a byte more", append(bytes.Clone(whole), 0))
	put(whole)
	recalled(t, s, k, string(value))
}

// An entry that stands under another's name, whole as it is, is not served.
func TestMisplacedEntry(t *testing.T) {
	s, _ := openStore(t, t.TempDir(), Options{})
	s.Keep(key("input", "d1"), []byte("one"))
	path := entryOf(t, s)
	full, _ := s.complete(key("input", "d2"))
	if err := os.Rename(path, s.path(full)); err != nil {
		t.Fatal(err)
	}
	missed(t, s, key("input", "d2"))
}

func TestEviction(t *testing.T) {
	dir := t.TempDir()
	value := bytes.Repeat([]byte("x"), 1000)
	size := int64(0)
	{
		s, _ := openStore(t, t.TempDir(), Options{})
		s.Keep(key("n", 10), value)
		_, size, _ = s.Size()
	}
	s, _ := openStore(t, dir, Options{MaxBytes: 10 * size})
	for i := range 10 { // keys 10 to 19: of equal size
		s.Keep(key("n", 10+i), value)
		full, _ := s.complete(key("n", 10+i))
		at := time.Now().Add(time.Duration(i-20) * time.Minute) // the older the smaller i
		if err := os.Chtimes(s.path(full), at, at); err != nil {
			t.Fatal(err)
		}
	}
	recalled(t, s, key("n", 10), string(value)) // used now, so not the next to go
	s.Keep(key("n", 20), value)
	if _, total, _ := s.Size(); total > 10*size {
		t.Errorf("%d bytes kept, want at most %d", total, 10*size)
	}
	for i := range 11 {
		if i == 1 || i == 2 {
			missed(t, s, key("n", 10+i))
		} else {
			recalled(t, s, key("n", 10+i), string(value))
		}
	}
	s.Keep(key("n", 99), bytes.Repeat(value, 20))
	missed(t, s, key("n", 99))
	recalled(t, s, key("n", 10), string(value))
}

// Entries that another process wrote count as well.
func TestEvictionOfOthers(t *testing.T) {
	dir := t.TempDir()
	a, _ := openStore(t, dir, Options{MaxBytes: 4000})
	b, _ := openStore(t, dir, Options{MaxBytes: 4000})
	for i := range 10 {
		a.Keep(key("a", i), make([]byte, 500))
		b.Keep(key("b", i), make([]byte, 500))
	}
	// Each store counts what it wrote since it last looked: twice the bound at worst.
	if _, total, err := a.Size(); total > 8000 || err != nil {
		t.Errorf("%d bytes kept, %v", total, err)
	}
}

func TestOrphans(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{"writing-1": 2 * time.Hour, "writing-2": time.Minute, "mine": 2 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := openStore(t, dir, Options{})
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if want := []string{filepath.Join(dir, "mine"), filepath.Join(dir, "writing-2")}; cmp.Diff(want, left) != "" {
		t.Errorf("left are %q, want %q", left, want)
	}
	if err := s.Clear(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "mine")); err != nil {
		t.Error("Clear removed a file that is not the store's:", err)
	}
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	warnings := 0
	s, _ := openStore(t, filepath.Join(file, "cache"), Options{OnWarning: func(err error) {
		warnings++
		if !strings.HasPrefix(err.Error(), "results are not kept: ") {
			t.Error(err)
		}
	}})
	for i := range 3 {
		s.Keep(key("n", i), []byte("x"))
		missed(t, s, key("n", i))
	}
	if warnings != 1 {
		t.Errorf("%d warnings, want one", warnings)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		dir  string
		max  int64
		want string
	}{
		{"", 0, "store: no folder"},
		{"x", -1, "store: at most -1 bytes, want 0 (default) or more"},
	} {
		if _, err := Open(c.dir, Options{MaxBytes: c.max}); err == nil || err.Error() != c.want {
			t.Errorf("Open(%q, %d): %v, want %s", c.dir, c.max, err, c.want)
		}
	}
}

func TestPrimitiveNames(t *testing.T) {
	s, _ := openStore(t, t.TempDir(), Options{})
	for _, name := range []string{"a.B", "a.b", "../../up", "a/b.C", "", "CON.x"} {
		k := work.Key{Primitive: name}.With("n", 1)
		s.Keep(k, []byte(name))
		recalled(t, s, k, name)
	}
}

func TestGoroutines(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Code: code, MaxBytes: 20000})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() { hammer(t, s, g) })
	}
	wg.Wait()
}

// hammer keeps and recalls; what comes back has to be right.
func hammer(t *testing.T, s *Store, g int) {
	for i := range 60 {
		n := (i*7 + g) % 20
		want := strings.Repeat(fmt.Sprint(n), 200+n)
		if got, ok := s.Recall(key("n", n)); ok && string(got) != want {
			t.Errorf("recalled %d bytes of %d for key %d", len(got), len(want), n)
		}
		s.Keep(key("n", n), []byte(want))
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("STORE_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	s, err := Open(os.Args[1], Options{Code: code, MaxBytes: 20000, OnWarning: func(err error) { panic(err) }})
	if err != nil {
		panic(err)
	}
	if os.Getenv("STORE_TEST_CHILD") == "claim" {
		if _, err := s.Claim(context.Background(), key("n", 1)); err != nil {
			panic(err)
		}
		fmt.Println("ready")
		select {}
	}
	fmt.Println("ready")
	t := new(testing.T)
	for os.Getenv("STORE_TEST_CHILD") == "forever" {
		hammer(t, s, 3)
	}
	hammer(t, s, 1)
	if t.Failed() {
		os.Exit(1)
	}
}

func child(t *testing.T, dir, how string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, dir)
	c.Env = append(os.Environ(), "STORE_TEST_CHILD="+how)
	return c
}

func TestProcesses(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 3 {
		c := child(t, dir, "once")
		wg.Go(func() {
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	s, err := Open(dir, Options{Code: code, MaxBytes: 20000})
	if err != nil {
		t.Fatal(err)
	}
	hammer(t, s, 2)
	wg.Wait()
}

// A process killed while it writes leaves nothing but whole entries.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	for range 5 {
		c := child(t, dir, "forever")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 16)); err != nil {
			t.Error(err)
		}
		for { // until it has kept something
			s, _ := openStore(t, dir, Options{})
			if n, _, _ := s.Size(); n > 0 {
				break
			}
		}
		if err := c.Process.Kill(); err != nil {
			t.Error(err)
		}
		var exit *exec.ExitError
		if err := c.Wait(); !errors.As(err, &exit) {
			t.Errorf("the killed child ended with %v", err)
		}
		s, err := Open(dir, Options{Code: code, MaxBytes: 20000})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.entries()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			k := head(e.path)
			if k == nil {
				t.Errorf("%s is no entry", e.path)
				continue
			}
			if _, ok := s.read(e.path, *k); !ok {
				t.Errorf("the entry of %v is not whole", k.Parts)
			}
		}
	}
}
