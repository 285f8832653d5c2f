package sweep_test

import (
	"context"
	"fmt"
	"log"

	"jpgreport/runtime/codec"
	"jpgreport/runtime/sweep"
)

func ExampleRun() {
	jpeg := sweep.JPEG(codec.Options{Quality: 50})
	r, err := sweep.Run(context.Background(), model(), images(40), sweep.Plan{
		Clean: []sweep.Transform{jpeg},
		Attacks: []sweep.Attacked{{
			By:         sweep.FGSM(),
			Epsilons:   []float64{1, 10},
			Transforms: []sweep.Transform{jpeg, sweep.Gaussian(jpeg, 1)},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range r.Arms {
		fmt.Printf("%-70s %d of %d\n", a, a.Accuracy().K, r.N)
	}
}
