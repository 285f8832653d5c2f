package main

// Hooks are what runtime/kernel gives the benchmarks; nil is "not available".
type hooks struct {
	// product sets c to a·b, all n×n in row order, on one core.
	product func(c, a, b []float32, n int) error
	// peak returns the floating-point operations that one core does in a second
	// in a loop of independent fused multiply-adds, two operations each.
	peak func() float64
	// kernels measures the kernels for the roofline.
	kernels func(threads int) ([]measured, error)
}

func kernelHooks() hooks { return hooks{} }
