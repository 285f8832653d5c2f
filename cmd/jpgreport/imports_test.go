package main

import (
	"go/build"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport says which of the module's packages each package may import.
var mayImport = map[string][]string{
	"runtime/work":       {},
	"runtime/result":     {},
	"runtime/fault":      {},
	"runtime/spec":       {"runtime/fault"},
	"runtime/pixel":      {"runtime/work"},
	"runtime/metric":     {"runtime/pixel"},
	"runtime/codec":      {"runtime/pixel", "runtime/work"},
	"runtime/attack":     {"runtime/pixel", "runtime/work"},
	"runtime/dataset":    {"runtime/codec", "runtime/pixel", "runtime/work"},
	"runtime/store":      {"runtime/work"},
	"runtime/kernel":     {},
	"runtime/codec/gen":  {},
	"runtime/kernel/gen": {},
	"runtime/onnx":       {},
	"runtime/model":      {"runtime/attack", "runtime/kernel", "runtime/onnx", "runtime/pixel", "runtime/work"},
	"runtime/sweep":      {"runtime/attack", "runtime/codec", "runtime/metric", "runtime/pixel", "runtime/work"},
	"runtime/check":      {"runtime/attack", "runtime/codec", "runtime/metric", "runtime/model", "runtime/pixel", "runtime/result"},
	"runtime/notebook":   {"runtime/result", "runtime/spec", "runtime/store", "runtime/work"},
	"runtime/script": {"runtime/attack", "runtime/check", "runtime/codec", "runtime/dataset", "runtime/fault", "runtime/metric",
		"runtime/model", "runtime/pixel", "runtime/result", "runtime/sweep", "runtime/work", "runtime/script/symbols"},
	"runtime/script/symbols": {"runtime/attack", "runtime/check", "runtime/codec", "runtime/dataset", "runtime/metric",
		"runtime/model", "runtime/pixel", "runtime/result", "runtime/sweep"},
	"benchmarks/jpeg":            {"runtime/codec", "runtime/pixel"},
	"benchmarks/study":           {"runtime/codec", "runtime/dataset", "runtime/model", "runtime/sweep"},
	"benchmarks":                 {"runtime/dataset", "runtime/kernel", "runtime/model", "runtime/pixel"},
	"runtime/script/manual":      {},
	"runtime/script/symbols/gen": {"runtime/script/manual"},
	"templates":                  {},
	"report":                     {"runtime/result", "templates"},
	"report/preview":             {"templates"},
	"cmd/jpgreport": {"report", "report/preview", "runtime/codec", "runtime/dataset", "runtime/fault", "runtime/model", "runtime/notebook", "runtime/result",
		"runtime/script", "runtime/script/manual", "runtime/spec", "runtime/store", "runtime/work"},
}

// keepers says which of the module's packages alone may import a package of
// others.
var keepers = map[string]string{
	"github.com/mmcloughlin/avo/":    "runtime/codec/gen runtime/kernel/gen",
	"github.com/klauspost/compress/": "runtime/dataset",
	"golang.org/x/image/":            "runtime/dataset",
	"golang.org/x/sys/":              "cmd/jpgreport runtime/codec runtime/kernel",
	"gorgonia.org/":                  "runtime/model",
	"google.golang.org/protobuf/":    "runtime/onnx",
	"github.com/traefik/yaegi/":      "runtime/script runtime/script/symbols",
	"gopkg.in/yaml.v3":               "runtime/spec",
	"html/template":                  "report",
	"github.com/go-echarts/":         "report",
	"github.com/yuin/goldmark":       "report",
	"github.com/alecthomas/chroma":   "report",
	"github.com/spf13/cobra":         "cmd/jpgreport",
	"github.com/schollz/progressbar": "cmd/jpgreport",
	"os/exec":                        "benchmarks benchmarks/jpeg benchmarks/study cmd/jpgreport runtime/notebook runtime/script/symbols/gen",
	"github.com/fsnotify/fsnotify":   "cmd/jpgreport",
	"net":                            "cmd/jpgreport report/preview",
	"net/":                           "cmd/jpgreport report/preview",
	"unsafe":                         "",
	"C":                              "",
}

// others says which packages of other modules a package may import, besides the
// standard library, where that is few.
var others = map[string][]string{"runtime/codec": {"golang.org/x/sys/cpu"}, "runtime/dataset": {"github.com/klauspost/compress/gzip", "golang.org/x/image/bmp", "golang.org/x/image/tiff", "golang.org/x/image/webp"}, "runtime/kernel": {"golang.org/x/sys/cpu"}}

// standardOnly import nothing but the standard library and the module.
var standardOnly = []string{"runtime/fault", "runtime/work", "runtime/result", "runtime/pixel", "runtime/attack", "runtime/store", "templates"}

// TestImports holds every package to the rules of who may import whom.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		for _, problem := range judge(pkg, p.Imports) {
			t.Error(problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("%s has rules but does not exist", pkg)
		}
	}
}

// judge returns what is wrong with a package's imports.
func judge(pkg string, imports []string) []string {
	allowed, known := mayImport[pkg]
	if !known {
		return []string{pkg + " is a package that the rules do not know"}
	}
	var wrong []string
	for _, imp := range imports {
		if own, ok := strings.CutPrefix(imp, "jpgreport/"); ok {
			if !slices.Contains(allowed, own) {
				wrong = append(wrong, pkg+" may not import "+own)
			}
			continue
		}
		if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") {
			few, limited := others[pkg]
			switch {
			case slices.Contains(standardOnly, pkg):
				wrong = append(wrong, pkg+" may import the standard library only, not "+imp)
			case limited && !slices.Contains(few, imp):
				wrong = append(wrong, pkg+" may import of other modules "+strings.Join(few, ", ")+" only, not "+imp)
			}
		}
		for prefix, keeper := range keepers {
			if (imp == path.Clean(prefix) || strings.HasPrefix(imp, prefix) && strings.Contains(prefix, "/")) &&
				!slices.Contains(strings.Fields(keeper), pkg) {
				wrong = append(wrong, pkg+" may not import "+imp)
			}
		}
	}
	return wrong
}

// TestImportRulesCatch sees the rules refuse what they are there to refuse.
func TestImportRulesCatch(t *testing.T) {
	for _, c := range []struct{ pkg, imp string }{
		{"report", "jpgreport/runtime/model"},
		{"runtime/attack", "jpgreport/runtime/model"},
		{"runtime/codec", "gorgonia.org/tensor"},
		{"runtime/metric", "golang.org/x/sys/cpu"},
		{"runtime/notebook", "github.com/traefik/yaegi/interp"},
		{"runtime/work", "golang.org/x/sys/cpu"},
		{"runtime/kernel", "jpgreport/runtime/work"},
		{"runtime/kernel", "golang.org/x/sys/unix"},
		{"runtime/kernel", "gonum.org/v1/gonum/blas"},
		{"runtime/kernel", "github.com/mmcloughlin/avo/build"},
		{"runtime/attack", "jpgreport/runtime/kernel"},
		{"report", "golang.org/x/sys/cpu"},
		{"runtime/script", "os/exec"},
		{"runtime/dataset", "net"},
		{"cmd/jpgreport", "html/template"},
		{"util", "fmt"},
	} {
		if len(judge(c.pkg, []string{c.imp})) == 0 {
			t.Errorf("%s may import %s", c.pkg, c.imp)
		}
	}
}
