package exact

import (
	"math"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// ascend raises the duals of the people left and drops what has become too dear.
// It returns the person with the fewest choices, -1 if nothing can be had below
// the target.
func (v *cover) ascend(choices []choice, left set, spent int) ([]choice, int, int) {
	v.work += len(choices)
	for i := range left.all() {
		if v.count[i] == 0 {
			return nil, 0, -1
		}
	}
	v.share(choices)
	for i := range left.all() {
		v.least[i] = v.least[i] * v.ratio[i] / 1024
		spent += v.least[i]
	}
	if spent >= v.target {
		return nil, 0, -1
	}
	n, room := 0, v.target-spent
	for i := range choices {
		c := &choices[i]
		for _, m := range c.people() {
			c.reduced -= v.least[m]
		}
		if c.reduced < room {
			choices[n] = *c
			n++
		}
	}
	kept := choices[:n]
	if len(kept) > climbFrom && len(v.chosen) > 0 { // without any, duals are optimal
		return v.climb(kept, left, spent)
	}
	return kept, spent, v.scarcest(left)
}

// share finds for each person by what part of their least reduced cost their dual
// can rise, in 1/1024, when all duals rise in that way at once.
func (v *cover) share(choices []choice) {
	for i := range v.n {
		v.ratio[i] = 1024
	}
	for i := range choices {
		c := &choices[i]
		sum := 0
		for _, m := range c.people() {
			sum += v.least[m]
		}
		if sum <= c.reduced {
			continue
		}
		most := 0 // a ratio that is no less lowers none
		for _, m := range c.people() {
			most = max(most, v.ratio[m])
		}
		if c.reduced*1024 >= most*sum {
			continue
		}
		ratio := c.reduced * 1024 / sum
		for _, m := range c.people() {
			v.ratio[m] = min(v.ratio[m], ratio)
		}
	}
}

func (v *cover) scarcest(left set) int {
	person := -1
	for i := range left.all() {
		if person < 0 || v.count[i] < v.count[person] {
			person = i
		}
	}
	return person
}

// How covers climb. From the optimum, the proof for 100 people after two rounds (seed 5) takes 4.6 s of work without it, 1.0 with it: 1.03 with 20
// steps from 1,500 columns on, 0.94 with 40 from 500, 1.08 with 80 and a quarter of the room, 1.00 with 40 and a fifth. With all columns at each
// of 20 steps it took 3.0 without drift, 2.67 and 2.61 with 0.5 and 0.7, 2.70 with 0.85; 2.65 with twice the haste; and 2.85, not 2.67, if two steps
// without gain were too many (2026-11).
const (
	climbFrom  = 500 // columns that are left
	climbSteps = 30
	climbNear  = 3   // the part of the room within which columns are near
	climbHaste = 0.5 // of the step that would close the gap if the bound rose evenly
	climbDrift = 0.7 // of the direction before
	climbDry   = 4   // steps without gain after which they are half as long
)

// climb is an ascent for many columns: where ascend ends, no dual can rise alone, and it lowers some to raise others. A
// choice of 5 of 100 people raises the relaxation over the others by 50 to 200 where ascend finds 0 to 40 of it, and
// that goes on for all that is searched below.
func (v *cover) climb(choices []choice, left set, spent int) ([]choice, int, int) {
	room := v.target - spent
	duals, sum := v.uphill(choices, left, room)
	if sum >= room {
		return nil, 0, -1
	}
	if sum <= 0 {
		return choices, spent, v.scarcest(left)
	}
	for i := range left.all() {
		v.count[i] = 0
	}
	spent += sum
	kept := choices[:0]
	for i := range choices {
		c := &choices[i]
		for _, m := range c.people() {
			c.reduced -= duals[m]
		}
		if spent+c.reduced < v.target {
			kept = append(kept, *c)
			for _, m := range c.people() {
				v.count[m]++
			}
		}
	}
	return kept, spent, v.scarcest(left)
}

// uphill returns duals by which no reduced cost of the choices falls below zero, and their sum, which is large as far as
// some steps can tell.
func (v *cover) uphill(choices []choice, left set, room int) (duals [256]int, sum int) {
	v.near = v.cheap(choices, left, room/climbNear, v.near[:0])
	var share [256]float64
	var cheapest [256]int32
	y := v.steps(v.near, left, float64(room))
	v.work += 2 * len(choices)
	if math.IsInf(v.shares(choices, left, &y, &share, &cheapest), 1) {
		return duals, room
	}
	for i := range left.all() {
		duals[i] = int(math.Floor(y[i] + share[i])) // whole numbers, whose sums are exact
		sum += duals[i]
	}
	return duals, sum
}

// cheap adds the choices to near whose reduced costs exceed the least of one of their people by less than so much.
func (v *cover) cheap(choices []choice, left set, within int, near []choice) []choice {
	for i := range left.all() {
		v.least[i] = math.MaxInt / 2
	}
	for i := range choices {
		c := &choices[i]
		for _, m := range c.people() {
			v.least[m] = min(v.least[m], c.reduced)
		}
	}
	for i := range choices {
		c := &choices[i]
		for _, m := range c.people() {
			if c.reduced < v.least[m]+within {
				near = append(near, *c)
				break
			}
		}
	}
	return near
}

// steps returns duals by which each person, beyond theirs, has a least share in the reduced cost of one of their choices, so that the
// sum of both is large: the best of some steps along a subgradient.
func (v *cover) steps(choices []choice, left set, room float64) (best [256]float64) {
	var (
		y, share, slope [256]float64
		cheapest        [256]int32 // choice of each person
		most, haste     = 0.0, climbHaste
	)
	for step, dry := 0, 0; step < climbSteps; step++ {
		v.work += len(choices) / 2
		sum := v.shares(choices, left, &y, &share, &cheapest)
		if sum > most {
			most, dry, best = sum, 0, y
		} else if dry++; dry == climbDry {
			haste, dry = haste/2, 0
		}
		if sum >= room {
			return best
		}
		steep := 0.0
		for i := range left.all() {
			slope[i] = 1 + climbDrift*slope[i]
		}
		for i := range left.all() {
			c := &choices[cheapest[i]]
			for _, m := range c.people() {
				slope[m] -= parts[c.size]
			}
		}
		for i := range left.all() {
			steep += slope[i] * slope[i]
		}
		if steep < 1e-9 {
			break
		}
		for i := range left.all() {
			y[i] += haste * (room - sum) / steep * slope[i]
		}
	}
	return best
}

// shares finds of each person the least share in what a column of theirs costs beyond the duals y, and the column. It returns the
// sum of the duals and these shares, infinite if somebody has no column.
func (v *cover) shares(choices []choice, left set, y, share *[256]float64, cheapest *[256]int32) (sum float64) {
	for i := range left.all() {
		share[i] = math.Inf(1)
	}
	for k := range choices {
		c := &choices[k]
		d := float64(c.reduced)
		for _, m := range c.people() {
			d -= y[m]
		}
		d *= parts[c.size]
		for _, m := range c.people() {
			if d < share[m] {
				share[m], cheapest[m] = d, int32(k)
			}
		}
	}
	for i := range left.all() {
		sum += y[i] + share[i]
	}
	return sum
}

// parts are what one member's share is in a group of a size.
var parts = func() (p [table.MaxGroup + 1]float64) {
	for size := range p {
		p[size] = 1 / float64(max(1, size))
	}
	return p
}()
