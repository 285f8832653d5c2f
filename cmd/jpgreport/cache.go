package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"jpgreport/runtime/store"
)

func cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Say where results are kept, how many and how much, or clear them",
		Long: `Cache says in which folder results of dear steps are kept, how many there are,
what they take and what they may take at most; those used longest ago go first.
JPGREPORT_CACHE names another folder.`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openCache()
			if err != nil {
				return err
			}
			entries, bytes, err := s.Size()
			if err != nil {
				return &statusError{statusFailed, err}
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "folder\t%s\n", cacheFolder())
			fmt.Fprintf(w, "results\t%d\n", entries)
			fmt.Fprintf(w, "size\t%s\n", megabytes(bytes))
			fmt.Fprintf(w, "at most\t%s\n", megabytes(store.DefaultMaxBytes))
			return w.Flush()
		},
	}
	c.AddCommand(&cobra.Command{
		Use:               "clear",
		Short:             "Remove all kept results; the next run computes everything again",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openCache()
			if err != nil {
				return err
			}
			entries, bytes, err := s.Size()
			if err == nil {
				err = s.Clear()
			}
			if err != nil {
				return &statusError{statusFailed, err}
			}
			fmt.Fprintf(c.OutOrStdout(), "removed %d results, %s\n", entries, megabytes(bytes))
			return nil
		},
	})
	return c
}

func openCache() (*store.Store, error) {
	dir := cacheFolder()
	if dir == "" {
		return nil, errors.New("there is no folder for results; JPGREPORT_CACHE names one")
	}
	return store.Open(dir, store.Options{})
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)) }
