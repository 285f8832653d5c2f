package metric

// A Transition counts the ways that images take from the clean prediction over
// the attacked to the compressed one. Its fields add up to the number of images.
type Transition struct {
	Kept        int // correct throughout
	NewlyBroken int // correct clean and attacked, wrong compressed
	Recovered   int // correct clean, wrong attacked, correct compressed
	SameWrong   int // correct clean, wrong attacked, compressed the same wrong label
	ThirdLabel  int // correct clean, wrong attacked, compressed another wrong label
	WrongKept   int // wrong clean, wrong compressed
	WrongFixed  int // wrong clean, correct compressed
}

// Transitions follows each image through its three predictions.
func Transitions(clean, adv, compressed, labels []int) Transition {
	sameLength("Transitions", labels, clean, adv, compressed)
	var t Transition
	for i, label := range labels {
		a, c := adv[i] == label, compressed[i] == label
		switch {
		case clean[i] != label && c:
			t.WrongFixed++
		case clean[i] != label:
			t.WrongKept++
		case a && c:
			t.Kept++
		case a:
			t.NewlyBroken++
		case c:
			t.Recovered++
		case compressed[i] == adv[i]:
			t.SameWrong++
		default:
			t.ThirdLabel++
		}
	}
	return t
}

// A Way is one way through a transition table and how many images take it.
type Way struct {
	Name  string
	Count int
}

// Cells returns the cells of the table, always in the same order.
func (t Transition) Cells() []Way {
	return []Way{
		{"right throughout", t.Kept},
		{"right, still right under attack, newly broken by compression", t.NewlyBroken},
		{"broken by the attack, recovered by compression", t.Recovered},
		{"broken by the attack, still wrong with the same label", t.SameWrong},
		{"broken by the attack, wrong with a third label", t.ThirdLabel},
		{"wrong from the start, wrong in the end", t.WrongKept},
		{"wrong from the start, right in the end", t.WrongFixed},
	}
}

// Sum returns the number of images that the cells add up to.
func (t Transition) Sum() int {
	sum := 0
	for _, c := range t.Cells() {
		sum += c.Count
	}
	return sum
}
