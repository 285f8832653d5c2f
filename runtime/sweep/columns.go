package sweep

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"jpgreport/runtime/metric"
	"jpgreport/runtime/pixel"
)

// columns are the numbers of an arm, one a row, a row an image. Probabilities are
// kept to 1/65535.
type columns struct {
	prediction, confidence, top, rank []uint16
	l2, linf                          []float32
	bytes                             []uint32  // where there are files
	survival, normRatio               []float32 // of an attack's step through a transform
	tables                            []uint16  // 64 steps each; not one a row
}

// classified fills in what logits say. Labels are true, tops those of the clean
// images.
func (c *columns) classified(logits []float32, classes int, labels []int, tops func(i int) int) {
	for i, label := range labels {
		row := logits[i*classes : (i+1)*classes]
		best, rank := 0, 0
		for l, v := range row {
			if v > row[best] {
				best = l
			}
			if v > row[label] || v == row[label] && l < label {
				rank++
			}
		}
		sum := 0.0
		for _, v := range row {
			sum += math.Exp(float64(v) - float64(row[best]))
		}
		c.prediction = append(c.prediction, uint16(best))
		c.rank = append(c.rank, uint16(rank))
		c.confidence = append(c.confidence, share(1/sum))
		top := best
		if tops != nil {
			top = tops(i)
		}
		c.top = append(c.top, share(math.Exp(float64(row[top])-float64(row[best]))/sum))
	}
}

func share(p float64) uint16 { return uint16(math.Round(p * math.MaxUint16)) }

// changed fills in the norms of to − from.
func (c *columns) changed(from, to packed) {
	if from.levels == nil || to.levels == nil {
		a, b := from.batch(), to.batch()
		c.l2, c.linf = singles(metric.L2(a, b)), singles(metric.Linf(a, b))
		return
	}
	size := from.c * from.h * from.w
	for i := range from.n {
		sum, largest := 0, 0
		b := to.levels[i*size : (i+1)*size]
		for k, v := range from.levels[i*size : (i+1)*size] {
			d := int(b[k]) - int(v)
			sum += d * d
			largest = max(largest, d, -d)
		}
		c.l2 = append(c.l2, float32(math.Sqrt(float64(sum))/255))
		c.linf = append(c.linf, float32(largest))
	}
}

// passed fills in how much of a step passes a transform.
func (c *columns) passed(x, adv, jx, jadv *pixel.Batch) {
	c.survival = singles(metric.Survival(x, adv, jx, jadv))
	c.normRatio = singles(metric.NormRatio(x, adv, jx, jadv))
}

func singles(v []float64) []float32 {
	s := make([]float32, len(v))
	for i := range v {
		s[i] = float32(v[i])
	}
	return s
}

// lists returns the columns that have a number a row where they have any, in the
// order in which they are kept.
func (c *columns) lists() ([]*[]uint16, []*[]uint32, []*[]float32) {
	return []*[]uint16{&c.prediction, &c.confidence, &c.top, &c.rank},
		[]*[]uint32{&c.bytes},
		[]*[]float32{&c.l2, &c.linf, &c.survival, &c.normRatio}
}

// add appends the rows of a block, of total in all.
func (c *columns) add(b *columns, total int) {
	words, doubles, floats := c.lists()
	fromWords, fromDoubles, fromFloats := b.lists()
	for i := range words {
		join(words[i], *fromWords[i], total)
	}
	for i := range doubles {
		join(doubles[i], *fromDoubles[i], total)
	}
	for i := range floats {
		join(floats[i], *fromFloats[i], total)
	}
	c.tables = b.tables // of all files alike
}

func join[T any](to *[]T, from []T, total int) {
	if *to == nil && from != nil {
		*to = make([]T, 0, total)
	}
	*to = append(*to, from...)
}

// encode writes the columns one after another, each behind its length.
func (c *columns) encode() ([]byte, error) {
	words, doubles, floats := c.lists()
	var b []byte
	for _, l := range append(words, &c.tables) {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(*l)))
		for _, v := range *l {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	}
	for _, l := range doubles {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(*l)))
		for _, v := range *l {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	for _, l := range floats {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(*l)))
		for _, v := range *l {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b, nil
}

// decode reads what encode wrote for n rows; what is not that is an error.
func decode(b []byte, n int) (*columns, error) {
	c := new(columns)
	next := func(size int) ([]byte, int, error) {
		if len(b) < 4 {
			return nil, 0, fmt.Errorf("rows end early")
		}
		count := int(binary.LittleEndian.Uint32(b))
		if b = b[4:]; count > len(b)/size {
			return nil, 0, fmt.Errorf("a column of %d numbers in %d bytes", count, len(b))
		}
		data := b[:count*size]
		b = b[count*size:]
		return data, count, nil
	}
	words, doubles, floats := c.lists()
	for _, l := range append(words, &c.tables) {
		data, count, err := next(2)
		if err != nil {
			return nil, err
		}
		for k := range count {
			*l = append(*l, binary.LittleEndian.Uint16(data[2*k:]))
		}
	}
	for _, l := range doubles {
		data, count, err := next(4)
		if err != nil {
			return nil, err
		}
		for k := range count {
			*l = append(*l, binary.LittleEndian.Uint32(data[4*k:]))
		}
	}
	for _, l := range floats {
		data, count, err := next(4)
		if err != nil {
			return nil, err
		}
		for k := range count {
			*l = append(*l, math.Float32frombits(binary.LittleEndian.Uint32(data[4*k:])))
		}
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("%d bytes too many", len(b))
	}
	return c, c.check(n)
}

// check returns an error unless the columns have n rows or, where they may, none.
func (c *columns) check(n int) error {
	must := []int{len(c.prediction), len(c.confidence), len(c.top), len(c.rank), len(c.l2), len(c.linf)}
	may := []int{len(c.bytes), len(c.survival), len(c.normRatio)}
	wrong := func(rows int) bool { return rows != n }
	if slices.ContainsFunc(must, wrong) || slices.ContainsFunc(may, func(rows int) bool { return rows != 0 && rows != n }) || len(c.tables)%64 != 0 {
		return fmt.Errorf("columns of %v and %v rows, want %d", must, may, n)
	}
	return nil
}
