package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"jpgreport/runtime/fault"
	"jpgreport/runtime/script/manual"
	"jpgreport/runtime/spec"
)

// topics are what doc explains besides primitives and codes, sorted.
var topics = []struct {
	name, about string
	print       func(io.Writer, *manual.Manual)
}{
	{"codes", "the codes of mistakes that check finds", printCodes},
	{"ctx", "the context that every cell has", text("ctx context.Context\n\n    What a primitive takes first: with it go progress, cancellation, the data sets\n    of the spec and the memory of results. Every cell has it without an import.\n")},
	{"events", "the events of run --json", printEvents},
	{"must", "how a cell ends at an error", text("func must(err error)\n\n    Must ends the cell at that line when err is not nil. Every cell has it without\n    an import.\n\nExample:\n\n    digits, err := dataset.Open(ctx, \"digits\")\n    must(err)\n")},
	{"setup", "what the examples begin with", func(w io.Writer, m *manual.Manual) { fmt.Fprintln(w, m.Setup) }},
}

func docCommand() *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:   "doc [NAME]",
		Short: "Explain what a script may call, and the codes of mistakes",
		Long: `Doc prints what a script may call: without a name the packages, with the name of
a package its functions and types, with that of one of these its signature, what
it does and an example, which a test runs. It explains codes of mistakes too.`,
		Example: `  jpgreport doc attack
  jpgreport doc attack.FGSM
  jpgreport doc out            what a cell may put out
  jpgreport doc JR012`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeDoc,
		RunE: func(c *cobra.Command, args []string) error {
			m, err := manual.Read()
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			switch {
			case markdown:
				m.Markdown(w)
				return nil
			case len(args) == 0:
				contents(w, m)
				return nil
			}
			return explain(w, m, args[0])
		},
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "print everything as a page of Markdown")
	return c
}

// contents prints what there is to look up.
func contents(w io.Writer, m *manual.Manual) {
	fmt.Fprintln(w, "What a script may import:")
	var standard []string
	var lines [][2]string
	for _, p := range m.Packages {
		if p.Standard {
			standard = append(standard, p.Path)
			continue
		}
		lines = append(lines, [2]string{p.Path, manual.Synopsis(p.Base(), p.Doc)})
	}
	manual.Columns(w, lines)
	fmt.Fprintf(w, "  %s, of Go's own library\n\nWhat every cell has, and other topics:\n", strings.Join(standard, ", "))
	lines = [][2]string{{"out", "tables, charts, pictures and metrics go there"}, {"params", "the values of the spec"}}
	for _, topic := range topics {
		lines = append(lines, [2]string{topic.name, topic.about})
	}
	manual.Columns(w, lines)
	fmt.Fprintln(w, "\nMore: jpgreport doc NAME, such as attack, attack.FGSM, out or JR012")
}

// predeclared are the names that stand for a type of the manual.
var predeclared = map[string]string{"out": "result.Cell", "params": "result.Params"}

// explain prints what is known of a name.
func explain(w io.Writer, m *manual.Manual, name string) error {
	if e, ok := fault.Lookup(fault.Code(strings.ToUpper(name))); ok {
		printCode(w, e)
		return nil
	}
	for _, topic := range topics {
		if topic.name == name {
			topic.print(w, m)
			return nil
		}
	}
	if typ, ok := predeclared[name]; ok {
		for _, s := range m.Find(typ) {
			s.Text(w)
		}
		return methods(w, m, name, typ)
	}
	for short, typ := range predeclared { // out.Metric
		if method, ok := strings.CutPrefix(name, short+"."); ok {
			name = typ + "." + method
		}
	}
	if p, ok := m.Package(name); ok {
		p.Text(w)
		return nil
	}
	found := m.Find(name)
	for i, s := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		s.Text(w)
	}
	if len(found) > 0 {
		return nil
	}
	err := fmt.Errorf("doc %s: scripts have nothing of that name", name)
	known := append(m.Names(), "out", "params")
	for _, n := range m.Names() {
		_, bare, _ := strings.Cut(n, ".")
		known = append(known, bare)
	}
	for _, topic := range topics {
		known = append(known, topic.name)
	}
	if near := spec.Nearest(name, lower(known)); near != "" {
		at := slices.IndexFunc(known, func(n string) bool { return strings.EqualFold(n, near) })
		return hinted{err, "did you mean " + known[at] + "?"}
	}
	return hinted{err, "jpgreport doc lists what there is"}
}

// methods prints the methods of what every cell has.
func methods(w io.Writer, m *manual.Manual, name, typ string) error {
	fmt.Fprintln(w, "\nMethods:")
	var lines [][2]string
	p, _ := m.Package(typ[:strings.IndexByte(typ, '.')])
	for _, s := range p.Symbols {
		if method, ok := strings.CutPrefix(s.Full(), typ+"."); ok {
			lines = append(lines, [2]string{name + "." + method, manual.Synopsis(s.Name, s.Doc)})
		}
	}
	manual.Columns(w, lines)
	_, err := fmt.Fprintf(w, "\nMore of one of them: jpgreport doc %s.NAME\n", name)
	return err
}

func printCodes(w io.Writer, _ *manual.Manual) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range fault.Table() {
		fmt.Fprintf(t, "%s\t%s\n", e.Code, e.Meaning)
	}
	t.Flush()
	fmt.Fprintln(w, "\nAn example of one: jpgreport doc CODE")
}

func printCode(w io.Writer, e fault.Entry) {
	fmt.Fprintf(w, "%s: %s.\n", e.Code, e.Meaning)
	for _, part := range []struct{ title, text string }{{"The mistake", e.Wrong}, {"The remedy", e.Right}} {
		if part.text == "" {
			continue
		}
		fmt.Fprintf(w, "\n%s:\n\n", part.title)
		for line := range strings.Lines(part.text) {
			fmt.Fprint(w, "    ", line)
		}
	}
}

func printEvents(w io.Writer, _ *manual.Manual) {
	fmt.Fprint(w, `jpgreport run --json prints an object a line on standard output. Each has "event"
and "spec", the spec's file, in a sweep "variant", such as "seed=1", and these
fields; fields that are 0 or empty are left out.

`)
	for _, e := range eventMeanings {
		fmt.Fprintf(w, "%s\n    %s\n    fields: %s\n", e.name, e.meaning, e.fields)
	}
}

func text(s string) func(io.Writer, *manual.Manual) {
	return func(w io.Writer, _ *manual.Manual) { fmt.Fprint(w, s) }
}

func lower(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ToLower(n)
	}
	return out
}

func completeDoc(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	m, err := manual.Read()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := append(m.Names(), "out", "params")
	for _, topic := range topics {
		names = append(names, topic.name)
	}
	for _, e := range fault.Table() {
		names = append(names, string(e.Code)+"\t"+e.Meaning)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
