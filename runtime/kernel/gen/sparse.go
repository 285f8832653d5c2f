package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparseVectors is the most vectors of a row that sparse sums side by side.
const sparseVectors = 8

// sparseRows is how many rows of a kernel fit the registers beside.
func (s isa) sparseRows() int {
	if s.lanes == 16 {
		return 3
	}
	return 1
}

// sparse adds to the kernels of each channel out the inputs that its pooled
// gradients came from. A gradient that nothing passed counts as 0, without a
// branch: half of them do, in no order that a processor could foresee.
func sparse(s isa, vectors int) {
	rows := s.sparseRows()
	TEXT(fmt.Sprintf("sparse%d%s", vectors, s.name), NOSPLIT, "func(p *sparseSum)")
	Pragma("noescape")
	Doc(fmt.Sprintf("sparse%d%s is the routine sparse for rows of %d vectors.", vectors, s.name, vectors))
	p := Dereference(Param("p"))
	zero := AllocLocal(8)
	nothing := GP64()
	MOVQ(U32(0), zero)
	LEAQ(zero, nothing)
	codes, gradient, to := load(p, "codes"), load(p, "gradient"), load(p, "to")
	channels, count := bytes(p, "channels"), load(p, "channels")
	line := bytes(p, "line")
	s.loop("channel", count, func() {
		sum := make([][]reg.VecVirtual, rows)
		at := GP64()
		MOVQ(to, at)
		for i := range sum {
			sum[i] = s.vecs(vectors)
			for j := range sum[i] {
				VMOVUPS(Mem{Base: at, Disp: j * s.wide()}, sum[i][j])
			}
			if i+1 < rows {
				ADDQ(bytes(p, "run"), at)
			}
		}
		bias := XMM()
		VXORPS(bias, bias, bias)
		places, pixels := load(p, "pixels"), length(p, "pixels")
		code, g := GP64(), GP64()
		MOVQ(codes, code)
		MOVQ(gradient, g)
		s.loop("pixel", pixels, func() {
			which, value, x := GP64(), GP64(), GP64()
			MOVLQSX(Mem{Base: code}, which)
			MOVQ(g, value)
			TESTQ(which, which)
			CMOVQLT(nothing, value)
			shift := load(p, "shifts")
			MOVQ(Mem{Base: shift, Index: which, Scale: 8, Disp: 8}, x)
			ADDQ(Mem{Base: places}, x)
			SHLQ(U8(2), x)
			ADDQ(mem(p.Field("from").Base()), x)
			v := s.vec()
			VBROADCASTSS(Mem{Base: value}, v)
			VADDSS(Mem{Base: value}, bias, bias)
			for i := range sum {
				for j := range sum[i] {
					VFMADD231PS(Mem{Base: x, Disp: j * s.wide()}, v, sum[i][j])
				}
				if i+1 < rows {
					ADDQ(line, x)
				}
			}
			ADDQ(channels, code)
			ADDQ(channels, g)
			ADDQ(Imm(8), places)
		})
		MOVQ(to, at)
		for i := range sum {
			for j := range sum[i] {
				VMOVUPS(sum[i][j], Mem{Base: at, Disp: j * s.wide()})
			}
			if i+1 < rows {
				ADDQ(bytes(p, "run"), at)
			}
		}
		biases, channel := load(p, "bias"), load(p, "channels")
		SUBQ(count, channel)
		VMOVSS(bias, Mem{Base: biases, Index: channel, Scale: 4})
		ADDQ(bytes(p, "kernel"), to)
		ADDQ(Imm(4), codes)
		ADDQ(Imm(4), gradient)
	})
	VZEROUPPER()
	RET()
}
