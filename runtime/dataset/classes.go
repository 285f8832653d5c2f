package dataset

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A classList is the classes of a known set, in the order of their labels.
type classList struct {
	name    string
	classes []string
	ids     []string // what else files call them; nil: nothing
}

// classLists returns the known lists, sorted by name.
func classLists() []classList {
	var lists []classList
	for _, k := range Known() {
		lists = append(lists, classList{name: k.Name, classes: k.Classes})
	}
	ids, names := imageNet()
	lists = append(lists,
		classList{name: nameCIFAR10, classes: strings.Fields(cifar10Classes)},
		classList{name: nameCIFAR100, classes: strings.Fields(cifar100Classes)},
		classList{name: nameImageNet, classes: names, ids: ids},
	)
	slices.SortFunc(lists, func(a, b classList) int { return strings.Compare(a.name, b.name) })
	return lists
}

// ClassLists returns the names that [Classes] takes, sorted.
func ClassLists() []string {
	var names []string
	for _, l := range classLists() {
		names = append(names, l.name)
	}
	return names
}

// Classes returns the names of the classes of a known set, in the order of their
// labels: "imagenet" (ImageNet-1k), "mnist" and so on, see [ClassLists].
func Classes(name string) ([]string, error) {
	l, err := listNamed(name)
	return l.classes, err
}

func listNamed(name string) (classList, error) {
	lists := classLists()
	i := slices.IndexFunc(lists, func(l classList) bool { return l.name == name })
	if i < 0 {
		return classList{}, fmt.Errorf("no list of classes %q, want one of: %s", name, strings.Join(ClassLists(), ", "))
	}
	return lists[i], nil
}

// Names of the lists that are of no [Known] set.
const (
	nameCIFAR10  = "cifar-10"
	nameCIFAR100 = "cifar-100"
	nameImageNet = "imagenet"
)

// The classes of CIFAR (Krizhevsky, 2009), as the sets' own files of names have
// them.
const (
	cifar10Classes  = "airplane automobile bird cat deer dog frog horse ship truck"
	cifar100Classes = `apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man
maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe
whale willow_tree wolf woman worm`
)

//go:embed imagenet/classes.txt
var imageNetFile string

// imageNet returns the synsets and the names of ImageNet-1k's classes.
func imageNet() (ids, names []string) {
	for line := range strings.Lines(imageNetFile) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		ids, names = append(ids, id), append(names, name)
	}
	return ids, names
}

// A labeller turns what a folder or a table calls a class into its label.
type labeller struct {
	classes []string
	labels  map[string]int
	known   bool // whether the classes were given
}

// newLabeller returns one that knows the source's classes; without any it learns
// them.
func newLabeller(src Source) (*labeller, error) {
	l := &labeller{classes: src.Classes}
	var ids []string
	if src.ClassList != "" {
		list, err := listNamed(src.ClassList)
		if err != nil {
			return nil, err
		}
		l.classes, ids = list.classes, list.ids
	}
	l.known = len(l.classes) > 0
	l.number(l.classes)
	l.number(ids)
	return l, nil
}

// number gives names their places for labels. Of equal names the first counts.
func (l *labeller) number(names []string) {
	if l.labels == nil {
		l.labels = map[string]int{}
	}
	for i, n := range names {
		if _, twice := l.labels[n]; !twice {
			l.labels[n] = i
		}
	}
}

// learn takes the classes that a set has as its own, unless they are given: in the
// order of their names, or in their own where all are whole numbers.
func (l *labeller) learn(names []string) {
	if l.known {
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
	l.classes = names
	l.number(names)
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
