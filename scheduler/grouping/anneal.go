package grouping

import (
	"math"
	"math/rand/v2"
)

// An annealer improves a layout by exchanges that may make it worse at first and
// ever less so.
type annealer struct {
	*layout
	rng    *rand.Rand
	peers  [][]int32 // people of each zone
	resize bool      // groups may differ in size
	best   [][]int
	least  int // cost of best
}

func newAnnealer(l *layout, rng *rand.Rand) *annealer {
	a := &annealer{layout: l, rng: rng, best: l.groups(), least: l.cost, resize: l.t.least < l.t.most}
	a.peers = make([][]int32, len(l.t.offsets))
	for i, p := range l.t.people {
		z := l.t.traits[p].offset
		a.peers[z] = append(a.peers[z], int32(i))
	}
	return a
}

// run makes so many trials while the temperature falls. Temperatures are in units
// of what a session costs that a group cannot have, or a meeting if that is free.
func (a *annealer) run(trials int, hot, cold float64, m *meter) {
	const stretch = 256 // trials at one temperature
	steps := trials / stretch
	unit := float64(max(a.t.w.Session, a.t.w.Met/10, a.t.w.NoSlot/20, 1))
	for s := range steps {
		if s%64 == 0 && m.stop() {
			return
		}
		temperature := unit * hot * math.Pow(cold/hot, float64(s)/float64(steps))
		for range stretch {
			x, ok := a.propose()
			if !ok {
				continue
			}
			limit := int(-temperature * math.Log(1-a.rng.Float64()))
			if a.delta(x, limit) <= limit {
				a.apply(x)
				if a.cost < a.least {
					a.least, a.best = a.cost, a.groups()
				}
			}
		}
	}
}

// propose picks an exchange at random. Most partners are of the same zone: others
// seldom fit.
func (a *annealer) propose() (exchange, bool) {
	p := a.rng.IntN(a.t.n)
	from := a.at[p].cell
	if a.resize && a.rng.IntN(4) == 0 {
		to := a.rng.IntN(len(a.cells))
		ok := int(from) != to && len(a.cells[from].members) > a.t.least && len(a.cells[to].members) < a.t.most
		return exchange{p, -1, to}, ok
	}
	q := a.rng.IntN(a.t.n)
	if a.rng.IntN(10) < 7 {
		peers := a.peers[a.t.traits[a.t.people[p]].offset]
		q = int(peers[a.rng.IntN(len(peers))])
	}
	to := a.at[q].cell
	return exchange{p, q, int(to)}, to != from
}
