package pixel_test

import (
	"fmt"
	"image"
	"image/color"

	"jpgreport/runtime/pixel"
)

func ExampleFromImages() {
	a := image.NewGray(image.Rect(0, 0, 2, 1))
	a.SetGray(1, 0, color.Gray{Y: 51})
	b, err := pixel.FromImages([]image.Image{a})
	fmt.Println(b.Shape(), b.Data, err)
	// Output: 1×1×1×2 [0 0.2] <nil>
}
