package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Numbers of random draws behind an interval and behind a p.
const (
	Resamples = 2000
	Flips     = 9999
)

// exactClusters is up to how many clusters that differ all sign flips are tried
// instead of [Flips] random ones.
const exactClusters = 13

// Clusters are images that belong together: crops of one photograph are alike,
// so they tell less than as many photographs. Intervals and tests take clusters
// for what is independent, instead of images.
type Clusters struct {
	members [][]int // images of each cluster
	images  int
	seed    uint64
}

// ClustersOf groups images by name: those of one name form a cluster. The seed is
// that of all random draws, which are the same for whatever is asked.
func ClustersOf(names []string, seed uint64) *Clusters {
	c := &Clusters{images: len(names), seed: seed}
	at := map[string]int{}
	for i, name := range names {
		k, ok := at[name]
		if !ok {
			k = len(c.members)
			at[name] = k
			c.members = append(c.members, nil)
		}
		c.members[k] = append(c.members[k], i)
	}
	return c
}

// Len returns the number of clusters.
func (c *Clusters) Len() int { return len(c.members) }

// A Clustered is a proportion whose interval rests on clusters.
type Clustered struct {
	Proportion
	Clusters  int // with at least one of the N
	low, high float64
}

// Interval returns the 95% interval, see [Clusters.Proportion].
func (p Clustered) Interval() (low, high float64) { return p.low, p.high }

// String returns the percentage, its interval, the counts and the number of
// clusters, as in "92.4% [89.0, 95.1] (220/238 of 148)".
func (p Clustered) String() string {
	if p.N == 0 {
		return "not shown (n = 0)"
	}
	return fmt.Sprintf("%s%% [%s, %s] (%d/%d of %d)", percent(p.Value()), percent(p.low), percent(p.high), p.K, p.N, p.Clusters)
}

// Proportion returns, of the images in which of holds, the share in which k holds
// too; of nil means all. what says in words what these images are.
//
// The interval is the percentile bootstrap (Efron, 1979) over clusters: whole
// clusters are drawn with replacement, as many as there are, [Resamples] times,
// and the share is taken of each draw. Where all images or none have k, draws do not
// differ; then it is Wilson's for as many things as there are clusters. It is
// NaN when no image has of.
func (c *Clusters) Proportion(k, of []bool, what string) Clustered {
	c.check(len(k))
	if of != nil {
		c.check(len(of))
	}
	hits, sizes := make([]float64, c.Len()), make([]float64, c.Len())
	p := Clustered{Proportion: Proportion{Of: what}}
	for i, m := range c.members {
		for _, j := range m {
			if of != nil && !of[j] {
				continue
			}
			sizes[i]++
			p.N++
			if k[j] {
				hits[i]++
				p.K++
			}
		}
		if sizes[i] > 0 {
			p.Clusters++
		}
	}
	switch p.K {
	case 0, p.N:
		alike := Proportion{N: p.Clusters}
		if p.K > 0 {
			alike.K = p.Clusters
		}
		p.low, p.high = alike.Wilson()
	default:
		p.low, p.high = c.bootstrap(hits, sizes)
	}
	return p
}

// Mean returns the mean of the finite values, how many there are, and the 95%
// interval by the bootstrap of [Clusters.Proportion]; NaN when there are none.
func (c *Clusters) Mean(values []float64) (mean, low, high float64, n int) {
	c.check(len(values))
	sums, sizes := make([]float64, c.Len()), make([]float64, c.Len())
	var total float64
	for i, m := range c.members {
		for _, j := range m {
			if v := values[j]; !math.IsNaN(v) && !math.IsInf(v, 0) {
				sums[i] += v
				sizes[i]++
				n++
			}
		}
		total += sums[i]
	}
	if n == 0 {
		return math.NaN(), math.NaN(), math.NaN(), 0
	}
	low, high = c.bootstrap(sums, sizes)
	return total / float64(n), low, high, n
}

// bootstrap returns the 2.5% and the 97.5% quantile of Σ sums / Σ sizes over
// draws of clusters. Draws without any size are left out.
func (c *Clusters) bootstrap(sums, sizes []float64) (low, high float64) {
	r := rand.New(rand.NewPCG(c.seed, 1))
	ratios := make([]float64, 0, Resamples)
	for range Resamples {
		var sum, size float64
		for range c.members {
			i := r.IntN(len(c.members))
			sum += sums[i]
			size += sizes[i]
		}
		if size > 0 {
			ratios = append(ratios, sum/size)
		}
	}
	slices.Sort(ratios)
	return quantile(ratios, 0.025), quantile(ratios, 0.975)
}

// quantile interpolates between the order statistics.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// A Difference compares two treatments, A and B, of the same images.
type Difference struct {
	OnlyA, OnlyB int     // images right under one treatment only
	Value        float64 // share right under A less share right under B
	Low, High    float64 // its 95% interval, by the bootstrap of [Clusters.Proportion]
	P            float64 // two-sided
	Clusters     int     // in which A and B differ in their number of right images
}

// Compare compares two treatments of the same images, as [McNemar] does, with
// clusters for what is independent: under the hypothesis that the treatments are
// alike, they may change places in each cluster (Fisher's randomisation test). P is
// the share of such exchanges that lead at least as far from no difference: of
// all where few clusters differ, of [Flips] random ones otherwise, with what was
// seen as one more.
func (c *Clusters) Compare(a, b []bool) Difference {
	c.check(len(a))
	c.check(len(b))
	var d Difference
	leads, sizes := make([]float64, c.Len()), make([]float64, c.Len())
	var steps []int // of the clusters in which there is a difference
	seen := 0
	for i, m := range c.members {
		lead := 0
		for _, j := range m {
			switch {
			case a[j] && !b[j]:
				d.OnlyA++
				lead++
			case b[j] && !a[j]:
				d.OnlyB++
				lead--
			}
		}
		leads[i], sizes[i] = float64(lead), float64(len(m))
		if lead != 0 {
			steps = append(steps, lead)
			seen += lead
		}
	}
	d.Clusters = len(steps)
	d.Value = float64(seen) / float64(c.images)
	d.Low, d.High = c.bootstrap(leads, sizes)
	d.P = flipTest(steps, seen, c.seed)
	return d
}

// flipTest returns how often sums with random signs are as far from 0 as seen.
func flipTest(steps []int, seen int, seed uint64) float64 {
	far := func(sign func(i int) bool) bool {
		sum := 0
		for i, s := range steps {
			if sign(i) {
				sum += s
			} else {
				sum -= s
			}
		}
		return max(sum, -sum) >= max(seen, -seen)
	}
	count := 0
	if len(steps) <= exactClusters {
		all := 1 << len(steps)
		for mask := range all {
			if far(func(i int) bool { return mask>>i&1 == 1 }) {
				count++
			}
		}
		return float64(count) / float64(all)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	for range Flips {
		if far(func(int) bool { return r.Uint64()&1 == 1 }) {
			count++
		}
	}
	return float64(count+1) / (Flips + 1)
}

func (c *Clusters) check(n int) {
	if n != c.images {
		panic(fmt.Sprintf("metric: values of %d images for clusters of %d", n, c.images))
	}
}
