package table

import (
	"cmp"
	"math/bits"
	"slices"
)

// Masks hold when people can start, laid out for fast counting. The words of all
// weeks that hold the same starts lie side by side: a column. Starts that are
// useful to the same people share columns, so that what is common to a group lies
// in few of them, and the others are skipped.
type Masks struct {
	weeks, columns int
	words          []uint64 // person by person, column by column, week by week
}

// NewMasks lays out the starts of all people of a frame.
func NewMasks(f *Frame) Masks {
	place, used := placeStarts(f)
	s := Masks{weeks: f.Weeks, columns: (used + 63) / 64}
	s.words = make([]uint64, len(f.Free)*s.stride())
	for i := range f.Free {
		row := s.Row(i)
		eachStart(f, i, func(week, start int) {
			if at := place[start]; at >= 0 {
				row[at/64*s.weeks+week] |= 1 << (at % 64)
			}
		})
	}
	return s
}

func (s *Masks) stride() int { return s.weeks * s.columns }

// Row returns the words of a person.
func (s *Masks) Row(i int) []uint64 { return s.words[i*s.stride() : (i+1)*s.stride()] }

// placeStarts decides where each start goes, -1 for those that fewer than two
// people can ever take. Starts are sorted by the mean offset of the people who can
// take them, which brings the same hours of different days together.
func placeStarts(f *Frame) (place []int, used int) {
	count, sum := make([]int, f.Width*64), make([]int, f.Width*64)
	seen := make([]int, f.Width*64)
	for i := range f.Free {
		eachStart(f, i, func(_, start int) {
			if seen[start] != i+1 {
				seen[start] = i + 1
				count[start]++
				sum[start] += f.Offsets[f.Offset[i]]
			}
		})
	}
	var order []int
	place = make([]int, f.Width*64)
	for s, c := range count {
		place[s] = -1
		if c >= 2 {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sum[a]/count[a], sum[b]/count[b]) })
	for at, s := range order {
		place[s] = at
	}
	return place, len(order)
}

// eachStart calls visit for every week and start that person i can take.
func eachStart(f *Frame, i int, visit func(week, start int)) {
	for w, word := range f.Free[i] {
		for ; word != 0; word &= word - 1 {
			visit(w/f.Width, w%f.Width*64+bits.TrailingZeros64(word))
		}
	}
}

// A Common is when a set of people can all start.
type Common struct {
	words []uint64
	best  [MaxWords]uint8 // for each column the most weeks that any of its starts is possible in
	Most  int             // of all columns: the sessions of the set
}

// Set makes c the starts of one row.
func (c *Common) Set(s *Masks, row []uint64) {
	c.words = append(c.words[:0], row...)
	c.count(s)
}

// And makes c the starts that x, which may be c itself, and the row have in common.
func (c *Common) And(s *Masks, x *Common, row []uint64) {
	if cap(c.words) < len(row) {
		c.words = make([]uint64, len(row))
	}
	c.words = c.words[:len(row)]
	c.Most = 0
	for k := range s.columns {
		if x.best[k] == 0 { // and so the words of c do not matter
			c.best[k] = 0
			continue
		}
		lo, hi := k*s.weeks, (k+1)*s.weeks
		a, b, both := x.words[lo:hi], row[lo:hi], c.words[lo:hi]
		for w := range both {
			both[w] = a[w] & b[w]
		}
		n := mostWeeks(both, both)
		c.best[k] = uint8(n)
		c.Most = max(c.Most, n)
	}
}

// Meet makes c the starts that x and y have in common.
func (c *Common) Meet(s *Masks, x, y *Common) {
	c.And(s, x, y.words)
	// Columns that are empty in y hold stale words, which must not count.
	c.Most = 0
	for k := range s.columns {
		if y.best[k] == 0 {
			c.best[k] = 0
		}
		c.Most = max(c.Most, int(c.best[k]))
	}
}

// Copy makes c the same as x.
func (c *Common) Copy(x *Common) {
	c.words = append(c.words[:0], x.words...)
	c.best, c.Most = x.best, x.Most
}

func (c *Common) count(s *Masks) {
	c.Most = 0
	for k := range s.columns {
		column := c.words[k*s.weeks : (k+1)*s.weeks]
		n := mostWeeks(column, column)
		c.best[k] = uint8(n)
		c.Most = max(c.Most, n)
	}
}

// Sessions returns in how many weeks the best start of c and the row is possible.
func (c *Common) Sessions(s *Masks, row []uint64) int {
	most := 0
	for k := range s.columns {
		if int(c.best[k]) <= most {
			continue
		}
		lo, hi := k*s.weeks, (k+1)*s.weeks
		most = max(most, mostWeeks(c.words[lo:hi], row[lo:hi]))
	}
	return most
}

// mostWeeks returns the largest number of weeks in which one start, a bit, is set
// in both a and b. It adds all 64 starts at once in four bit planes.
func mostWeeks(a, b []uint64) int {
	var ones, twos, fours, eights uint64
	b = b[:len(a)]
	for w := 0; w < len(a); w += 2 {
		x, y := a[w]&b[w], uint64(0)
		if w+1 < len(a) {
			y = a[w+1] & b[w+1]
		}
		u := ones ^ x
		carry := ones&x | u&y
		ones = u ^ y
		carry2 := twos & carry
		twos ^= carry
		eights |= fours & carry2
		fours ^= carry2
	}
	n, at := 0, ^uint64(0)
	for _, plane := range [4]struct {
		bits   uint64
		weight int
	}{{eights, 8}, {fours, 4}, {twos, 2}, {ones, 1}} {
		if both := at & plane.bits; both != 0 {
			at = both
			n += plane.weight
		}
	}
	return n
}
