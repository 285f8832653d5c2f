package codec

// fastest returns the best choice of inner loops for this processor.
func fastest() kernels {
	list := choices()
	return list[len(list)-1]
}

// forwardQuantised transforms and quantises one block.
func forwardQuantised(coefs []int16, samples []byte, stride int, q *quantiser) (nonzero uint64) {
	var block [64]int32
	forwardBlock(&block, samples, stride)
	return q.quantise(coefs, &block)
}

// inverseQuantised undoes forwardQuantised but for what was lost.
func inverseQuantised(samples []byte, stride int, coefs []int16, steps *[64]int16) {
	block := dequantise(coefs, steps)
	inverseBlock(samples, stride, &block)
}

// forwardRow transforms and quantises a row of pairs of blocks.
func forwardRow(coefs []int16, nonzero []uint64, samples []byte, stride, pairs int, q *quantiser) {
	for i := range 2 * pairs {
		nonzero[i] = forwardQuantised(coefs[64*i:], samples[8*i:], stride, q)
	}
}

// inverseRow undoes forwardRow but for what was lost.
func inverseRow(samples []byte, stride int, coefs []int16, pairs int, steps *[64]int16) {
	for i := range 2 * pairs {
		inverseQuantised(samples[8*i:], stride, coefs[64*i:], steps)
	}
}
