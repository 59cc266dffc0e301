package grouping

import (
	"fmt"
	"math/bits"
	"sort"
	"testing"
)

func TestScratchStats(t *testing.T) {
	for _, p := range []Problem{generated(60, 5, 0, 1), generated(60, 5, 4, 2)} {
		stat(&p)
	}
	for _, in := range instances(t) {
		stat(&in.problem)
	}
}
func stat(p *Problem) {
	m, _ := newModel(p)
	s := newMasks(m)
	tab := newTable(m, &s, everyone(len(m.People)), 5, 5)
	pr := newPricer(tab)
	var self []int
	tot := 0
	for i := range m.People {
		var c common
		c.set(&s, s.row(i))
		self = append(self, c.most)
		for _, w := range p.People[i].Free {
			tot += bits.OnesCount64(w)
		}
	}
	sort.Ints(self)
	h := map[int]int{}
	forb := 0
	for i := range m.People {
		for j := range i {
			if m.broken(i, j) != 0 {
				forb++
			}
			if tab.zone[i] == tab.zone[j] {
				h[int(pr.together[i*tab.n+j])]++
			}
		}
	}
	fmt.Println(len(m.People), "self", self, "starts/week", tot/13/len(p.People), "samezone", h, "forbidden", forb, "cols", s.columns)
}
