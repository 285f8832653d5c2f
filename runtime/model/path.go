package model

import (
	"fmt"
	"os"

	"jpgreport/runtime/kernel"
)

// pathVariable names a kernel path in the environment, instead of the best one:
// to compare paths, or when one is not to be trusted.
const pathVariable = "JPGREPORT_KERNEL"

func kernelPath() (kernel.Path, error) {
	name := os.Getenv(pathVariable)
	if name == "" {
		return kernel.Best(), nil
	}
	p, err := kernel.ParsePath(name)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", pathVariable, err)
	}
	return p, nil
}

// KernelPath names the set of instructions that networks run on, such as
// "avx512": the best that this machine has, or what the environment variable
// JPGREPORT_KERNEL says. Results differ in the last bits between portable and the
// others. A name that is none of this machine's paths is an error.
func KernelPath() (string, error) {
	p, err := kernelPath()
	return p.String(), err
}
