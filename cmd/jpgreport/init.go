package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"jpgreport/runtime/spec"
)

// first is the experiment that init writes. A script has ".txt" behind its name
// here, or gofmt would take it for a Go file.
//
//go:embed all:first
var first embed.FS

// schemaFile is the name under which init puts the schema beside the spec, which
// names it in its first line.
const schemaFile = "spec.schema.json"

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first experiment that runs in seconds",
		Long: `Init writes a small experiment to DIR, or to the current folder: first.yaml, a
script that it names, and the schema by which editors complete it. Comments in
them say what is what and what to try. No file is overwritten.`,
		Example: "  jpgreport init study\n  jpgreport serve study/first.yaml",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(c *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			names, err := writeFirst(dir)
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			for _, name := range names {
				fmt.Fprintln(w, "wrote", name)
			}
			start := filepath.Join(dir, "first.yaml")
			fmt.Fprintf(w, "\nnext:\n  jpgreport serve %s    see the report, and change it\n  jpgreport run %s      write it to outputs/first.html\n", start, start)
			return nil
		},
	}
}

// writeFirst writes the experiment to dir and returns the names of its files. It
// writes nothing when one of them exists.
func writeFirst(dir string) (names []string, err error) {
	texts := map[string][]byte{}
	add := func(name string, text []byte) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		names, texts[name] = append(names, name), text
	}
	root, err := fs.Sub(first, "first")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		add(strings.TrimSuffix(name, ".txt"), text)
		return err
	})
	if err != nil {
		return nil, err
	}
	add(schemaFile, spec.Schema())
	for _, name := range names {
		if _, err := os.Lstat(name); err == nil {
			return nil, fmt.Errorf("%s exists, and is not overwritten; name another folder: jpgreport init DIR", name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return nil, err
		}
		_, err = f.Write(texts[name])
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}
