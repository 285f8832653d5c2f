package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/dataset"
	"jpgreport/runtime/model"
	"jpgreport/runtime/sweep"
)

// trained returns a network and the data set, whose test images it has not seen.
func trained(ctx context.Context, images int) (*model.Net, *dataset.Splits, error) {
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		return nil, nil, err
	}
	whole, err := digits.Train(ctx)
	if err != nil {
		return nil, nil, err
	}
	training, err := whole.First(images)
	if err != nil {
		return nil, nil, err
	}
	net, err := model.Train(ctx, "digits", training.Images, training.Labels, model.TrainOptions{Seed: 1})
	return net, digits, err
}

func jpeg(quality int) sweep.Transform { return sweep.JPEG(codec.Options{Quality: quality}) }

// compareTable sweeps the study's budgets and qualities over its images, has the
// script do so with our network, and prints both counts of right images.
func compareTable(ctx context.Context, python string) error {
	const images = 2000
	net, digits, err := trained(ctx, 60000)
	if err != nil {
		return err
	}
	testing, err := digits.Test(ctx)
	if err != nil {
		return err
	}
	probe, err := testing.First(images)
	if err != nil {
		return err
	}
	var through []sweep.Transform
	qualities := map[string]int{}
	for _, q := range []int{90, 75, 50, 25, 10} {
		through = append(through, jpeg(q))
		qualities[jpeg(q).String()] = q
	}
	r, err := sweep.Run(ctx, net, probe, sweep.Plan{Clean: through, Attacks: []sweep.Attacked{
		{By: sweep.FGSM(), Epsilons: []float64{1, 5, 10, 25, 38, 51}, Transforms: through}}})
	if err != nil {
		return err
	}
	var table strings.Builder
	for _, a := range r.Arms {
		transform := "none"
		if a.Transform != "" {
			transform = fmt.Sprint(qualities[a.Transform])
		}
		fmt.Fprintf(&table, "%v,%s,", a.Epsilon, transform)
		for _, p := range a.Predictions() {
			fmt.Fprint(&table, p)
		}
		fmt.Fprintln(&table)
	}
	encoded, err := net.MarshalBinary()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	netFile, tableFile := filepath.Join(dir, "net"), filepath.Join(dir, "table")
	if err := errors.Join(os.WriteFile(netFile, encoded, 0o666), os.WriteFile(tableFile, []byte(table.String()), 0o666)); err != nil {
		return err
	}
	fmt.Println("epsilon,quality,right by jpgreport,right by the script,images,predictions that differ")
	c := exec.CommandContext(ctx, python, script, "check", data, threads, netFile, tableFile)
	c.Stdout = os.Stdout
	_, err = measured(c)
	return err
}

// measureCurve measures each point in a process of its own, so that its peak of
// memory is its own too.
func measureCurve(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("| images | seconds | µs an image and arm | peak memory |\n|---|---|---|---|")
	for _, n := range []int{1000, 2000, 5000, 10000, 20000, 40000, 60000} {
		c := exec.CommandContext(ctx, self, "-point", fmt.Sprint(n))
		c.Stdout = os.Stdout
		if _, err := measured(c); err != nil {
			return err
		}
	}
	return nil
}

// measurePoint sweeps the first n training images, read as they are needed.
func measurePoint(ctx context.Context, n int) error {
	net, err := small(ctx)
	if err != nil {
		return err
	}
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		return err
	}
	all, err := digits.StreamTrain(ctx)
	if err != nil {
		return err
	}
	source, err := all.First(n)
	if err != nil {
		return err
	}
	through := []sweep.Transform{jpeg(75), jpeg(10)}
	controlled := append(through, sweep.Permuted(jpeg(75), 1), sweep.Gaussian(jpeg(75), 2))
	began := time.Now()
	r, err := sweep.Run(ctx, net, source, sweep.Plan{Clean: through, Attacks: []sweep.Attacked{
		{By: sweep.FGSM(), Epsilons: []float64{10, 25}, Transforms: controlled}}})
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	fmt.Printf("| %d | %.2f | %.1f | %d MB |\n", n, took, 1e6*took/float64(n*len(r.Arms)), u.Maxrss<<10/1_000_000)
	return nil
}

// small returns a network that was trained on few images: what it says does not
// matter to what it costs.
func small(ctx context.Context) (*model.Net, error) {
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		return nil, err
	}
	testing, err := digits.Test(ctx)
	if err != nil {
		return nil, err
	}
	few, err := testing.First(1000)
	if err != nil {
		return nil, err
	}
	return model.Train(ctx, "digits", few.Images, few.Labels, model.TrainOptions{Seed: 1})
}
