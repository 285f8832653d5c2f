package dataset_test

import (
	"context"
	"fmt"

	"jpgreport/runtime/dataset"
)

func Example() {
	ctx := context.Background()
	digits, err := dataset.Open(ctx, "mnist")
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := digits.Test(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	few, err := test.First(5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(few.Name, few.Images.Shape(), few.Labels)
	// Output: mnist test 5×1×28×28 [7 2 1 0 4]
}

func ExampleWithCatalog() {
	ctx := dataset.WithCatalog(context.Background(), dataset.Catalog{
		"digits": {Kind: "mnist", Classes: []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}},
	})
	digits, err := dataset.Open(ctx, "digits")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(digits.Classes[7])
	_, err = dataset.Open(ctx, "fashion")
	fmt.Println(err)
	// Output:
	// seven
	// no data set "fashion", want one of: digits
}

func ExampleKnown() {
	for _, k := range dataset.Known() {
		fmt.Printf("%s: %d and %d images; %s\n", k.Name, k.Train, k.Test, k.Terms)
	}
	// Output:
	// fashion-mnist: 60000 and 10000 images; MIT licence, copyright 2017 Zalando SE
	// mnist: 60000 and 10000 images; no licence on the original page; distributors state CC BY-SA 3.0
}
