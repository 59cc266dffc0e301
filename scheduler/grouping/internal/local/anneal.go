// Package local improves a grouping step by step.
package local

import (
	"math"
	"math/rand/v2"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// Temperatures of annealing, in sessions that a group cannot have.
const (
	Hot  = 2
	Warm = 0.4 // does not undo what deal has done
	Cold = 0.05
)

// An Annealer improves a grouping by exchanges that may make it worse at first and
// ever less so.
type Annealer struct {
	*layout
	rng    *rand.Rand
	peers  [][]int32 // people of each zone
	resize bool      // groups may differ in size
	Best   [][]int
	Least  int // cost of best
}

// New starts from groups of the people of t.
func New(t *table.Table, groups [][]int, rng *rand.Rand) *Annealer {
	l := newLayout(t, groups)
	a := &Annealer{layout: l, rng: rng, Best: l.groups(), Least: l.cost, resize: l.t.Least < l.t.Most}
	a.peers = make([][]int32, len(l.t.Offsets))
	for i, p := range l.t.People {
		z := l.t.Offset[p]
		a.peers[z] = append(a.peers[z], int32(i))
	}
	return a
}

// Run makes so many trials while the temperature falls. Temperatures are in units
// of what a session costs that a group cannot have, or a meeting if that is free.
func (a *Annealer) Run(trials int, hot, cold float64, m *meter.Meter) {
	const stretch = 256 // trials at one temperature
	steps := trials / stretch
	unit := float64(max(a.t.Weights.Session, a.t.Weights.Met/10, a.t.Weights.NoSlot/20, 1))
	for s := range steps {
		if s%64 == 0 && m.Stop() {
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
				if a.cost < a.Least {
					a.Least, a.Best = a.cost, a.groups()
				}
			}
		}
	}
}

// propose picks an exchange at random. Most partners are of the same zone: others
// seldom fit.
func (a *Annealer) propose() (exchange, bool) {
	p := a.rng.IntN(a.t.N)
	from := a.at[p].cell
	if a.resize && a.rng.IntN(4) == 0 {
		to := a.rng.IntN(len(a.cells))
		ok := int(from) != to && len(a.cells[from].members) > a.t.Least && len(a.cells[to].members) < a.t.Most
		return exchange{p, -1, to}, ok
	}
	q := a.rng.IntN(a.t.N)
	if a.rng.IntN(10) < 7 {
		peers := a.peers[a.t.Offset[a.t.People[p]]]
		q = int(peers[a.rng.IntN(len(peers))])
	}
	to := a.at[q].cell
	return exchange{p, q, int(to)}, to != from
}
