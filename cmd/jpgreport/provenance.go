package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"jpgreport/report"
	"jpgreport/runtime/codec"
	"jpgreport/runtime/model"
	"jpgreport/runtime/result"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program and of what its numbers depend on",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			kernels, err := model.KernelPath()
			if err != nil {
				return err
			}
			p := provenance("", kernels, report.ChartLibrary(report.Options{}))
			_, err = fmt.Fprintf(c.OutOrStdout(), "jpgreport %s\ngo      %s %s/%s\ncodec   %s\nkernels %s\ncharts  %s\ncommit  %s\n",
				p.Version, p.Go, p.GOOS, p.GOARCH, p.Codec, p.Kernels, p.Charts.Name, commit(p.Git))
			return err
		},
	}
}

func commit(g result.Git) string {
	if g.Dirty {
		return g.Commit + " with changes"
	}
	return g.Commit
}

// provenance returns what the program knows of itself. kernels names the path
// that networks run on.
func provenance(specFile, kernels string, charts result.Artifact) result.Provenance {
	p := result.Provenance{
		Version:   "(devel)",
		Go:        runtime.Version(),
		GOOS:      runtime.GOOS,
		GOARCH:    runtime.GOARCH,
		Codec:     codec.Name(),
		Kernels:   kernels,
		Git:       result.Git{Commit: "unknown"},
		Modules:   map[string]string{},
		Artifacts: []result.Artifact{},
		Charts:    charts,
	}
	info, ok := debug.ReadBuildInfo()
	if ok {
		if info.Main.Version != "" {
			p.Version = info.Main.Version
		}
		for _, m := range info.Deps {
			p.Modules[m.Path] = m.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				p.Git.Commit = s.Value
			case "vcs.modified":
				p.Git.Dirty = s.Value == "true"
			}
		}
	}
	if p.Git.Commit == "unknown" && specFile != "" {
		p.Git = repository(filepath.Dir(specFile))
	}
	return p
}
