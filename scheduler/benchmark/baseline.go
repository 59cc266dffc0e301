package benchmark

import (
	"math/rand/v2"
	"slices"
)

// Random puts people into groups at random, as often as is tried, and returns the cheapest
// that keep the rules, nil if none do.
func (f Forming) Random(tries int, seed uint64) (best [][]int) {
	rng := rand.New(rand.NewPCG(seed, 23))
	least := 0
	for range tries {
		groups := chunks(rng.Perm(len(f.People)), f.count())
		if cost, err := f.Cost(groups); err == nil && (best == nil || cost < least) {
			best, least = groups, cost
		}
	}
	return best
}

// count is how many groups the baselines make: as few as can be.
func (f Forming) count() int { return (len(f.People) + f.Most - 1) / f.Most }

// chunks cuts people into so many groups of nearly one size.
func chunks(order []int, count int) (groups [][]int) {
	for k := range count {
		groups = append(groups, order[k*len(order)/count:(k+1)*len(order)/count])
	}
	return groups
}

// Greedy forms groups as tools for random coffees do: in a random order everybody joins the
// first group with room where they know nobody and where no rule forbids it, or else the one
// where they know fewest. Calendars do not count. Of so many tries it returns the one with
// fewest acquaintances, nil if none keeps the rules.
func (f Forming) Greedy(tries int, seed uint64) (best [][]int) {
	rng := rand.New(rand.NewPCG(seed, 29))
	known := f.met()
	fewest := -1
	for range tries {
		groups, repeats := f.greedy(rng.Perm(len(f.People)), known)
		if groups != nil && (fewest < 0 || repeats < fewest) {
			best, fewest = groups, repeats
		}
	}
	return best
}

func (f Forming) greedy(order []int, known map[[2]int]int) (groups [][]int, repeats int) {
	groups = make([][]int, f.count())
	for k, room := range chunks(order, len(groups)) {
		groups[k] = make([]int, 0, len(room))
	}
	for _, a := range order {
		at, fewest := -1, 0
		for k, g := range groups {
			if len(g) == cap(g) || slices.ContainsFunc(g, func(b int) bool { return f.Apart(a, b) }) {
				continue
			}
			n := 0
			for _, b := range g {
				n += known[[2]int{min(a, b), max(a, b)}]
			}
			if at < 0 || n < fewest {
				at, fewest = k, n
			}
		}
		if at < 0 {
			return nil, 0
		}
		groups[at] = append(groups[at], a)
		repeats += fewest
	}
	return groups, repeats
}

// Golfer plans rounds one after the other, as a heuristic for social golfers does: it swaps
// people between groups as long as that lowers the number of those who meet again, and starts
// anew so many times a round. It ends with the first round in which somebody does.
func (r Rounds) Golfer(tries int, seed uint64) (rounds [][][]int) {
	rng := rand.New(rand.NewPCG(seed, 31))
	n := r.Groups * r.Size
	barred := map[[2]int]bool{}
	for _, p := range r.Apart {
		barred[[2]int{min(p[0], p[1]), max(p[0], p[1])}] = true
	}
	for {
		found := false
		for range tries {
			round := chunks(rng.Perm(n), r.Groups)
			if found = descend(round, barred); found {
				for _, p := range Pairs(round) {
					barred[p] = true
				}
				rounds = append(rounds, round)
				break
			}
		}
		if !found {
			return rounds
		}
	}
}

// descend swaps people between groups until no swap lowers the number of barred pairs, and
// reports whether none is left.
func descend(round [][]int, barred map[[2]int]bool) bool {
	faults := func(groups ...[]int) (n int) {
		for _, p := range Pairs(groups) {
			if barred[p] {
				n++
			}
		}
		return n
	}
	for better := true; better; {
		better = false
		for g := range round {
			for h := range g {
				before := faults(round[g], round[h])
				for i := range round[g] {
					for j := range round[h] {
						if before == 0 {
							break
						}
						round[g][i], round[h][j] = round[h][j], round[g][i]
						if after := faults(round[g], round[h]); after < before {
							before, better = after, true
						} else {
							round[g][i], round[h][j] = round[h][j], round[g][i]
						}
					}
				}
			}
		}
	}
	return faults(round...) == 0
}
