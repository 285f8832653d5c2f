package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"jpgreport/runtime/dataset"
)

func dataCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "data",
		Short: "List the data sets that are embedded or known, with their digests",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, d := range dataset.Known() {
				where := "embedded"
				if !d.Embedded {
					where = "not embedded"
				}
				fmt.Fprintf(w, "%s\t%s\n", d.Name, where)
				fmt.Fprintf(w, "  origin\t%s\n  terms\t%s\n", d.Origin, d.Terms)
				if d.Get != "" {
					fmt.Fprintf(w, "  get it\t%s\n", d.Get)
				}
				for _, f := range d.Files {
					fmt.Fprintf(w, "  %s\tsha256 %s\n", f.Name, f.SHA256)
				}
			}
			fmt.Fprintf(w, "sources that a spec may name\t%s\n", strings.Join(dataset.Kinds(), ", "))
			fmt.Fprintf(w, "lists of classes\t%s\n", strings.Join(dataset.ClassLists(), ", "))
			return w.Flush()
		},
	}
}
