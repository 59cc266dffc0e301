package availability

import (
	"math/bits"
	"slices"
)

const (
	maxMembers  = 1 << 20
	maxSessions = 13
)

// A Ranker ranks the slots of one group after another on one [Grid]. After the
// first group it allocates nothing. It is for one goroutine at a time.
//
// It counts for all candidates at once, 64 to a word, in tallies whose columns are
// those of Grid.open. Only of the few candidates that are wanted it makes numbers.
type Ranker struct {
	grid *Grid

	met, attendance, unknown, worstSession, worstMember, stretch tally

	here         tally      // members who can attend, for each cell of the grid
	all          []uint64   // the cells that all required members can attend
	rows         [][]uint64 // of the masks, filled up to whole blocks
	nobody       []uint64   // what fills them
	in, tied, up []uint64   // sets of candidates
}

// NewRanker returns a Ranker of groups whose masks are of g.
func NewRanker(g *Grid) *Ranker {
	columns, cells := len(g.open), g.Weeks()*g.words
	return &Ranker{
		grid: g,
		all:  make([]uint64, cells), nobody: make([]uint64, cells),
		in: make([]uint64, columns), tied: make([]uint64, columns), up: make([]uint64, columns),
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
	for week := range r.grid.Weeks() {
		for start := range r.grid.Starts() {
			dst = append(dst, r.here.number(week*r.grid.words*64+start))
		}
	}
	return dst
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

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
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
	copy(r.all, r.nobody)
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
	for len(r.rows)%7 != 0 {
		r.rows = append(r.rows, r.nobody)
	}
	r.here.reset(len(r.nobody), len(masks))
	for block := range slices.Chunk(r.rows, 7) {
		a, b, c, d, e, f, g := block[0], block[1], block[2], block[3], block[4], block[5], block[6]
		for i := range r.nobody {
			ones, twos, fours := add7(a[i], b[i], c[i], d[i], e[i], f[i], g[i])
			add(r.here.word(i), []uint64{ones, twos, fours})
		}
	}
}

// sessions counts for one column word in how many sessions of the series the cells
// are set, in four planes.
func (g *Grid) sessions(cells []uint64, column int) [4]uint64 {
	var s [14]uint64
	for k := range g.search.Count {
		s[k] = cells[column+k*len(g.open)]
	}
	ones, twos, fours := add7(s[0], s[1], s[2], s[3], s[4], s[5], s[6])
	if g.search.Count <= 7 {
		return [4]uint64{ones, twos, fours}
	}
	o, t, f := add7(s[7], s[8], s[9], s[10], s[11], s[12], s[13])
	var n [4]uint64
	n[0], o = ones^o, ones&o
	n[1], t = add3(twos, t, o)
	n[2], n[3] = add3(fours, f, t)
	return n
}

// choose sets r.in to the k best candidates.
func (r *Ranker) choose(k int) {
	clear(r.in)
	copy(r.tied, r.grid.open)
	left := countBits(r.tied)
	for _, key := range []struct {
		*tally
		flip uint64 // all ones if less is better
	}{{&r.met, 0}, {&r.attendance, 0}, {&r.unknown, 0}, {&r.worstSession, 0}, {&r.worstMember, 0}, {&r.stretch, ^uint64(0)}, {&r.grid.prefer, 0}} {
		for p := key.width - 1; p >= 0 && left > k; p-- {
			n := 0
			for i, tied := range r.tied {
				r.up[i] = tied & (key.planes[i*key.width+p] ^ key.flip)
				n += bits.OnesCount64(r.up[i])
			}
			if n >= k { // all that are wanted are among them
				r.tied, r.up, left = r.up, r.tied, n
				continue
			}
			for i, up := range r.up {
				r.in[i] |= up
				r.tied[i] &^= up
			}
			k, left = k-n, left-n
		}
	}
	r.takeFirst(k)
}

// takeFirst moves the first k candidates from r.tied to r.in.
func (r *Ranker) takeFirst(k int) {
	words := r.grid.words
	for start := 0; start < r.grid.Starts() && k > 0; start++ {
		for i := start / 64; i < len(r.tied) && k > 0; i += words {
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
