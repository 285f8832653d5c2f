package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ClassLists returns the names of the lists of classes that are known, sorted.
func ClassLists() []string { return slices.Sorted(maps.Keys(classLists())) }

// Classes returns the names of the classes of a known set, in the order of their
// labels.
func Classes(name string) ([]string, error) {
	list, ok := classLists()[name]
	if !ok {
		return nil, fmt.Errorf("no list of classes %q, want one of: %s", name, strings.Join(ClassLists(), ", "))
	}
	return list(), nil
}

// classLists returns the known lists by name.
func classLists() map[string]func() []string {
	lists := map[string]func() []string{}
	for _, k := range Known() {
		lists[k.Name] = func() []string { return k.Classes }
	}
	return lists
}

// A labeller turns what a folder or a table calls a class into its label.
type labeller struct {
	classes []string
	labels  map[string]int
	closed  bool // whether no other class may come
}

// newLabeller knows classes, or with none learns them.
func newLabeller(classes []string) *labeller {
	l := &labeller{classes: classes, labels: map[string]int{}, closed: len(classes) > 0}
	for i, c := range classes {
		if _, twice := l.labels[c]; !twice {
			l.labels[c] = i
		}
	}
	return l
}

// learn takes the classes that a set has as its own, unless they are given: in the
// order of their names, or as they are where all are whole numbers from 0 on.
func (l *labeller) learn(names []string) {
	if l.closed {
		return
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	most := -1
	for _, n := range names {
		v, err := strconv.Atoi(n)
		if err != nil || v < 0 || v > maxClasses || strconv.Itoa(v) != n {
			most = -1
			break
		}
		most = max(most, v)
	}
	if most >= 0 {
		names = numbers(most + 1)
	}
	*l = *newLabeller(names)
}

// maxClasses bounds labels that are numbers.
const maxClasses = 100_000

// label returns the label of a class by its name, or by its number.
func (l *labeller) label(name string) (int, error) {
	if i, ok := l.labels[name]; ok {
		return i, nil
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(l.classes) {
		return i, nil
	}
	return 0, fmt.Errorf("found class %q, want one of the %d classes or a number in 0..%d", name, len(l.classes), len(l.classes)-1)
}
