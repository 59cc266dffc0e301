package benchmark

import (
	"fmt"
	"slices"
)

// Rounds asks for as many rounds of groups of one size as can be before two people meet twice.
type Rounds struct {
	Name   string   `json:"name"`
	Groups int      `json:"groups"`
	Size   int      `json:"size"`
	Apart  [][2]int `json:"apart"` // pairs who may never be together
}

// NewRounds makes a problem in which only meeting again matters.
func NewRounds(groups, size int) Rounds {
	return Rounds{Name: fmt.Sprintf("rounds-%dx%d", groups, size), Groups: groups, Size: size, Apart: [][2]int{}}
}

// NewTeamRounds makes a problem of pairs of n people in teams of a size, who may not be with
// each other.
func NewTeamRounds(n, team int) Rounds {
	r := Rounds{Name: fmt.Sprintf("rounds-%dx2-teams-of-%d", n/2, team), Groups: n / 2, Size: 2, Apart: [][2]int{}}
	for a := range n {
		for b := a + 1; b < n && b/team == a/team; b++ {
			r.Apart = append(r.Apart, [2]int{a, b})
		}
	}
	return r
}

// Score returns how many of the rounds there are until two people meet again. Rounds that
// leave somebody out or put those together who may not be are an error.
func (r Rounds) Score(rounds [][][]int) (int, error) {
	met := map[[2]int]bool{}
	for k, round := range rounds {
		if err := r.check(round); err != nil {
			return k, fmt.Errorf("round %d: %w", k+1, err)
		}
		for _, p := range Pairs(round) {
			if met[p] {
				return k, nil
			}
			met[p] = true
		}
	}
	return len(rounds), nil
}

func (r Rounds) check(round [][]int) error {
	seen := make([]bool, r.Groups*r.Size)
	for _, g := range round {
		if len(g) != r.Size {
			return fmt.Errorf("group %v: want %d members", g, r.Size)
		}
		for _, i := range g {
			if i < 0 || i >= len(seen) || seen[i] {
				return fmt.Errorf("person %d does not exist or is in two groups", i)
			}
			seen[i] = true
		}
	}
	if left := slices.Index(seen, false); left >= 0 {
		return fmt.Errorf("person %d is in no group", left)
	}
	together := Pairs(round)
	for _, p := range r.Apart {
		if slices.Contains(together, [2]int{min(p[0], p[1]), max(p[0], p[1])}) {
			return fmt.Errorf("%d and %d may not be together", p[0], p[1])
		}
	}
	return nil
}

// Bound returns what no answer exceeds: nobody can meet more people than there are others who
// may be with them.
func (r Rounds) Bound() int {
	may := make([]int, r.Groups*r.Size)
	for i := range may {
		may[i] = len(may) - 1
	}
	for _, p := range r.Apart {
		may[p[0]]--
		may[p[1]]--
	}
	return slices.Min(may) / (r.Size - 1)
}

// Pairs returns who is together in a round, each two the lesser first.
func Pairs(round [][]int) (pairs [][2]int) {
	for _, g := range round {
		for k, a := range g {
			for _, b := range g[:k] {
				pairs = append(pairs, [2]int{min(a, b), max(a, b)})
			}
		}
	}
	return pairs
}
