// Command gen writes the symbol files of package symbols.
//
//  1. [load] reads the exported types of the packages in list.go.
//  2. [files] drops what is excluded, refuses what would reach files or the
//     system, and prints one file a package and the table of all.
//  3. [describe] reads the doc comments and examples of the same, for package
//     manual and runtime/README.md.
//  4. main writes them beside symbols.go; the test compares instead.
package main

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	out, err := generate()
	for name, text := range out {
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate() (map[string][]byte, error) {
	pkgs, err := load(packages)
	if err != nil {
		return nil, err
	}
	out, err := files(pkgs)
	if err != nil {
		return nil, err
	}
	text, err := describe(pkgs)
	maps.Copy(out, text)
	return out, err
}

// load returns the packages from the export data that the go command keeps.
func load(paths []string) ([]*types.Package, error) {
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, paths...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.Bytes())
	}
	export := map[string]string{}
	for line := range strings.Lines(string(list)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		export[path] = file
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if export[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(filepath.Clean(export[path]))
	})
	var pkgs []*types.Package
	for _, path := range paths {
		p, err := imp.Import(path)
		if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
	return pkgs, nil
}
