package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// peakSums is how many sums no one of which waits for another.
const peakSums = 12

// peak is a loop of independent fused multiply-adds.
func peak(s isa) {
	TEXT("peak"+s.name, NOSPLIT, "func(n int)")
	Doc("peak" + s.name + " is the routine peak.")
	n := Load(Param("n"), GP64())
	sum, x := s.vecs(peakSums), s.vec()
	s.zero(x)
	for _, v := range sum {
		s.zero(v)
	}
	s.loop("step", n, func() {
		for _, v := range sum {
			VFMADD231PS(x, x, v)
		}
	})
	VZEROUPPER()
	RET()
}
