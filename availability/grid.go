package availability

import "time"

// A Grid is all that a [Search] may choose from: rows of weeks by columns of
// starts. Row i is the seven days from i weeks after Search.Start on. A column is
// a weekday and a start on the wall clock of the search's zone, Monday 00:00
// first, and the same in all rows. So a series is a column and every
// Search.Cadence-th row, and what people can attend combines word by word.
//
// A Grid is for those who ask much of the same people: [Grid.Masks] marks once
// what each of them can attend, and a [Ranker] then ranks one group after another.
// The grid of a single weekly session from a Monday on is one ISO week. A Grid
// does not change and may be shared.
type Grid struct {
	search Search
	zone   *time.Location
	window Interval
	clock  wallClock // of zone over the rows; its wall seconds count from the first row
	step   int       // from one start to the next, in seconds
	perDay int       // starts on a day
	words  int       // of a row
	days   []gridDay

	// By starting week, as the first rows of the grid:
	open   []uint64 // the candidates
	prefer tally    // 1 for columns on preferred days
}

// A gridDay is one date of a Grid and the place of its first start.
type gridDay struct {
	date Date
	bit  int // from the first bit of the grid
}

// NewGrid returns the grid of a search, or what is wrong with the search.
func NewGrid(q Search) (*Grid, error) {
	q, zone, err := q.withDefaults()
	if err != nil {
		return nil, err
	}
	g := &Grid{search: q, zone: zone, window: q.window(zone)}
	g.step = int(q.Step / time.Second)
	g.perDay = g.startsBefore(secondsPerDay)
	g.words = (7*g.perDay + 63) / 64
	for i := range 7 * q.weeks() {
		date := q.Start.AddDays(i)
		g.days = append(g.days, gridDay{date, i/7*g.words*64 + fromMonday(date.Weekday())*g.perDay})
	}
	g.setClock()
	g.setCandidates()
	return g, nil
}

// setClock sets g.clock to what lies on the days of the grid.
func (g *Grid) setClock() {
	first, end := g.search.Start.wall(), g.search.Start.wall()+int64(len(g.days))*secondsPerDay
	for _, p := range appendClock(nil, g.zone, first, end) {
		if p.from, p.to = max(p.from, first), min(p.to, end); p.from < p.to {
			g.clock = append(g.clock, piece{p.from - first, p.to - first, p.offset - first})
		}
	}
}

// setCandidates finds the columns on the right days whose start exists in every
// row of the series.
func (g *Grid) setCandidates() {
	n := int(g.search.Cadence) * g.words
	g.open = make([]uint64, n)
	g.prefer.reset(n, 1)
	for _, d := range g.days[:7*g.search.Cadence] {
		if g.search.OnlyDays == 0 || g.search.OnlyDays.Has(d.date.Weekday()) {
			setBits(g.open, d.bit, d.bit+g.perDay)
		}
		if g.search.Preferred.Has(d.date.Weekday()) {
			setBits(g.prefer.planes, d.bit, d.bit+g.perDay)
		}
	}
	exists := make([]uint64, g.Weeks()*g.words)
	g.mark(exists, secondsOf(g.window))
	for i, x := range exists {
		g.open[i%n] &= x
	}
}

// Weeks returns the number of rows.
func (g *Grid) Weeks() int { return g.search.weeks() }

// Words returns the number of words of a row. Bits past the last column are never
// set.
func (g *Grid) Words() int { return g.words }

// Starts returns the number of columns.
func (g *Grid) Starts() int { return 7 * g.perDay }

// Slot returns the slot of a column.
func (g *Grid) Slot(start int) Slot {
	return Slot{
		Day:    time.Weekday((start/g.perDay + 1) % 7),
		Start:  time.Duration(start%g.perDay) * g.search.Step,
		Length: g.search.Length,
		Zone:   g.search.Zone,
	}
}

// Interval returns the session of a column in the given row. It does not exist if
// the clocks skip its start.
func (g *Grid) Interval(week, start int) (iv Interval, exists bool) {
	clock := start % g.perDay * g.step
	instant, exists := g.clock.at(int64(g.day(week, start))*secondsPerDay + int64(clock))
	if !exists {
		return Interval{}, false
	}
	first := time.Unix(instant, 0).In(g.zone)
	return Interval{first, first.Add(g.search.Length)}, true
}

// day returns the index in g.days of a column in the given row.
func (g *Grid) day(week, start int) int {
	return 7*week + (start/g.perDay-fromMonday(g.search.Start.Weekday())+7)%7
}

// mark sets the bits of the starts that lie in span.
func (g *Grid) mark(bits []uint64, span seconds) {
	for i := range g.clock {
		p := &g.clock[i]
		from, to := max(span.from+p.offset, p.from), min(span.to+p.offset, p.to)
		if from >= to {
			continue
		}
		day := from / secondsPerDay
		from, to = from-day*secondsPerDay, to-day*secondsPerDay
		bit := g.days[day].bit
		first := bit + g.startsBefore(from)
		for ; to > secondsPerDay; to -= secondsPerDay {
			setBits(bits, first, bit+g.perDay)
			day++
			bit = g.days[day].bit
			first = bit
		}
		setBits(bits, first, bit+g.startsBefore(to))
	}
}

// startsBefore returns how many starts of a day are earlier than clock.
func (g *Grid) startsBefore(clock int64) int {
	return int((uint32(clock) + uint32(g.step) - 1) / uint32(g.step))
}
