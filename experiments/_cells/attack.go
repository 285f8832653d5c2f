// The cell "attack" of tour.yaml. A long cell may stand in a file of its own; it is
// Go as in the spec, without a package clause.

import (
	"jpgreport/runtime/attack"
	"jpgreport/runtime/check"
	"jpgreport/runtime/metric"
)

sweep, err := attack.FGSM(ctx, net, probe.Images, probe.Labels, attack.Options{Epsilons: params.Floats("epsilons")})
must(err)
clean, err := net.Classify(ctx, probe.Images)
must(err)

curve := result.Series{Name: "attacked"}
curve.Add(0, metric.Accuracy(clean.Labels, probe.Labels))
table := result.Table{
	Title:   "Accuracy under attack",
	Caption: "A table takes texts, numbers and rates; a rate shows its interval and n.",
	Columns: []result.Column{{Name: "ε", Unit: "/255"}, {Name: "accuracy"}, {Name: "L∞, measured", Digits: 3}},
}

var strongest *model.Predictions
for k, e := range sweep.Epsilons {
	p, err := net.Classify(ctx, sweep.Batches[k])
	must(err)
	strongest = p
	right := metric.Accuracy(p.Labels, probe.Labels)
	curve.Add(e, right)
	size, _ := metric.Mean(metric.Linf(probe.Images, sweep.Batches[k]))
	table.Rows = append(table.Rows, []any{e, right, size})
	fmt.Println(run{e, right.K}.describe(right.N))
}
worst := sweep.Batches[len(sweep.Batches)-1]
largest := sweep.Epsilons[len(sweep.Epsilons)-1]

out.Line(result.Chart{
	Title:  "Accuracy against the budget",
	X:      result.Axis{Name: "ε", Unit: "/255"},
	Y:      result.Axis{Name: "accuracy", Percent: true, Min: 0, Max: 1},
	Series: []result.Series{curve, {Name: "guessing", X: result.Values{0, largest}, Y: result.Values{0.1, 0.1}, Reference: true}},
})
out.Table(table)
