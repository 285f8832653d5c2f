package main

import (
	"github.com/spf13/cobra"

	"jpgreport/runtime/spec"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a spec, for editors",
		Long: `Schema prints the JSON Schema (draft 7) of a spec. An editor with a YAML
language server then completes keys, shows what they mean and marks what may
not stand. Put it into a file and name that in the first line of a spec:

  # yaml-language-server: $schema=spec.schema.json`,
		Example:           "  jpgreport schema > spec.schema.json",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(spec.Schema())
			return err
		},
	}
}
