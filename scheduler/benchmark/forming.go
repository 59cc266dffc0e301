package benchmark

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// A Forming asks for groups that have an hour in common: everybody in exactly one, at the
// least cost.
type Forming struct {
	Name        string   `json:"name"`
	Least       int      `json:"least"` // members of a group
	Most        int      `json:"most"`
	Weeks       int      `json:"weeks"`  // sessions that a group's hour is judged by
	Starts      int      `json:"starts"` // quarter hours of a week at which an hour can begin
	People      []Person `json:"people"`
	Met         [][3]int `json:"met"` // two people and how often they were in one group before
	MetCost     int      `json:"met_cost"`
	SessionCost int      `json:"session_cost"` // for each week in which not all can start at the group's best start
	NoSlotCost  int      `json:"no_slot_cost"` // more, if they can in fewer than half of the weeks
	ZoneCost    int      `json:"zone_cost"`    // for each hour of zone span above three
	SameCost    int      `json:"same_cost"`    // for each pair of one department
}

// A Person is somebody to be put into a group. People of one team may not be together, nor
// may anybody be with one of those above them.
type Person struct {
	Name       string   `json:"name"`
	Team       string   `json:"team"`
	Department string   `json:"department"`
	Above      []string `json:"above,omitempty"` // names
	Offset     int      `json:"offset"`          // seconds east of UTC
	Free       []uint64 `json:"free"`            // week by week, 64 starts a word, lowest bit first
}

// NewForming makes a problem of people with the calendars of managers: meetings
// every week or two, single ones, and days off, in hours of their own in zones
// around the world. rounds is how many earlier rounds of random groups there were.
func NewForming(n, size, rounds int, seed uint64) Forming {
	rng := rand.New(rand.NewPCG(seed, 13))
	f := Forming{
		Name: fmt.Sprintf("forming-n%d-s%d-h%d-seed%d", n, size, rounds, seed), Least: size, Most: size, Weeks: formingWeeks, Starts: quarters,
		MetCost: 1000, SessionCost: 100, NoSlotCost: 2000, ZoneCost: 20, SameCost: 10, Met: [][3]int{}, // in JSON a list, also without any
	}
	bosses := rng.Perm(n)[:(n+7)/8]
	for i := range n {
		p := Person{Name: fmt.Sprint("p", i), Team: fmt.Sprint("t", i/10, "-", i/3), Department: fmt.Sprint("d", i/10), Offset: pickOffset(rng)}
		if boss := bosses[rng.IntN(len(bosses))]; boss != i && rng.IntN(3) > 0 {
			p.Above = []string{fmt.Sprint("p", boss)}
		}
		p.Free = freeStarts(rng, p.Offset)
		f.People = append(f.People, p)
	}
	for range rounds {
		order := rng.Perm(n)
		for at := 0; at+size <= n; at += size {
			for k, a := range order[at : at+size] {
				for _, b := range order[at : at+k] {
					f.Met = append(f.Met, [3]int{a, b, 1})
				}
			}
		}
	}
	return f
}

// pickOffset draws a zone: almost half of the people are in Europe, a third in America.
func pickOffset(rng *rand.Rand) int {
	zones := []struct{ minutes, weight int }{
		{60, 25}, {0, 20}, {-300, 12}, {-480, 16}, {330, 8}, {660, 8}, {-180, 6}, {480, 5},
	}
	at := rng.IntN(100)
	for _, z := range zones {
		if at -= z.weight; at < 0 {
			return z.minutes * 60
		}
	}
	return 0
}

const (
	formingWeeks = 13
	quarters     = 7 * 96
	words        = (quarters + 63) / 64
)

// freeStarts draws the quarter hours of 13 weeks at which an hour is free, in rows
// of 11 words from Monday 00:00 in a zone one hour east of UTC.
func freeStarts(rng *rand.Rand, offset int) []uint64 {
	const weeks = formingWeeks
	var free [weeks][quarters]bool
	start, length := 32+2*rng.IntN(5), 32+2*rng.IntN(4)
	shift := 4 - offset/900
	at := func(day, quarter int) int { return ((day*96+quarter+shift)%quarters + quarters) % quarters }
	holiday := rng.IntN(2 * weeks) // half of the people have a week off
	for w := range weeks {
		for d := range 5 {
			if w == holiday || rng.IntN(100) < 4 {
				continue
			}
			for q := range length {
				free[w][at(d, start+q)] = true
			}
		}
	}
	block := func(w, day, from, length int) {
		for q := from - 3; q < from+length; q++ { // an hour that starts up to 45 minutes before would run into it
			free[w][at(day, q)] = false
		}
	}
	load := 1 + rng.IntN(3) // some are busier than others
	for range 5 + 4*load {
		day, from, long, every, first := rng.IntN(5), start+rng.IntN(length), 2+2*rng.IntN(2), 1+rng.IntN(2), rng.IntN(2)
		for w := first % every; w < weeks; w += every {
			block(w, day, from, long)
		}
	}
	rows := make([]uint64, weeks*words)
	for w := range weeks {
		for range 2 + 2*load {
			block(w, rng.IntN(5), start+rng.IntN(length), 2+2*rng.IntN(2))
		}
		for d := range 7 {
			block(w, d, start+length, 0) // the hour must end within the working hours
		}
		for q, f := range free[w] {
			if f {
				rows[w*words+q/64] |= 1 << (q % 64)
			}
		}
	}
	return rows
}

// Cost returns what groups cost by the words of the definition. It is an error if somebody
// is in no group or in two, if a group has a wrong size, or if two people may not be together.
func (f Forming) Cost(groups [][]int) (int, error) {
	seen, total := make([]bool, len(f.People)), 0
	met := f.met()
	for _, g := range groups {
		for _, i := range g {
			if i < 0 || i >= len(seen) || seen[i] {
				return 0, fmt.Errorf("person %d does not exist or is in two groups", i)
			}
			seen[i] = true
		}
		cost, err := f.price(g, met)
		if err != nil {
			return 0, err
		}
		total += cost
	}
	if left := slices.Index(seen, false); left >= 0 {
		return 0, fmt.Errorf("%s is in no group", f.People[left].Name)
	}
	return total, nil
}

// met returns how often each two people, the lesser first, were together.
func (f Forming) met() map[[2]int]int {
	met := map[[2]int]int{}
	for _, m := range f.Met {
		met[[2]int{min(m[0], m[1]), max(m[0], m[1])}] += m[2]
	}
	return met
}

// price returns what one group costs.
func (f Forming) price(group []int, met map[[2]int]int) (cost int, err error) {
	if len(group) < f.Least || len(group) > f.Most {
		return 0, fmt.Errorf("group %v: want %d to %d members", group, f.Least, f.Most)
	}
	for _, p := range Pairs([][]int{group}) {
		a, b := f.People[p[0]], f.People[p[1]]
		if f.Apart(p[0], p[1]) {
			return 0, fmt.Errorf("%s and %s may not be together", a.Name, b.Name)
		}
		cost += met[p] * f.MetCost
		if a.Department != "" && a.Department == b.Department {
			cost += f.SameCost
		}
	}
	return cost + f.ZoneCost*max(0, f.span(group)-3*3600)/3600 + f.slotCost(f.sessions(group)), nil
}

// Apart reports whether two people may not be together.
func (f Forming) Apart(a, b int) bool {
	x, y := f.People[a], f.People[b]
	return x.Team != "" && x.Team == y.Team || slices.Contains(x.Above, y.Name) || slices.Contains(y.Above, x.Name)
}

func (f Forming) slotCost(sessions int) int {
	cost := f.SessionCost * (f.Weeks - sessions)
	if 2*sessions < f.Weeks {
		cost += f.NoSlotCost
	}
	return cost
}

// sessions returns in how many weeks all members can take the start that they can take most
// often.
func (f Forming) sessions(members []int) int {
	most := 0
	row := (f.Starts + 63) / 64
	for start := range f.Starts {
		weeks := 0
		for w := range f.Weeks {
			if !slices.ContainsFunc(members, func(i int) bool { return f.People[i].Free[w*row+start/64]>>(start%64)&1 == 0 }) {
				weeks++
			}
		}
		most = max(most, weeks)
	}
	return most
}

// span returns 24 hours less the largest gap between the members' offsets on the circle, in
// seconds.
func (f Forming) span(members []int) int {
	const day = 24 * 3600
	var at []int
	for _, i := range members {
		at = append(at, ((f.People[i].Offset%day)+day)%day)
	}
	slices.Sort(at)
	gap := at[0] + day - at[len(at)-1]
	for k := range at[1:] {
		gap = max(gap, at[k+1]-at[k])
	}
	return day - gap
}

// Optimum returns the least cost of any groups by a dynamic programme over all sets of people,
// -1 if there are none. It takes a second for 15 people, and three times as long for each more.
func (f Forming) Optimum() int {
	n := len(f.People)
	price := f.prices()
	least := make([]int, 1<<n)
	for set := 1; set < 1<<n; set++ {
		least[set] = -1
		lowest := set & -set
		for rest := set - lowest; ; rest = (rest - 1) & (set - lowest) { // who is not with the lowest
			if p := price[set-rest]; p >= 0 && least[rest] >= 0 && (least[set] < 0 || p+least[rest] < least[set]) {
				least[set] = p + least[rest]
			}
			if rest == 0 {
				break
			}
		}
	}
	return least[1<<n-1]
}

// prices returns what each set of people costs as a group, -1 if it cannot be one.
func (f Forming) prices() []int {
	price, met := make([]int, 1<<len(f.People)), f.met()
	for set := range price {
		price[set] = -1
		if n := bits.OnesCount(uint(set)); n < f.Least || n > f.Most {
			continue
		}
		var members []int
		for s := set; s != 0; s &= s - 1 {
			members = append(members, bits.TrailingZeros(uint(s)))
		}
		if c, err := f.price(members, met); err == nil {
			price[set] = c
		}
	}
	return price
}
