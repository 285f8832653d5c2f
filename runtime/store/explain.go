package store

import (
	"path/filepath"
	"slices"

	"jpgreport/runtime/work"
)

// maxHeads bounds how many kept results a miss is compared with: those used
// last.
const maxHeads = 300

// changed returns the parts of a key that differ from the nearest kept result of
// the same primitive: the one with the most equal parts, of several the one used
// last. Results of this very run are left out, since the user asks what he
// changed since the last one.
func (s *Store) changed(full work.Key) []Change {
	all, _ := list(filepath.Join(s.dir, folder(full.Primitive)))
	all = slices.DeleteFunc(all, func(e kept) bool { return s.own[e.path] })
	slices.SortStableFunc(all, func(a, b kept) int { return b.used.Compare(a.used) })
	all = all[:min(len(all), maxHeads)]
	var nearest []Change
	for _, e := range all {
		k, known := s.heads[e.path]
		if !known {
			k = head(e.path)
			s.heads[e.path] = k
		}
		if k == nil || k.Primitive != full.Primitive {
			continue
		}
		if d := differing(k.Parts, full.Parts); nearest == nil || len(d) < len(nearest) {
			nearest = d
		}
	}
	return nearest
}

// differing returns the parts that an old and a new key do not share: in the
// order of the new one, then those that only the old one has. Parts of one name
// are told apart by their order.
func differing(before, now []work.Part) []Change {
	type nth struct {
		name string
		n    int
	}
	values := func(parts []work.Part) (order []nth, m map[nth]string) {
		m = map[nth]string{}
		count := map[string]int{}
		for _, p := range parts {
			key := nth{p.Name, count[p.Name]}
			count[p.Name]++
			m[key] = p.Value
			order = append(order, key)
		}
		return order, m
	}
	wasOrder, was := values(before)
	isOrder, is := values(now)
	changes := []Change{}
	for _, key := range isOrder {
		if old, ok := was[key]; !ok || old != is[key] {
			changes = append(changes, Change{key.name, old, is[key]})
		}
	}
	for _, key := range wasOrder {
		if _, ok := is[key]; !ok {
			changes = append(changes, Change{key.name, was[key], ""})
		}
	}
	return changes
}
