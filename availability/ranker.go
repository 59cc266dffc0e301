package availability

import (
	"math/bits"
	"slices"
)

// A Ranker ranks the slots of one group after another on one [Grid]. After the
// first group it allocates nothing. It is for one goroutine at a time.
//
// It counts for all candidates at once, 64 to a word, in tallies whose columns are
// those of Grid.open. Only of the few candidates that are wanted it makes numbers.
type Ranker struct {
	grid *Grid

	met, attendance, unknown, worstSession, worstMember, stretch tally

	here             tally      // members who can attend, for each cell of the grid
	all              []uint64   // the cells that all required members can attend
	rows             [][]uint64 // of the masks, filled up to whole blocks
	nobody           []uint64   // what fills them
	in, tied, better []uint64   // sets of candidates
}

// NewRanker returns a Ranker of groups whose masks are of g.
func NewRanker(g *Grid) *Ranker {
	columns, cells := len(g.open), g.Weeks()*g.words
	return &Ranker{
		grid: g,
		all:  make([]uint64, cells), nobody: make([]uint64, cells),
		in: make([]uint64, columns), tied: make([]uint64, columns), better: make([]uint64, columns),
	}
}

// Rank appends the best slots of a group to dst, at most Search.Top of them, the
// best first, as [Rank] does. The masks are those of the grid.
func (r *Ranker) Rank(dst []Candidate, masks []*Mask) []Candidate {
	r.countSessions(masks)
	r.countRequired(masks)
	r.countMembers(masks)
	start := len(dst)
	r.choose(r.grid.search.Top)
	dst = r.appendChosen(dst, len(masks))
	slices.SortFunc(dst[start:], compareCandidates)
	return dst
}

// Attendance appends to dst how many of the members can attend each cell of the
// grid: Grid.Weeks rows of Grid.Starts numbers.
func (r *Ranker) Attendance(dst []int, masks []*Mask) []int {
	r.countHere(masks)
	dst = slices.Grow(dst, r.grid.Weeks()*r.grid.Starts())
	for week := range r.grid.Weeks() {
		for start := range r.grid.Starts() {
			dst = append(dst, r.here.number(week*r.grid.words*64+start))
		}
	}
	return dst
}

// Figures calls f with the attendance of each candidate of the group that was ranked
// last, and with how much of it is unknown, in the order of the columns of the grid; of a
// column once for each starting week.
func (r *Ranker) Figures(f func(slot Slot, attendance, unknown int)) {
	for start := range r.grid.Starts() {
		for i := start / 64; i < len(r.grid.open); i += r.grid.words {
			if r.grid.open[i]&(1<<(start%64)) != 0 {
				bit := i*64 + start%64
				f(r.grid.Slot(start), r.attendance.number(bit), r.unknown.number(bit))
			}
		}
	}
}

// countSessions counts the sessions that each member attends, and from them all
// figures but two.
func (r *Ranker) countSessions(masks []*Mask) {
	var known, maybe, stretch int // members
	for _, m := range masks {
		known += oneIf(m.known)
		maybe += oneIf(m.maybe != nil)
		stretch += oneIf(m.stretch != nil)
	}
	columns, count := len(r.grid.open), r.grid.search.Count
	r.attendance.reset(columns, count*len(masks))
	r.unknown.reset(columns, count*maybe)
	r.stretch.reset(columns, count*stretch)
	r.worstMember.reset(columns, count*min(known, 1))
	r.worstMember.fill()
	for _, m := range masks {
		for i := range columns {
			n := r.grid.sessions(m.attend, i)
			add(r.attendance.word(i), n[:])
			if m.known {
				lower(r.worstMember.word(i), n[:])
			}
		}
		r.addSessions(&r.unknown, m.maybe)
		r.addSessions(&r.stretch, m.stretch)
	}
}

// addSessions adds for each column in how many sessions the cells are set. No
// cells are none set.
func (r *Ranker) addSessions(t *tally, cells []uint64) {
	if cells == nil {
		return
	}
	for i := range r.grid.open {
		n := r.grid.sessions(cells, i)
		add(t.word(i), n[:])
	}
}

// countRequired counts the sessions that all required members attend.
func (r *Ranker) countRequired(masks []*Mask) {
	for i := range r.all {
		r.all[i] = ^uint64(0)
	}
	for _, m := range masks {
		if !m.Required {
			continue
		}
		for i, attend := range m.attend {
			r.all[i] &= attend
		}
	}
	r.met.reset(len(r.grid.open), r.grid.search.Count)
	r.addSessions(&r.met, r.all)
}

// countMembers counts the members at the poorest session.
func (r *Ranker) countMembers(masks []*Mask) {
	r.countHere(masks)
	columns := len(r.grid.open)
	r.worstSession.reset(columns, len(masks))
	r.worstSession.fill()
	for cell := range r.grid.Weeks() * r.grid.words {
		lower(r.worstSession.word(cell%columns), r.here.word(cell))
	}
}

// countHere counts the members who attend each cell.
func (r *Ranker) countHere(masks []*Mask) {
	r.rows = r.rows[:0]
	for _, m := range masks {
		r.rows = append(r.rows, m.attend)
	}
	for len(r.rows)%15 != 0 {
		r.rows = append(r.rows, r.nobody)
	}
	r.here.reset(len(r.nobody), len(masks))
	for m := range slices.Chunk(r.rows, 15) {
		for i := range r.nobody {
			ones, twos, fours := add7(m[0][i], m[1][i], m[2][i], m[3][i], m[4][i], m[5][i], m[6][i])
			ones2, twos2, fours2 := add7(m[7][i], m[8][i], m[9][i], m[10][i], m[11][i], m[12][i], m[13][i])
			n := add15(ones, twos, fours, ones2, twos2, fours2, m[14][i])
			add(r.here.word(i), n[:])
		}
	}
}

// sessions counts for one column word in how many sessions of the series the cells
// are set, in four planes.
func (g *Grid) sessions(cells []uint64, column int) [4]uint64 {
	var s [maxSessions]uint64
	for k := range g.search.Count {
		s[k] = cells[column+k*len(g.open)]
	}
	ones, twos, fours := add7(s[0], s[1], s[2], s[3], s[4], s[5], s[6])
	ones2, twos2, fours2 := add7(s[7], s[8], s[9], s[10], s[11], s[12], 0)
	return add15(ones, twos, fours, ones2, twos2, fours2, 0)
}

// keys returns what candidates are ordered by, the weightiest first. What is left
// of the order in [Rank] is that of the columns.
func (r *Ranker) keys() [7]sortKey {
	return [...]sortKey{
		{tally: &r.met},
		{tally: &r.attendance},
		{tally: &r.unknown},
		{tally: &r.worstSession},
		{tally: &r.worstMember},
		{tally: &r.stretch, flip: ^uint64(0)},
		{tally: &r.grid.prefer},
	}
}

// A sortKey is a tally of which more is better or, if flip is all ones, less.
type sortKey struct {
	*tally
	flip uint64
}

// choose sets r.in to the k best candidates. Plane after plane, from the highest of
// the weightiest key on, it takes or drops at once all that differ from the k-th
// best there; what stays in r.tied is equal to it so far.
func (r *Ranker) choose(k int) {
	clear(r.in)
	copy(r.tied, r.grid.open)
	left := countBits(r.tied)
	for _, key := range r.keys() {
		for p := key.width - 1; p >= 0 && left > k; p-- {
			n := r.split(key, p)
			if n >= k {
				r.tied, r.better, left = r.better, r.tied, n
				continue
			}
			for i, better := range r.better {
				r.in[i] |= better
				r.tied[i] &^= better
			}
			k, left = k-n, left-n
		}
	}
	r.takeFirst(k)
}

// split sets r.better to those of r.tied that are better in plane p of key, and
// returns how many they are.
func (r *Ranker) split(key sortKey, p int) (n int) {
	for i, tied := range r.tied {
		r.better[i] = tied & (key.planes[i*key.width+p] ^ key.flip)
		n += bits.OnesCount64(r.better[i])
	}
	return n
}

// takeFirst adds the first k candidates of r.tied to r.in: the earliest columns,
// and of one column the earliest starting weeks.
func (r *Ranker) takeFirst(k int) {
	for start := 0; start < r.grid.Starts() && k > 0; start++ {
		for i := start / 64; i < len(r.tied) && k > 0; i += r.grid.words {
			bit := r.tied[i] & (1 << (start % 64))
			r.in[i] |= bit
			k -= oneIf(bit != 0)
		}
	}
}

func countBits(words []uint64) (n int) {
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return n
}

// appendChosen appends the candidates in r.in, in the order of their bits.
func (r *Ranker) appendChosen(dst []Candidate, members int) []Candidate {
	for i, word := range r.in {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, r.candidate(i*64+bits.TrailingZeros64(word), members))
		}
	}
	return dst
}

// candidate makes the numbers of one candidate.
func (r *Ranker) candidate(bit, members int) Candidate {
	g := r.grid
	week, start := bit/(64*g.words), bit%(64*g.words)
	return Candidate{
		Slot:  g.Slot(start),
		First: g.days[g.day(week, start)].date,
		Count: g.search.Count,

		RequiredMet:     r.met.number(bit),
		Attendance:      r.attendance.number(bit),
		Possible:        members * g.search.Count,
		Unknown:         r.unknown.number(bit),
		WorstOccurrence: r.worstSession.number(bit),
		WorstMember:     r.worstMember.number(bit),
		Stretch:         r.stretch.number(bit),
		Preferred:       g.prefer.number(bit) * g.search.Count,
	}
}
