package exact

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/local"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A diver makes a grouping from the relaxation: it keeps the groups that the
// optimum chooses most clearly, solves the relaxation over the other people again,
// and so on until an exact search can do the rest.
type diver struct {
	t       *table.Table // of the people who are in no group yet
	meter   *meter.Meter
	columns []column // groups of them that may be useful
	sides   []side   // that hold for them
	centre  []float64
	chosen  [][]int // of people of the model
	room    int     // what those who are in no group yet may cost, in units of 1/table.DualUnit
	pace    pace
}

// How a dive ends. Beside each stands what half of it and twice as much make of the cost of 200
// people after 8 s of work and 300 after 6, if the dive is a coarse one; as it is, 13,580 and
// 18,260 (benchmark's generator, two earlier rounds, seed 1; 2026-11).
const (
	diveEnd    = 45                         // people that an exact search puts into groups; 13,600 and 13,780, 18,160 and 19,370
	diveEffort = int(60 * time.Millisecond) // for that search; 13,610 and 13,580, 18,260 and 18,210
)

// A pace is how a dive goes down.
type pace struct {
	turn  int        // people for each group that is kept at least before the others are solved anew
	rough float64    // how far the relaxations on the way may be off, as a part of their bounds
	reach float64    // how far beyond the duals groups may be that are of use, as a part of the mean dual
	cuts  int        // how often each relaxation on the way is cut
	luck  *rand.Rand // by which unclear groups may pass for clearer ones, nil in the first dive of a kind
}

// paceOf returns the pace of the dive with a number from 0 from one relaxation. What a dive ends at is luck
// within 3 %, so that there are many, and those that cannot end below the best go no further: 200 people cost 13,490
// after 30 s, where six dives, each to its end, led to 13,650, and 100 cost 8,160 after 5 s, not 8,340. Of 18 dives
// for 200 people 11 end on the way.
//
// Coarse ones are soon done. The first is one: 300 people cost 18,290 after 6 s, and 22,100 if it is fine and finds no
// end. 600 people cost 25,600 by a coarse one (25,500 and 25,730 with half and twice of its reach), and 26,130 by a fine one,
// which takes 17 of 20 s. Cuts make fine ones better: for 300 people 17,910, 18,130 and 18,160 with them, 18,230 to 18,470
// without; four turns of them make dives for 200 and 300 worse than two in four of five cases, for a third more work (2026-11).
func paceOf(t *table.Table, number int, fine bool) pace {
	p := pace{turn: [...]int{35, 60, 30, 50, 40, 70}[number%6], reach: math.Inf(1), cuts: 2}
	if !fine {
		p = pace{turn: 30, rough: 1e-3, reach: 0.25}
	}
	if number > 1 || number == 1 && !fine {
		p.luck = rand.New(rand.NewPCG(t.Seed, uint64(number-1)))
	}
	return p
}

// Dive puts the people of a table, who are in groups, together as dives or plunges from the
// relaxation over them do, if that is cheaper. It returns the groups, their cost and what
// is proven of any, in units of 1/table.DualUnit. turn is how often it was called for these people before: it
// has other luck then.
func Dive(t *table.Table, groups [][]int, turn int, m *meter.Meter) (best [][]int, cost, proven int) {
	e := New(t, groups, m)
	e.Dive(turn)
	return e.Best, e.Cost, e.proven
}

// Dive does what the function does; Solve goes on from its relaxation then.
func (e *Search) Dive(turn int) {
	r, proven := e.relax(e.centre(), nil, sidesOf(e.t))
	if !e.Meter.Over() {
		e.root = r
	}
	e.proven = e.dive(r, proven, turn*maxDives)
}

// fineWork is how many times the work of a coarse dive has to be left for a fine one, which takes 6 to 9 times of it. In 20 s
// of work 400 people cost 20,960 by one of each, 21,430 by seven coarse ones; in fours to sixes, where a fine one does not
// come to its end, 19,970 if it is tried, and 19,730 by coarse ones (two rounds, seed 1; 2026-11).
const fineWork = 8

// maxDives is above what 15 s of work are enough for. It ends dives that cost next to none.
const maxDives = 100

// dive tightens r, of which so much is proven, dives or plunges from it until half of the work of the
// meter is done, and takes what it finds if that is cheaper. It returns what is proven then. Dives are
// numbered from first.
func (e *Search) dive(r *relaxation, proven, first int) int {
	if e.Meter.Used <= e.Meter.Left/2 { // or it may take all that a dive needs: 600 in fours to sixes cost 24,400, not 28,710, in 20 s (2026-11)
		proven = e.tighten(r, proven)
	}
	if e.t.N > diveEnd && e.t.N <= plungeLimit {
		e.plunges(r, first)
		return proven
	}
	coarse := 0
	for k := 0; k == 0 || k < maxDives && e.Meter.Used <= e.Meter.Left && proven <= e.ceiling(); k++ {
		before := e.Meter.Used
		p := paceOf(e.t, first+k, k > 0 && e.Meter.Left-e.Meter.Used > fineWork*coarse)
		if found := e.diveOnce(r, p); found != nil {
			e.Best, e.Cost = found, e.t.Total(found)
		}
		if k == 0 {
			coarse = e.Meter.Used - before
		}
	}
	return proven
}

// Bound returns what the relaxation over the people of a table, who are in groups, proves of
// any grouping; see Dive.
func Bound(t *table.Table, groups [][]int, m *meter.Meter) int {
	return New(t, groups, m).proof()
}

// diveOnce returns a grouping that is cheaper than the best, nil if the dive comes to none. It starts
// from r, which is optimal over all people, and keeps to its side constraints.
func (e *Search) diveOnce(r *relaxation, p pace) [][]int {
	d := &diver{t: e.t, meter: e.Meter, sides: slices.Clone(r.sides), pace: p, room: e.ceiling()}
	for d.t.N > diveEnd {
		if d.meter.Over() || r.bound() > d.room {
			return nil
		}
		d.keep(r)
		if d.t.N > diveEnd {
			rest := New(d.t, nil, d.meter)
			rest.rough = d.pace.rough
			r, _ = rest.relax(d.centre, d.columns, d.sides)
			rest.cut(r, d.pace.cuts)
		}
	}
	if !d.finish() {
		return nil
	}
	found := e.t.Numbers(d.chosen)
	if e.t.Total(found) >= e.Cost && e.Best != nil {
		return nil
	}
	return found
}

// cut adds cuts to r in so many turns at most.
func (e *Search) cut(r *relaxation, turns int) {
	for range turns {
		if e.Meter.Over() || r.lacks() || !r.tighten(rootCuts) {
			return
		}
		e.price(r, float64(e.t.Session[0]))
	}
}

// keep takes the clearest groups of the optimum.
func (d *diver) keep(r *relaxation) {
	number := make([]int, d.t.N) // in the next table, -1 for those in groups
	for _, c := range r.clearest(max(1, d.t.N/d.pace.turn), d.pace.luck, func(uint16) bool { return false }) {
		d.room -= c.cost * table.DualUnit
		for _, i := range c.members() {
			number[i] = -1
		}
		for k, side := range d.sides {
			d.sides[k].value -= int(c.count[side.feature])
		}
		d.choose(c.members())
	}
	var left []int
	d.centre = d.centre[:0]
	for i := range number {
		if number[i] == 0 {
			number[i] = len(left)
			left = append(left, i)
			d.centre = append(d.centre, r.Dual[i])
		}
	}
	d.columns = r.among(number, d.pace.reach)
	d.t = d.t.Only(left)
}

func (d *diver) choose(members []uint16) {
	var g []int
	for _, i := range members {
		g = append(g, d.t.People[i])
	}
	d.chosen = append(d.chosen, g)
}

// finish puts the people who are left into groups, if it can.
func (d *diver) finish() bool {
	if d.t.N == 0 {
		return true
	}
	few, many := d.t.Counts(d.t.N)
	if few > many {
		return false
	}
	people := table.Everyone(d.t.N)
	count := (few + many) / 2
	var rest [][]int
	for k := range count {
		rest = append(rest, people[k*d.t.N/count:(k+1)*d.t.N/count])
	}
	a := local.New(d.t, rest, rand.New(rand.NewPCG(d.t.Seed, 0)))
	a.Run(1500*d.t.N, local.Hot, local.Cold, d.meter)
	d.meter.Use(1500 * d.t.N * meter.TrialCost)
	if a.Least >= table.Blocked {
		a.Best = nil
	}
	part := d.meter.Part(diveEffort)
	e := New(d.t, a.Best, part)
	e.known = d.columns
	e.Solve()
	d.meter.Use(part.Used)
	for _, g := range e.Best {
		c := newColumn(d.t, g)
		d.choose(c.members())
	}
	return e.Best != nil
}

// among returns the groups all of whose people have a number of 0 or more, in these numbers, unless
// they cost more beyond the duals than so much of what these are on average.
func (r *relaxation) among(number []int, reach float64) []column {
	var out []column
	most := reach * float64(r.bound()) / float64(r.n)
	for k, c := range r.groups {
		if float64(r.reduced(&r.groups[k])) > most {
			continue
		}
		d := column{cost: c.cost, count: c.count, sessions: c.sessions, zones: c.zones}
		for _, i := range c.members() {
			if number[i] < 0 {
				break
			}
			d.add(number[i])
		}
		if d.size == c.size {
			out = append(out, d)
		}
	}
	return out
}
