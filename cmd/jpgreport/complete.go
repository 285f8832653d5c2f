package main

import (
	"strings"

	"github.com/spf13/cobra"

	"jpgreport/runtime/spec"
)

// completeSpecs lets a shell complete the names of specs.
func completeSpecs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeOneSpec does so for a command that takes one.
func completeOneSpec(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeSpecs(c, args, begun)
}

// completeParam completes -P by the parameters of the spec that stands on the
// command line already.
func completeParam(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	if len(args) == 0 {
		return nil, directive
	}
	sp, _ := spec.Inspect(args[0], spec.LoadOptions{}) // what is wrong with it, run says
	if sp == nil {
		return nil, directive
	}
	var names []string
	for _, p := range sp.Params {
		if strings.HasPrefix(p.Name, begun) {
			names = append(names, p.Name+"=\t"+strings.TrimSpace(p.Show()+"  "+p.Help))
		}
	}
	return names, directive
}
