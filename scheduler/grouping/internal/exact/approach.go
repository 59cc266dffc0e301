package exact

import (
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/lp"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A middle is a relaxation without side constraints that is nearly solved, from within.
type middle struct {
	lp.Barrier
	least   float64  // size of a group
	mean    float64  // of the duals, about
	columns []column // numbered behind those that keep the duals of people from rising without end
}

// approach finds duals that are nearly optimal for the relaxation over all groups, the groups
// that its optimum may consist of, and what is proven by that. It begins near the centre.
//
// What it is tuned by hardly changes the bound, 16,860 for 300 people and 23,950 or 23,960 for 600, and
// the cost by what is luck in a dive. After 20 s that is 17,660 and 25,370, and 14,960 for another 300;
// with twice of the part that is useful 17,770, 25,600 and 15,080. Beside that, half and twice of
// enough make 17,870 and 25,600, 17,780 and 25,740; of the groups that are offered 17,790 and 25,520,
// 17,770 and 25,560; of where Mu begins 17,630 and 25,850, 18,090 and 26,100; and where Mu falls to a
// fifth or a twentieth, not a tenth, 17,640 and 26,220, 17,870 and 26,340 (2026-11).
func (e *Search) approach(centre []float64) (duals []float64, useful []column, proven int) {
	const enough = 1.0 / 4000 // of the bound, to know it up to
	m := newMiddle(centre, e.t, e.Best)
	r := newRelaxation(e.t, centre, nil)
	for pass := 1; ; pass++ {
		for i, y := range m.Dual {
			r.person[i] = int(math.Floor(y * table.DualUnit))
		}
		e.pricer.setDuals(r)
		found := e.pricer.cheapest(10)
		e.Meter.Use(e.pricer.work*meter.PriceCost + m.takeWork())
		proven = max(proven, r.bound()+found.sum)
		sum, lack := float64(r.bound())/table.DualUnit, float64(r.bound()-proven)/table.DualUnit
		if lack+m.Short() < enough*sum || proven > e.ceiling() || e.Meter.Over() || pass == 100 {
			return m.Dual, m.useful(), proven
		}
		m.offer(found)
		if lack < m.Short() {
			m.Mu /= 10
		}
		m.Solve()
	}
}

// proof returns what the relaxation over all groups proves of any grouping, in units of
// 1/table.DualUnit, as far as the meter lets it.
func (e *Search) proof() (proven int) {
	if sides := sidesOf(e.t); len(sides) > 0 {
		_, proven = e.relax(e.centre(), nil, sides)
	} else {
		_, _, proven = e.approach(e.centre())
	}
	return proven
}

func newMiddle(centre []float64, t *table.Table, groups [][]int) *middle {
	m := &middle{least: float64(t.Least), mean: 1}
	m.Dual = slices.Clone(centre)
	for _, y := range centre {
		m.mean += y / float64(t.N)
	}
	m.Mu = m.mean / 200
	for i, y := range centre {
		m.Add(y+2*m.mean, []uint16{uint16(i)})
	}
	for _, g := range groups {
		m.add(newColumn(t, g))
	}
	return m
}

func (m *middle) add(c column) {
	m.columns = append(m.columns, c)
	m.Add(float64(c.cost), slices.Clone(c.members()))
}

// offer adds groups, and lowers the duals until no group's reduced cost is below zero.
func (m *middle) offer(o offer) {
	for _, c := range o.columns {
		m.add(c)
	}
	for i := range m.Dual {
		m.Dual[i] += float64(o.least)/table.DualUnit/m.least - m.mean/1000
		if m.Reduced(i) < m.mean/2 {
			m.Raise(i, m.mean)
		}
	}
}

// useful returns the groups that are taken to some part.
func (m *middle) useful() (all []column) {
	const part = 5e-4
	for k, c := range m.columns {
		if m.Mu > part*m.Reduced(len(m.Dual)+k) {
			all = append(all, c)
		}
	}
	return all
}

func (m *middle) takeWork() int {
	w := m.Work
	m.Work = 0
	return w
}
