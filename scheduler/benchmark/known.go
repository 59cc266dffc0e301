package benchmark

import "fmt"

// A Figure is what is known of a problem: the best answer, and what none is better than.
type Figure struct{ Best, Bound int }

// Proven reports whether the best is the optimum.
func (f Figure) Proven() bool { return f.Best == f.Bound }

// String says the figure in words.
func (f Figure) String() string {
	if f == (Figure{}) {
		return ""
	}
	if f.Proven() {
		return fmt.Sprintf("best %d (proven)", f.Best)
	}
	return fmt.Sprintf("best %d, bound %d", f.Best, f.Bound)
}

// Known holds what is known of the problems of the suite: the cost of a Forming, the rounds of
// Rounds, the attendance of Slots and of a Night. What is proven for up to 15 people, for Slots
// and for a Night is proven by TestKnown; other bounds are those of peerslot's relaxation
// (2026-11), and bounds on Rounds count whom everybody can meet.
var Known = map[string]Figure{
	"forming-n12-s4-h0-seed1":  {7530, 7530},
	"forming-n12-s4-h2-seed1":  {14530, 14530},
	"forming-n15-s5-h0-seed1":  {9840, 9840},
	"forming-n15-s5-h2-seed1":  {24840, 24840},
	"forming-n30-s5-h2-seed1":  {17690, 17690},
	"forming-n60-s5-h0-seed1":  {6010, 6010},
	"forming-n60-s5-h2-seed1":  {8550, 8550},
	"forming-n100-s5-h0-seed1": {7550, 7550},
	"forming-n100-s5-h2-seed1": {8130, 8130},
	"forming-n150-s5-h2-seed1": {10610, 10220},
	"forming-n200-s5-h2-seed1": {13410, 12870},
	"forming-n300-s5-h2-seed1": {17630, 16870},
	"forming-n600-s5-h2-seed1": {25370, 23960},

	"rounds-3x3":             {4, 4},
	"rounds-4x4":             {5, 5},
	"rounds-5x3":             {7, 7},
	"rounds-5x4":             {5, 6},
	"rounds-6x3":             {8, 8},
	"rounds-8x4":             {10, 10}, // A. Aguado, A 10 days solution to the social golfer problem (2004)
	"rounds-12x5":            {12, 14},
	"rounds-20x5":            {21, 24},
	"rounds-10x2":            {19, 19},
	"rounds-6x2-teams-of-2":  {10, 10},
	"rounds-6x2-teams-of-4":  {8, 8},
	"rounds-12x2-teams-of-4": {20, 20},

	"slots-n4-seed1":  {48, 48},
	"slots-n6-seed2":  {70, 70},
	"slots-n8-seed3":  {82, 82},
	"slots-n10-seed4": {109, 109},

	"night-20-n4-seed1": {76, 76},
	"night-20-n5-seed2": {97, 97},
	"night-20-n6-seed3": {105, 105},
}
